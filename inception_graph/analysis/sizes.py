"""Inputs that a network can read: the smallest, and those that every stride divides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import gcd, lcm
from typing import TYPE_CHECKING

from inception_graph.ir.graph import INPUT
from inception_graph.ir.shapes import shapes_of
from inception_graph.ops.base import ShapeFault

if TYPE_CHECKING:
    from inception_graph.ir.graph import Node, TypedGraph
    from inception_graph.ops.base import Operation
    from inception_graph.ops.window import Shape

_MOST_TRIES = 8
"""Sizes of a progression that are tried before it is given up."""
_LONGEST_ROUND = 128
"""Larger sizes that are tried."""


@dataclass(frozen=True)
class Progression:
    """Sizes in pixels: ``first``, ``first + step``, ``first + 2 * step`` and so on."""

    first: int
    step: int

    def __contains__(self, size: int) -> bool:
        return size >= self.first and (size - self.first) % self.step == 0


@dataclass(frozen=True)
class Failure:
    """A node that cannot read what becomes of an input.

    Attributes:
        input: The input.
        node: The first node that fails.
        message: Why.
    """

    input: Shape
    node: str
    message: str


@dataclass(frozen=True)
class Sizes:
    """Inputs that a network can read.

    Attributes:
        smallest: The smallest height, and the smallest width beside it, at which every node has a shape.
        below: What fails one pixel below it, or None where a single pixel will do.
        gap: What fails at the first larger size that does not work, such as an odd one; None where all work.
        heights: Heights that every stride divides: an unpadded window that overlaps its neighbours leaves no cell
            over, any other gives exactly size / stride. None where no height suits all of them.
        widths: The same for widths.
    """

    smallest: Shape
    below: Failure | None
    gap: Failure | None
    heights: Progression | None
    widths: Progression | None


def sizes(typed: TypedGraph) -> Sizes:
    """Solve for the inputs that a network can read, auxiliary heads included, and confirm the answers by inference."""
    smallest = smallest_input(typed)
    channels, height, width = smallest
    below = failure(typed, (channels, max(height - 1, 1), max(width - 1, 1)))
    heights, widths = _clean(typed, 0, smallest), _clean(typed, 1, smallest)
    # What works returns with the strides, so one round of them is enough to look at.
    rounds = [found.step for found in (heights, widths) if found is not None]
    more = range(1, 1 + min(max(rounds, default=_LONGEST_ROUND), _LONGEST_ROUND))
    failures = (failure(typed, (channels, height + rows, width + rows)) for rows in more)
    return Sizes(smallest, below, next(filter(None, failures), None), heights, widths)


def smallest_input(typed: TypedGraph) -> Shape:
    """The smallest input that a network can read, as channels, height and width.

    What each value must measure follows from what its readers need, from the last node back. That is all there is to
    windows; branches may differ where their windows all fit, so sizes are then tried from there on.
    """
    x = typed.graph.input
    for axis in (0, 1):
        size = _needed(typed, axis)
        while failure(typed, _with(x, axis, size)) is not None:
            size += 1  # the declared size is one that works
        x = _with(x, axis, size)
    return x


def failure(typed: TypedGraph, x: Shape) -> Failure | None:
    """The first node that fails for an input, or None where none does."""
    try:
        shapes_of(replace(typed.graph, input=x), _FirstFault())
    except _Found as found:
        return Failure(x, typed.nodes[found.index].name, found.fault.message)
    return None


class _Found(Exception):
    """The first fault of an inference."""

    def __init__(self, index: int, fault: ShapeFault) -> None:
        super().__init__()
        self.index, self.fault = index, fault


class _FirstFault:
    """Ends an inference at its first fault."""

    def tell(self, index: int, fault: ShapeFault, shapes: list[Shape | None]) -> None:
        del shapes
        raise _Found(index, fault)

    def bounded(self, node: Node, inputs: list[Shape], shape: Shape) -> bool:
        del node, inputs, shape
        return True


def _with(x: Shape, axis: int, size: int) -> Shape:
    """A map with another height (axis 0) or width (1)."""
    return (*x[: 1 + axis], size, *x[2 + axis :])


def _given(operation: Operation, x: Shape) -> Shape | None:
    """The output of an operation, or None where it cannot read the input."""
    try:
        return operation.shape(x)
    except ShapeFault:
        return None


def _needed(typed: TypedGraph, axis: int) -> int:
    """The size along an axis below which some window does not fit."""
    needs = [1] * len(typed.nodes)
    of_input = 1
    for index in reversed(range(len(typed.nodes))):
        operation, need = typed.operation(index), needs[index]
        for source in typed.nodes[index].inputs:
            x = typed.shape(source)
            if len(x) != 3:
                continue
            least = need if operation.many else _least(operation, x, axis, need)
            if source == INPUT:
                of_input = max(of_input, least)
            else:
                needs[source] = max(needs[source], least)
    return of_input


def _least(operation: Operation, x: Shape, axis: int, need: int) -> int:
    """The smallest size of a map along an axis of which an operation makes at least so many cells; at most ``x``'s."""
    low, high = 1, x[1 + axis]
    while low < high:
        middle = (low + high) // 2
        shape = _given(operation, _with(x, axis, middle))
        enough = shape is not None and (len(shape) != 3 or shape[1 + axis] >= need)
        low, high = (low, middle) if enough else (middle + 1, high)
    return low


