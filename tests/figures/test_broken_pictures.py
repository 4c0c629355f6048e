"""A spec with errors is drawn as far as it goes, and says where it fails."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from inception_graph.backends.pictures import View
from inception_graph.backends.pictures.broken import broken_marking
from inception_graph.backends.pictures.picture import Picture
from inception_graph.cli import group
from inception_graph.compiler import Compilation, compile_spec, compile_text
from inception_graph.ir.partial import PartialGraph, partial_graph

HEAD = "inception_graph: 1\nname: example\ninput: {channels: 3, height: 32, width: 32}\n"
TWO_FAULTS = """\
stem:
  conv1: {conv: 8, kernel: 3, padding: same}
  fork:
    concat:
      left: {conv: 4, kernel: 1}
      right: {max_pool: 2}
  conv2: {conv: 8, kernel: 3}
body:
  apart: {covn: 8}
  conv3: {conv: 8, kernel: 3}
"""
FAULTY = sorted((Path(__file__).parents[1] / "errors").glob("*.yaml"))


def partial_of(compilation: Compilation) -> PartialGraph | None:
    program = compilation.program
    return None if program is None else partial_graph(program, compilation.limits)


def test_marks_tell_faults_from_what_they_cut_off() -> None:
    compilation = compile_text(HEAD + TWO_FAULTS)
    partial = partial_of(compilation)
    assert partial is not None
    marking = broken_marking(partial, compilation.report.sorted())
    names = [node.name for node in partial.nodes]
    assert {names[index]: mark for index, mark in marking.nodes.items()} == {
        "fork": "failed",
        "conv2": "unreached",
        "apart": "failed",
        "conv3": "unreached",
    }
    assert {(names[value], names[reader]) for value, reader in marking.wires} == {
        ("fork", "conv2"),
        ("conv2", "apart"),
        ("apart", "conv3"),
    }
    words = {names[index]: said for index, said in marking.words.items()}
    assert words["fork"].startswith("(1) the branches of this concat differ")
    assert words["apart"] == "(2) there is no operation or block 'covn'"
    shown = "\n".join(marking.caption)
    assert "(1) error H402, line 7: " in shown
    assert "(2) error S207, line 12: " in shown
    assert "did you mean 'conv'?" in shown


def test_a_fault_of_a_block_marks_every_use_and_knows_what_is_before_it() -> None:
    text = """\
blocks:
  unit: {nodes: {one: {conv: 8, kernel: 3, padding: same}, two: {conv: 8, kernel: five}}}
stem: {a: {unit: {}}, b: {unit: {}}}
"""
    compilation = compile_text(HEAD + text)
    partial = partial_of(compilation)
    assert partial is not None
    marking = broken_marking(partial, compilation.report.sorted())
    names = [node.name for node in partial.nodes]
    assert {names[index]: mark for index, mark in marking.nodes.items()} == {
        "a.two": "failed",
        "b.one": "unreached",
        "b.two": "failed",
    }
    assert partial.shape(names.index("a.one")) == (8, 32, 32)
    assert partial.shape(names.index("a.two")) is None


def test_shapes_fail_where_they_are_known_only() -> None:
    text = """\
blocks:
  unit: {nodes: {conv: {conv: 8, kernel: 20, padding: valid}}}
stem: {a: {unit: {}}, b: {unit: {}}, c: {unit: {}}}
"""
    compilation = compile_text(HEAD + text)
    partial = partial_of(compilation)
    assert partial is not None
    marking = broken_marking(partial, compilation.report.sorted())
    names = [node.name for node in partial.nodes]
    assert {names[index]: mark for index, mark in marking.nodes.items()} == {
        "b.conv": "failed",
        "c.conv": "unreached",
    }


@pytest.mark.parametrize("level", ["network", "block", "op"])
def test_whatever_is_wrong_can_be_drawn_or_holds_no_network(level: str) -> None:
    """All faulty specs that there are; each picture is XML and holds the first diagnostic's code."""
    drawn = 0
    for path in FAULTY:
        compilation = compile_spec(path)
        partial = partial_of(compilation)
        if compilation.typed is not None or partial is None:
            continue
        diagnostics = compilation.report.sorted()
        picture = Picture(partial, View(level), broken_marking(partial, diagnostics)).svg  # type: ignore[arg-type]
        root = ET.fromstring(picture)
        words = " ".join("".join(element.itertext()) for element in root)
        assert diagnostics[0].code.value in words, path.name
        assert "<script" not in picture
        drawn += 1
    assert drawn > 100


@pytest.mark.parametrize("suffix", ["svg", "dot", "mmd", "tex"])
def test_render_draws_tells_and_fails(
    suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec, picture = tmp_path / "net.yaml", tmp_path / f"net.{suffix}"
    spec.write_text(HEAD + TWO_FAULTS, encoding="utf-8")
    with pytest.raises(SystemExit) as leaving:
        group.main(["render", str(spec), "-o", str(picture)], standalone_mode=False)
    assert leaving.value.code == 1
    said = capsys.readouterr().err
    assert "error[H402]" in said
    assert "error[S207]" in said
    text = picture.read_text(encoding="utf-8")
    assert "H402" in text
    assert "S207" in text


def test_render_of_what_holds_no_network(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text("stem: [\n", encoding="utf-8")
    with pytest.raises(SystemExit) as leaving:
        group.main(["render", str(spec), "-o", str(tmp_path / "net.svg")], standalone_mode=False)
    assert leaving.value.code == 1
    assert "too little of this spec can be read to draw it" in capsys.readouterr().err
    assert not (tmp_path / "net.svg").exists()


def test_hostile_text_stays_text() -> None:
    compilation = compile_text(HEAD + 'stem: {conv1: {conv: "</text><script>alert(1)</script>"}}\n')
    partial = partial_of(compilation)
    assert partial is not None
    picture = Picture(partial, View(), broken_marking(partial, compilation.report.sorted())).svg
    assert "<script" not in picture
    assert "&lt;script&gt;" in picture


def test_many_faults_are_listed_up_to_a_bound() -> None:
    nodes = "".join(f"  conv{index}: {{conv: 8, kernel: five}}\n" for index in range(40))
    compilation = compile_text(f"{HEAD}stem:\n{nodes}")
    partial = partial_of(compilation)
    assert partial is not None
    marking = broken_marking(partial, compilation.report.sorted())
    assert len(marking.caption) == 9
    assert marking.caption[-1] == "and 32 more"
    assert set(marking.nodes.values()) == {"failed"}
