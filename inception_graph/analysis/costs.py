"""What a network costs: parameters, multiply-accumulates, activations, and what each value sees."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from inception_graph.ir.graph import INPUT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inception_graph.ir.graph import TypedGraph
    from inception_graph.ops.window import Shape


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
    seen: list[tuple[tuple[int, int], tuple[int, int]]] = []
    found: list[NodeCost] = []
    for index in range(len(typed.nodes)):
        inputs, operation = typed.inputs(index), typed.operation(index)
        field, stride = _sight(typed, index, seen)
        seen.append((field, stride))
        shape = typed.shapes[index]
        parameters = macs = 0
        if not operation.many:
            parameters = sum(
                prod(weight.shape) for weight in typed.weights[index] if weight.trained
            )
            macs = operation.macs(inputs[0])
        found.append(NodeCost(parameters, macs, prod(shape), field, stride))
    return tuple(found)


def _sight(
    typed: TypedGraph, index: int, seen: list[tuple[tuple[int, int], tuple[int, int]]]
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Receptive field and stride of a node's output: the largest over what it reads, widened by its window."""
    sources = [((1, 1), (1, 1)) if s == INPUT else seen[s] for s in typed.nodes[index].inputs]
    field = (max(f[0] for f, _ in sources), max(f[1] for f, _ in sources))
    stride = (max(s[0] for _, s in sources), max(s[1] for _, s in sources))
    x: Shape = typed.inputs(index)[0]
    operation = typed.operation(index)
    if operation.many:
        return field, stride
    if len(x) == 3 and len(typed.shapes[index]) == 1 and operation.window(x) is None:
        # A vector of all cells, as flatten makes it, sees what all of them see.
        return (field[0] + (x[1] - 1) * stride[0], field[1] + (x[2] - 1) * stride[1]), stride
    window = operation.window(x) if len(x) == 3 else None
    if window is None:
        return field, stride
    return (
        (field[0] + (window.span(0) - 1) * stride[0], field[1] + (window.span(1) - 1) * stride[1]),
        (stride[0] * window.stride[0], stride[1] * window.stride[1]),
    )
