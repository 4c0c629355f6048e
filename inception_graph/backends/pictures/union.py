"""Two networks as one graph, in which what either lacks stands beside what both have."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inception_graph.backends.pictures.marking import Marking
from inception_graph.comparison.edits import Changed, Renamed, Rewired
from inception_graph.ir.graph import INPUT, Graph, Head, Instance, Node, TypedGraph
from inception_graph.ir.program import SECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from inception_graph.backends.pictures.drawing import Mark
    from inception_graph.comparison.edits import Difference
    from inception_graph.ir.program import Chain
    from inception_graph.ops.window import Shape


@dataclass(frozen=True, eq=False)
class Union:
    """Two networks as one.

    Attributes:
        typed: All nodes of both, each pair once, as the second network has it; a node of a pair reads what either reads.
        marking: What is added, removed and changed.
    """

    typed: TypedGraph
    marking: Marking


def union(one: TypedGraph, other: TypedGraph, difference: Difference) -> Union:
    """The union of two networks, by the pairs of their difference."""
    return _Union(one, other, difference).made()


class _Union:
    """Numbers the nodes of both networks anew and merges the trees of their instances.

    Attributes:
        mine: For the id of each value of the first network its id in the union.
        yours: The same for the second network.
    """

    def __init__(self, one: TypedGraph, other: TypedGraph, difference: Difference) -> None:
        self.one, self.other, self.difference = one, other, difference
        self.mine, self.yours = {INPUT: INPUT}, {INPUT: INPUT}
        for place, pair in enumerate(difference.nodes):
            if pair.before and pair.before.node is not None:
                self.mine[pair.before.node] = place
            if pair.after and pair.after.node is not None:
                self.yours[pair.after.node] = place
        self._both = set(self.mine.values()) & set(self.yours.values())
        self._taken = {node.name for node in other.nodes}
        self._names: dict[int, str] = {}

    def made(self) -> Union:
        root, heads = self._root(), self._heads()
        nodes: list[Node] = []
        shapes: list[Shape] = []
        back = {place: node for node, place in self.mine.items()}
        here = {place: node for node, place in self.yours.items()}
        wires: dict[tuple[int, int], Mark] = {}
        for place in range(len(self.difference.nodes)):
            before = [self.mine[v] for v in self.one.nodes[back[place]].inputs] if place in back else []
            after = [self.yours[v] for v in self.other.nodes[here[place]].inputs] if place in here else []
            typed, node = (self.other, here[place]) if place in here else (self.one, back[place])
            name = self._names.get(place, typed.nodes[node].name)
            gone = [value for value in dict.fromkeys(before) if value not in after]
            nodes.append(replace(typed.nodes[node], name=name, inputs=(*after, *gone)))
            shapes.append(typed.shapes[node])
            wires |= {(value, place): "removed" for value in gone}
            wires |= {(value, place): "added" for value in after if value not in before}
        program = replace(
            self.other.program,
            blocks={**self.one.program.blocks, **self.other.program.blocks},
            sections=self._sections(),
        )
        graph = Graph(
            program, self.other.graph.input, tuple(nodes), root, self.yours[self.other.graph.output], heads
        )
        return Union(TypedGraph(graph, tuple(shapes)), Marking(self._marks(), wires, self._words()))
