"""A graph of which some values have no shape: that of a faulty program, for those who look at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inception_graph.diagnostics.report import Report
from inception_graph.ir.elaborate import elaborate
from inception_graph.ir.graph import INPUT
from inception_graph.ir.infer import known_shapes

if TYPE_CHECKING:
    from inception_graph.ir.graph import Graph, Node
    from inception_graph.ir.program import Program
    from inception_graph.limits import Limits
    from inception_graph.ops.base import Operation
    from inception_graph.ops.window import Shape

_LONGEST = 400
"""Characters of a name; one that was refused for its length may have more."""


@dataclass(frozen=True, eq=False)
class PartialGraph:
    """A graph whose shapes are known as far as they are. It is looked at; nothing is made from it.

    Attributes:
        graph: The graph; a node may lack its operation, and read a value that nothing gives.
        shapes: The shape of every node's output for one image; None where it has none.
    """

    graph: Graph
    shapes: tuple[Shape | None, ...]

    @property
    def program(self) -> Program:
        """What the network was built from."""
        return self.graph.program

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes, each behind those that it reads."""
        return self.graph.nodes

    def shape(self, index: int) -> Shape | None:
        """Shape of a value by its id."""
        if index < 0:
            return self.graph.input if index == INPUT else None
        return self.shapes[index]

    def inputs(self, index: int) -> tuple[Shape | None, ...]:
        """Shapes that a node reads."""
        return tuple(self.shape(source) for source in self.nodes[index].inputs)

    def operation(self, index: int) -> Operation | None:
        """The operation of a node, or None where it could not be read."""
        return self.nodes[index].operation

    def fails(self, index: int) -> bool:
        """Whether a node has no shape though all that it reads has one: a fault starts here."""
        return self.shapes[index] is None and None not in self.inputs(index)


def partial_graph(program: Program, limits: Limits) -> PartialGraph | None:
    """The graph of a program that has been reported as faulty, or None where it is too large to be built."""
    report = Report()
    graph = elaborate(program, report, limits)
    if graph is None:
        return None
    for tree in (graph.root, *(head.instance for head in graph.heads)):
        for instance in tree.walk():
            instance.name = _shown(instance.name)
    for node in graph.nodes:
        node.name = _shown(node.name)
    return PartialGraph(graph, tuple(known_shapes(graph, report, limits)))


def _shown(name: str) -> str:
    """A name as it can be shown: those that were refused may hold anything."""
    return "".join(
        char if char.isalnum() or char in "_." else "\N{REPLACEMENT CHARACTER}"
        for char in name[:_LONGEST]
    )
