"""What windows see: too little, too much, or off the centre."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inception_graph.advice.editing import Put
from inception_graph.advice.finding import Finding, found
from inception_graph.advice.writing import known
from inception_graph.diagnostics.codes import Code
from inception_graph.ir.graph import INPUT
from inception_graph.ops.convolution import Conv
from inception_graph.ops.pooling import AvgPool, MaxPool
from inception_graph.ops.separable import SeparableConv

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inception_graph.advice.editing import Edit
    from inception_graph.advice.subject import Site, Subject
    from inception_graph.ops.window import Shape, Window

_Cells = tuple[int, int]


def small_fields(subject: Subject) -> Iterator[Finding]:
    """A last map whose cells see less than an object before they are averaged."""
    code, typed = Code.SMALL_FIELD, subject.typed
    for leaf in subject.leaves(AvgPool):

        def blind(index: int) -> bool:
            source = typed.nodes[index].inputs[0]
            if index not in subject.graph.main or not _covers(subject, index):
                return False
            seen = (1, 1) if source == INPUT else subject.costs.nodes[source].receptive_field
            return min(seen) < subject.extent

        site = subject.site(code, leaf, blind)
        if site is None:
            continue
        source = typed.nodes[site.nodes[0]].inputs[0]
        seen = (1, 1) if source == INPUT else subject.costs.nodes[source].receptive_field
        claim = (
            f"the cells that are averaged here see {seen[0]}x{seen[1]} pixels each; objects are "
            f"taken to have {subject.extent}x{subject.extent}"
        )
        remedy = "put convolutions or strides before it, or name the size of the objects: --object PIXELS"
        yield found(code, site, claim, remedy)


def _covers(subject: Subject, index: int) -> bool:
    """Whether a pool takes all of its map, of more than one cell, together."""
    x = subject.x(index)
    window = subject.operation(index).window(x)
    return window is not None and window.kernel == x[1:] and max(x[1:]) > 1


def large_fields(subject: Subject) -> Iterator[Finding]:
    """Layers that see the whole image already on the shortest way through the network."""
    graph, typed = subject.graph, subject.typed
    fields: list[_Cells] = []
    strides: list[_Cells] = []
    beyond: list[int] = []
    size = graph.input[1:]
    for index, node in enumerate(typed.nodes):
        known_fields = [(1, 1) if source == INPUT else fields[source] for source in node.inputs]
        known_strides = [(1, 1) if source == INPUT else strides[source] for source in node.inputs]
        field = _least(known_fields)
        stride = _least(known_strides)
        window = None if subject.operation(index).many else _window(subject, index)
        weighted = subject.costs.nodes[index].macs > 0
        if window is not None and window.kernel != (1, 1):
            sees_all = field[0] >= size[0] and field[1] >= size[1]
            if sees_all and weighted and index in graph.main:
                beyond.append(index)
            field = _grown(field, stride, window)
            stride = (stride[0] * window.stride[0], stride[1] * window.stride[1])
        fields.append(field)
        strides.append(stride)
    beyond = [index for index in beyond if subject.open(Code.LARGE_FIELD, index)]
    if beyond:
        yield _too_large(subject, beyond)


def _too_large(subject: Subject, beyond: list[int]) -> Finding:
    first, size = beyond[0], subject.graph.input[1:]
    parameters = sum(subject.costs.nodes[index].parameters for index in beyond)
    macs = sum(subject.costs.nodes[index].macs for index in beyond)
    layers = "this layer" if len(beyond) == 1 else f"{len(beyond)} layers, from this one on,"
    verb = "looks" if len(beyond) == 1 else "look"
    claim = (
        f"{layers} {verb} at more than all {size[0]}x{size[1]} pixels of the input, at the price of "
        f"{parameters:,} parameters and {macs:,} MACs"
    )
    remedy = "make the input larger, or leave out strides, pools or layers"
    path = subject.typed.nodes[first].path
    return Finding(Code.LARGE_FIELD, path, claim, remedy, tuple(beyond))


def _window(subject: Subject, index: int) -> Window | None:
    x: Shape = subject.x(index)
    return subject.operation(index).window(x) if len(x) == 3 else None


def _least(pairs: list[_Cells]) -> _Cells:
    return min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)


def _grown(field: _Cells, stride: _Cells, window: Window) -> _Cells:
    return (
        field[0] + (window.span(0) - 1) * stride[0],
        field[1] + (window.span(1) - 1) * stride[1],
    )


def even_kernels(subject: Subject) -> Iterator[Finding]:
    """Even windows that move cell by cell, padded alike on both sides: the map changes its size by one."""
    code = Code.EVEN_KERNEL
    for leaf in subject.leaves(Conv, SeparableConv, MaxPool, AvgPool):
        site = subject.site(code, leaf, lambda index: bool(_off_centre(subject, index)))
        if site is None:
            continue
        index = site.nodes[0]
        operation: Any = subject.operation(index)
        height, width = operation.kernel
        x, out = subject.x(index)[1:], subject.typed.shapes[index][1:]
        claim = (
            f"this even {height}x{width} window, padded alike on both sides, makes {out[0]}x{out[1]} of "
            f"{x[0]}x{x[1]}"
        )
        odd = _odd(subject, index)
        remedy = f"use an odd kernel: {odd[0]}x{odd[1]} keeps the grid with this padding"
        yield found(code, site, claim, remedy, _with_kernel(subject, site, odd))


def _with_kernel(subject: Subject, site: Site, kernel: _Cells) -> Iterator[Edit]:
    """An edit that gives a node another kernel."""
    leaf = site.leaf
    known(leaf, "kernel", "padding", "stride")
    path, parting = subject.parted(site)
    yield from parting
    key = leaf.operation.key if leaf.operation.argument == "kernel" else "kernel"
    yield Put((*path, key), kernel[0] if kernel[0] == kernel[1] else list(kernel))


def _off_centre(subject: Subject, index: int) -> tuple[int, ...]:
    """Axes along which a node's window is even, moves by one cell and is padded alike on both sides."""
    window = _window(subject, index)
    if window is None or len(subject.typed.shapes[index]) != 3:
        return ()
    return tuple(
        axis
        for axis in (0, 1)
        if window.kernel[axis] % 2 == 0
        and window.stride[axis] == 1
        and window.dilation[axis] == 1
        and window.pads[axis][0] == window.pads[axis][1] > 0
    )


def _odd(subject: Subject, index: int) -> _Cells:
    """The kernel that keeps the grid with the padding that a node has."""
    window = _window(subject, index)
    if window is None:
        raise AssertionError(index)
    axes = _off_centre(subject, index)
    height, width = (
        2 * window.pads[axis][0] + 1 if axis in axes else window.kernel[axis] for axis in (0, 1)
    )
    return height, width
