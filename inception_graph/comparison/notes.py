"""What two specs note of themselves, beside the differences that the notes are about."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from inception_graph.comparison.edits import Added, Changed, Removed, Renamed, Rewired, Setting
from inception_graph.comparison.folding import called
from inception_graph.comparison.places import itself, within

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inception_graph.comparison.edits import Difference, Edit, Note
    from inception_graph.comparison.folding import Fold
    from inception_graph.comparison.parts import Part

_WORD = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*")
_MOST_SPOTS = 3
"""Places that a difference may have to be found by their names; of more it is what changed that counts."""
_OURS = {
    "true", "false", "none", "operation", "of", "node", "nodes", "now", "reads", "instead", "and", "more",
}  # fmt: skip
"""Words of differences that say nothing of what they are about."""


class Notes:
    """The notes of two specs, by the names that they mention.

    A note belongs to the differences whose nodes it names, in full or as their block does (``branch5.expand``); one
    that names a block and nothing in it belongs to all differences there. Differences of very many nodes are found by
    what changed instead: a field, or a word of its value (``batch_norm``).
    """

    def __init__(self, difference: Difference) -> None:
        self._notes = [(note, set(_WORD.findall(note.text))) for note in difference.notes]
        pairs = difference.nodes
        nodes = [part for pair in pairs for part in (pair.before, pair.after) if part]
        self._inside: dict[str, set[str]] = {}
        for part in nodes:
            if part.home:
                self._inside.setdefault(part.home.block, set()).update(_inner_names(part))

    def of(self, fold: Fold) -> tuple[Note, ...]:
        """The notes that belong to a difference."""
        parts = [part for edit in fold.edits for part in _parts(edit)]
        spots = Counter(itself(part) or part.name for part in parts)
        if len(spots) > _MOST_SPOTS:
            words = set(_WORD.findall(" ".join((*fold.fields, fold.what)))) - _OURS
            return tuple(note for note, said in self._notes if said & words)
        names = {name for part in parts for name in _inner_names(part)}
        # What is so in many uses of a block is not found by the name of one of them.
        alone = [part.name for part in parts if spots[itself(part) or part.name] == 1]
        names |= {name for own in (*alone, *_told(fold)) for name in _around(own)}
        blocks = {part.block for part in parts if part.block}
        blocks |= {part.home.block for part in parts if part.home}
        return tuple(
            note
            for note, said in self._notes
            if said & names
            or any(not said & self._inside.get(block, set()) for block in blocks if block in said)
        )


def _parts(edit: Edit) -> tuple[Part, ...]:
    """What an edit is about, in either network."""
    match edit:
        case Setting():
            return ()
        case Added(part) | Removed(part):
            return (part,)
        case Renamed():
            return edit.before, edit.after
        case Changed() | Rewired():
            return (edit.after,)


def _told(fold: Fold) -> Iterator[str]:
    """Other names by which differences are found: those of settings, and of what nodes read."""
    for edit in fold.edits:
        match edit:
            case Setting(name):
                yield name
            case Rewired():
                yield from (called(name, edit.before) for name in edit.reads_before)
                yield from (called(name, edit.after) for name in edit.reads_after)
            case _:
                pass


def _inner_names(part: Part) -> Iterator[str]:
    """What a part and the parts around it are called in the block where it stands."""
    spot = within(part)
    return _around(spot[1]) if spot else iter(())


def _around(name: str) -> Iterator[str]:
    """A dotted name and those of all around it."""
    while name:
        yield name
        name = name.rpartition(".")[0]
