"""A YAML document as a tree whose every value knows where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from inception_graph.diagnostics.source import Path, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inception_graph.diagnostics.source import Source

Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"


@dataclass(slots=True, eq=False)
class Scalar:
    """A scalar, resolved by the rules of YAML 1.2; offsets are in characters."""

    source: Source
    start: int
    end: int
    value: bool | int | float | str | None
    text: str

    def plain(self) -> Plain:
        """The bare value."""
        return self.value


@dataclass(slots=True, eq=False)
class Sequence:
    """A sequence."""

    source: Source
    start: int
    end: int
    items: list[Tree]

    def plain(self) -> Plain:
        """The bare values."""
        return [item.plain() for item in self.items]


@dataclass(slots=True, eq=False)
class Mapping:
    """An ordered mapping from text to values; each entry holds its key too."""

    source: Source
    start: int
    end: int
    entries: dict[str, tuple[Scalar, Tree]]
    incomplete: bool = False  # an entry that may hold anything was refused (reported)

    def plain(self) -> Plain:
        """The bare values."""
        return {name: value.plain() for name, (_, value) in self.entries.items()}

    def __contains__(self, name: str) -> bool:
        return name in self.entries

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def key(self, name: str) -> Scalar:
        """The key of an entry."""
        return self.entries[name][0]

    def get(self, name: str) -> Tree | None:
        """The value of an entry, or None where there is none."""
        entry = self.entries.get(name)
        return entry[1] if entry else None


Tree: TypeAlias = Scalar | Sequence | Mapping


def is_null(tree: Tree) -> bool:
    """Whether a value is null, written or left out."""
    return isinstance(tree, Scalar) and tree.value is None


def place(tree: Tree) -> Place:
    """Where a value stands."""
    return Place(tree.source, tree.start, tree.end)


def locate(tree: Tree, path: Path, *, key: bool = False) -> Place:
    """Place of the value at a path, or of its key; of the nearest above it where a step is missing.

    A value that is not written has the place of its key.
    """
    found = place(tree)
    for index, step in enumerate(path):
        last = index == len(path) - 1
        if isinstance(tree, Mapping) and isinstance(step, str) and step in tree.entries:
            name, tree = tree.entries[step]
            found = place(name if (key and last) or tree.start == tree.end else tree)
        elif isinstance(tree, Sequence) and isinstance(step, int) and step < len(tree.items):
            tree = tree.items[step]
            found = place(tree)
        else:
            break
    return found
