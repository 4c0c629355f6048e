"""What passes ask of pools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.ops.pooling import AvgPool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inception_graph.ir.graph import Instance, TypedGraph


def counts_padding(typed: TypedGraph, built: Sequence[Instance]) -> bool:
    """Whether an average pool takes padding for input, wherever it was built."""
    for instance in built:
        operation = typed.operation(instance.output)
        if isinstance(operation, AvgPool) and operation.count_padding:
            window = operation.window(typed.shape(instance.reads))
            if any(cells for sides in window.pads for cells in sides):
                return True
    return False


def keeps_size(typed: TypedGraph, built: Sequence[Instance]) -> bool:
    """Whether a pool gives as many cells as it reads, wherever it was built."""
    pairs = ((typed.shape(instance.reads), typed.shape(instance.output)) for instance in built)
    return all(len(x) == len(y) == 3 and x[1:] == y[1:] for x, y in pairs)
