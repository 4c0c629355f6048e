"""A written spec is the network that it was written from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from test_schema import BASE

from inception_graph.analysis.costs import costs
from inception_graph.compiler import Compilation, compile_spec, compile_text
from inception_graph.diagnostics.codes import Code
from inception_graph.ir.program import Program
from inception_graph.resources import specs
from inception_graph.spec.lower import KEYS
from inception_graph.spec.writer import to_yaml


def _sound(compilation: Compilation) -> tuple[Program, Any]:
    assert compilation.program is not None, compilation.report.sorted()
    assert compilation.typed is not None, compilation.report.sorted()
    return compilation.program, compilation.typed


def _network(compilation: Compilation) -> list[Any]:
    """All that a network is."""
    program, typed = _sound(compilation)
    return [
        (program.name, program.input, program.meta, program.preprocess, program.training),
        program.checkpoints,
        [(node.name, node.operation, node.inputs, node.section) for node in typed.nodes],
        typed.shapes,
        [(head.name, head.output, head.loss_weight) for head in typed.graph.heads],
        typed.graph.output,
        costs(typed),
        [(block.name, block.arguments, block.description) for block in program.blocks.values()],
    ]


def _assert_round_trip(compilation: Compilation) -> str:
    program, _ = _sound(compilation)
    text = to_yaml(program)
    again = compile_text(text)
    assert _network(again) == _network(compilation)
    assert again.program is not None
    assert to_yaml(again.program) == text
    return text


@pytest.mark.parametrize("name", list(specs()))
def test_every_shipped_spec(name: str) -> None:
    compilation = compile_spec(name)
    text = _assert_round_trip(compilation)
    program, _ = _sound(compilation)
    again, _ = _sound(compile_text(text))
    assert again.expect == program.expect
    assert again.variables == program.variables
    # Addresses and names of checkpoints cannot be broken.
    network, _, _ = text.partition("\ncheckpoints:")
    assert max(map(len, network.splitlines())) <= 100


@pytest.mark.parametrize(
    "name", [n for n, p in specs().items() if "\nextends:" not in p.read_text("utf-8")]
)
def test_the_nodes_of_a_shipped_spec_are_written_as_they_stand_there(name: str) -> None:
    shipped = specs()[name].read_text(encoding="utf-8").splitlines()
    program, _ = _sound(compile_spec(name))
    written = to_yaml(program).splitlines()
    nodes = [line for line in written if line.endswith("}")]
    strange = [line for line in nodes if line not in shipped]
    assert len(strange) <= len(nodes) // 10, strange


def test_all_that_the_language_has() -> None:
    text = _assert_round_trip(compile_text(json.dumps(BASE)))
    keys = [line.split(":")[0] for line in text.splitlines() if line[:1].isalpha()]
    assert keys == [key for key in KEYS if key in BASE]


def test_the_values_of_a_variant_are_written_and_its_expectations_are_not() -> None:
    compilation = compile_spec("googlenet", {"classes": 7})
    text = _assert_round_trip(compilation)
    assert "variables: {classes: 7}" in text
    assert "expect:" not in text


def test_a_variable_that_nothing_reads_any_more_is_left_out() -> None:
    program, _ = _sound(compile_text(json.dumps(BASE)))
    assert "variables: {classes: 10, act: relu}" in to_yaml(program)
    warnings = compile_text(to_yaml(program)).report.sorted()
    assert Code.UNUSED_VARIABLE not in [warning.code for warning in warnings]


def test_what_the_defaults_say_is_not_repeated() -> None:
    text = """
inception_graph: 1
name: defaults
input: {channels: 3, height: 9, width: 9}
variables: {on: true, kernel: 3}
defaults: {conv: {bias: true, activation: relu, kernel: $kernel}}
body:
  one: {conv: 8, kernel: $kernel, activation: relu, bias: true}
  two: {conv: 8, kernel: 3, activation: none, bias: $on}
"""
    written = _assert_round_trip(compile_text(text))
    assert "  one: {conv: 8}\n" in written
    assert "  two: {conv: 8, kernel: 3, bias: $on, activation: none}\n" in written


def test_a_long_node_is_broken_into_lines() -> None:
    names = [f"a_rather_long_name_of_an_argument_{n}" for n in range(4)]
    spec = {
        **{key: BASE[key] for key in ("inception_graph", "name", "input", "variables")},
        "blocks": {
            "wide": {
                "arguments": names,
                "nodes": {name: {"conv": f"${name}"} for name in names},
            }
        },
        "body": {"use": {"wide": dict.fromkeys(names, 8), "repeat": 2}},
    }  # fmt: skip
    text = _assert_round_trip(compile_text(json.dumps(spec)))
    assert "  use:\n    wide:\n      a_rather_long_name_of_an_argument_0: 8\n" in text


HOSTILE = [
    "", " ", "a ", " a", "a  b", "a: b", "a:", "a #b", "#a", "- a", "a, b", "[a]", "{a}", "*a", "&a",
    "!a", "|", ">", "%a", "@a", "`a`", "'", '"', '"""', "\\", "\\ a", "a\\ b", "a\nb", "a\n\n b\n",
    "\t", "a\tb", "null", "Null", "~", "true", "yes", "on", "Off", "NO", "1", "1.5", "1e-3", "0x1f",
    "0o7", ".5", ".inf", ".nan", "12:30", "2020-01-01", "<<", "=", "---", "...", "? a", "é", "日本語",
    "😀", "\x85", "\u2028", "\ufeff", "\x00", "\x07", "a" * 300, "word " * 60 + "end", "a  b " * 60,
    "\\ " * 80, '"' * 90 + " " + "'" * 90,
]  # fmt: skip


