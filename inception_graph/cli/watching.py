"""Running again whenever a file is saved."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

_EVERY = 0.05
"""Seconds between two looks at the files."""


def watch(run: Callable[[], Collection[Path]]) -> None:
    """Run, and run again after every change of the files that the last run read, until interrupted.

    Args:
        run: The work; gives the files that it depends on.
    """
    while True:
        files = run()
        seen = _states(files)
        names = ", ".join(sorted({path.name for path in files}))
        click.echo(f"watching {names}; press Ctrl-C to stop", err=True)
        try:
            while _states(files) == seen:
                time.sleep(_EVERY)
        except KeyboardInterrupt:
            click.echo("", err=True)
            return


def _states(files: Collection[Path]) -> list[tuple[int, int, int] | None]:
    """What changes when a file is saved, in whatever way an editor does that."""
    states: list[tuple[int, int, int] | None] = []
    for path in sorted(files):
        try:
            found = path.stat()
            states.append((found.st_mtime_ns, found.st_size, found.st_ino))
        except OSError:
            states.append(None)
    return states
