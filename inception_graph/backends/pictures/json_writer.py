"""A network and its picture as one JSON document for other tools; the page about drawing describes its fields."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from inception_graph.analysis.costs import costs
from inception_graph.analysis.notation import UNITS
from inception_graph.backends.pictures.facts import facts
from inception_graph.comparison.fields import written
from inception_graph.files import MAKER
from inception_graph.ir.program import Use

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inception_graph.backends.pictures.facts import Facts
    from inception_graph.backends.pictures.placed import Layout
    from inception_graph.ir.graph import TypedGraph

VERSION = 1
"""Raised when a field is renamed, dropped or given another meaning; new fields do not raise it."""


def json_text(typed: TypedGraph, layout: Layout) -> str:
    """The document: the whole network under ``network``, boxes, frames and wires of a layout under ``picture``."""
    document = {
        "made_by": MAKER,
        "version": VERSION,
        "network": _network(typed),
        "picture": _picture(layout),
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _network(typed: TypedGraph) -> dict[str, Any]:
    graph, total = typed.graph, costs(typed)
    program = graph.program
    named = {-1: "input", **{index: node.name for index, node in enumerate(typed.nodes)}}
    return {
        "name": program.name,
        "title": program.meta.title or program.name,
        "input": list(graph.input),
        "output": {"node": named[graph.output], "shape": list(typed.shape(graph.output))},
        "parameters": total.parameters,
        "parameters_with_auxiliary": total.parameters_with_auxiliary,
        "macs": total.macs,
        "macs_with_auxiliary": total.macs_with_auxiliary,
        "units": UNITS,
        "nodes": [_node(node) for node in facts(typed)],
        "edges": list(_edges(typed)),
        "blocks": list(_blocks(typed)),
        "auxiliary": [
            {
                "name": head.name,
                "reads": named[head.instance.reads],
                "output": named[head.output],
                "loss_weight": head.loss_weight,
            }
            for head in graph.heads
        ],
    }


def _node(node: Facts) -> dict[str, Any]:
    cost, operation = node.cost, node.operation
    return {
        "name": node.name,
        "operation": operation.key,
        "label": operation.label(),
        "family": operation.family,
        "fields": {
            name: written(getattr(operation, name)) for name in type(operation).model_fields
        },
        "section": node.section,
        "block": node.block or None,
        "use": node.use or None,
        "shape": list(node.shape),
        "parameters": cost.parameters,
        "macs": cost.macs,
        "activations": cost.activations,
        "receptive_field": list(cost.receptive_field),
        "stride": list(cost.stride),
    }


def _edges(typed: TypedGraph) -> Iterator[dict[str, Any]]:
    for node in facts(typed):
        for position, (source, shape) in enumerate(zip(node.inputs, node.reads, strict=True)):
            yield {
                "source": source,
                "target": node.name,
                "position": position,
                "shape": list(shape),
            }


def _blocks(typed: TypedGraph) -> Iterator[dict[str, Any]]:
    graph = typed.graph
    uses: dict[str, list[str]] = {name: [] for name in graph.program.blocks}
    for tree in (graph.root, *(head.instance for head in graph.heads)):
        for instance in tree.walk():
            if isinstance(instance.element, Use):
                uses[instance.element.block].append(instance.name)
    for name, block in graph.program.blocks.items():
        yield {"name": name, "arguments": list(block.arguments), "uses": uses[name]}


def _picture(layout: Layout) -> dict[str, Any]:
    """All lengths are points from the top left corner; a box is told by its centre, a frame by its corner.

    The legend is left out: it says nothing of the network.
    """
    drawn = {box.id for box in layout.drawing.boxes}
    return {
        "width": _rounded(layout.width),
        "height": _rounded(layout.height),
        "title": layout.drawing.title,
        "caption": list(layout.drawing.caption),
        "boxes": [
            {
                "id": placed.box.id,
                "style": placed.box.style,
                "name": placed.box.name,
                "labels": list(placed.box.labels),
                "times": placed.box.times,
                "dashed": placed.box.dashed,
                "mark": placed.box.mark,
                "frames": [frame.id for frame in placed.inside],
                "x": _rounded(placed.x),
                "y": _rounded(placed.y),
                "width": _rounded(placed.width),
                "height": _rounded(placed.height),
            }
            for placed in layout.boxes
            if placed.box.id in drawn
        ],
        "frames": [
            {
                "id": placed.frame.id,
                "title": placed.frame.title,
                "times": placed.frame.times,
                "dashed": placed.frame.dashed,
                "mark": placed.frame.mark,
                "frames": [frame.id for frame in placed.inside],
                "left": _rounded(placed.left),
                "top": _rounded(placed.top),
                "width": _rounded(placed.width),
                "height": _rounded(placed.height),
            }
            for placed in layout.frames
        ],
        "wires": [
            {
                "source": route.wire.source,
                "target": route.wire.target,
                "shape": route.wire.shape,
                "channels": route.wire.channels,
                "dashed": route.wire.dashed,
                "mark": route.wire.mark,
                "points": [[_rounded(x), _rounded(y)] for x, y in route.points],
            }
            for route in layout.routes
            if route.wire.source in drawn
        ],
    }


def _rounded(length: float) -> float:
    return round(length, 1)