class _Quoting(yaml.SafeDumper):
    """Writes every text in quotes, all that is special in it escaped."""


_Quoting.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)


def _with_texts(texts: list[str]) -> str:
    spec = {**BASE, "meta": {"title": texts[0], "source": texts[-1], "notes": texts}}
    spec["blocks"] = {
        name: {**block, "description": texts[0]} for name, block in BASE["blocks"].items()
    }
    return yaml.dump(spec, Dumper=_Quoting, sort_keys=False, width=10**9)


def _writable(text: str) -> bool:
    return not text.startswith("$")


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_a_text_stays_what_it_is(text: str) -> None:
    program, _ = _sound(compile_text(_with_texts([text, text])))
    assert program.meta.title == text
    _assert_round_trip(compile_text(_with_texts([text, text])))


@settings(deadline=None, max_examples=300, derandomize=True)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])).filter(_writable), min_size=1))
def test_every_text_stays_what_it_is(texts: list[str]) -> None:
    compilation = compile_text(_with_texts(texts))
    program, _ = _sound(compilation)
    assert list(program.meta.notes) == texts
    _assert_round_trip(compilation)


names = st.sampled_from(["a", "b", "c", "left", "right", "on", "null", "conv1", "y", "n1"])
widths = st.one_of(st.integers(1, 8), st.sampled_from(["$v", "$(v + 1)", "$(max(v, 2) * 2)"]))
leaves = st.one_of(
    st.fixed_dictionaries(
        {"conv": widths},
        optional={
            "kernel": st.sampled_from([1, 3, [1, 3], [3, "$(v // v)"]]),
            "activation": st.sampled_from(["relu", "none", None, "$act"]),
            "norm": st.sampled_from(["none", "batch_norm", {"batch_norm": {"eps": 1e-05}}]),
            "init": st.sampled_from([None, "he_normal", {"normal": 0.01}]),
            "bias": st.booleans(),
        },
    ),
    st.just({"batch_norm": None, "eps": 1e-3}),
    st.just({"batch_norm": {"momentum": 0.5}}),
    st.just({"lrn": 5, "k": 2.0}),
    st.just({"max_pool": 3, "stride": 1, "padding": "same"}),
    st.just({"scale": 0.5}),
    st.just({"plain": None}),
    st.builds(lambda width: {"wide": {"width": width, "after": "relu"}}, widths),
    st.builds(lambda width, count: {"slim": width, "repeat": count}, widths, st.integers(1, 3)),
)


def _chains(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.dictionaries(names, inner, max_size=3)


def _joins(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    branch = st.one_of(inner, _chains(inner), st.none())
    branches = st.dictionaries(names, branch, min_size=2, max_size=3)
    share = {"narrow": [1, 2], "from": "entry"}
    return st.one_of(
        st.builds(lambda branches: {"concat": branches}, branches),
        st.builds(
            lambda branches: {"entry": {"conv": 4}, "concat": {**branches, "share": share}},
            branches,
        ),
    )


nodes = st.recursive(leaves, _joins, max_leaves=6)


def _spec(
    first: Any, body: dict[str, Any], other: Any, defaults: Any, *, auxiliary: bool
) -> dict[str, Any]:
    blocks: dict[str, Any] = {
        "plain": {"nodes": {"conv": "$v"}},
        "slim": {"arguments": ["width"], "nodes": {"conv": "$width"}},
        "wide": {
            "arguments": ["width", "after"],
            "nodes": {"x": {"conv": "$width", "activation": "$after"}},
        },
    }
    head = {"from": "z", "loss_weight": "$(v / 8)", "nodes": {"p": {"avg_pool": "global"}}}
    return {
        "inception_graph": 1,
        "name": "generated",
        "input": {"channels": 4, "height": "$size", "width": 8},
        "variables": {"v": 2, "act": "relu", "size": 8},
        "defaults": defaults,
        "blocks": {**blocks, **({"other": {"nodes": other}} if other else {})},
        "body": {"z": first, **body},
        "auxiliary": {"aux": head} if auxiliary else None,
    }


programs = st.builds(
    _spec,
    nodes,
    _chains(nodes),
    st.one_of(st.none(), nodes, _chains(nodes)),
    st.sampled_from([None, {"conv": {"activation": "relu", "bias": False, "kernel": "$(v + 1)"}}]),
    auxiliary=st.booleans(),
)


@settings(deadline=None, max_examples=400, derandomize=True)
@given(programs)
def test_every_program_that_compiles(spec: dict[str, Any]) -> None:
    compilation = compile_text(json.dumps(spec))
    assume(compilation.typed is not None)
    _assert_round_trip(compilation)


def test_it_reads_no_file_and_writes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    program, _ = _sound(compile_text(json.dumps(BASE)))
    to_yaml(program)
    assert not list(tmp_path.iterdir())
