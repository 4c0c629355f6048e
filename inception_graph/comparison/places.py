"""Where differences stand, in words: a node, a node in all uses of a block, or many nodes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from inception_graph.comparison.parts import Part

Spot: TypeAlias = tuple[str, str]
"""A block, and the name of a part within its uses; empty for the join that the uses themselves are."""

_MOST_NAMES = 4
"""Nodes that are named rather than counted."""


@dataclass(frozen=True)
class Census:
    """What there is of everything in a network, so that words can say "all".

    Attributes:
        uses: Names of the uses of each block, each copy of a repeated one among them.
        nodes: Names of the nodes of each operation.
    """

    uses: Mapping[str, Sequence[str]]
    nodes: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, tops: Iterable[Part], nodes: Iterable[Part]) -> Census:
        """The census of the parts at the top of a network, and of some of its nodes."""
        parts = (part for top in tops for part in top.walk())
        uses = ((part.block, part.name) for part in parts if part.block and not part.copies)
        return cls(_grouped(uses), _grouped((node.kind, node.name) for node in nodes))

    def words(
        self, parts: Sequence[Part], spots: Sequence[Spot | None]
    ) -> tuple[str, tuple[str, ...]]:
        """Some parts in words, and one by one where the words do not say which.

        Args:
            parts: The parts, at least one.
            spots: The place of each in a block, if it has one.
        """
        first, block, count = spots[0], parts[0].block, len(parts)
        if count == 1:
            return parts[0].name, ()
        if first and all(spot == first for spot in spots):
            what = first[1] or f"the {parts[0].kind}"
            uses = [part.name.removesuffix(f".{first[1]}") for part in parts]
            share, which = _share(uses, self.uses[first[0]], uses)
            return f"{what} in {share} uses of block {first[0]}", which
        if count <= _MOST_NAMES:
            return ", ".join(part.name for part in parts), ()
        names, listed = [part.name for part in parts], _one_by_one(parts, spots)
        if block and all(part.block == block for part in parts):
            share, which = _share(names, self.uses[block], listed)
            return f"{share} uses of block {block}", which
        if not all(part.operation for part in parts):
            return f"{count} parts", listed
        kinds = list(dict.fromkeys(part.kind for part in parts))
        every = [name for kind in kinds for name in self.nodes[kind]]
        share, which = _share(names, every, listed)
        return f"{share} {' and '.join(kinds)} nodes", which


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for key, name in pairs:
        groups.setdefault(key, []).append(name)
    return groups


def _share(
    some: Sequence[str], every: Sequence[str], listed: Sequence[str]
) -> tuple[str, tuple[str, ...]]:
    """How many of all these are, and which: one by one, or those that they are not."""
    if len(some) == len(every):
        return f"all {len(some)}", ()
    known = set(some)
    others = [name for name in every if name not in known]
    short = len(others) <= _MOST_NAMES < len(some)
    which = (f"all but {', '.join(others)}",) if short else tuple(listed)
    return f"{len(some)} of {len(every)}", which


def _one_by_one(parts: Sequence[Part], spots: Sequence[Spot | None]) -> tuple[str, ...]:
    """The names of parts, those in blocks by their place there."""
    lines = [part.name for part, spot in zip(parts, spots, strict=True) if spot is None]
    blocks: dict[tuple[str, int], list[str]] = {}
    for (block, inside), count in Counter(spot for spot in spots if spot).items():
        blocks.setdefault((block, count), []).append(inside or "itself")
    for (block, count), names in blocks.items():
        uses = f"{count} uses of " if count > 1 else ""
        lines.append(f"{', '.join(names)} in {uses}block {block}")
    return tuple(lines)


def within(part: Part) -> Spot | None:
    """The place of a part in the block around it."""
    home = part.home
    return None if home is None else (home.block, part.name.removeprefix(f"{home.use}."))


def itself(part: Part) -> Spot | None:
    """The place of a part's own node, which is that of the block where the part is a use of one."""
    return (part.block, "") if part.block else within(part)
