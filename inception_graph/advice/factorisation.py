"""Convolutions that could be several smaller ones."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from inception_graph.advice.editing import Put, Remove, Rename
from inception_graph.advice.finding import NoEdit, found
from inception_graph.advice.writing import in_two, known, own, term, width, written
from inception_graph.diagnostics.codes import Code
from inception_graph.ir.expressions import parse
from inception_graph.ops.convolution import Conv
from inception_graph.ops.separable import SeparableConv
from inception_graph.spec.yaml_text import flow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inception_graph.advice.editing import Edit
    from inception_graph.advice.finding import Finding
    from inception_graph.advice.subject import Site, Subject
    from inception_graph.ir.expressions import Symbolic
    from inception_graph.ops.window import Pads
    from inception_graph.spec.yaml_text import Written

MEDIUM_GRID = (12, 20)
"""Sides of the grids on which 1 x n and n x 1 did well, arXiv:1512.00567, section 3.2."""
_WORTH = 0.05
"""Share of the network's parameters or multiply-accumulates that a separable convolution has to save."""

_FEW = 32
"""Channels up to which Xception itself leaves its convolutions whole."""


def large_kernels(subject: Subject) -> Iterator[Finding]:
    """5x5 convolutions, each of which sees what two of 3x3 see."""
    for leaf in subject.leaves(Conv):

        def concerns(index: int) -> bool:
            return _slides(subject, index) == 5

        site = subject.site(Code.LARGE_KERNEL, leaf, concerns)
        if site is None:
            continue
        claim = "this 5x5 convolution could be two of 3x3"
        yield _factorised(subject, Code.LARGE_KERNEL, site, claim, (3, 3), (3, 3))


def square_kernels(subject: Subject) -> Iterator[Finding]:
    """Square convolutions on grids of medium size; those of 5x5 have an advice of their own."""
    low, high = MEDIUM_GRID
    for leaf in subject.leaves(Conv):

        def concerns(index: int) -> bool:
            side = _slides(subject, index)
            return side not in (None, 1, 2, 5) and all(
                low <= extent <= high for extent in subject.x(index)[1:]
            )

        site = subject.site(Code.SQUARE_KERNEL, leaf, concerns)
        if site is None:
            continue
        sides = {_slides(subject, index) for index in site.nodes}
        n = max(side or 0 for side in sides)
        grids = ", ".join(
            dict.fromkeys("x".join(map(str, subject.x(index)[1:])) for index in site.nodes)
        )
        claim = f"on a grid of {grids} this {n}x{n} convolution could be 1x{n} and {n}x1"
        yield _factorised(subject, Code.SQUARE_KERNEL, site, claim, (1, n), (n, 1))


def _slides(subject: Subject, index: int) -> int | None:
    """The side of a plain square kernel that moves over its map cell by cell, or None."""
    operation = _convolution(subject, index)
    plain = operation.stride == operation.dilation == (1, 1) and operation.groups == 1
    moves = max(subject.typed.shapes[index][1:]) > 1
    square = operation.kernel[0] == operation.kernel[1]
    return operation.kernel[0] if plain and moves and square else None


def _convolution(subject: Subject, index: int) -> Conv:
    operation = subject.operation(index)
    if not isinstance(operation, Conv):
        raise AssertionError(operation.key)
    return operation


def _factorised(
    subject: Subject,
    code: Code,
    site: Site,
    claim: str,
    one: tuple[int, int],
    two: tuple[int, int],
) -> Finding:
    """The finding that a convolution could be two, with kernels of the sizes given."""
    kernels = [f"{kernel[0]}x{kernel[1]}" for kernel in (one, two)]
    words = (
        f"two {kernels[0]} convolutions"
        if one == two
        else f"a {' and a '.join(kernels)} convolution"
    )
    between = _narrower(subject, site)
    width = "" if between is None else f", the first of them with {flow(written(between))} channels"
    remedy = f"put {words} in its place{width}"
    return found(code, site, claim, remedy, _in_two(subject, site, between, one, two))


def _in_two(
    subject: Subject,
    site: Site,
    between: Symbolic,
    one: tuple[int, int],
    two: tuple[int, int],
) -> Iterator[Edit]:
    """Edits that put two convolutions in the place of one."""
    if between is None:
        raise NoEdit("the number of channels that it reads is not written beside it")
    path, parting = subject.parted(site)
    known(site.leaf, "kernel", "padding")
    first: dict[str, Written] = {"kernel": _sides(one)}
    second: dict[str, Written] = {"kernel": _sides(two)}
    padding = _convolution(subject, site.nodes[0]).padding
    if not isinstance(padding, str):
        first["padding"], second["padding"] = _shared(padding, one, two)
    yield from parting
    yield from in_two(subject, site.leaf, path, written(between), first, second)


