"""Concats right inside of concats."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from inception_graph.ir.program import Chain, Fork, Leaf, walk
from inception_graph.ops.convolution import Conv
from inception_graph.ops.joining import Concat
from inception_graph.passes.rewriting import free_name, inside, leaf

if TYPE_CHECKING:
    from inception_graph.ir.program import Element
    from inception_graph.passes.base import Record


def flattened(fork: Fork, path: str, read: frozenset[str], record: Record) -> Fork:
    """A concat that copies each channel once: branches of a concat that is a branch become its own."""
    if not _joins_branches(fork):
        return fork
    names = [branch.name for branch in fork.branches]
    branches: list[Element] = []
    for inner in fork.branches:
        if not (isinstance(inner, Fork) and _joins_branches(inner) and inner.reads is None):
            branches.append(inner)
            continue
        where = inside(path, inner.name)
        held = [part for branch in inner.branches for part in walk(branch)]
        if any(part.name in read for part in (inner, *held)):
            record.leave(f"{where}: it or a branch of it is read by name")
            branches.append(inner)
        elif not all(_can_move(part) for part in held):
            record.leave(f"{where}: it holds layers whose weights cannot be given other names")
            branches.append(inner)
        else:
            record.did(f"{where}: its branches are joined once, not twice")
            for branch in inner.branches:
                name = free_name(f"{inner.name}_{branch.name}", names)
                names.append(name)
                branches.append(_moved(branch, inside(where, branch.name), name))
    unchanged = len(branches) == len(fork.branches)
    return fork if unchanged else replace(fork, branches=tuple(branches))


def _joins_branches(fork: Fork) -> bool:
    return fork.operation is Concat and bool(fork.branches) and fork.entry is None


def _can_move(element: Element) -> bool:
    """Whether an element keeps no weights, or such as can be found again under another name."""
    if isinstance(element, Chain):
        return True
    if not isinstance(element, Leaf):
        return False
    if element.operation is Conv:
        return "merges" not in element.attributes
    return element.operation.family not in ("convolution", "linear", "normalisation")


def _moved(element: Element, old: str, name: str) -> Element:
    """A branch under another name, whose layers know their old ones."""
    if isinstance(element, Chain):
        nodes = tuple(_moved(node, inside(old, node.name), node.name) for node in element.nodes)
        return replace(element, name=name, nodes=nodes)
    if not isinstance(element, Leaf) or element.operation is not Conv:
        return replace(element, name=name)
    merges = {old: element.attributes["channels"]}
    return leaf(name, Conv, {**element.attributes, "merges": merges}, element, element.reads)
