"""All operations that a spec can name: ours, and those of installed packages."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from inception_graph.ops.activation import Activation
from inception_graph.ops.base import Operation
from inception_graph.ops.convolution import Conv
from inception_graph.ops.joining import Add, Concat
from inception_graph.ops.linear import Dropout, Linear
from inception_graph.ops.normalisation import BatchNorm, L2Normalize, LocalResponseNorm
from inception_graph.ops.pooling import AvgPool, MaxPool
from inception_graph.ops.reshaping import Flatten, Narrow, Pad, Scale
from inception_graph.ops.separable import SeparableConv

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

ENTRY_POINTS = "inception_graph.operations"
"""The entry point group under which a package announces classes derived from ``Operation``."""

_OURS: tuple[type[Operation], ...] = (
    Conv, SeparableConv, MaxPool, AvgPool, LocalResponseNorm, BatchNorm, Activation, Dropout,
    Flatten, Linear, L2Normalize, Concat, Add, Narrow, Scale, Pad,
)  # fmt: skip


_FACTS = ("key", "family", "examples")


class PluginError(Exception):
    """An installed package announces an operation that cannot be used."""


@cache
def operations() -> dict[str, type[Operation]]:
    """Every operation by its key.

    Raises:
        PluginError: A package announces what is no whole operation, or a key that is taken.
    """
    from importlib.metadata import entry_points

    known = {operation.key: operation for operation in _OURS}
    announced = entry_points(group=ENTRY_POINTS)
    for entry in sorted(announced, key=lambda entry: (entry.name, entry.value)):
        operation = _loaded(entry)
        if operation.key in known:
            message = f"the operation '{operation.key}' of {entry.value} exists already"
            raise PluginError(message)
        known[operation.key] = operation
    return known


def _loaded(entry: EntryPoint) -> type[Operation]:
    try:
        loaded = entry.load()
    except Exception as error:
        message = f"the operation '{entry.name}' of {entry.value} cannot be loaded: {error}"
        raise PluginError(message) from error
    if not (isinstance(loaded, type) and issubclass(loaded, Operation)):
        message = f"'{entry.name}' ({entry.value}) is not a class derived from Operation"
        raise PluginError(message)
    missing = [fact for fact in _FACTS if getattr(loaded, fact, None) is None]
    missing += sorted(loaded.__abstractmethods__)
    if missing:
        message = f"'{entry.name}' ({entry.value}) does not state its {', '.join(missing)}"
        raise PluginError(message)
    return loaded
