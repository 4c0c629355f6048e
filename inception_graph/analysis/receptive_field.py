"""What each value sees of the input, along the shortest and along the widest way that leads to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from inception_graph.ir.graph import INPUT

if TYPE_CHECKING:
    from collections.abc import Callable

    from inception_graph.ir.graph import TypedGraph

Extents: TypeAlias = tuple[int, int]
"""Height and width in pixels of the input."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What one cell of a value depends on. All are in pixels of the input, and may be larger than it.

    Attributes:
        least: Along the way through the branches that widens it least.
        most: Along the way that widens it most: the receptive field.
        stride: Distance between neighbouring cells.
    """

    least: Extents
    most: Extents
    stride: Extents


_PIXEL = Sight((1, 1), (1, 1), (1, 1))


def sights(typed: TypedGraph) -> tuple[Sight, ...]:
    """What every node's output sees, in time linear in their number.

    A window widens what it reads by its span less one, times the stride so far; a join takes the least and the most.
    """
    seen: list[Sight] = []
    for index, node in enumerate(typed.nodes):
        sources = [_PIXEL if source == INPUT else seen[source] for source in node.inputs]
        seen.append(_through(typed, index, _joined(sources)))
    return tuple(seen)


def _joined(sources: list[Sight]) -> Sight:
    first, *others = sources
    for other in others:
        first = Sight(
            _pairwise(min, first.least, other.least),
            _pairwise(max, first.most, other.most),
            _pairwise(max, first.stride, other.stride),
        )
    return first


def _through(typed: TypedGraph, index: int, given: Sight) -> Sight:
    """What is seen through a node's own window."""
    x, operation = typed.inputs(index)[0], typed.operation(index)
    if operation.many or len(x) != 3:
        return given
    window = operation.window(x)
    if window is not None:
        spans, strides = (window.span(0), window.span(1)), window.stride
    elif len(typed.shapes[index]) == 1:
        # A vector of all cells, as flatten makes it, sees what all of them see.
        spans, strides = (x[1], x[2]), (1, 1)
    else:
        return given
    return Sight(
        _widened(given.least, spans, given.stride),
        _widened(given.most, spans, given.stride),
        (given.stride[0] * strides[0], given.stride[1] * strides[1]),
    )


def _widened(field: Extents, spans: Extents, stride: Extents) -> Extents:
    return field[0] + (spans[0] - 1) * stride[0], field[1] + (spans[1] - 1) * stride[1]


def _pairwise(choose: Callable[[int, int], int], one: Extents, other: Extents) -> Extents:
    return choose(one[0], other[0]), choose(one[1], other[1])
