"""Where differences stand, in words: a node, a node in all uses of a block, or many nodes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from inception_graph.comparison.parts import Part

Spot: TypeAlias = tuple[str, str]
"""A block, and the name of a part within its uses; empty for the join that the uses themselves are."""

_MOST_NAMES = 4
"""Nodes that are named rather than counted."""


@dataclass(frozen=True)
class Census:
    """How much of everything a network has, so that words can say "all".

    Attributes:
        uses: Uses of each block, each copy of a repeated one counted.
        nodes: Nodes of each operation.
    """

    uses: Counter[str]
    nodes: Counter[str]

    @classmethod
    def of(cls, tops: Iterable[Part], nodes: Iterable[Part]) -> Census:
        """The census of the parts at the top of a network, and of some of its nodes."""
        uses = (part.block for top in tops for part in top.walk() if not part.copies)
        return cls(Counter(filter(None, uses)), Counter(node.kind for node in nodes))

    def words(
        self, parts: Sequence[Part], spots: Sequence[Spot | None]
    ) -> tuple[str, tuple[str, ...]]:
        """Some parts in words, and one by one where the words do not say which.

        Args:
            parts: The parts, at least one.
            spots: The place of each in a block, if it has one.
        """
        first, kind, count = spots[0], parts[0].kind, len(parts)
        if count == 1:
            return parts[0].name, ()
        if first and all(spot == first for spot in spots):
            what, total = first[1] or f"the {kind}", self.uses[first[0]]
            if count == total:
                return f"{what} in all {count} uses of block {first[0]}", ()
            uses = tuple(part.name.removesuffix(f".{first[1]}") for part in parts)
            return f"{what} in {count} of {total} uses of block {first[0]}", uses
        if count <= _MOST_NAMES:
            return ", ".join(part.name for part in parts), ()
        block = parts[0].block
        if block and all(part.block == block for part in parts):
            if count == self.uses[block]:
                return f"all {count} uses of block {block}", ()
            some = f"{count} of {self.uses[block]} uses of block {block}"
            return some, _one_by_one(parts, spots)
        if any(part.kind != kind or part.operation is None for part in parts):
            noun = "nodes" if all(part.operation for part in parts) else "parts"
            return f"{count} {noun}", _one_by_one(parts, spots)
        if count == self.nodes[kind]:
            return f"all {count} {kind} nodes", ()
        return f"{count} of {self.nodes[kind]} {kind} nodes", _one_by_one(parts, spots)


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
