"""What would mend a shape that does not fit: computed by trying it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from inception_graph.diagnostics.codes import Code
from inception_graph.diagnostics.report import Related
from inception_graph.ir.graph import INPUT, Graph
from inception_graph.ops.base import ShapeFault, size

if TYPE_CHECKING:
    from inception_graph.ir.graph import Node
    from inception_graph.ops.base import Operation
    from inception_graph.ops.window import Shape

_LARGEST_INPUT = 4096
_MOST_NODES = 2000
"""Nodes of a network for which inputs are tried; larger ones would make a faulty file slow."""


def branches(
    graph: Graph, index: int, shapes: list[Shape | None], fault: ShapeFault
) -> tuple[tuple[Related, ...], str | None]:
    """The branches of a join with their shapes, those that differ from the others marked, and a remedy."""
    sources = graph.nodes[index].inputs
    inputs = [graph.input if source == INPUT else shapes[source] for source in sources]
    known = [shape for shape in inputs if shape is not None]
    concat = fault.code is Code.CONCAT_SHAPES
    counts = Counter(shape[1:] if concat else shape for shape in known)
    common, votes = counts.most_common(1)[0]
    clear = votes > 1 and votes > len(known) - votes
    related: list[Related] = []
    hint: str | None = None
    for source, shape in zip(sources, known, strict=True):
        odd = (shape[1:] if concat else shape) != common
        mark = "   <- the odd one out" if odd and clear else ""
        name = "the input" if source == INPUT else _branch_name(graph, index, source)
        place = graph.program.places.key(("input",) if source == INPUT else graph.nodes[source].path)
        related.append(Related(f"{name}: {size(shape)}{mark}", place))
        if odd and hint is None:
            hint = _remedy(graph, source, shapes, shape, common if concat else common[1:], concat=concat, common=common)
    return tuple(related), hint


def _branch_name(graph: Graph, join: int, source: int) -> str:
    """The name of a joined value as seen from the join's own scope."""
    scope = graph.nodes[join].name
    name = graph.nodes[source].name
    outer = scope if name.startswith(f"{scope}.") else scope.rpartition(".")[0]
    return f"'{name.removeprefix(f'{outer}.') if outer else name}'"


def _remedy(
    graph: Graph, source: int, shapes: list[Shape | None], shape: Shape, extents: Shape, *, concat: bool, common: Shape
) -> str | None:
    """An edit of a branch after which it has the extents of the others."""
    if not concat and len(shape) == len(common) and shape[0] != common[0] and shape[1:] == common[1:]:
        return f"make this branch {int(common[0])} channels wide, for instance with {{conv: {int(common[0])}}} at its end"
    if len(shape) != 3 or len(extents) != 2:  # noqa: PLR2004
        return "all branches must be maps, or all vectors"
    while source != INPUT:
        node = graph.nodes[source]
        given = graph.input if node.inputs[0] == INPUT else shapes[node.inputs[0]]
        if node.operation is None or given is None or len(node.inputs) != 1:
            return None
        padding = _padding_for(node.operation, given, extents)
        if padding is not None:
            target = "x".join(str(extent) for extent in extents)
            return f"'padding: {padding}' on '{node.name}' makes this branch {target}"
        window = node.operation.window(given)
        if window is not None and (window.stride != (1, 1) or window.kernel != (1, 1)):
            return _stride_hint(node, given, extents)
        source = node.inputs[0]
    return None


def _padding_for(operation: Operation, x: Shape, extents: Shape) -> str | None:
    """The padding that gives an operation the wanted height and width, or None where none does."""
    if "padding" not in type(operation).model_fields:
        return None
    window = operation.window(x)
    if window is None:
        return None
    tries: list[tuple[Any, str]] = [("same", "same"), ("valid", "valid")]
    tries += [(cells, str(cells)) for cells in range(max(window.kernel) // 2 + 1)]
    for rows in range(window.kernel[0] // 2 + 1):
        tries += [([rows, columns], f"[{rows}, {columns}]") for columns in range(window.kernel[1] // 2 + 1)]
    # A number says more than a word, so words are tried last.
    for padding, text in [*tries[2:40], *tries[:2]]:
        changed = type(operation).model_validate({**dict(operation), "padding": padding})
        try:
            if tuple(changed.shape(x)[1:]) == tuple(extents):
                return text
        except ShapeFault:
            continue
    return None


def _stride_hint(node: Node, x: Shape, extents: Shape) -> str | None:
    """The stride that the branch would need, where padding alone cannot mend it."""
    operation = node.operation
    if operation is None or "stride" not in type(operation).model_fields:
        return None
    for stride in range(1, 9):
        for padding in ("same", "valid"):
            changed = type(operation).model_validate({**dict(operation), "stride": stride, "padding": padding})
            try:
                if tuple(changed.shape(x)[1:]) == tuple(extents):
                    return f"'stride: {stride}, padding: {padding}' on '{node.name}' makes this branch {size(extents)}"
            except ShapeFault:
                continue
    return None


def smallest_input(graph: Graph, index: int, shapes: list[Shape | None]) -> str | None:
    """The smallest square input at which a node's window fits, found by trying sizes."""
    from inception_graph.ir.infer import shapes_of

    if len(graph.nodes) > _MOST_NODES:
        return "make the input larger, or the window smaller"

    def fits(side: int) -> bool:
        tried = Graph(graph.program, (graph.input[0], side, side), graph.nodes[: index + 1], graph.root, index, ())
        return shapes_of(tried)[index] is not None

    if not fits(_LARGEST_INPUT):
        source = graph.nodes[index].inputs[0]
        given = graph.input if source == INPUT else shapes[source]
        return f"make the window at most {size(given[1:])}" if given and len(given) == 3 else None  # noqa: PLR2004
    low, high = 1, _LARGEST_INPUT
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(middle) else (middle + 1, high)
    return f"the smallest square input that works here is {low}x{low}"
