"""Running again whenever a file is saved."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeAlias

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path

_State: TypeAlias = "tuple[int, int, int] | None"
_EVERY = 0.05
"""Seconds between two looks at the files."""


def watch(specs: Collection[str], run: Callable[[], Collection[Path]]) -> None:
    """Run, and run again after every change of the files that the last run read, until interrupted.

    Args:
        specs: What the command was given.
        run: The work; gives the files that it depends on.

    Raises:
        UsageError: Standard input is among the specs.
    """
    if "-" in specs:
        message = "standard input cannot be watched: write the spec to a file"
        raise click.UsageError(message)
    seen: dict[Path, _State] = {}
    while True:
        before = _states(seen)
        files = run()
        seen = _states(files) | {path: before[path] for path in before.keys() & set(files)}
        names = ", ".join(sorted({path.name for path in files}))
        click.echo(f"watching {names}; press Ctrl-C to stop", err=True)
        try:
            while _states(files) == seen:
                time.sleep(_EVERY)
        except KeyboardInterrupt:
            click.echo("", err=True)
            return


def _states(files: Iterable[Path]) -> dict[Path, _State]:
    """What changes when a file is saved, in whatever way an editor does that."""
    states: dict[Path, _State] = {}
    for path in files:
        try:
            found = path.stat()
            states[path] = found.st_mtime_ns, found.st_size, found.st_ino
        except (OSError, ValueError):
            states[path] = None
    return states
