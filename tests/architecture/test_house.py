"""What holds for the whole house, beyond what linters see."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from torch import nn

import inception_graph
from inception_graph.spec.names import MODULE_ATTRIBUTES

PACKAGE = Path(inception_graph.__file__).parent
ROOT = PACKAGE.parent
SOURCES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_stay_short_and_have_names_that_say_something(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
    assert path.stem not in {"utils", "common", "helpers", "core", "misc"}


COMMANDS = [
    ["check", "googlenet"],
    ["summary", "inception_v3"],
    ["sizes", "googlenet"],
    ["emit", "googlenet"],
    ["schema"],
    ["explain", "H402"],
    ["advise", "inception_v4", "--ignore", "A709"],
    ["diff", "googlenet", "googlenet"],
    ["table", "googlenet"],
    ["resolve", "googlenet_slim", "--origins"],
    ["list"],
    ["doctor"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_commands_that_run_no_network_import_no_torch(command: list[str]) -> None:
    code = (
        "import sys\n"
        "sys.modules['torch'] = None\n"  # any import of it fails
        f"sys.argv = ['inception-graph', *{command!r}]\n"
        "from inception_graph.cli import main\n"
        "main()"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def test_checking_a_plain_spec_needs_neither_networkx_nor_jinja2() -> None:
    code = (
        "import sys\n"
        "from inception_graph.compiler import compile_spec\n"
        "assert compile_spec('googlenet').typed\n"
        "assert not {'networkx', 'jinja2', 'graphviz', 'torch', 'numpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_reserved_names_are_those_of_torch() -> None:
    modules = (nn.Module(), nn.Sequential(), nn.ModuleDict())
    public = {name for module in modules for name in dir(module) if not name.startswith("_")}
    assert public <= MODULE_ATTRIBUTES


def test_templates_know_no_operation() -> None:
    from inception_graph.ops.registry import operations

    for template in (ROOT / "codegen").rglob("*.jinja"):
        words = set(template.read_text(encoding="utf-8").replace("(", " ").split())
        assert not words & operations().keys(), template
