"""What two specs note of themselves, beside the differences that the notes are about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inception_graph.comparison.edits import Added, Removed, Setting
from inception_graph.comparison.places import itself, within

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from inception_graph.comparison.edits import Difference, Edit
    from inception_graph.comparison.folding import Fold
    from inception_graph.comparison.parts import Part

_WORD = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*")
_MOST_SPOTS = 3
"""Places that a difference may have to be found by their names; of more it is what changed that counts."""
_VALUES = {"true", "false", "none"}


@dataclass(frozen=True, slots=True)
class Note:
    """A note of a spec.

    Attributes:
        spec: What the spec is called.
        text: What it says.
    """

    spec: str
    text: str


class Notes:
    """The notes of two specs, by the names that they mention.

    A note belongs to the differences whose nodes it names, in full or as their block does (``branch5.expand``); one
    that names a block and nothing in it belongs to all differences there. Differences of very many nodes are found by
    what changed instead: a field, or a word of its value (``batch_norm``).
    """

    def __init__(self, difference: Difference) -> None:
        before = [Note(difference.before, text) for text in difference.notes_before]
        after = [Note(difference.after, text) for text in difference.notes_after]
        self._notes = [(note, set(_WORD.findall(note.text))) for note in (*before, *after)]
        pairs = difference.nodes
        nodes = [part for pair in pairs for part in (pair.before, pair.after) if part]
        self._inside: dict[str, set[str]] = {}
        for part in nodes:
            if part.home:
                names = self._inside.setdefault(part.home.block, set())
                names |= set(_inner_names(part))

    def of(self, fold: Fold) -> tuple[Note, ...]:
        """The notes that belong to a difference."""
        names, blocks = _names(fold.edits), _blocks(fold.edits)
        if fold.listed or fold.where.startswith("all ") or len(names
        return tuple(
            note
            for note, said in self._notes
            if said & names
            or any(not said & self._inside.get(name, set()) for name in said & blocks)
        )


def _parts(edit: Edit) -> tuple[Part, ...]:
    """The part that a reader of the second network would look for, or what is gone of the first."""
    match edit:
        case Setting():
            return ()
        case Added(part) | Removed(part):
            return (part,)
        case _:
            return (edit.after,)


def _names(edits: Iterable[Edit]) -> set[str]:
    names: set[str] = set()
    for edit in edits:
        if isinstance(edit, Setting):
            names.update(_ways(edit.name))
        for part in _parts(edit):
            names.update(_ways(part.name))
            names.update(_inner_names(part))
    return names


def _blocks(edits: Sequence[Edit]) -> set[str]:
    parts = [part for edit in edits for part in _parts(edit)]
    around = {part.home.block for part in parts if part.home}
    return around | {part.block for part in parts if part.block}


def _inner_names(part: Part) -> Iterator[str]:
    """What a part and the parts around it are called in the block where it stands."""
    spot = within(part)
    return _ways(spot[1]) if spot else iter(())


def _ways(name: str) -> Iterator[str]:
    """A dotted name and those of all around it."""
    while name:
        yield name
        name = name.rpartition(".")[0]
