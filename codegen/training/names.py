"""Names of many files: kept in little memory, and shown so that they can do nothing to a terminal or a report."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable


class Names:
    """A list of texts in two blocks of memory.

    A process that is forked copies a Python list of a million texts bit by bit, as it counts who uses them; these
    blocks stay shared.
    """

    def __init__(self, names: Iterable[str]) -> None:
        parts = [os.fsencode(name) for name in names]
        self._ends = array("q", [0])
        for part in parts:
            self._ends.append(self._ends[-1] + len(part))
        self._bytes = b"".join(parts)

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, index: int) -> str:
        return os.fsdecode(self._bytes[self._ends[index] : self._ends[index + 1]])


def visible(text: str) -> str:
    """The text in one line, with every character that is not printed written out."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
