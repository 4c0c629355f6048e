"""What nodes read, told apart from what follows when nodes before them come and go."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

from inception_graph.comparison.alignment import increasing
from inception_graph.ir.graph import INPUT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from inception_graph.ir.graph import Graph

_Origin: TypeAlias = frozenset[int]
"""Ids, in the second network, of the matched nodes from which a value comes."""


class Wires:
    """The wires of two networks, by the nodes that both have.

    Args:
        one: The first network.
        other: The second.
        nodes: Ids of the second's nodes by those of the first's.
    """

    def __init__(self, one: Graph, other: Graph, nodes: Mapping[int, int]) -> None:
        self._mine = _Side(one, {INPUT: INPUT, **nodes})
        self._yours = _Side(other, {node: node for node in (INPUT, *nodes.values())})

    def differ(self, one: Sequence[int], other: Sequence[int]) -> bool:
        """Whether two lists of ids, one of each network, stand for different values.

        What a node was given instead of a removed one, or gets through an added one, is the same value here: the nodes
        themselves are told of as added and removed, and so is an input of a join that came or went with its branch.
        """
        before = [self._mine.origin(node) for node in one]
        after = [self._yours.origin(node) for node in other]
        if before == after:
            return False
        kept = _common(before, after)
        gone = {place for place, _ in kept}
        come = {place for _, place in kept}
        return any(
            place not in gone and self._mine.known(node) for place, node in enumerate(one)
        ) or any(place not in come and self._yours.known(node) for place, node in enumerate(other))


class _Side:
    """One of the networks: for each node the matched nodes from which its value comes."""

    def __init__(self, graph: Graph, matched: Mapping[int, int]) -> None:
        self._matched = matched
        self._origins: dict[int, _Origin] = {}
        for index, node in enumerate(graph.nodes):
            if index not in matched:
                self._origins[index] = frozenset[int]().union(
                    *(self.origin(source) for source in dict.fromkeys(node.inputs))
                )

    def known(self, node: int) -> bool:
        """Whether the other network has the node too."""
        return node in self._matched

    def origin(self, node: int) -> _Origin:
        """The node itself where it is matched, or else what it was made from."""
        return frozenset({self._matched[node]}) if self.known(node) else self._origins[node]


def _common(before: list[_Origin], after: list[_Origin]) -> list[tuple[int, int]]:
    """Positions of equal values in the same order on both sides."""
    places = {value: place for place, value in enumerate(_numbered(after))}
    found = [
        (place, places[value]) for place, value in enumerate(_numbered(before)) if value in places
    ]
    return increasing(found)


def _numbered(values: list[_Origin]) -> list[tuple[_Origin, int]]:
    """The values, equal ones told apart by their rank."""
    seen: Counter[_Origin] = Counter()
    numbered: list[tuple[_Origin, int]] = []
    for value in values:
        numbered.append((value, seen[value]))
        seen[value] += 1
    return numbered
