"""The trees of two networks as one tree: where either has something of its own, it stands beside what both have."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from inception_graph.ir.graph import INPUT, Head, Instance

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from inception_graph.comparison.edits import Difference
    from inception_graph.ir.graph import Graph


@dataclass(frozen=True)
class Merging:
    """Merges instances whose nodes have numbers in common.

    Attributes:
        mine: For the id of each value of the first network its number.
        yours: The same for the second network.
        taken: Names that the second network has; a part that only the first has is called something else.
    """

    mine: Mapping[int, int]
    yours: Mapping[int, int]
    taken: frozenset[str]
    _known: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_known", frozenset(self.yours.values()))

    @classmethod
    def of(cls, graph: Graph, difference: Difference) -> Merging:
        """The numbers that the nodes of a difference have in their order.

        Args:
            graph: The second network.
            difference: What differs from the first.
        """
        mine, yours = {INPUT: INPUT}, {INPUT: INPUT}
        for number, pair in enumerate(difference.nodes):
            for part, numbers in ((pair.before, mine), (pair.after, yours)):
                if part and part.node is not None:
                    numbers[part.node] = number
        trees = (graph.root, *(head.instance for head in graph.heads))
        taken = frozenset(instance.name for tree in trees for instance in tree.walk())
        return cls(mine, yours, taken)

    def sections(
        self, before: Mapping[str, Instance], after: Mapping[str, Instance], order: Sequence[str]
    ) -> list[Instance]:
        """The sections that either network has."""
        return [
            self._either(before.get(name), after.get(name))
            for name in order
            if name in before or name in after
        ]

    def heads(self, before: Sequence[Head], after: Sequence[Head]) -> tuple[Head, ...]:
        """The auxiliary heads of the second network, then those that only the first has."""
        old = {head.name: head for head in before}
        names = {head.name for head in after}
        merged = [
            replace(
                head,
                instance=self._either(
                    old[head.name].instance if head.name in old else None, head.instance
                ),
            )
            for head in after
        ]
        gone = [
            replace(head, instance=self._old(head.instance))
            for head in before
            if head.name not in names
        ]
        return (*merged, *gone)

    def _either(self, before: Instance | None, after: Instance | None) -> Instance:
        if before is not None and after is not None:
            return self._both(before, after)
        if after is not None:
            return self._new(after)
        if before is not None:
            return self._old(before)
        raise AssertionError

    def _both(self, before: Instance, after: Instance) -> Instance:
        merged = _numbered(after, self.yours, after.name)
        merged.children = self._children(before, after)
        if before.entry is not None or after.entry is not None:
            merged.entry = self._either(before.entry, after.entry)
        return merged

    def _new(self, instance: Instance) -> Instance:
        copy = _numbered(instance, self.yours, instance.name)
        copy.children = [self._new(child) for child in instance.children]
        copy.entry = None if instance.entry is None else self._new(instance.entry)
        return copy

    def _old(self, instance: Instance, around: tuple[str, str] | None = None) -> Instance:
        """A part that only the first network has; ``around`` is the old name and the new one of what it stands in."""
        name = instance.name
        if around is not None:
            name = around[1] + name.removeprefix(around[0])
        elif name in self.taken:
            name = f"{name}-before"
        copy, inside = _numbered(instance, self.mine, name), (instance.name, name)
        copy.children = [self._old(child, inside) for child in instance.children]
        copy.entry = None if instance.entry is None else self._old(instance.entry, inside)
        return copy

    def _children(self, before: Instance, after: Instance) -> list[Instance]:
        """The children of the second, with those of the first merged in or put behind what they stood behind."""
        where = {
            number: place
            for place, child in enumerate(after.children)
            for number in _numbers(child, self.yours)
        }
        partners: dict[int, Instance] = {}
        found: list[tuple[int, int, Instance]] = []
        last = -1
        for order, child in enumerate(before.children, 1):
            place = self._place(child, after, where)
            if place is not None and place not in partners:
                partners[place] = child
                last = place
            else:
                found += [(last, order, gone) for gone in self._gone(child)]
        for place, child in enumerate(after.children):
            found.append((place, 0, self._either(partners.get(place), child)))
        return [instance for *_, instance in sorted(found, key=lambda entry: entry[:2])]

    def _place(self, child: Instance, after: Instance, where: Mapping[int, int]) -> int | None:
        """Which child of an instance of the second network is the counterpart of one of the first."""
        numbers = _numbers(child, self.mine)
        votes = Counter(where[number] for number in numbers if number in where)
        if not numbers:
            # An empty chain, which is a bare wire, has nothing but its name.
            own = child.name.rpartition(".")[2]
            alike = (
                place
                for place, other in enumerate(after.children)
                if other.name.rpartition(".")[2] == own and not _numbers(other, self.yours)
            )
            return next(alike, None)
        if not votes:
            return None
        place = votes.most_common(1)[0][0]
        one, two = child.node, after.children[place].node
        if one is None or two is None:
            return place if one is two else None
        return place if self.mine[one] == self.yours[two] else None

    def _gone(self, instance: Instance) -> Iterator[Instance]:
        """The largest parts of an instance of the first network that the second does not have at all."""
        numbers = _numbers(instance, self.mine)
        if numbers and self._known.isdisjoint(numbers):
            yield self._old(instance)
            return
        for part in instance.parts:
            yield from self._gone(part)
        if instance.node is not None and self.mine[instance.node] not in self._known:
            yield self._old(replace(instance, children=[], entry=None))


def _numbered(instance: Instance, numbers: Mapping[int, int], name: str) -> Instance:
    """The instance itself, with new numbers and nothing inside."""
    return replace(
        instance,
        name=name,
        reads=numbers[instance.reads],
        output=numbers[instance.output],
        node=None if instance.node is None else numbers[instance.node],
        children=[],
        entry=None,
    )


def _numbers(instance: Instance, numbers: Mapping[int, int]) -> list[int]:
    return [numbers[inner.node] for inner in instance.walk() if inner.node is not None]
