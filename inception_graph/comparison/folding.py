"""Differences that say the same, told once: in all uses of a block, or of many nodes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar

from inception_graph.comparison.edits import Added, Changed, Removed, Renamed, Rewired, Setting
from inception_graph.comparison.places import Census, itself, within
from inception_graph.spec.yaml_text import flow

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

    from inception_graph.comparison.edits import Difference, Edit
    from inception_graph.comparison.parts import Part
    from inception_graph.comparison.places import Spot
    from inception_graph.spec.yaml_text import Written

Kind: TypeAlias = Literal["setting", "added", "removed", "renamed", "changed", "rewired"]
E = TypeVar("E")

_MOST_SHOWN = 6
"""Items of a list that are shown."""


@dataclass(frozen=True)
class Fold:
    """Edits of one kind that say the same.

    Attributes:
        kind: The kind of edit.
        where: The nodes, in words.
        what: What is so of them now, in words.
        listed: The nodes one by one, where the words only count them.
        fields: The fields that changed, ``operation`` standing for the operation itself.
        edits: The edits themselves.
    """

    kind: Kind
    where: str
    what: str
    listed: tuple[str, ...]
    fields: tuple[str, ...]
    edits: tuple[Edit, ...]


def fold(difference: Difference) -> tuple[Fold, ...]:
    """The differences, kind by kind, what is alike told once."""
    folding = _Folding(difference)
    return (
        *folding.settings(),
        *folding.added(),
        *folding.removed(),
        *folding.renamed(),
        *folding.changed(),
        *folding.rewired(),
    )


class _Folding:
    def __init__(self, difference: Difference) -> None:
        self.edits = difference.edits
        before = [pair.before for pair in difference.parts if pair.before]
        after = [pair.after for pair in difference.parts if pair.after]
        old = [pair.before for pair in difference.nodes if pair.before]
        new = [pair.after for pair in difference.nodes if pair.after]
        both = [pair.after for pair in difference.nodes if pair.before and pair.after]
        self.old, self.new = Census.of(before, old), Census.of(after, new)
        self.both = Census.of(after, both)

    def settings(self) -> Iterator[Fold]:
        found = [edit for edit in self.edits if isinstance(edit, Setting)]
        for edits in _alike(found, lambda edit: edit.name.partition(".")[0]):
            where = edits[0].name.partition(".")[0]
            words = (
                f"{edit.name.partition('.')[2]} {_change(edit.before, edit.after)}".lstrip()
                for edit in edits
            )
            yield Fold("setting", where, "; ".join(words), (), (), tuple(edits))

    def added(self) -> Iterator[Fold]:
        found = [edit for edit in self.edits if isinstance(edit, Added)]
        for edits in _alike(found, lambda edit: (within(edit.after), edit.after.words)):
            parts = [edit.after for edit in edits]
            yield _fold("added", self.new, parts, within, parts[0].words, (), edits)

    def removed(self) -> Iterator[Fold]:
        found = [edit for edit in self.edits if isinstance(edit, Removed)]
        for edits in _alike(found, lambda edit: (within(edit.before), edit.before.words)):
            parts = [edit.before for edit in edits]
            yield _fold("removed", self.old, parts, within, parts[0].words, (), edits)

    def renamed(self) -> Iterator[Fold]:
        found = [edit for edit in self.edits if isinstance(edit, Renamed)]
        for edits in _alike(found, _names):
            inside = within(edits[0].after)
            name = inside[1] if inside and len(edits) > 1 else edits[0].after.name
            parts = [edit.before for edit in edits]
            yield _fold("renamed", self.old, parts, within, f"now {name}", (), edits)

    def changed(self) -> Iterator[Fold]:
        """Nodes whose fields changed: first those of each change, then those with several changes in one."""
        found = [edit for edit in self.edits if isinstance(edit, Changed)]
        changes: dict[str, dict[int, str]] = {}
        for index, edit in enumerate(found):
            for field in edit.fields:
                words = _change(field.before, field.after)
                changes.setdefault(field.name, {})[index] = words
        same: dict[tuple[int, ...], list[str]] = {}
        for name, words in changes.items():
            spots = {i: itself(found[i].after) or found[i].after.name for i in words}
            # A width that scales everything is told by its places, a normalisation by what it is.
            few = len(set(words.values())) <= len(set(spots.values()))
            for indices in _alike(list(words), words.__getitem__ if few else spots.__getitem__):
                same.setdefault(tuple(indices), []).append(name)
        for indices, names in sorted(same.items()):
            edits = [found[index] for index in indices]
            told = [
                f"{name} {shown(list(dict.fromkeys(changes[name][index] for index in indices)))}"
                for name in names
            ]
            parts = [edit.after for edit in edits]
            yield _fold("changed", self.both, parts, itself, "; ".join(told), names, edits)

    def rewired(self) -> Iterator[Fold]:
        found = [edit for edit in self.edits if isinstance(edit, Rewired)]
        for edits in _alike(found, lambda edit: (_spot_of_wire(edit), _reads(edit))):
            parts = [edit.after for edit in edits]
            yield _fold("rewired", self.both, parts, itself, _reads(edits[0]), (), edits)


def _fold(
    kind: Kind,
    census: Census,
    parts: Sequence[Part],
    spot: Callable[[Part], Spot | None],
    what: str,
    fields: Sequence[str],
    edits: Sequence[Edit],
) -> Fold:
    where, one_by_one = census.words(parts, [spot(part) for part in parts])
    return Fold(kind, where, what, one_by_one, tuple(fields), tuple(edits))


def _alike(items: Sequence[E], key: Callable[[E], Hashable]) -> Iterator[list[E]]:
    """The items in groups of equal key, in the order of their first."""
    groups: dict[Hashable, list[E]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    yield from groups.values()


def _names(edit: Renamed) -> Hashable:
    """Equal for the same renaming in uses of the same block."""
    before, after = within(edit.before), within(edit.after)
    return (before, after) if before and after else edit.before.name


def _reads(edit: Rewired) -> str:
    """What a node reads, in words that are the same in every use of a block."""
    before = [called(name, edit.before) for name in edit.reads_before]
    after = [called(name, edit.after) for name in edit.reads_after]
    return f"reads {shown(after)} instead of {shown(before)}"


def _spot_of_wire(edit: Rewired) -> Spot | None:
    """The place of a node that reads others of its block; what comes from outside may be read by any."""
    inside = all(called(name, edit.after) != name for name in edit.reads_after)
    return itself(edit.after) if inside else None


def called(name: str, part: Part) -> str:
    """The name of a node as it is called in the block where a part stands."""
    use = part.name if part.block else part.home.use if part.home else ""
    return name.removeprefix(f"{use}.")


def _change(before: Written, after: Written) -> str:
    one, other = ("none" if value is None else flow(value) for value in (before, after))
    return f"{one} -> {other}"


def shown(items: Sequence[str]) -> str:
    """A list in words, its rest counted where it is long."""
    rest = len(items) - _MOST_SHOWN
    if rest <= 1:
        return ", ".join(items)
    return f"{', '.join(items[:_MOST_SHOWN])} and {rest} more"
