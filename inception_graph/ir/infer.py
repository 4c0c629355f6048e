"""From ``Graph`` to ``TypedGraph``: the shape of every value, or where shapes do not fit."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from inception_graph.diagnostics.codes import Code
from inception_graph.diagnostics.report import Related
from inception_graph.ir import remedies
from inception_graph.ir.elaborate import block_uses
from inception_graph.ir.graph import INPUT, TypedGraph
from inception_graph.ir.shapes import shapes_of
from inception_graph.ops.base import size

if TYPE_CHECKING:
    from inception_graph.diagnostics.report import Report
    from inception_graph.diagnostics.source import Path
    from inception_graph.ir.graph import Graph, Node
    from inception_graph.limits import Limits
    from inception_graph.ops.base import ShapeFault
    from inception_graph.ops.window import Shape


def infer(graph: Graph, report: Report, limits: Limits) -> TypedGraph | None:
    """The typed graph, or None where some value has no shape (reported, each cause once)."""
    if prod(graph.input) > limits.elements:
        message = f"the input, {size(graph.input)}, has more than {limits.elements:,} elements"
        hint = f"if it is meant to, raise the bound: --limit elements={prod(graph.input)}"
        where = graph.program.places.key(("input",))
        report.add(Code.TENSOR_TOO_LARGE, message, where, hint=hint)
        return None
    shapes = known_shapes(graph, report, limits)
    typed = TypedGraph(graph, tuple(shape for shape in shapes if shape is not None))
    return typed if len(typed.shapes) == len(graph.nodes) else None


def known_shapes(graph: Graph, report: Report, limits: Limits) -> list[Shape | None]:
    """The shape of every node, or None where it has none (each cause reported once)."""
    return shapes_of(graph, _Faults(graph, report, limits))


_MOST_SEARCHES = 10
"""Windows for which the smallest input is looked for; the search runs the network many times."""


@dataclass
class _Faults:
    """Adds to facts of operations what only the graph knows: places, other branches, remedies."""

    graph: Graph
    report: Report
    limits: Limits
    searches: int = 0

    def bounded(self, node: Node, inputs: list[Shape], shape: Shape) -> bool:
        """Report a tensor larger than the limits, a weight among them; whether there is none."""
        channels = shape[0] if len(shape) > 1 else 1
        exceeded: tuple[str, str, int] | None = None
        if channels > self.limits.channels:
            exceeded = (f"the output of this node, {size(shape)},", "channels", channels)
        elif (elements := prod(shape)) > self.limits.elements:
            exceeded = (f"the output of this node, {size(shape)},", "elements", elements)
        elif node.operation is not None and not node.operation.many:
            for weight in node.operation.weights(inputs[0]):
                if (elements := prod(weight.shape)) > self.limits.elements:
                    exceeded = (
                        f"the {weight.name} of this node, {size(weight.shape)},",
                        "elements",
                        elements,
                    )
        if exceeded is None:
            return True
        what, name, found = exceeded
        message = f"{what} has more than {getattr(self.limits, name):,} {name}"
        hint = f"if it is meant to, raise the bound: --limit {name}={found}"
        where, related = self.graph.program.places.key(node.path), self._uses(node)
        self.report.add(Code.TENSOR_TOO_LARGE, message, where, hint=hint, related=related)
        return False

    def tell(self, index: int, fault: ShapeFault, shapes: list[Shape | None]) -> None:
        """Report a fault of one node."""
        node = self.graph.nodes[index]
        places = self.graph.program.places
        message, hint = fault.message, fault.hint
        related: tuple[Related, ...]
        if fault.code in (Code.ADD_SHAPES, Code.CONCAT_SHAPES):
            related, hint = remedies.branches(self.graph, index, shapes, fault)
            ranks = {len(self.graph.input if s == INPUT else shapes[s] or ()) for s in node.inputs}
            if len(ranks) > 1:
                message = "some branches of this join are maps, others are vectors"
            where = places.key((*node.path, node.operation.key) if node.operation else node.path)
        else:
            source = node.inputs[0]
            given = self.graph.input if source == INPUT else shapes[source]
            origin = places.key(("input",) if source == INPUT else self._written(source, node))
            name = (
                "the network's input" if source == INPUT else f"'{self.graph.nodes[source].name}'"
            )
            related = (Related(f"it reads {name}: {size(given or ())}", origin),)
            where = (
                places.value((*node.path, fault.field)) if fault.field else places.key(node.path)
            )
            if fault.code is Code.WINDOW_TOO_LARGE:
                where = places.key(node.path)
                hint = "make the input larger, or the window smaller"
                if self.searches < _MOST_SEARCHES:
                    self.searches += 1
                    hint = remedies.smallest_input(self.graph, index, shapes)
        self.report.add(
            fault.code, message, where, related=(*related, *self._uses(node)), hint=hint
        )

    def _written(self, source: int, reader: Node) -> Path:
        """Where a reader's eyes find a value: at the use of the block that gives it, if it stands in another one."""
        frames = self.graph.nodes[source].frames
        shared = len(
            [True for mine, other in zip(frames, reader.frames, strict=False) if mine is other]
        )
        return frames[shared].path if len(frames) > shared else self.graph.nodes[source].path

    def _uses(self, node: Node) -> tuple[Related, ...]:
        return block_uses(self.graph.program, node.frames)
