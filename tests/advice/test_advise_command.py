"""The command ``advise``: its exit status, its streams, its files."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from inception_graph.cli import main
from inception_graph.compiler import compile_spec
from inception_graph.diagnostics.render import FORMATS
from inception_graph.interface import load

SPEC = """\
inception_graph: 1
name: mine
input: {channels: 16, height: 8, width: 8}
variables: {classes: 10}
body:
  conv1: {conv: 16, kernel: 5}     # mine
  conv2: {conv: 16, kernel: 5}
head:
  pool: {avg_pool: global}
  classifier: {linear: $classes}
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text(SPEC, encoding="utf-8")

    def command(*arguments: str) -> tuple[int | str | None, str, str]:
        monkeypatch.setattr(sys, "argv", ["inception-graph", "advise", *arguments])
        with pytest.raises(SystemExit) as leaving:
            main()
        captured = capsys.readouterr()
        return leaving.value.code, captured.out, captured.err

    return command


def test_advice(run) -> None:
    status, out, err = run("mine.yaml")
    assert status == 1
    assert out.count("advice[A701]: this 5x5 convolution could be two of 3x3: 1,776 fewer") == 2
    assert "mine.yaml:6:3" in out
    assert "2 suggestions in 1 file" in out
    assert err == "with --fix: 3,552 fewer parameters (-27.3 %), 229,376 fewer MACs (-28.0 %)\n"


def test_nothing_to_advise(run) -> None:
    assert run("mine.yaml", "--ignore", "a701") == (0, "no problems in 1 file\n", "")
    assert run("mine.yaml", "--select", "A702,A703", "--select", "A710")[0] == 0


def test_fix_prints_the_spec(run) -> None:
    status, out, err = run("mine.yaml", "--fix")
    assert status == 0
    assert "conv1_1: {conv: 16, kernel: 3}\n  conv1_2: {conv: 16, kernel: 3}     # mine\n" in out
    assert err == (
        "followed A701: 3,552 fewer parameters (-27.3 %), 229,376 fewer MACs (-28.0 %)\n"
        "no problems in 1 file\n"
    )


def test_fix_writes_a_file(run, tmp_path: Path) -> None:
    status, out, err = run("mine.yaml", "--fix", "-o", "fixed.yaml")
    assert (status, out) == (0, "no problems in 1 file\n")
    assert "wrote fixed.yaml" in err
    assert compile_spec(tmp_path / "fixed.yaml").report.found == []
    assert run("fixed.yaml")[0] == 0


def test_fix_in_place_has_to_be_meant(run, tmp_path: Path) -> None:
    status, _, err = run("mine.yaml", "--fix", "-o", "mine.yaml")
    assert status == 2
    assert "use --force to replace it" in err
    assert (tmp_path / "mine.yaml").read_text(encoding="utf-8") == SPEC
    assert run("mine.yaml", "--fix", "-o", "mine.yaml", "--force")[0] == 0
    assert "conv1_2" in (tmp_path / "mine.yaml").read_text(encoding="utf-8")


def test_what_remains_is_told_of_the_new_file(run) -> None:
    status, out, _ = run("mine.yaml", "--fix", "-o", "new.yaml", "--object", "100")
    assert status == 1
    assert "new.yaml:11:3" in out
    assert "A717" in out


def test_nothing_to_fix(run) -> None:
    status, out, err = run("mine.yaml", "--fix", "--ignore", "A701")
    assert (status, out) == (0, SPEC)
    assert err.startswith("nothing was rewritten\n")


@pytest.mark.parametrize("form", FORMATS)
def test_formats(run, form: str) -> None:
    status, out, _ = run("mine.yaml", "--format", form)
    assert status == 1
    assert out.count("A701") >= 2


def test_facts_for_programs(run) -> None:
    _, out, err = run("mine.yaml", "--format", "json")
    document = json.loads(out)
    assert err == ""
    assert document["summary"]["advice"] == 2
    assert document["diagnostics"][0]["severity"] == "advice"
    assert document["diagnostics"][0]["facts"] == {
        "parameters": -1776,
        "parameters_with_auxiliary": -1776,
        "macs": -114688,
        "macs_with_auxiliary": -114688,
        "uses": 1,
        "fixable": True,
        "source": "Szegedy et al. 2015, Rethinking the Inception Architecture, arXiv:1512.00567, "
        "section 3.1",
    }


def test_levels_elsewhere(run) -> None:
    assert "::notice file=mine.yaml,line=6" in run("mine.yaml", "--format", "github")[1]
    log = json.loads(run("mine.yaml", "--format", "sarif")[1])
    assert {result["level"] for result in log["runs"][0]["results"]} == {"note"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--select", "A799"], "there is no advice 'A799'"),
        (["--ignore", "H402"], "there is no advice 'H402'"),
        (["--select", ""], "there is no advice ''"),
        (["-o", "x.yaml"], "'-o' takes the rewritten spec: add --fix"),
        (["--object", "0"], "0 is not in the range"),
        (["--set", "clases=3"], "has no variable 'clases'"),
    ],
)
def test_usage(run, arguments: list[str], message: str) -> None:
    status, out, err = run("mine.yaml", *arguments)
    assert (status, out) == (2, "")
    assert message in err


def test_a_faulty_spec_is_told_in_the_format_asked_for(run, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(SPEC.replace("conv: 16", "conv: x"), encoding="utf-8")
    status, out, _ = run("mine.yaml", "--fix", "--format", "json")
    assert status == 1
    assert json.loads(out)["summary"]["errors"] == 2


def test_warnings_stay_beside(run, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(SPEC.replace("$classes", "10"), encoding="utf-8")
    status, out, err = run("mine.yaml", "--ignore", "A701")
    assert (status, out) == (0, "no problems in 1 file\n")
    assert "warning[G307]" in err


def test_standard_input(run, monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(SPEC.encode())))
    status, out, _ = run("-", "--fix")
    assert status == 0
    assert "conv1_1" in out


def test_python() -> None:
    codes = [found.code.value for found in load(SPEC).advise()]
    assert codes == ["A701", "A701"]


def test_python_without_auxiliary_heads() -> None:
    network = load("googlenet").without_auxiliary()
    found = {advice.code.value: dict(advice.facts) for advice in network.advise()}
    assert found.keys() == {"A701", "A702", "A703", "A707", "A711"}
    assert found["A701"]["parameters"] == found["A701"]["parameters_with_auxiliary"] == -308096
