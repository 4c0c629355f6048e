"""Shapes, from the input on: the fold that inference makes with faults told, and remedies make without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from inception_graph.ir.graph import INPUT
from inception_graph.ops.base import ShapeFault

if TYPE_CHECKING:
    from inception_graph.ir.graph import Graph, Node
    from inception_graph.ops.window import Shape


class Faults(Protocol):
    """Is told of what does not fit."""

    def tell(self, index: int, fault: ShapeFault, shapes: list[Shape | None]) -> None:
        """A node cannot read what it is given; ``shapes`` are those of the nodes before it."""
        ...

    def bounded(self, node: Node, inputs: list[Shape], shape: Shape) -> bool:
        """Whether neither a node's output nor a weight of it is too large."""
        ...


def shapes_of(graph: Graph, faults: Faults | None = None) -> list[Shape | None]:
    """The shape of every node; None where it has none, and for all that follows from there."""
    shapes: list[Shape | None] = []
    for index, node in enumerate(graph.nodes):
        inputs: list[Shape] = []
        for source in node.inputs:
            shape = graph.input if source == INPUT else shapes[source] if source >= 0 else None
            if shape is not None:
                inputs.append(shape)
        result: Shape | None = None
        if node.operation is not None and len(inputs) == len(node.inputs):
            try:
                result = node.operation.shape(*inputs)
            except ShapeFault as fault:
                if faults is not None:
                    faults.tell(index, fault, shapes)
            else:
                if faults is not None and not faults.bounded(node, inputs, result):
                    result = None
        shapes.append(result)
    return shapes
