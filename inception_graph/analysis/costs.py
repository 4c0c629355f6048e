"""What a network costs: parameters, multiply-accumulates, activations, and what each value sees."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from inception_graph.analysis.receptive_field import sights

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inception_graph.ir.graph import TypedGraph


@dataclass(frozen=True, slots=True)
class NodeCost:
    """The costs of one node, for one image.

    Attributes:
        parameters: Trained weights.
        macs: Multiply-accumulates of convolution and linear layers.
        activations: Elements of the output.
        receptive_field: Height and width, in pixels of the input, that one cell of the output depends on.
        stride: Distance, in pixels of the input, between neighbouring cells of the output.
    """

    parameters: int
    macs: int
    activations: int
    receptive_field: tuple[int, int]
    stride: tuple[int, int]


def together(last: NodeCost, parts: Iterable[NodeCost]) -> NodeCost:
    """The costs of nodes taken together; field and stride are those of the last."""
    inside = list(parts)
    return replace(
        last,
        parameters=sum(cost.parameters for cost in inside),
        macs=sum(cost.macs for cost in inside),
        activations=sum(cost.activations for cost in inside),
    )


@dataclass(frozen=True)
class Costs:
    """The costs of a network; totals are given without auxiliary heads, and with them.

    Parameters are all that a module holds. Multiply-accumulates and activations are what a pass computes: a node that
    only a head reads costs nothing without the heads, and one that nothing reads costs nothing at all.
    """

    nodes: tuple[NodeCost, ...]
    parameters: int
    parameters_with_auxiliary: int
    macs: int
    macs_with_auxiliary: int
    activations: int
    activations_with_auxiliary: int


_known: WeakKeyDictionary[TypedGraph, Costs] = WeakKeyDictionary()


def costs(typed: TypedGraph) -> Costs:
    """The costs of every node and of the whole, counted once for as long as the graph lives."""
    if typed not in _known:
        _known[typed] = _counted(typed)
    return _known[typed]


def _counted(typed: TypedGraph) -> Costs:
    nodes = _nodes(typed)
    outside = [
        cost for cost, node in zip(nodes, typed.nodes, strict=True) if node.section != "auxiliary"
    ]
    main = [nodes[index] for index in sorted(typed.graph.main)]
    served = [nodes[index] for index in sorted(typed.graph.served)]
    return Costs(
        nodes,
        sum(cost.parameters for cost in outside),
        sum(cost.parameters for cost in nodes),
        sum(cost.macs for cost in main),
        sum(cost.macs for cost in served),
        sum(cost.activations for cost in main),
        sum(cost.activations for cost in served),
    )


def _nodes(typed: TypedGraph) -> tuple[NodeCost, ...]:
    found: list[NodeCost] = []
    for index, sight in enumerate(sights(typed)):
        inputs, operation = typed.inputs(index), typed.operation(index)
        shape = typed.shapes[index]
        parameters = macs = 0
        if not operation.many:
            parameters = sum(
                prod(weight.shape) for weight in typed.weights[index] if weight.trained
            )
            macs = operation.macs(inputs[0])
        found.append(NodeCost(parameters, macs, prod(shape), sight.most, sight.stride))
    return tuple(found)
