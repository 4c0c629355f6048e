"""Which files a user means by files, folders and patterns."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import TYPE_CHECKING

from inception_graph.diagnostics.terminal import visible
from inception_graph.images.errors import ImageError
from inception_graph.images.reading import suffixes

if TYPE_CHECKING:
    from collections.abc import Iterable


def find_images(arguments: Iterable[str]) -> list[Path | ImageError]:
    """The files that arguments stand for, in their order; what stands for none is the reason.

    A folder stands for the pictures in it and in the folders inside it, by their suffix and sorted. A pattern (``*``,
    ``?``, ``[]``) that the shell has not expanded is expanded here.
    """
    return [found for argument in arguments for found in _found(argument)]


def _found(argument: str) -> list[Path | ImageError]:
    path = Path(argument)
    if path.is_dir():
        known = suffixes()
        inside = sorted(
            file for file in path.rglob("*") if file.suffix.lower() in known and file.is_file()
        )
        return [*inside] or [ImageError(f"there is no picture in the folder '{visible(argument)}'")]
    if not path.exists() and glob.has_magic(argument):
        matches = sorted(glob.glob(argument, recursive=True))  # noqa: PTH207  Path.glob takes no absolute pattern
        nothing = ImageError(f"no file matches '{visible(argument)}'")
        return [found for match in matches for found in _found(match)] or [nothing]
    return [path]
