"""Texts and places in them."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Keys and indices that lead from the top of a document to a value."""


@dataclass(frozen=True, eq=False)
class Source:
    """A text under the name by which the user knows it, a path or ``<text>``."""

    name: str
    text: str = field(repr=False)

    @cached_property
    def _line_starts(self) -> list[int]:
        starts = [0]
        position = self.text.find("\n")
        while position >= 0:
            starts.append(position + 1)
            position = self.text.find("\n", position + 1)
        return starts

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of a character offset, both counted from 1."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """Text of a line (counted from 1), without its end."""
        start = self._line_starts[number - 1]
        ends = self._line_starts
        end = ends[number] - 1 if number < len(ends) else len(self.text)
        return self.text[start:end].rstrip("\r")


@dataclass(frozen=True)
class Place:
    """A stretch of a source: character offsets, the end exclusive."""

    source: Source
    start: int
    end: int

    @property
    def position(self) -> tuple[int, int]:
        """Line and column of the first character, counted from 1."""
        return self.source.position(self.start)

    @property
    def end_position(self) -> tuple[int, int]:
        """Line and column just behind the last character, counted from 1."""
        return self.source.position(max(self.start, self.end))

    def __str__(self) -> str:
        line, column = self.position
        return f"{self.source.name}:{line}:{column}"


class Places(Protocol):
    """Where the values of a document stand in its text."""

    def key(self, path: Path) -> Place:
        """Place of the key at a path; of the nearest value above it where the path ends early."""
        ...

    def value(self, path: Path) -> Place:
        """Place of the value at a path; of the nearest value above it where the path ends early."""
        ...
