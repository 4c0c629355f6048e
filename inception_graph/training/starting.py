"""From a run directory to the processes that train in it."""

from __future__ import annotations

import json
import os
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NoReturn

from inception_graph.comparison.edits import Setting
from inception_graph.diagnostics.terminal import visible
from inception_graph.ops.fields import show
from inception_graph.training.errors import TrainingError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from inception_graph.comparison.edits import Edit
    from inception_graph.ir.training import Training
    from inception_graph.network import Network
    from inception_graph.training.runs import Run

_NEEDED = {"torch": "torch", "Pillow": "PIL"}
_RESTARTS = 3
_ENVIRONMENT = {"TORCH_DISABLE_SHARE_RDZV_TCP_STORE": "1"}
"""Without it, processes that torchrun starts again wait forever: pytorch/pytorch#135712."""
_SHOWN = 3


def check_installed() -> None:
    """Make sure that a run can start.

    Raises:
        TrainingError: Something that ``train.py`` imports is not installed.
    """
    missing = [name for name, module in _NEEDED.items() if find_spec(module) is None]
    if missing:
        message = f"{' and '.join(missing)} not installed: pip install 'inception-graph[torch]'"
        raise TrainingError(message)


def check_processes(recipe: Training, processes: int) -> None:
    """Make sure that every process gets as much of each batch.

    Raises:
        TrainingError: It cannot be split evenly.
    """
    parts = processes * recipe.accumulate
    if recipe.batch % parts:
        by = f"{processes} processes"
        by += f" times {recipe.accumulate} passes" if recipe.accumulate > 1 else ""
        near = max(round(recipe.batch / parts), 1) * parts
        message = (
            f"a batch of {recipe.batch} cannot be split over {by}: --set training.batch={near} can"
        )
        raise TrainingError(message)


def check_same(network: Network, run: Run, spec: str) -> None:
    """Make sure that a run that is to go on is one of this network, with this recipe in its spec.

    Raises:
        TrainingError: It is of another spec.
    """
    edits = run.network.diff(network).edits
    if edits:
        several = "1 difference" if len(edits) == 1 else f"{len(edits)} differences"
        shown = visible(str(run.folder))
        message = (
            f"'{shown}' is a run of another spec, with {several}{_settings(edits)}: "
            f"'inception-graph diff {shown} {spec}' shows more; take another folder, or change the recipe by "
            "--set training.NAME=VALUE"
        )
        raise TrainingError(message)


def _settings(edits: Sequence[Edit]) -> str:
    """The first differences that can be said in a few words."""
    values = [
        edit
        for edit in edits
        if isinstance(edit, Setting) and not isinstance(edit.before, list | tuple)
    ][:_SHOWN]
    shown = (f"{edit.name} {show(edit.before)} and now {show(edit.after)}" for edit in values)
    return f" ({', '.join(shown)})" if values else ""


def command(
    run: Path, options: Sequence[str], processes: int, changes: Mapping[str, Any] | None = None
) -> list[str]:
    """The command that trains in a run directory: one process, or torchrun with several.

    Args:
        run: The directory.
        options: What ``train.py`` is told besides.
        processes: Number of processes.
        changes: Values of the recipe that replace those of the directory's.
    """
    several = ["-m", "torch.distributed.run", "--standalone"]
    several += [f"--nproc-per-node={processes}", f"--max-restarts={_RESTARTS}"]
    values = (f"--set={name}={json.dumps(value)}" for name, value in (changes or {}).items())
    loop = [str(run / "train.py"), *options, *values]
    return [sys.executable, *(several if processes > 1 else []), *loop]


def start(arguments: Sequence[str]) -> NoReturn:
    """Become another program: signals, streams and the exit status are then that program's own."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(arguments[0], list(arguments), {**os.environ, **_ENVIRONMENT})
