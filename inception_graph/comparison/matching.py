"""Which part of one network is which part of another: by name where names agree, by structure where they do not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from inception_graph.comparison.alignment import Aligner, gaps, increasing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inception_graph.comparison.alignment import Place
    from inception_graph.comparison.parts import Part

Counted = TypeVar("Counted", str, int)

_NEIGHBOURS, _STRANGERS = 0.6, 0.85
"""The least likeness of two parts that stand in parts that are a pair, and of two at different depths."""
_KIND, _LABEL, _MAIN, _REST = 0.35, 0.25, 0.25, 0.15
"""What it counts that two nodes have the same operation, label, main argument and other fields."""
_LABELS, _FORMS, _BLOCK = 0.6, 0.3, 0.1
"""What it counts that two parts hold nodes of the same labels, nodes alike in every field, and use the same block."""


@dataclass
class Matching:
    """Pairs of parts of two networks.

    Names come first: they are what a spec promises to keep, and what weights are stored under. Parts whose names are
    not on the other side are aligned in order between those that are, level by level; then with what stands one or more
    levels deeper on the other side, as when nodes became a block, copies a repeat, or a branch grew by a node.

    Attributes:
        pairs: The other network's part for each part of this one that has one.
        back: The same the other way round.
        nodes: Ids of the other network's nodes by those of this one's.
    """

    pairs: dict[Part, Part] = field(default_factory=dict["Part", "Part"])
    back: dict[Part, Part] = field(default_factory=dict["Part", "Part"])
    nodes: dict[int, int] = field(default_factory=dict[int, int])
    _insides: dict[Part, tuple[Counter[str], Counter[int]]] = field(
        default_factory=dict["Part", tuple[Counter[str], Counter[int]]]
    )

    def __post_init__(self) -> None:
        self._aligner = Aligner["Part"](lambda part: part.form, self._likeness)

    def match(self, one: Sequence[Part], other: Sequence[Part]) -> None:
        """Pair the parts at the top of two networks, or the children of two parts that are a pair, and all inside."""
        places = {part.own: place for place, part in enumerate(other)}
        named = [(place, places[part.own]) for place, part in enumerate(one) if part.own in places]
        found = [(a, b) for a, b in named if one[a].kind == other[b].kind]
        found += self._between(one, other, found, _NEIGHBOURS)
        taken, given = {a for a, _ in found}, {b for _, b in found}
        # Another operation under the same name replaces the node.
        found += [
            (a, b)
            for a, b in named
            if a not in taken and b not in given and _replaceable(one[a], other[b])
        ]
        for a, b in sorted(found):
            self._pair(one[a], other[b])
        self._match_deeper(one, other)

    def _pair(self, one: Part, other: Part) -> None:
        self.pairs[one], self.back[other] = other, one
        if one.node is not None and other.node is not None:
            self.nodes[one.node] = other.node
        self.match(one.children, other.children)

    def _match_deeper(self, one: Sequence[Part], other: Sequence[Part]) -> None:
        """Pair what is alone on one side with what stands in parts that are alone on the other."""
        deeper = other
        while (opened := self._opened(deeper)) is not None:
            deeper = opened
            self._match_strangers(one, deeper)
        deeper = one
        while (opened := self._opened(deeper)) is not None:
            deeper = opened
            self._match_strangers(deeper, other)

    def _opened(self, parts: Sequence[Part]) -> list[Part] | None:
        """The parts, those that are alone replaced by their children; None where there are none such."""
        if not any(part.children and not self._known(part) for part in parts):
            return None
        return [
            inner
            for part in parts
            for inner in ((part,) if self._known(part) else part.children or (part,))
        ]

    def _known(self, part: Part) -> bool:
        return part in self.pairs or part in self.back

    def _match_strangers(self, one: Sequence[Part], other: Sequence[Part]) -> None:
        places = {part: place for place, part in enumerate(other)}
        known = [
            (place, places[self.pairs[part]])
            for place, part in enumerate(one)
            if self.pairs.get(part) in places
        ]
        for a, b in self._between(one, other, known, _STRANGERS):
            self._pair(one[a], other[b])

    def _between(
        self, one: Sequence[Part], other: Sequence[Part], known: Sequence[Place], least: float
    ) -> list[Place]:
        """Pairs in order of what lies alone between pairs that are known."""
        taken, given = {a for a, _ in known}, {b for _, b in known}
        found: list[Place] = []
        for left, right in gaps(increasing(known), (len(one), len(other))):
            mine = [at for at in left if at not in taken and not self._known(one[at])]
            yours = [at for at in right if at not in given and not self._known(other[at])]
            if mine and yours:
                aligned = self._aligner.align(
                    [one[at] for at in mine], [other[at] for at in yours], least
                )
                found += [(mine[a], yours[b]) for a, b in aligned]
        return found

    def _likeness(self, one: Part, other: Part) -> float:
        if one.kind != other.kind:
            return 0.0
        if not one.children and not other.children:
            return _likeness_of_nodes(one, other)
        mine, yours = self._inside(one), self._inside(other)
        return (
            _LABELS * _share(mine[0], yours[0])
            + _FORMS * _share(mine[1], yours[1])
            + _BLOCK * (one.block == other.block)
        )

    def _inside(self, part: Part) -> tuple[Counter[str], Counter[int]]:
        """How often each label and each form stands in a part."""
        if part not in self._insides:
            inner = list(part.walk())
            labels = Counter(found.operation.label() for found in inner if found.operation)
            leaves = Counter(found.form for found in inner if not found.children)
            self._insides[part] = labels, leaves
        return self._insides[part]


def _replaceable(one: Part, other: Part) -> bool:
    """Whether both are single nodes, or both joins of branches."""
    both = one.operation is not None and other.operation is not None
    return both and bool(one.children) == bool(other.children)


def _likeness_of_nodes(one: Part, other: Part) -> float:
    """How like two nodes of the same kind are."""
    mine, yours = one.operation, other.operation
    if mine is None or yours is None:
        raise AssertionError(one.name, other.name)
    main = mine.argument
    names = [name for name in type(mine).model_fields if name != main]
    same = sum(getattr(mine, name) == getattr(yours, name) for name in names)
    return (
        _KIND
        + _LABEL * (mine.label() == yours.label())
        + _MAIN * (main is None or getattr(mine, main) == getattr(yours, main))
        + _REST * (same / len(names) if names else 1)
    )


def _share(one: Counter[Counted], other: Counter[Counted]) -> float:
    """The share of all items that both have (Dice, 1945)."""
    both = sum(min(count, other[item]) for item, count in one.items())
    return 2 * both / (one.total() + other.total())
