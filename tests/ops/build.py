"""From a node as YAML gives it to the torch module that its operation prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from inception_graph.ops.code import Argument, Call, Helper, one_line
from inception_graph.ops.registry import operations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inception_graph.ops.base import Operation

AT_HAND = {"torch": torch, "nn": nn, "F": functional, "Tensor": Tensor, "Any": Any}


def operation_of(node: dict[str, Any]) -> Operation:
    """The operation of a node."""
    key, kind = next(
        (key, kind)
        for key, kind in operations().items()
        if key in node and all(name == key or name in kind.model_fields for name in node)
    )
    fields = {name: value for name, value in node.items() if name != key}
    if kind.argument is not None:
        fields[kind.argument] = node[key]
    return kind.model_validate(fields)


def helpers(argument: Argument | Helper) -> Iterator[Helper]:
    """The definitions that a call needs, each behind those that it refers to."""
    if isinstance(argument, Helper):
        for need in argument.needs:
            yield from helpers(need)
        yield argument
    elif isinstance(argument, Call):
        if argument.helper is not None:
            yield from helpers(argument.helper)
        for inner in (*argument.arguments, *argument.keywords.values()):
            yield from helpers(inner)


def define(definitions: Iterator[Helper]) -> dict[str, Any]:
    """What the source of a file would have at hand below these definitions."""
    scope: dict[str, Any] = dict(AT_HAND)
    for helper in definitions:
        exec(helper.source.replace("{name}", helper.name), scope)
    return scope


def module_of(call: Call, **names: Any) -> nn.Module:
    """The module that a call makes where the names have these values."""
    return eval(one_line(call), {**define(helpers(call)), **names})
