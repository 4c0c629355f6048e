"""A network as GraphML, which yEd, Gephi, Cytoscape and networkx read: every operation, whatever a picture shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.backends.pictures.facts import facts
from inception_graph.files import MAKER
from inception_graph.ops.base import size

if TYPE_CHECKING:
    from inception_graph.ir.graph import TypedGraph


def graphml_text(typed: TypedGraph) -> str:
    """The graph of operations; the network's own input is the node ``input``.

    Of a node: ``operation``, ``label``, ``family``, ``section``, ``block``, ``use``, ``shape``, ``parameters``,
    ``macs``, ``activations``, ``receptive_field`` and ``stride`` (height x width, in pixels of the input). Of an edge:
    its ``position`` among the inputs of its target, and the ``shape`` of its value.
    """
    import networkx

    graph: networkx.DiGraph[str] = networkx.DiGraph(name=typed.program.name)
    graph.add_node("input", operation="input", shape=size(typed.graph.input))
    for node in facts(typed):
        cost, operation = node.cost, node.operation
        graph.add_node(
            node.name,
            operation=operation.key,
            label=operation.label(),
            family=operation.family,
            section=node.section,
            block=node.block,
            use=node.use,
            shape=size(node.shape),
            parameters=cost.parameters,
            macs=cost.macs,
            activations=cost.activations,
            receptive_field=size(cost.receptive_field),
            stride=size(cost.stride),
        )
        for position, (source, shape) in enumerate(zip(node.inputs, node.reads, strict=True)):
            graph.add_edge(source, node.name, position=position, shape=size(shape))
    lines = networkx.generate_graphml(graph)  # pyright: ignore[reportUnknownMemberType]
    return "\n".join([f"<!-- {MAKER} -->", *lines, ""])
