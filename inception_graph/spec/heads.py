"""Auxiliary heads: classifiers beside the network, used while training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.diagnostics.codes import Code
from inception_graph.diagnostics.report import listed, nearest
from inception_graph.ir.expressions import Expression, ExpressionFault
from inception_graph.ir.program import Auxiliary
from inception_graph.ops.fields import is_number, show
from inception_graph.spec.allowances import ALLOW
from inception_graph.spec.names import TUPLE_ATTRIBUTES, check_name
from inception_graph.spec.tree import Mapping, Scalar, Tree, place

if TYPE_CHECKING:
    from inception_graph.diagnostics.source import Path
    from inception_graph.ir.expressions import Value
    from inception_graph.spec.nodes import NodeReader, Scope

_NEEDED = ("from", "loss_weight", "nodes")
_KEYS = (*_NEEDED, ALLOW)


def read_heads(
    tree: Mapping | None, reader: NodeReader, scope: Scope, variables: dict[str, Value]
) -> tuple[Auxiliary, ...]:
    """All heads; faults are reported, and faulty heads left out."""
    heads: list[Auxiliary] = []
    for name, (key, value) in tree.entries.items() if tree else ():
        path: Path = ("auxiliary", name)
        if name in TUPLE_ATTRIBUTES:
            message = (
                f"'{name}' cannot be the name of an auxiliary head: the outputs' tuple uses it"
            )
            reader.report.add(Code.BAD_NAME, message, place(key), hint=f"call it 'aux_{name}'")
        else:
            check_name(name, "head", place(key), reader.report)
        head = _head(reader, scope, variables, name, path, value)
        if head is not None:
            heads.append(head)
    return tuple(heads)


def _head(
    reader: NodeReader,
    scope: Scope,
    variables: dict[str, Value],
    name: str,
    path: Path,
    value: Tree,
) -> Auxiliary | None:
    if not isinstance(value, Mapping):
        message = f"a head is a mapping of from, loss_weight and nodes, not {show(value.plain())}"
        reader.report.add(Code.WRONG_TYPE, message, reader.places.value(path))
        return None
    for key, (key_tree, _) in value.entries.items():
        if key not in _KEYS:
            hint = reader.report.did_you_mean(key, _KEYS) or f"known here: {', '.join(_KEYS)}"
            reader.report.add(
                Code.UNKNOWN_KEY,
                f"an auxiliary head has no '{key[:60]}'",
                place(key_tree),
                hint=hint,
            )
    reader.allow(value, path)
    missing = [key for key in _NEEDED if key not in value]
    meant = {nearest(key, missing) for key in value if key not in _KEYS}
    if absent := [key for key in missing if key not in meant]:
        message = f"auxiliary head '{name}' needs {listed(absent)}"
        hint = f"add '{absent[0]}:'"
        reader.report.add(Code.MISSING_KEY, message, reader.places.key(path), hint=hint)
    body = (
        reader.chain(name, value.entries["nodes"][1], (*path, "nodes"), scope)
        if "nodes" in value
        else None
    )
    if body is not None and not body.nodes:
        message = f"auxiliary head '{name}' has no nodes"
        reader.report.add(
            Code.MISSING_KEY, message, reader.places.key((*path, "nodes")), hint="add a node"
        )
    if missing or body is None:
        return None
    reads, weight = (
        value.entries["from"][1],
        _loss_weight(reader, scope, variables, value.entries["loss_weight"][1]),
    )
    if not isinstance(reads, Scalar) or not isinstance(reads.value, str):
        message = f"'from' takes the name of a node, not {show(reads.plain())}"
        reader.report.add(Code.WRONG_TYPE, message, place(reads))
        return None
    return Auxiliary(name, path, reads.value, weight, body)


def _loss_weight(
    reader: NodeReader, scope: Scope, variables: dict[str, Value], tree: Tree
) -> float:
    value = reader.symbolic(tree, scope)
    if isinstance(value, Expression) and set(value.names) <= variables.keys():
        try:
            value = value.evaluate(variables)
        except ExpressionFault as fault:
            reader.report.add(Code.ARITHMETIC, str(fault), place(tree))
            return 1.0
    if is_number(value) and value >= 0:
        return float(value)
    if is_number(value):
        message = f"'loss_weight' must be at least 0, not {value}"
        reader.report.add(Code.OUT_OF_RANGE, message, place(tree))
    elif not isinstance(value, Expression):
        message = f"'loss_weight': expected a number, found {show(tree.plain())}"
        reader.report.add(Code.WRONG_TYPE, message, place(tree))
    return 1.0
