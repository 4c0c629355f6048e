"""Blocks: parts of a network with arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.diagnostics.codes import Code
from inception_graph.diagnostics.report import Related
from inception_graph.ir.program import Block, Chain
from inception_graph.ops.fields import show
from inception_graph.ops.registry import operations
from inception_graph.spec.allowances import ALLOW
from inception_graph.spec.names import check_name
from inception_graph.spec.tree import Mapping, Scalar, Sequence, Tree, is_null, place

if TYPE_CHECKING:
    from collections.abc import Collection

    from inception_graph.diagnostics.report import Report
    from inception_graph.diagnostics.source import Path, Places
    from inception_graph.ir.program import Element
    from inception_graph.spec.nodes import NodeReader, Scope

KEYS = ("arguments", "description", "nodes", ALLOW)
"""What a block can have."""


def signatures(
    tree: Mapping | None, variables: Collection[str], report: Report, places: Places
) -> dict[str, tuple[str, ...]]:
    """The arguments of every block whose name can be used."""
    signatures: dict[str, tuple[str, ...]] = {}
    for name, (key, value) in tree.entries.items() if tree else ():
        check_name(name, "block", place(key), report)
        if name in operations():
            message = f"'{name}' is an operation, so it cannot be a block"
            report.add(Code.NAME_TAKEN, message, place(key), hint=f"call it '{name}_block'")
            continue
        signatures[name] = _arguments(value, variables, report, places)
    return signatures


def _arguments(
    block: Tree, variables: Collection[str], report: Report, places: Places
) -> tuple[str, ...]:
    tree = block.get("arguments") if isinstance(block, Mapping) else None
    if tree is None or is_null(tree):
        return ()
    if not isinstance(tree, Sequence):
        message = f"'arguments' is a list of names, not {show(tree.plain())}"
        report.add(Code.WRONG_TYPE, message, place(tree), hint="write 'arguments: [width, kernel]'")
        return ()
    names: dict[str, Tree] = {}
    for item in tree.items:
        if not isinstance(item, Scalar) or not isinstance(item.value, str):
            report.add(Code.WRONG_TYPE, f"expected a name, found {show(item.plain())}", place(item))
        elif item.value in names or item.value in variables:
            other = places.key(("variables", item.value))
            what = "a variable of the spec"
            if item.value in names:
                other, what = place(names[item.value]), "an argument"
            related = (Related("the other one", other),)
            message = f"'{item.value}' is the name of {what} already"
            hint = "rename one of them"
            report.add(Code.NAME_TAKEN, message, place(item), related=related, hint=hint)
            names.setdefault(item.value, item)
        else:
            check_name(item.value, "argument", place(item), report)
            names[item.value] = item
    return tuple(names)


def read_block(reader: NodeReader, scope: Scope, name: str, key: Scalar, value: Tree) -> Block:
    """One block; faults are reported, and what is faulty left out."""
    body = _body(reader, scope, name, key, value)
    description = value.get("description") if isinstance(value, Mapping) else None
    said = description.value if isinstance(description, Scalar) else None
    if description is not None and not isinstance(said, str):
        message = f"'description' is a text, not {show(description.plain())}"
        where = reader.places.value(("blocks", name, "description"))
        reader.report.add(Code.WRONG_TYPE, message, where)
    said = said if isinstance(said, str) else None
    return Block(name, ("blocks", name), reader.blocks[name], body, said)


def _body(reader: NodeReader, scope: Scope, name: str, key: Scalar, value: Tree) -> Element:
    path: Path = ("blocks", name, "nodes")
    empty = Chain("", path, ())
    if is_null(value):
        value = Mapping(value.source, value.start, value.end, {})
    if not isinstance(value, Mapping):
        message = f"a block is a mapping with 'nodes', not {show(value.plain())}"
        reader.report.add(Code.WRONG_TYPE, message, place(value))
        return empty
    for other, (other_key, _) in value.entries.items():
        if other not in KEYS:
            hint = reader.report.did_you_mean(other, KEYS) or f"known here: {', '.join(KEYS)}"
            reader.report.add(
                Code.UNKNOWN_KEY, f"a block has no '{other[:60]}'", place(other_key), hint=hint
            )
    reader.allow(value, ("blocks", name))
    nodes = value.get("nodes")
    if nodes is None or nodes.plain() in (None, {}):
        message = f"block '{name}' needs nodes"
        where = place(key) if nodes is None else place(value.key("nodes"))
        reader.report.add(
            Code.MISSING_KEY, message, where, hint="add 'nodes:' with a node or a chain"
        )
        return empty
    return reader.element("", nodes, path, scope)
