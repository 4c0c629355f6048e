"""Convolutions that begin the branches of a join, and read the same value, as one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from inception_graph.ir.expressions import is_symbolic
from inception_graph.ir.program import Chain, Fork, Leaf
from inception_graph.ops.convolution import Conv
from inception_graph.ops.reshaping import Narrow
from inception_graph.passes.base import Pass, Record
from inception_graph.passes.rewriting import inside, leaf, rewritten, total
from inception_graph.spec.vocabulary import ENTRY

if TYPE_CHECKING:
    from inception_graph.ir.expressions import Symbolic
    from inception_graph.ir.graph import TypedGraph
    from inception_graph.ir.program import Element, Program


@dataclass(frozen=True)
class MergeSiblings(Pass):
    """Parallel 1x1 convolutions of one value become one, whose channels are shared out.

    Batch normalisation and activations work on each channel by itself, so they merge too.
    """

    name: ClassVar = "merge_siblings"
    exact: ClassVar = True
    preserves: ClassVar = "outputs, gradients and statistics, up to the order of sums"
    sought: ClassVar = (
        "two 1x1 convolutions, alike but for their channels, that begin branches of one join"
    )

    def run(self, typed: TypedGraph, record: Record) -> Program:
        return rewritten(
            typed.program, lambda element, path: _merged(element, path, record), record
        )


def _merged(element: Element, path: str, record: Record) -> Element:
    if not isinstance(element, Fork) or not element.branches or element.entry is not None:
        return element
    alike: dict[object, list[Leaf]] = defaultdict(list)
    for branch in element.branches:
        first = _first(branch)
        if first is not None and (signature := _signature(first)) is not None:
            alike[signature].append(first)
    group = max(alike.values(), key=len, default=list[Leaf]())
    if len(group) < 2:
        return element
    where = path or "a block's join"
    if any(branch.name == ENTRY for branch in element.branches):
        record.leave(f"{where}: a branch is called '{ENTRY}'")
        return element
    channels = [one.attributes["channels"] for one in group]
    starts = [total(channels[:index]) for index in range(len(group))]
    shares = {
        id(one): leaf(one.name, Narrow, {"channels": [start, width]}, one, ENTRY)
        for one, start, width in zip(group, starts, channels, strict=True)
    }
    branches = tuple(_sharing(branch, shares) for branch in element.branches)
    names = [
        inside(path, branch.name if _first(branch) is branch else f"{branch.name}.{one.name}")
        for branch in element.branches
        for one in group
        if _first(branch) is one
    ]
    merges: dict[str, Symbolic] = dict(zip(names, channels, strict=True))
    attributes = {**group[0].attributes, "channels": total(channels), "merges": merges}
    record.did(f"{', '.join(names)}: one convolution")
    entry = leaf(ENTRY, Conv, attributes, group[0])
    return replace(element, branches=branches, entry=entry)


def _first(branch: Element) -> Leaf | None:
    """The node of a branch that reads the join's input."""
    node = branch.nodes[0] if isinstance(branch, Chain) and branch.nodes else branch
    return node if isinstance(node, Leaf) and node.reads is None else None


def _signature(node: Leaf) -> object | None:
    """What convolutions have in common that can be one, or None for what cannot be merged."""
    if node.operation is not Conv or "merges" in node.attributes:
        return None
    symbolic = {n: v for n, v in node.attributes.items() if n != "channels" and is_symbolic(v)}
    if not {"kernel", "groups"}.isdisjoint(symbolic):
        return None
    known = {n: v for n, v in node.attributes.items() if n not in symbolic}
    made = Conv.model_validate({**known, "channels": 1})
    if made.kernel != (1, 1) or made.groups != 1:
        return None
    return repr(made), tuple(sorted((name, repr(value)) for name, value in symbolic.items()))


def _sharing(branch: Element, shares: dict[int, Leaf]) -> Element:
    """A branch that begins with its share instead of a convolution of its own."""
    first = _first(branch)
    if first is None or id(first) not in shares:
        return branch
    share = shares[id(first)]
    return replace(branch, nodes=(share, *branch.nodes[1:])) if isinstance(branch, Chain) else share
