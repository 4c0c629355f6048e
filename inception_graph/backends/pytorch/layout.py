"""Statements by which the layers of an optimised network load the weights of the plain one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.ir.program import Use
from inception_graph.ops.code import Argument, Call, Raw, is_default, laid_out
from inception_graph.ops.convolution import Conv, Convolution
from inception_graph.ops.layout import definition
from inception_graph.ops.normalisation import BatchNorm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from inception_graph.ir.graph import Instance, TypedGraph


def attachments(
    typed: TypedGraph,
    instances: Iterable[Instance],
    settle: Callable[[Argument], Argument],
    scope: str = "",
) -> list[str]:
    """Statements of a constructor, not indented, for the layers that stand for others.

    Args:
        typed: The graph of the class.
        instances: What the class holds.
        settle: Gives definitions their names in the file.
        scope: Where the names start that merged layers have, with a dot at its end.
    """
    lines: list[str] = []
    for name, operation in _merging(typed, instances):
        parts = ((f"{scope}{part}", channels) for part, channels in operation.merges)
        scale = operation.folded_scale if isinstance(operation, Conv) else 1
        options: dict[str, Argument] = {} if is_default(scale, 1) else {"scale": scale}
        merged = Call("Merged", (name, *parts), options, definition("Merged"))
        attach = definition("attach")
        call = settle(Call(attach.name, (Raw("self"), merged), helper=attach))
        lines += laid_out(call, 8, 0)
    return lines


def _merging(
    typed: TypedGraph, instances: Iterable[Instance]
) -> Iterator[tuple[str, Conv | BatchNorm]]:
    """The layers that stand for others, outside of the blocks used, by their full names."""
    for instance in instances:
        if instance.node is not None:
            operation = typed.operation(instance.node)
            if isinstance(operation, Conv | BatchNorm) and operation.merges:
                yield instance.name, operation
        if not isinstance(instance.element, Use):
            yield from _merging(typed, instance.parts)


def keeps_layout(typed: TypedGraph) -> bool:
    """Whether some layer of a network stands for layers of a plain one."""
    operations = (typed.operation(index) for index in range(len(typed.nodes)))
    return any(
        (isinstance(operation, Conv | BatchNorm) and operation.merges)
        or (isinstance(operation, Convolution) and operation.folded_norm is not None)
        for operation in operations
    )