def _narrower(subject: Subject, site: Site) -> Symbolic:
    """Channels between two convolutions: what the one in whose place they stand reads or gives, where that is less.

    So the two save at least what the paper counts for equal widths. None where what it reads is less and is not
    written beside it.
    """
    shapes = [(subject.x(index)[0], subject.typed.shapes[index][0]) for index in site.nodes]
    given = site.leaf.attributes["channels"]
    if all(read >= out for read, out in shapes):
        return given
    read = width(subject, subject.before(site.leaf))
    if read is None and len({read for read, _ in shapes}) == 1:
        read = shapes[0][0]
    if read is None or all(read <= out for read, out in shapes):
        return read
    return parse(f"$(min({term(read)}, {term(given)}))")


def _sides(kernel: tuple[int, int]) -> Written:
    return kernel[0] if kernel[0] == kernel[1] else list(kernel)


def _shared(pads: Pads, one: tuple[int, int], two: tuple[int, int]) -> tuple[Written, Written]:
    """Padding for two convolutions that together pad as one did."""
    first: list[tuple[int, int]] = []
    second: list[tuple[int, int]] = []
    for cells, k1, k2 in zip(pads, one, two, strict=True):
        share = (0, 0) if k1 == 1 else cells if k2 == 1 else (cells[0] // 2, cells[1] // 2)
        first.append(share)
        second.append((cells[0] - share[0], cells[1] - share[1]))
    return _cells(first), _cells(second)


def _cells(pads: list[tuple[int, int]]) -> Written:
    """Padding as short as it can be written."""
    (top, bottom), (left, right) = pads
    if (top, left) != (bottom, right):
        return [top, bottom, left, right]
    return top if top == left else [top, left]


def dense_convolutions(subject: Subject) -> Iterator[Finding]:
    """Convolutions that cost much and could be depthwise separable."""
    totals = subject.costs
    code = Code.DENSE_CONVOLUTION
    for leaf in subject.leaves(Conv):
        site = subject.site(code, leaf, lambda index: _separable(subject, index) is not None)
        if site is None:
            continue
        saved = [_saved(subject, index) for index in site.nodes]
        parameters, macs = sum(p for p, _ in saved), sum(m for _, m in saved)
        if parameters < _WORTH * totals.parameters and macs < _WORTH * totals.macs:
            continue
        claim = "this convolution could be depthwise separable"
        remedy = "write 'separable_conv' for 'conv'"
        yield found(code, site, claim, remedy, _as_separable(subject, site))


def _separable(subject: Subject, index: int) -> SeparableConv | None:
    """The separable convolution in place of a full one of several channels; None for others."""
    operation = _convolution(subject, index)
    if min(operation.kernel) < 2 or operation.groups > 1 or subject.x(index)[0] <= _FEW:
        return None
    if subject.typed.nodes[index].section == "auxiliary":
        return None
    return SeparableConv.model_construct(**dict(operation), multiplier=1)


def _saved(subject: Subject, index: int) -> tuple[int, int]:
    """Parameters and multiply-accumulates that a separable convolution would save."""
    separable = _separable(subject, index)
    if separable is None:
        raise AssertionError(index)
    x, cost = subject.x(index), subject.costs.nodes[index]
    kept = sum(prod(weight.shape) for weight in separable.weights(x) if weight.trained)
    return cost.parameters - kept, cost.macs - separable.macs(x)


def _as_separable(subject: Subject, site: Site) -> Iterator[Edit]:
    """Edits that make a node separable; the defaults of convolutions, which it loses, are written out."""
    leaf, (path, parting) = site.leaf, subject.parted(site)
    yield from parting
    defaults = subject.program.defaults
    lost, gained = defaults.get(Conv.key, {}), defaults.get(SeparableConv.key, {})
    if "groups" in own(leaf):
        yield Remove((*path, "groups"))
    for name, field in SeparableConv.model_fields.items():
        if name in own(leaf) or name in ("channels", "multiplier"):
            continue
        usual = field.default
        before, after = lost.get(name, usual), gained.get(name, usual)
        if written(before) != written(after):
            yield Put((*path, name), written(before))
    yield Rename((*path, Conv.key), SeparableConv.key)
