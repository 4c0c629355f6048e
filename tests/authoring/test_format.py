"""``format/NAME.yaml`` must become ``format/NAME.txt``; and no comment or value is ever lost.

After a change that is meant::

    pytest tests/authoring --regenerate
    git diff tests/authoring
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inception_graph.diagnostics.render import render
from inception_graph.diagnostics.report import Report
from inception_graph.diagnostics.source import Source
from inception_graph.limits import DEFAULT_LIMITS
from inception_graph.resources import specs
from inception_graph.spec.format import formatted
from inception_graph.spec.reader import read_tree

FOLDER = Path(__file__).parent / "format"
SPECS = {name: path.read_text(encoding="utf-8") for name, path in specs().items()}


def canonical(text: str) -> str:
    report = Report()
    made = formatted(Source("spec.yaml", text), report, DEFAULT_LIMITS)
    assert made is not None, render([report])
    return made


def plain(text: str) -> object:
    tree = read_tree(Source("spec.yaml", text), Report(), DEFAULT_LIMITS)
    assert tree is not None
    return tree.plain()


@pytest.mark.parametrize("case", sorted(FOLDER.glob("*.yaml")), ids=lambda case: case.stem)
def test_case(case: Path, request: pytest.FixtureRequest) -> None:
    answer, golden = canonical(case.read_text("utf-8")), case.with_suffix(".txt")
    if request.config.getoption("--regenerate"):
        golden.write_text(answer, encoding="utf-8")
    assert answer == golden.read_text(encoding="utf-8")
    assert canonical(answer) == answer


@pytest.mark.parametrize("name", SPECS)
def test_shipped_specs_are_in_the_canonical_form(name: str) -> None:
    """`inception-graph fmt specs/*.yaml` writes them so."""
    assert SPECS[name] == canonical(SPECS[name])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(sorted(SPECS)),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 8), st.booleans()), max_size=12),
)
def test_no_comment_and_no_value_is_lost(name: str, comments: list[tuple[int, int, bool]]) -> None:
    lines = canonical(SPECS[name]).splitlines()
    for number, (at, column, beside) in enumerate(comments):
        at %= len(lines)
        # Between the two halves of a folded text a number sign would belong to the text.
        if beside and not _in_text(lines[at]):
            lines[at] += f"  #{number}!"
        elif not _in_text(lines[at - 1] if at else ""):
            lines.insert(at, f"{' ' * column}#{number}!")
    text = "\n".join(lines) + "\n"
    made = canonical(text)
    assert plain(made) == plain(text)
    assert sorted(re.findall(r"#\d+!", made)) == sorted(re.findall(r"#\d+!", text))
    assert canonical(made) == made


def _in_text(line: str) -> bool:
    """Whether a quoted text may go on behind a line."""
    return line.count('"') % 2 == 1 or (not re.search(r'[:\]}"]\s*(\S*|#.*)$', line))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: &x [1]\nb: *x\n", "a text with anchors has no canonical form"),
        ("- 1\n", "a spec is a mapping of sections"),
        ("a: [1\n", "did not find expected ',' or ']'"),
        ("", "a spec is a mapping of sections"),
    ],
)
def test_what_has_no_canonical_form(text: str, message: str) -> None:
    report = Report()
    assert formatted(Source("spec.yaml", text), report, DEFAULT_LIMITS) is None
    assert message in report.found[0].message
