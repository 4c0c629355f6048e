"""Whether a network scores classes, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from inception_graph.ir.graph import INPUT
from inception_graph.ops.activation import Activation
from inception_graph.ops.base import size
from inception_graph.ops.convolution import Conv
from inception_graph.ops.linear import Dropout, Linear
from inception_graph.ops.pooling import AvgPool
from inception_graph.ops.reshaping import Flatten

if TYPE_CHECKING:
    from inception_graph.ir.graph import TypedGraph
    from inception_graph.ops.base import Operation

Scores: TypeAlias = Literal["logits", "probabilities"]
"""What comes out: probabilities of a softmax or sigmoid in the network, or what a softmax makes probabilities of."""

_PROBABILITIES = ("softmax", "sigmoid")


class NoScoresError(Exception):
    """A network that scores no classes, in one sentence."""


def scores(typed: TypedGraph, output: int | None = None) -> Scores:
    """What a network gives, or one of its heads by the index of its output.

    Scores are a vector that comes from a linear layer, or from a convolution without normalisation, with nothing but
    pooling, dropout and a softmax or sigmoid behind it. Anything else is taken for features, such as an embedding.

    Raises:
        NoScoresError: The network scores no classes.
    """
    output = typed.graph.output if output is None else output
    shape = typed.shape(output)
    index, found = output, "logits"
    while index != INPUT and len(shape) == 1:
        operation = typed.operation(index)
        activation = _activation(operation)
        if activation in _PROBABILITIES:
            found = "probabilities"
        elif activation != "none":
            break
        if isinstance(operation, Conv | Linear):
            return found
        index = typed.nodes[index].inputs[0]
    features = f"{shape[0]} features" if len(shape) == 1 else f"a map of {size(shape)}"
    ends = typed.nodes[index].name if index != INPUT else "input"
    message = (
        f"'{typed.program.name}' gives {features}, not scores of classes (it ends in '{ends}')"
    )
    raise NoScoresError(message)


def _activation(operation: Operation) -> str | None:
    """The activation of a node that may give scores or pass them on; None where it can do neither."""
    match operation:
        case Activation():
            return operation.function
        case Linear():
            return operation.activation
        case Conv(norm=None):
            return operation.activation
        case AvgPool() | Dropout() | Flatten():
            return "none"
        case _:
            return None
