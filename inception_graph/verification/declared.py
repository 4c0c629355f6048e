"""The steps of our network, from its graph: what a spec declares and its source is emitted from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.ir.graph import INPUT as IMAGE
from inception_graph.ops.activation import Activation
from inception_graph.ops.convolution import Conv
from inception_graph.ops.joining import Add
from inception_graph.ops.linear import Dropout, Linear
from inception_graph.ops.normalisation import BatchNorm, L2Normalize, LocalResponseNorm
from inception_graph.ops.pooling import AvgPool, MaxPool
from inception_graph.ops.reshaping import Flatten, Pad, Scale
from inception_graph.ops.separable import SeparableConv
from inception_graph.verification.steps import (
    INPUT,
    Fact,
    Step,
    Trace,
    average_facts,
    conv_facts,
    window_facts,
)

if TYPE_CHECKING:
    from inception_graph.ir.graph import TypedGraph
    from inception_graph.ops.base import Operation
    from inception_graph.ops.window import Shape


def declared(typed: TypedGraph) -> Trace:
    """The steps of all nodes, auxiliary heads included."""
    trace = Trace()
    given: dict[int, int] = {IMAGE: INPUT}
    for index, node in enumerate(typed.nodes):
        steps = _Steps(trace, node.name, tuple(given[source] for source in node.inputs))
        steps.add_node(typed.operation(index), typed.inputs(index)[0], typed.shapes[index])
        given[index] = steps.last
    trace.outputs["logits"] = given[typed.graph.output]
    trace.outputs.update({head.name: given[head.output] for head in typed.graph.heads})
    return trace


class _Steps:
    """The steps of one node."""

    def __init__(self, trace: Trace, node: str, inputs: tuple[int, ...]) -> None:
        self.trace, self.node, self.inputs = trace, node, inputs

    @property
    def last(self) -> int:
        """What gives the node's result."""
        return self.inputs[0]

    def _add(self, kind: str, facts: dict[str, Fact], shape: Shape, *tensors: str) -> None:
        names = tuple(f"{self.node}.{tensor}" for tensor in tensors)
        step = Step(kind, self.node, facts, self.inputs, shape, names)
        self.inputs = (self.trace.add(step),)

    def add_node(self, operation: Operation, x: Shape, shape: Shape) -> None:
        """Add the steps of a node, given what it reads first and what it gives."""
        match operation:
            case Conv():
                self._conv(operation, x, shape)
            case SeparableConv():
                self._separable(operation, x, shape)
            case BatchNorm():
                self._norm(operation, shape, "")
            case MaxPool():
                facts = window_facts(operation.window(x), x, shape)
                self._add("max_pool", facts, shape)
            case AvgPool():
                self._average(operation, x, shape)
            case Linear():
                names = tuple(weight.name for weight in operation.weights(x))
                self._add("linear", {"bias": operation.bias}, shape, *names)
                self._activation(operation.activation, shape)
            case Add():
                self._add("add", {}, shape)
                self._activation(operation.activation, shape)
            case Flatten() if max(x[1:], default=1) == 1:
                pass  # a vector already, but for its shape
            case _:
                names = () if operation.many else tuple(w.name for w in operation.weights(x))
                kind, facts = _plain(operation)
                self._add(kind, facts, shape, *names)

    def _conv(self, conv: Conv, x: Shape, shape: Shape) -> None:
        kind, facts = conv_facts(conv.window(x), x, shape, groups=conv.groups, bias=conv.bias)
        kept = (weight.name for weight in conv.weights(x) if not weight.name.startswith("norm."))
        self._add(kind, facts, shape, *kept)
        self._finish(conv, shape)

    def _separable(self, conv: SeparableConv, x: Shape, shape: Shape) -> None:
        window, between = conv.window(x), (x[0] * conv.multiplier, *shape[1:])
        _, facts = conv_facts(window, x, between, groups=x[0], bias=False)
        self._add("conv", facts, between, "depthwise.weight")
        pointwise = Conv(channels=conv.channels, bias=conv.bias)
        kind, facts = conv_facts(
            pointwise.window(between), between, shape, groups=1, bias=conv.bias
        )
        bias = ("pointwise.bias",) if conv.bias else ()
        self._add(kind, facts, shape, "pointwise.weight", *bias)
        self._finish(conv, shape)

    def _finish(self, conv: Conv | SeparableConv, shape: Shape) -> None:
        if conv.norm is not None:
            self._norm(conv.norm, shape, "norm.")
        self._activation(conv.activation, shape)

    def _norm(self, norm: BatchNorm, shape: Shape, prefix: str) -> None:
        names = (f"{prefix}{weight.name}" for weight in norm.weights_of(shape[0]))
        facts: dict[str, Fact] = {"eps": norm.eps, "momentum": norm.momentum, "scale": norm.scale}
        self._add("batch_norm", facts, shape, *names)

    def _activation(self, name: str, shape: Shape) -> None:
        if name != "none":
            self._add(name, {}, shape)

    def _average(self, pool: AvgPool, x: Shape, shape: Shape) -> None:
        if pool.output is not None and max(pool.output) > 1:
            self._add(
                "avg_pool", {"window": f"adaptive to {pool.output[0]}x{pool.output[1]}"}, shape
            )
            return
        cells = shape if len(shape) == 3 else (*shape, 1, 1)
        facts = average_facts(pool.window(x), x, cells, counts_padding=pool.count_padding)
        self._add("avg_pool", facts, shape)


def _plain(operation: Operation) -> tuple[str, dict[str, Fact]]:
    """Kind and facts of an operation that is one step."""
    match operation:
        case Activation():
            return operation.function, {}
        case Dropout():
            return "dropout", {"rate": operation.rate}
        case Scale():
            return "scale", {"factor": operation.factor}
        case L2Normalize():
            return "l2_normalize", {"eps": operation.eps}
        case LocalResponseNorm():
            facts = ("window_channels", "alpha", "beta", "k")
            return "lrn", {fact: getattr(operation, fact) for fact in facts}
        case Pad():
            return "pad", {"sides": (*operation.sides[0], *operation.sides[1])}
        case _:
            return operation.key, {}
