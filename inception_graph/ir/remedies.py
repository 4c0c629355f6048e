"""What would mend a shape that does not fit: computed by trying it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pydantic import ValidationError

from inception_graph.diagnostics.codes import Code
from inception_graph.diagnostics.report import Related
from inception_graph.ir.expressions import is_symbolic
from inception_graph.ir.graph import INPUT, Graph
from inception_graph.ir.program import Fork, Leaf
from inception_graph.ir.shapes import shapes_of
from inception_graph.ops.base import ShapeFault, size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inception_graph.diagnostics.source import Path
    from inception_graph.ir.graph import Node
    from inception_graph.ops.base import Operation
    from inception_graph.ops.window import Shape

_LARGEST_INPUT = 4096
_MOST_NODES = 2000
"""Nodes of a network for which inputs are tried; larger ones would make a faulty file slow."""
_MOST_BRANCHES = 8
"""Branches of a join that are shown."""
_MOST_CELLS = 64
"""Padding that is tried."""
_MOST_STRIDE = 8


def branches(
    graph: Graph, index: int, shapes: list[Shape | None], fault: ShapeFault
) -> tuple[tuple[Related, ...], str | None]:
    """The branches of a join with their shapes, the odd ones marked, and a remedy."""
    sources = graph.nodes[index].inputs
    inputs = [graph.input if source == INPUT else shapes[source] for source in sources]
    known = [shape for shape in inputs if shape is not None]
    free = 1 if fault.code is Code.CONCAT_SHAPES else 0  # channels may differ in a concat
    counts = Counter(shape[free:] for shape in known)
    common, votes = counts.most_common(1)[0]
    clear = votes > 1 and votes > len(known) - votes
    alike: list[Related] = []
    odd: list[Related] = []
    order: list[Related] = []
    hint: str | None = None
    for position, (source, shape) in enumerate(zip(sources, known, strict=True)):
        differs = shape[free:] != common
        name, path = _branch(graph, index, position, source)
        mark = "   <- the odd one out" if differs and clear else ""
        related = Related(f"{name}: {size(shape)}{mark}", graph.program.places.key(path))
        kept = odd if differs else alike
        if len(kept) < _MOST_BRANCHES // 2 or len(known) <= _MOST_BRANCHES:
            kept.append(related)
            order.append(related)
        if differs and hint is None:
            wanted = (shape[0], *common) if free else common
            hint = _remedy(graph, source, shapes, name, shape, wanted)
    if len(order) < len(known):
        order.append(Related(f"and {len(known) - len(order)} more branches"))
    return tuple(order), hint


def _branch(graph: Graph, join: int, position: int, source: int) -> tuple[str, Path]:
    """A joined value as its reader knows it: its name as seen from the join, and its place."""
    joining, fork = graph.nodes[join], graph.nodes[join].element
    node = None if source == INPUT else graph.nodes[source]
    inside = node.frames[len(joining.frames) :] if node else ()
    path = inside[0].path if inside else node.path if node else ("input",)
    if isinstance(fork, Fork) and fork.joins:
        return f"'{fork.joins[position]}'", path
    if isinstance(fork, Fork):
        branch = fork.branches[position]
        if node is None or inside or path[: len(branch.path)] != branch.path:
            return f"'{branch.name}'", branch.path
    outer = f"{joining.name}."
    return f"'{node.name.removeprefix(outer) if node else 'input'}'", path


def _remedy(
    graph: Graph, source: int, shapes: list[Shape | None], name: str, shape: Shape, wanted: Shape
) -> str | None:
    """An edit of a branch after which it has the wanted shape, or None where none was found."""
    if len(shape) != len(wanted):
        return "all branches must be maps, or all vectors"
    if shape[1:] == wanted[1:]:
        return _width_hint(graph, source, shapes, name, wanted)
    steps = list(_resizing(graph, source, shapes))
    for find in (_padding_for, _stride_for):
        for node, operation, given in steps:
            edit = find(operation, given, wanted[1:])
            if edit is not None:
                return f"'{edit}' on '{node.name}' makes this branch {size(wanted[1:])}"
    shared = source == INPUT or len(graph.readers[source]) > 1
    return _shortcut_hint(name, shape, wanted) if shared else None


def _resizing(
    graph: Graph, source: int, shapes: list[Shape | None]
) -> Iterator[tuple[Node, Operation, Shape]]:
    """Nodes that decide the extents of a value, from its end back, with what they read."""
    # A value that others read too is not the branch's own to change.
    while source != INPUT and len(graph.readers[source]) == 1:
        node = graph.nodes[source]
        given = graph.input if node.inputs[0] == INPUT else shapes[node.inputs[0]]
        if node.operation is None or given is None or node.operation.many:
            return
        yield node, node.operation, given
        if node.operation.shape(given)[1:] != given[1:]:
            return
        source = node.inputs[0]


def _width_hint(
    graph: Graph, source: int, shapes: list[Shape | None], name: str, wanted: Shape
) -> str:
    """How a branch of the right extents gets the right number of channels."""
    node = None if source == INPUT else graph.nodes[source]
    if node is not None and isinstance(node.element, Leaf) and len(graph.readers[source]) == 1:
        given = graph.input if node.inputs[0] == INPUT else shapes[node.inputs[0]]
        argument = node.element.operation.argument or ""
        fixed = not is_symbolic(node.element.attributes.get(argument))
        changed = _changed(node.operation, **{argument: int(wanted[0])}) if fixed else None
        if changed is not None and given is not None and _shape(changed, given) == wanted:
            edit = f"{changed.key}: {int(wanted[0])}"
            return f"'{edit}' on '{node.name}' makes this branch {size(wanted)}"
    layer = "conv" if len(wanted) == 3 else "linear"
    return f"end branch {name} with a node {{{layer}: {int(wanted[0])}}}"


def _shortcut_hint(name: str, shape: Shape, wanted: Shape) -> str | None:
    """The strided 1x1 convolution that brings a value that others read too to the wanted shape."""
    from inception_graph.ops.convolution import Conv

    for stride in range(2, _MOST_STRIDE + 1):
        if _shape(Conv(channels=wanted[0], stride=(stride, stride)), shape) == wanted:
            return f"end branch {name} with a node {{conv: {int(wanted[0])}, stride: {stride}}}"
    return None


def _changed(operation: Operation | None, **fields: object) -> Operation | None:
    """The operation with other values, or None where it has no such fields."""
    if operation is None or not fields.keys() <= type(operation).model_fields.keys():
        return None
    try:
        return type(operation).model_validate({**dict(operation), **fields})
    except ValidationError:
        return None


def _shape(operation: Operation, x: Shape) -> Shape | None:
    """The output of an operation, or None where it cannot read the input."""
    try:
        return tuple(operation.shape(x))
    except ShapeFault:
        return None


def _padding_for(operation: Operation, x: Shape, extents: Shape) -> str | None:
    """The padding that gives an operation the wanted extents, or None where none does."""
    cells: list[int | None] = [None, None]
    for count in range(_MOST_CELLS):
        tried = _changed(operation, padding=count)
        window = tried.window(x) if tried else None
        if window is None:
            return None
        for axis in (0, 1):
            sized = window.size(axis, x[1 + axis]) == extents[axis]
            # More than half a window of padding is not what anybody means.
            if sized and cells[axis] is None and count <= window.span(axis) // 2:
                cells[axis] = count
    rows, columns = cells
    # A number says more than a word, so the word is tried last.
    tries = (
        [] if rows is None or columns is None else [rows if rows == columns else [rows, columns]]
    )
    for padding in (*tries, "same"):
        changed = _changed(operation, padding=padding)
        shape = _shape(changed, x) if changed else None
        if shape is not None and shape[1:] == tuple(extents):
            return f"padding: {padding}"
    return None


def _stride_for(operation: Operation, x: Shape, extents: Shape) -> str | None:
    """The stride that an operation would need, where padding alone cannot mend it."""
    for stride in range(1, _MOST_STRIDE + 1):
        for padding in ("same", "valid"):
            changed = _changed(operation, stride=stride, padding=padding)
            shape = _shape(changed, x) if changed else None
            if shape is not None and shape[1:] == tuple(extents):
                return f"stride: {stride}, padding: {padding}"
    return None


def smallest_input(graph: Graph, index: int, shapes: list[Shape | None]) -> str | None:
    """The smallest square input at which a node's window fits, found by trying sizes."""
    if len(graph.nodes) > _MOST_NODES:
        return "make the input larger, or the window smaller"

    def fits(side: int) -> bool:
        x = (graph.input[0], side, side)
        tried = Graph(graph.program, x, graph.nodes[: index + 1], graph.root, index, ())
        return shapes_of(tried)[index] is not None

    if not fits(_LARGEST_INPUT):
        source = graph.nodes[index].inputs[0]
        given = graph.input if source == INPUT else shapes[source]
        return f"make the window at most {size(given[1:])}" if given and len(given) == 3 else None
    low, high = 1, _LARGEST_INPUT
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(middle) else (middle + 1, high)
    return f"the smallest square input that works here is {low}x{low}"
