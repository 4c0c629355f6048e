"""What following an advice gains is what was promised, on real networks; and the result is clean."""

from __future__ import annotations

from pathlib import Path

import pytest

from inception_graph.advice import Choice, Review, Rewriting, advise, rewrite
from inception_graph.analysis.costs import costs
from inception_graph.compiler import Compilation, compile_spec, compile_text
from inception_graph.diagnostics.codes import Code
from inception_graph.ops.base import Operation
from inception_graph.resources import specs

NAMES = ["googlenet", "googlenet_naive", "inception_v3"]
ADVICE = [code for code in Code if code.severity == "advice"]
COUNTED = ("parameters", "parameters_with_auxiliary", "macs", "macs_with_auxiliary")
FOLLOWED = {
    "googlenet": "A701 A702 A703 A707 A712",
    "googlenet_naive": "A701 A702 A703 A704 A705 A706 A707 A712",
    "inception_v3": "A701 A703 A709",
}
"""What can be followed; the second is a variant of the first, and inherits what is advised of last."""


def totals(made: Compilation) -> dict[str, int]:
    assert made.typed is not None
    return {name: getattr(costs(made.typed), name) for name in COUNTED}


def difference(before: Compilation, after: Compilation) -> dict[str, int]:
    old, new = totals(before), totals(after)
    return {name: new[name] - old[name] for name in COUNTED}


def rewritten(name: str, *codes: Code) -> tuple[Compilation, Rewriting]:
    """A shipped spec rewritten by some advice, and compiled anew from the text alone."""
    made = compile_spec(name)
    rewriting = rewrite(made, Choice(codes or None))
    after = compile_text(rewriting.text, folder=specs()[name].parent)
    assert after.report.found == []
    assert difference(made, after) == rewriting.change
    return after, rewriting


@pytest.mark.parametrize("name", NAMES)
def test_each_advice_by_itself(name: str) -> None:
    """The spec rewritten by one advice alone differs from the original by what the report says of it."""
    made = compile_spec(name)
    review = Review(made, Choice(ADVICE))
    followed: set[str] = set()
    facts = [dict(found.facts) for found in advise(made, Choice(ADVICE)).found]
    for finding, told in zip(review.findings, facts, strict=True):
        weighed = review.weighed(finding)
        assert (weighed.text is not None) == told["fixable"]
        assert {key: told[key] for key in COUNTED if key in told} == weighed.change
        if weighed.text is not None:
            after = compile_text(weighed.text, folder=specs()[name].parent)
            assert difference(made, after) == weighed.change
            followed.add(finding.code.value)
    assert " ".join(sorted(followed)) == FOLLOWED[name]


@pytest.mark.parametrize(
    ("name", "code"), [(name, Code(code)) for name in NAMES for code in FOLLOWED[name].split()]
)
def test_all_advice_of_a_code(name: str, code: Code) -> None:
    """Nothing of the kind is left where it was, and expectations hold for what came of it."""
    after, rewriting = rewritten(name, code)
    assert set(rewriting.followed) == {code}
    assert after.program is not None
    assert after.program.expect is not None
    if code in (Code.LARGE_KERNEL, Code.UNREDUCED_BRANCH, Code.UNREDUCED_POOL, Code.EARLY_HEAD):
        assert code not in [found.code for found in advise(after).found]


@pytest.mark.parametrize("name", NAMES)
def test_all_advice_together(name: str) -> None:
    _, rewriting = rewritten(name)
    asked_for = {"A703", "A706", "A707", "A709", "A711", "A716"}
    assert {code.value for code in rewriting.followed} == {*FOLLOWED[name].split()} - asked_for


def kernels(name: str, operation: str) -> list[tuple[int, int]]:
    """Kernels of the nodes of an operation, in order."""
    made, _ = rewritten(name, Code.LARGE_KERNEL)
    assert made.typed is not None
    found = (made.typed.operation(index) for index in range(len(made.typed.nodes)))
    return [kernel_of(one) for one in found if one.key == operation]


def kernel_of(operation: Operation) -> tuple[int, int]:
    return tuple(operation.model_dump()["kernel"])


def test_a_rewritten_network_is_the_one_that_was_meant() -> None:
    """Each 5x5 convolution of GoogLeNet has become two of 3x3, and all others are what they were."""
    made = compile_spec("googlenet")
    assert made.typed is not None
    before = [made.typed.operation(index) for index in range(len(made.typed.nodes))]
    expected: list[tuple[int, int]] = []
    for operation in before:
        if operation.key == "conv":
            kernel = kernel_of(operation)
            expected += [(3, 3), (3, 3)] if kernel == (5, 5) else [kernel]
    assert kernels("googlenet", "conv") == expected


def test_the_naive_network_shrinks_to_about_the_real_one() -> None:
    after, _ = rewritten("googlenet_naive", Code.UNREDUCED_BRANCH, Code.UNREDUCED_POOL)
    real = totals(compile_spec("googlenet"))
    assert totals(after)["parameters"] == pytest.approx(real["parameters"], rel=0.15)
    assert totals(after)["macs"] == pytest.approx(real["macs"], rel=0.15)


def test_settings_hold_for_the_gain_and_not_for_what_is_expected() -> None:
    made = compile_spec("googlenet", {"classes": 10})
    rewriting = rewrite(made, Choice([Code.EARLY_HEAD]))
    thin = compile_text(rewriting.text, {"classes": 10}, folder=specs()["googlenet"].parent)
    assert rewriting.change == difference(made, thin)
    assert rewriting.compilation.report.found == []


def test_a_spec_that_stands_elsewhere_leaves_behind_what_cannot_be_found(tmp_path: Path) -> None:
    made = compile_spec("inception_v3")
    rewriting = rewrite(made, Choice([Code.LARGE_KERNEL]), name="mine.yaml", folder=tmp_path)
    assert rewriting.compilation.report.found == []
    assert rewriting.compilation.sources[0].name == "mine.yaml"
    assert made.program is not None
    assert bool(made.program.checkpoints) == (rewriting.lost is not None)


@pytest.mark.parametrize("name", specs())
def test_no_shipped_spec_is_in_the_way(name: str) -> None:
    """Every one can be advised and rewritten, whatever is asked for."""
    made = compile_spec(name)
    assert len(advise(made).found) <= 15
    after = rewrite(made, Choice(ADVICE)).compilation
    assert after.report.found == []


def test_an_expectation_that_stands_on_several_lines_is_left_as_it_is() -> None:
    head = "inception_graph: 1\nname: x\ninput: {channels: 3, height: 8, width: 8}\n"
    text = f"{head}body: {{a: {{conv: 8}}}}\nexpect: {{macs: 1, output: [8, 8, 8]}}\n"
    spread = text.replace("{macs: 1, output: [8, 8, 8]}", "\n  macs: 1\n  output:\n    - 9")
    for spec, found in ((text, []), (spread, ["E503"])):
        made = rewrite(compile_text(spec)).compilation
        assert "macs: 1536" in made.sources[0].text
        assert [one.code.value for one in made.report.found] == found
