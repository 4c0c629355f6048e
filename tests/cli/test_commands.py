"""The command line as a user meets it: results on stdout, messages on stderr, exit status 0, 1 or 2."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import inception_graph as ig

SPEC = """\
inception_graph: 1
name: tiny
meta: {title: "A <b>tiny</b> | one"}
input: {channels: 3, height: 16, width: 16}
variables: {classes: 4}
stem:
  conv1: {conv: 8, kernel: 3, activation: relu}
head:
  pool: {avg_pool: global}
  classifier: {linear: $classes}
"""


@pytest.fixture
def run(command_line, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.yaml").write_text(SPEC, encoding="utf-8")

    return command_line


def test_check_is_clean(run) -> None:
    assert run("check", "tiny.yaml", "googlenet") == (0, "no problems in 2 files\n", "")


def test_check_finds(run, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(SPEC.replace("kernel", "kernal"), encoding="utf-8")
    found = run("check", "bad.yaml")
    assert found.status == 1
    assert "bad.yaml:7:20" in found.out
    assert "did you mean 'kernel'?" in found.out
    document = json.loads(run("check", "bad.yaml", "--format", "json").out)
    assert document["diagnostics"][0]["code"] == "S201"
    for form in ("concise", "github", "sarif"):
        assert run("check", "bad.yaml", "--format", form).status == 1


def test_warnings_are_findings(run, tmp_path: Path) -> None:
    (tmp_path / "warned.yaml").write_text(SPEC.replace("$classes", "4"), encoding="utf-8")
    assert run("check", "warned.yaml").status == 1
    assert run("emit", "warned.yaml").status == 0
    assert run("build", "warned.yaml", "-o", "out").status == 1
    assert (tmp_path / "out" / "model.py").exists()


def test_standard_input(run, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stream:
        buffer = (lambda: __import__("io").BytesIO(SPEC.encode()))()

    monkeypatch.setattr(sys, "stdin", Stream)
    assert run("check", "-").status == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("chekc",), "did you mean 'check'?"),
        (("check",), "Missing argument"),
        (
            ("summary", "tiny.yaml", "--set", "clases=3"),
            "no variable 'clases': did you mean 'classes'?",
        ),
        (("summary", "tiny.yaml", "--set", "classes"), "not of the form name=value"),
        (("summary", "tiny.yaml", "--set", "classes=[1]"), "not of the form name=value"),
        (("check", "tiny.yaml", "--limit", "node=3"), "not of the form name=number"),
        (("check", "tiny.yaml", "--limit", "nodes=0"), "at least 1"),
        (("check", "tiny.yaml", "--format", "xml"), "Invalid value"),
        (("explain", "H999"), "there is no code 'H999'"),
        (("render", "tiny.yaml", "-o", "picture.bmp"), "suffix"),
        (("render", "tiny.yaml", "-o", "nowhere/picture.svg"), "no folder"),
        (("emit", "tiny.yaml", "--check", "absent.py"), "absent.py"),
        (("build", "tiny.yaml", "-o", "tiny.yaml"), "not a folder"),
        (
            ("build", "tiny.yaml", "-o", "out", "--image", "tiny.yaml"),
            "cannot be read as a picture",
        ),
    ],
)
def test_usage_errors(run, arguments: tuple[str, ...], words: str) -> None:
    result = run(*arguments)
    assert result.status == 2
    assert words in result.err
    assert "Traceback" not in result.err


def test_unknown_network_names_the_near_one(run) -> None:
    result = run("summary", "googlnet")
    assert result.status == 1
    assert "did you mean 'googlenet'?" in result.err


def test_summary_formats(run) -> None:
    text = run("summary", "googlenet").out
    assert "6,998,552 parameters (13,378,280 with auxiliary heads)" in text
    assert "1,582,671,872 MACs" in text
    assert "FLOPs = 2 x MACs: 3,165,343,744" in text
    document = json.loads(run("summary", "googlenet", "--format", "json", "--level", "op").out)
    assert document["macs"] == 1_582_671_872
    assert sum(row["parameters"] for row in document["rows"]) == 13_378_280
    lines = run("summary", "tiny.yaml", "--format", "csv").out.splitlines()
    assert lines[0].startswith("node,section,operation")
    assert len(lines) == 4
    markdown = run("summary", "tiny.yaml", "--format", "markdown").out
    assert markdown.startswith("# A \\<b\\>tiny\\</b\\> \\| one\n")


def test_settings_and_limits(run) -> None:
    assert "output 7\n" in run("summary", "tiny.yaml", "--set", "classes=7").out
    assert "has more than 3 channels" in run("check", "tiny.yaml", "--limit", "channels=3").out


def test_files_of_others_are_kept(run, tmp_path: Path) -> None:
    target = tmp_path / "model.py"
    target.write_text("mine", encoding="utf-8")
    refused = run("emit", "tiny.yaml", "-o", "model.py")
    assert (refused.status, target.read_text(encoding="utf-8")) == (2, "mine")
    assert run("emit", "tiny.yaml", "-o", "model.py", "--force").status == 0
    assert run("emit", "tiny.yaml", "-o", "model.py").status == 0, "it is ours now"
    assert run("emit", "tiny.yaml", "--check", "model.py").status == 0
    changed = run("emit", "tiny.yaml", "--check", "model.py", "--set", "classes=9")
    assert changed.status == 1
    assert "+    def __init__(self, classes: int = 9)" in changed.out


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf", "dot"])
def test_pictures_can_be_drawn_again(run, tmp_path: Path, suffix: str) -> None:
    name = f"picture.{suffix}"
    assert run("render", "tiny.yaml", "-o", name).status == 0
    assert run("render", "tiny.yaml", "-o", name).status == 0
    (tmp_path / name).write_bytes(b"somebody's")
    assert run("render", "tiny.yaml", "-o", name).status == 2
    assert (tmp_path / name).read_bytes() == b"somebody's"


def test_build_writes_everything(run, tmp_path: Path) -> None:
    result = run("build", "tiny.yaml", "-o", "out")
    assert result.status == 0, result.err
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == ["diagram.svg", "model.py", "spec.yaml", "summary.md"]
    assert "all agree; run on grace_hopper.jpg" in result.out
    resolved = ig.load(tmp_path / "out" / "spec.yaml")
    assert resolved.macs == ig.load("tiny.yaml").macs
    assert run("build", "tiny.yaml", "-o", "out").status == 0, "all of it is ours"


def test_failed_build_leaves_nothing(run, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(SPEC.replace("kernel", "kernal"), encoding="utf-8")
    assert run("build", "bad.yaml", "-o", "out").status == 1
    assert not (tmp_path / "out").exists()
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "summary.md").write_text("mine", encoding="utf-8")
    assert run("build", "tiny.yaml", "-o", "kept").status == 2
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["summary.md"]


def test_explain_lists_and_prints(run) -> None:
    listed = run("explain").out
    assert "H402" in listed
    assert run("explain", "h402").out.startswith("# H402: ")
    assert json.loads(run("explain", "H402", "--format", "json").out)["severity"] == "error"


def test_list_show_doctor_schema_completion(run) -> None:
    names = [entry["name"] for entry in json.loads(run("list", "--format", "json").out)]
    assert names == ig.list_models()
    assert run("show", "googlenet").out.startswith("inception_graph: 1\n")
    assert json.loads(run("doctor", "--format", "json").out)["missing"] == []
    assert json.loads(run("schema").out)["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert "inception" in json.dumps(json.loads(run("schema", "googlenet").out)["definitions"])
    for shell in ("bash", "zsh", "fish"):
        assert "_INCEPTION_GRAPH_COMPLETE" in run("completion", shell).out
