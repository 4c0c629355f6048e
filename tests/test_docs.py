"""The documentation says what is so now."""

from __future__ import annotations

import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml

import inception_graph as ig
from inception_graph.cli import group, main
from inception_graph.training import starting

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


QUICK = {
    "bench": ("--contenders", "*/eager", "--rounds", "1"),
    "train": ("--set", "training.epochs=1", "--set", "training.workers=0", "--set", "width=8"),
    "gradients": ("--batch", "2"),
}
"""Options with which a command does what the page says, but in seconds: otherwise some take minutes."""


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

    def become(arguments: list[str]) -> None:
        sys.exit(subprocess.run(arguments, check=False, timeout=300).returncode)

    monkeypatch.setattr(
        starting, "start", become
    )  # which would put the loop in this process's place
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    (variant,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    ((shown),) = re.findall(
        r"^\$ inception-graph check.*?\n(.*?)```", page, re.DOTALL | re.MULTILINE
    )
    assert len(commands()) >= 10
    for command in commands():
        _, *arguments = shlex.split(command)
        quick = QUICK.get(arguments[0], ())
        if arguments[0] == "check":
            (tmp_path / "mine.yaml").write_text(variant, encoding="utf-8")
        monkeypatch.setattr(sys, "argv", ["inception-graph", *arguments, *quick])
        with pytest.raises(SystemExit) as leaving:
            main()
        captured = capsys.readouterr()
        finds = arguments[0] in ("check", "diff", "advise")
        assert leaving.value.code == (1 if finds else 0), captured.err
        if arguments[0] == "check":
            for line in shown.splitlines():
                assert line == "..." or line in captured.out.splitlines(), line
            sound = variant.replace(", padding: 0", "")
            (tmp_path / "mine.yaml").write_text(sound, encoding="utf-8")


def test_hooks_and_workflow_run_commands_that_are_there() -> None:
    """Those of pre-commit and of the page about continuous integration; `check` and `emit --check` are among them."""
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    page = (ROOT / "docs" / "how-to" / "editors-and-ci.md").read_text(encoding="utf-8")
    used, workflow = (
        yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)[1:]
    )
    ids = {hook["id"]: hook["entry"].split() for hook in hooks}
    assert [hook["id"] for hook in used["repos"][0]["hooks"]] == list(ids)
    steps = [step["run"].split() for step in workflow["jobs"]["check"]["steps"] if "run" in step]
    lines = [*ids.values(), *(step for step in steps if step[0] == "inception-graph")]
    assert {line[1] for line in lines} == {"check", "fmt", "emit"}
    assert all(line[1] in group.list_commands(click.Context(group)) for line in lines)


def test_examples_of_the_language_page_are_sound() -> None:
    page = (ROOT / "docs" / "reference" / "language.md").read_text(encoding="utf-8")
    examples = [ig.load(text) for text in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]
    whole, *others = examples
    assert [network.name for network in others] == ["shared", "small_googlenet"]
    for network in examples:
        assert network.check() == ()
    assert whole.create_model()(__import__("torch").zeros(2, 3, 32, 32)).aux.shape == (2, 10)
