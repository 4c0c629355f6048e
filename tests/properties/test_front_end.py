"""No text makes the front end raise: whatever is wrong is a diagnostic, and the same one each time."""

# ruff: noqa: E501 - a spec or a schema on one line is read more easily

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inception_graph.compiler import compile_spec, compile_text
from inception_graph.diagnostics.render import FORMATS, render
from inception_graph.limits import DEFAULT_LIMITS
from inception_graph.resources import specs

GOOGLENET = specs()["googlenet"].read_text(encoding="utf-8").splitlines(keepends=True)
HEAD = "inception_graph: 1\nname: x\ninput: {channels: 3, height: 32, width: 32}\nvariables: {w: 8}\nbody:\n"
LIMITS = DEFAULT_LIMITS.raised(nodes=500)
SCALARS = [
    "0", "-1", "1.5", "1e400", "true", "null", "~", "same", "relu", "[1, 2]", "[]", "{}", "''", '"\\e[0m"', "$w", "$(w / 0)",
    "$(w", "$(w * 10000000)", "*a", "&a 3", "!!str 1", "<<", "conv1", "class", "__class__", "漢字", "e\u0301", "\u202e", "\t", "- a",
    "{conv: 8}", "{add: [a, b]}", "{concat: {a: , b: {max_pool: 3}}}", "99999999999999999999", "0x10", ".inf", "? a", "| b",
]  # fmt: skip
KEYS = [
    "conv", "linear", "max_pool", "avg_pool", "add", "concat", "batch_norm", "activation", "pad", "flatten", "kernel", "stride",
    "padding", "groups", "from", "repeat", "norm", "channels", "body", "blocks", "arguments", "nodes", "expect", "a", "b", "c",
]  # fmt: skip

common = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=150)


def answer(text: str) -> str:
    """The report of a text in every format; the text form holds no control character but line ends."""
    report = compile_text(text, limits=LIMITS).report
    told = [render([report], form) for form in FORMATS]
    assert all(character >= " " or character == "\n" for character in told[0])
    for found in report.found:
        assert found.place.start <= found.place.end <= len(text) + 1
    return "".join(told)


@common
@given(st.binary(max_size=300))
def test_bytes(tmp_path_factory, raw: bytes) -> None:
    path: Path = tmp_path_factory.getbasetemp() / "random.yaml"
    path.write_bytes(raw)
    assert render([compile_spec(path).report])


@common
@given(st.text(max_size=200))
def test_text(text: str) -> None:
    assert answer(text) == answer(text)


scalars = st.sampled_from(SCALARS)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda items: f"[{', '.join(items)}]"),
        st.lists(st.tuples(st.sampled_from(KEYS), inner), max_size=4).map(
            lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"
        ),
    ),
    max_leaves=12,
)


@common
@given(st.lists(st.tuples(st.sampled_from("abcdef"), values), max_size=6))
def test_yaml_like_nodes(nodes: list[tuple[str, str]]) -> None:
    answer(HEAD + "".join(f"  {name}: {value}\n" for name, value in nodes))


@common
@given(
    st.lists(
        st.tuples(
            st.sampled_from([*KEYS, "inception_graph", "name", "input", "auxiliary"]), values
        ),
        max_size=8,
    )
)
def test_yaml_like_sections(sections: list[tuple[str, str]]) -> None:
    answer("inception_graph: 1\n" + "".join(f"{key}: {value}\n" for key, value in sections))


mutations = st.lists(
    st.tuples(
        st.sampled_from(["delete", "duplicate", "swap", "indent", "dedent", "scalar", "cut"]),
        st.integers(0, len(GOOGLENET) - 1),
        st.integers(0, len(GOOGLENET) - 1),
        scalars,
    ),
    min_size=1,
    max_size=4,
)


def mutated(edits: list[tuple[str, int, int, str]]) -> str:
    lines = list(GOOGLENET)
    for kind, first, second, scalar in edits:
        first, second = first % len(lines), second % len(lines)
        line = lines[first]
        key, colon, rest = line.rpartition(": ")
        match kind:
            case "delete" if len(lines) > 1:
                del lines[first]
            case "duplicate":
                lines.insert(second, line)
            case "swap":
                lines[first], lines[second] = lines[second], line
            case "indent":
                lines[first] = "  " + line
            case "dedent":
                lines[first] = line.removeprefix("  ")
            case "scalar":
                lines[first] = f"{key}{colon}{scalar}{'}' * rest.count('}')}\n"
            case _:
                lines[first] = line[: len(line) // 2] + "\n"
    return "".join(lines)


@common
@given(mutations)
def test_mutations_of_googlenet(edits: list[tuple[str, int, int, str]]) -> None:
    text = mutated(edits)
    assert answer(text) == answer(text)
