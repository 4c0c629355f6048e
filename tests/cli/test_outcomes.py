"""Ends of commands that go wrong for reasons outside of the spec."""

from __future__ import annotations

import importlib.metadata
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from inception_graph.backends import pictures
from inception_graph.cli import environment, main

SPEC = """\
inception_graph: 1
name: tiny
input: {channels: 3, height: 16, width: 16}
body: {a: {conv: 8}}
"""


def status(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["inception-graph", *arguments])
    with pytest.raises(SystemExit) as leaving:
        main()
    return int(leaving.value.code or 0)


@pytest.mark.parametrize("there", [False, True])
def test_a_build_that_cannot_draw_leaves_no_file(
    there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "tiny.yaml").write_text(SPEC, encoding="utf-8")
    folder = tmp_path / "out"
    if there:
        folder.mkdir()

    def missing(*arguments: Any, **options: Any) -> str:
        del arguments, options
        raise pictures.PictureError("no Graphviz")

    monkeypatch.setattr(pictures, "svg", missing)
    assert status(monkeypatch, "build", str(tmp_path / "tiny.yaml"), "-o", str(folder)) == 2
    assert capsys.readouterr().err.endswith("error: no Graphviz\n")
    assert folder.exists() is there
    assert not there or not list(folder.iterdir())


def test_doctor_finds_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    version, found = importlib.metadata.version, environment.find_spec

    def without(package: str) -> str:
        if package in ("networkx", "torch", "pygraphviz"):
            raise importlib.metadata.PackageNotFoundError(package)
        return version(package)

    monkeypatch.setattr(importlib.metadata, "version", without)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(
        environment, "find_spec", lambda name: None if name == "pygraphviz" else found(name)
    )
    assert status(monkeypatch, "doctor") == 1
    lines = capsys.readouterr().out.splitlines()
    assert "missing: networkx" in lines
    assert any(line.split() == ["torch", "-"] for line in lines)
    assert any(line.startswith("torch: not installed; needed for live modules") for line in lines)
    assert any(line.startswith("no Graphviz: 'render' and 'build' cannot draw") for line in lines)
    assert status(monkeypatch, "doctor", "--format", "json") == 1
    assert json.loads(capsys.readouterr().out)["missing"] == ["networkx"]
