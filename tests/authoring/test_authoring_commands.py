"""new, fmt, resolve, and running again on save, as their user runs them."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

VARIANT = "inception_graph: 1\nname: mine\nextends: googlenet\nvariables: {classes:   10}\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_new(folder: Path, command_line) -> None:
    status, _, said = command_line("new", "mine", "--from", "inception_v3")
    assert (status, "wrote mine.yaml" in said) == (0, True)
    assert (folder / "inception-graph.schema.json").is_file()
    assert command_line("check", "mine.yaml")[0] == 0
    status, _, said = command_line("new", "mine")
    assert (status, "use --force to replace it" in said) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["new", "1st"], "starts with a letter"),
        (["new", "mine", "--from", "googlnet"], "did you mean 'googlenet'?"),
        (["new", "../mine"], "cannot be the name of a network"),
        (["fmt", "nothing.yaml"], "there is no such file"),
        (["resolve", "nothing.yaml"], "cannot be read"),
        (["check", "-", "--watch"], "standard input cannot be watched"),
    ],
)
def test_refusals(arguments: list[str], message: str, folder: Path, command_line) -> None:
    status, _, said = command_line(*arguments)
    assert status
    assert message in said
    assert list(folder.iterdir()) == []


def test_fmt(folder: Path, command_line) -> None:
    path = folder / "mine.yaml"
    path.write_text(VARIANT, encoding="utf-8")
    status, shown, _ = command_line("fmt", "--diff", "mine.yaml")
    assert (status, "+variables: {classes: 10}" in shown) == (1, True)
    assert command_line("fmt", "--check", "mine.yaml")[0] == 1
    assert path.read_text(encoding="utf-8") == VARIANT
    assert command_line("fmt", "mine.yaml")[0] == 0
    assert path.read_text(encoding="utf-8") == VARIANT.replace("   ", " ")
    assert command_line("fmt", "--check", "mine.yaml")[0] == 0


def test_resolve(folder: Path, command_line) -> None:
    (folder / "mine.yaml").write_text(VARIANT, encoding="utf-8")
    status, shown, _ = command_line("resolve", "mine.yaml", "--origins")
    assert status == 0
    assert "variables: {classes: 10}  # mine.yaml:4\n" in shown
    assert re.search(r"^  pool1: \{max_pool: 3.*\}  # <googlenet>:\d+$", shown, re.MULTILINE)


def test_a_parent_that_cannot_be_read(folder: Path, command_line) -> None:
    (folder / "mine.yaml").write_text(VARIANT.replace("googlenet", "odd.yaml"), encoding="utf-8")
    (folder / "odd.yaml").write_bytes(b"PNG\0")
    _, shown, _ = command_line("check", "mine.yaml", "--format", "concise")
    message = "error[S215] 'odd.yaml' cannot be extended: this is a binary file"
    assert shown == f"mine.yaml:3:10: {message}\n"


@pytest.mark.parametrize("name", ["mine", "mine.yml", "mines.yaml"])
def test_a_file_of_nearly_that_name(name: str, folder: Path, command_line) -> None:
    (folder / "mine.yaml").write_text(VARIANT, encoding="utf-8")
    status, shown, _ = command_line("check", name)
    assert (status, "did you mean 'mine.yaml'?" in shown) == (1, True)


def wait_for(path: Path, pattern: str) -> None:
    """Wait until a process has written something; a minute is for machines that are very busy."""
    for _ in range(1200):
        if re.search(pattern, path.read_text(encoding="utf-8")):
            return
        time.sleep(0.05)
    pytest.fail(f"no '{pattern}' in: {path.read_text(encoding='utf-8')}")


@pytest.mark.parametrize(
    "command", [["check"], ["render", "-o", "mine.svg"]], ids=["check", "render"]
)
def test_watch(command: list[str], folder: Path) -> None:
    """A change of the spec and one of what it extends are both seen; what is broken is told and waited for."""
    parent, mine, said = folder / "parent.yaml", folder / "mine.yaml", folder / "said.txt"
    parent.write_text(VARIANT.replace("mine", "parent"), encoding="utf-8")
    mine.write_text("inception_graph: 1\nname: mine\nextends: parent.yaml\n", encoding="utf-8")
    with said.open("w", encoding="utf-8") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "inception_graph", *command, "mine.yaml", "--watch"],
            stdout=stream,
            stderr=stream,
            cwd=folder,
        )
        try:
            wait_for(said, "watching")
            parent.write_text("inception_graph: 1\nname: parent\nextends: nothing\n", "utf-8")
            wait_for(said, r"error\[S215\][\s\S]*watching")
            parent.write_text(VARIANT.replace("mine", "parent"), encoding="utf-8")
            wait_for(said, r"error\[S215\][\s\S]*watching[\s\S]*watching")
            parent.unlink()
            wait_for(said, r"no file 'parent.yaml' to extend[\s\S]*watching")
            parent.write_text(VARIANT.replace("mine", "parent"), encoding="utf-8")
            wait_for(said, r"no file 'parent.yaml' to extend[\s\S]*watching[\s\S]*watching")
        finally:
            process.terminate()
            process.wait()
