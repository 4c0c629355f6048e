"""The documentation says what is so now."""

from __future__ import annotations

import re
import runpy
import shlex
import sys
from pathlib import Path

import pytest

import inception_graph as ig
from inception_graph.cli import main

ROOT = Path(__file__).parents[1]
ARTIFACTS = runpy.run_path(str(ROOT / "docs" / "generate.py"))["ARTIFACTS"]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("name", ARTIFACTS)
def test_generated_files_are_fresh(name: str) -> None:
    """`make docs` writes them anew."""
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == ARTIFACTS[name]()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


def commands() -> list[str]:
    shell = re.findall(
        r"```console\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    lines = [
        line.removeprefix("$ ").split("  #")[0]
        for block in shell
        for line in block.splitlines()
        if line.startswith("$ ")
    ]
    return [line.strip() for line in lines if line.startswith("inception-graph")]


def test_commands_of_the_readme(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In an empty folder, in order; the variant is broken on purpose where the page shows a diagnostic."""
    monkeypatch.chdir(tmp_path)
    assert len(commands()) >= 6
    for command in commands():
        _, *arguments = shlex.split(command)
        target = None
        if ">" in arguments:
            arguments, target = arguments[: arguments.index(">")], arguments[-1]
        if arguments[0] == "check":
            mine = tmp_path / "mine.yaml"
            sound = mine.read_text(encoding="utf-8")
            mine.write_text(sound.replace("kernel: 5}", "kernel: 5, padding: 0}"), encoding="utf-8")
        monkeypatch.setattr(sys, "argv", ["inception-graph", *arguments])
        with pytest.raises(SystemExit) as leaving:
            main()
        captured = capsys.readouterr()
        if target is not None:
            (tmp_path / target).write_text(captured.out, encoding="utf-8")
        if arguments[0] == "check":
            assert leaving.value.code == 1
            assert (
                "'padding: 2' on 'inception_3a.branch5.expand' makes this branch 28x28"
                in captured.out
            )
            mine.write_text(sound, encoding="utf-8")
        else:
            assert leaving.value.code == 0, captured.err


def test_examples_of_the_language_page_are_sound() -> None:
    page = (ROOT / "docs" / "reference" / "language.md").read_text(encoding="utf-8")
    whole, *variants = [ig.load(text) for text in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]
    assert len(variants) == 1
    for network in (whole, *variants):
        assert network.check() == ()
    assert whole.create_model()(__import__("torch").zeros(2, 3, 32, 32)).aux.shape == (2, 10)
