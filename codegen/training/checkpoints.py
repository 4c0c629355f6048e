"""Checkpoints that survive what happens to long runs."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from training.errors import RunError


class Checkpoints:
    """The checkpoints of a run, ``step-00000123.pt``, each with its checksum beside it (``sha256sum -c`` reads it).

    The last few are kept. A checkpoint is written under another name, brought to the disk, and then renamed: one that
    has its name is whole.
    """

    def __init__(self, folder: Path, keep: int) -> None:
        self.folder, self.keep = folder, keep

    def save(self, step: int, state: dict[str, Any], best: int | None = None) -> Path:
        """Write a checkpoint, then let go of old ones.

        Args:
            step: The number of steps made.
            state: All that the run needs to go on.
            best: The step whose checkpoint is kept whatever its age.

        Raises:
            RunError: The disk is full or refuses; what was there before is untouched.
        """
        path = self.folder / f"step-{step:08}.pt"
        try:
            self.folder.mkdir(exist_ok=True)
            write_whole(path, lambda file: _save(state, file), checksum=True)
        except OSError as error:
            last = self.all()[-1:]
            kept = f"; '{last[0].name}' is intact" if last else ""
            raise RunError(
                f"no checkpoint could be written: {error.strerror or error}{kept}"
            ) from error
        kept = {path, self.folder / f"step-{best or 0:08}.pt", *self.all()[-self.keep :]}
        for old in set(self.all()) - kept:
            old.unlink(missing_ok=True)
            _checksum_file(old).unlink(missing_ok=True)
        return path

    def all(self) -> list[Path]:
        """The checkpoints that there are, oldest first."""
        return sorted(self.folder.glob("step-*.pt"))

    def newest(self, say: Callable[[str], None]) -> dict[str, Any] | None:
        """The state of the newest checkpoint that is whole, or None where there is no checkpoint.

        Args:
            say: Told of every one that is not, and of the one that was taken instead.

        Raises:
            RunError: There are checkpoints, and all of them are broken.
        """
        found = self.all()
        for path in reversed(found):
            fault = _fault(path)
            if fault is None:
                try:
                    return torch.load(path, map_location="cpu", weights_only=True)
                except (
                    Exception
                ) as error:  # what torch raises for a broken file depends on where it is broken
                    fault = f"it cannot be read: {error}"
            say(f"checkpoint '{path.name}' is not used: {fault}")
        if found:
            raise RunError(f"none of the {len(found)} checkpoints in '{self.folder}' is whole")
        return None


def write_whole(path: Path, write: Callable[[Any], object], *, checksum: bool = False) -> None:
    """Write a file whole or not at all, and have it on the disk when this returns.

    Args:
        path: Where to.
        write: Given an open file.
        checksum: Whether to put a file with its SHA-256 beside it.

    Raises:
        OSError: As writing does.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        if checksum:
            line = f"{_digest(part)}  {path.name}\n".encode()
            write_whole(_checksum_file(path), lambda file: file.write(line))
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _save(state: dict[str, Any], file: Any) -> None:
    try:
        torch.save(state, file)
    except RuntimeError as error:  # torch reports a write that failed as a failure of its own
        if isinstance(error.__context__, OSError):
            raise error.__context__ from None
        raise


def _checksum_file(path: Path) -> Path:
    return path.with_suffix(".sha256")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fault(path: Path) -> str | None:
    """Why a checkpoint is not to be trusted, or None."""
    beside = _checksum_file(path)
    if not beside.is_file():
        return f"'{beside.name}' is missing"
    if beside.read_text(encoding="ascii", errors="replace").split()[:1] != [_digest(path)]:
        return "its checksum is another"
    return None
