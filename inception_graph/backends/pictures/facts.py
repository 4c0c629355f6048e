"""What files for other tools say of each node: one table for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inception_graph.analysis.costs import costs
from inception_graph.ir.graph import INPUT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inception_graph.analysis.costs import NodeCost
    from inception_graph.ir.graph import TypedGraph
    from inception_graph.ops.base import Operation
    from inception_graph.ops.window import Shape


@dataclass(frozen=True, slots=True)
class Facts:
    """A node in the words of the spec.

    Attributes:
        name: Its full name.
        operation: What it does.
        section: ``stem``, ``body``, ``head`` or ``auxiliary``.
        block: The block in whose use it stands, the innermost; empty outside of blocks.
        use: Full name of the outermost use in which it stands; empty outside of blocks.
        inputs: Full names of what it reads, in order; ``input`` is the network's.
        reads: Their shapes.
        shape: The shape of its output for one image.
        cost: What it costs.
    """

    name: str
    operation: Operation
    section: str
    block: str
    use: str
    inputs: tuple[str, ...]
    reads: tuple[Shape, ...]
    shape: Shape
    cost: NodeCost


def facts(typed: TypedGraph) -> Iterator[Facts]:
    """The nodes in an order in which they can be computed."""
    counted = costs(typed).nodes
    for index, node in enumerate(typed.nodes):
        yield Facts(
            name=node.name,
            operation=typed.operation(index),
            section=node.section,
            block=node.frames[-1].block if node.frames else "",
            use=node.frames[0].name if node.frames else "",
            inputs=tuple("input" if s == INPUT else typed.nodes[s].name for s in node.inputs),
            reads=typed.inputs(index),
            shape=typed.shapes[index],
            cost=counted[index],
        )