@dataclass(frozen=True)
class _Step:
    """How a node goes over a map along an axis: ``e`` cells become ``(e - left) / stride + more``.

    Attributes:
        stride: Cells from one window to the next.
        left: Cells that are no part of what the stride must divide.
        more: What is added.
    """

    stride: int
    left: int
    more: int


def _step(operation: Operation, x: Shape, axis: int) -> _Step | None:
    """The step of an operation, or None where the size of its output does not follow that of its input."""
    window = operation.window(x)
    stride = window.stride[axis] if window else 1
    even = -(-x[1 + axis] // stride) * stride
    outputs = [_given(operation, _with(x, axis, size)) for size in (even, even + stride)]
    cells = [shape[1 + axis] for shape in outputs if shape is not None and len(shape) == 3]
    if len(cells) < 2 or cells[1] - cells[0] != 1:
        return None
    padded = window is None or any(window.pads[axis]) or window.ceil
    if window is not None and not padded and window.span(axis) >= stride:
        return _Step(stride, window.span(axis), 1)
    return _Step(stride, 0, cells[0] - even // stride)


def _clean(typed: TypedGraph, axis: int, smallest: Shape) -> Progression | None:
    """The sizes along an axis that every stride divides, or None where there are none.

    On such sizes every extent is ``(n + offset) / stride`` for an input of ``n`` pixels, and what a window asks for is
    a remainder of ``n``. All remainders together are one, or they contradict each other.
    """
    extents: list[
        tuple[int, int] | None
    ] = []  # (stride, offset) of values whose size follows the input's
    steps: list[tuple[int, _Step]] = []
    rest, every = 0, 1
    for index, node in enumerate(typed.nodes):
        known = [(1, 0) if s == INPUT else extents[s] for s in node.inputs]
        extent = next((given for given in known if given is not None), None)
        operation, x = typed.operation(index), typed.inputs(index)[0]
        if extent is not None and not operation.many:
            step = _step(operation, x, axis) if len(x) == 3 else None
            if step is not None:
                stride, offset = extent[0] * step.stride, extent[1] - extent[0] * step.left
                common = gcd(every, stride)
                if (rest + offset) % common:
                    return None
                missing = -(rest + offset) // common * pow(every // common, -1, stride // common)
                rest, every = rest + every * (missing % (stride // common)), lcm(every, stride)
                steps.append((index, step))
                extent = (stride, offset + step.more * stride)
            else:
                extent = None
        extents.append(extent)
    least = smallest[1 + axis]
    first = least + (rest - least) % every
    for size in range(first, first + _MOST_TRIES * every, every):
        if _divides(typed, _with(smallest, axis, size), axis, steps):
            return Progression(size, every)
    return None


def _divides(typed: TypedGraph, x: Shape, axis: int, steps: list[tuple[int, _Step]]) -> bool:
    """Whether an input has shapes that every stride divides, by inference."""
    shapes = shapes_of(replace(typed.graph, input=x))
    if None in shapes:
        return False
    for index, step in steps:
        source = typed.nodes[index].inputs[0]
        shape = x if source == INPUT else shapes[source]
        if shape is None or (shape[1 + axis] - step.left) % step.stride:
            return False
    return True
