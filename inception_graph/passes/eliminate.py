"""What computes nothing, what nothing reads, and what is there already."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from inception_graph.ir.program import Chain, Fork, Leaf, Use
from inception_graph.ops.activation import Activation
from inception_graph.ops.convolution import Conv
from inception_graph.ops.joining import Add, Concat
from inception_graph.ops.linear import Dropout, Linear
from inception_graph.ops.normalisation import BatchNorm
from inception_graph.ops.pooling import AvgPool, MaxPool
from inception_graph.ops.reshaping import Flatten, Narrow, Pad, Scale
from inception_graph.ops.separable import SeparableConv
from inception_graph.passes.base import Pass, Record
from inception_graph.passes.nested import flattened
from inception_graph.passes.rewriting import inside, instances, leaf, names_read, rewritten

if TYPE_CHECKING:
    from inception_graph.ir.graph import Instance, TypedGraph
    from inception_graph.ir.program import Element, Program
    from inception_graph.ops.base import Operation
    from inception_graph.ops.window import Shape

_FRESH = (Conv, SeparableConv, Linear, BatchNorm, MaxPool, AvgPool, Concat, Add, Scale)
"""Operations whose output is a tensor of its own that their backward step does not look at."""
_OVERWRITES = ("relu", "relu6", "silu")
"""Activations that torch can write over their input."""
_KEEPS_NOTHING = (MaxPool, AvgPool, Activation, Scale, Pad, Flatten, Narrow)
"""Operations without weights and without chance: the same input gives the same output."""


@dataclass(frozen=True)
class Eliminate(Pass):
    """Identities, nodes that nothing reads, joins within joins, and pools that a sibling computes too.

    An activation is written over its input where nothing else reads that.
    """

    name: ClassVar = "eliminate"
    exact: ClassVar = True
    preserves: ClassVar = "outputs, gradients and statistics, to the bit"
    sought: ClassVar = (
        "identity, unread node, concat in a concat, or pool that a sibling computes too"
    )

    def run(self, typed: TypedGraph, record: Record) -> Program:
        built, read = instances(typed), names_read(typed.program)

        def change(element: Element, path: str) -> Element:
            if isinstance(element, Chain):
                return _without_idle(element, path, typed, built, read, record)
            if isinstance(element, Fork):
                return _shared_beginnings(
                    flattened(element, path, read, record), path, read, record
                )
            if isinstance(element, Leaf) and element.operation is Activation:
                return _in_place(element, path, typed, built[id(element)], record)
            return element

        return rewritten(typed.program, change, record)


def _without_idle(
    chain: Chain,
    path: str,
    typed: TypedGraph,
    built: dict[int, list[Instance]],
    read: frozenset[str],
    record: Record,
) -> Chain:
    """A chain without nodes that do nothing, or that nothing reads."""
    kept: list[Element] = []
    for node in chain.nodes:
        where, places = inside(path, node.name), built[id(node)]
        wired = isinstance(node, Leaf | Fork | Use) and node.reads is not None
        dead = bool(places) and all(place.output not in typed.graph.served for place in places)
        idle = isinstance(node, Leaf) and all(
            _is_identity(typed.operation(place.output), typed.shape(place.reads))
            for place in places
        )
        if dead and node.name not in read:
            record.did(f"{where}: nothing reads it")
        elif idle and places and not wired and node.name not in read:
            record.did(f"{where}: it changes nothing")
        else:
            kept.append(node)
    return chain if len(kept) == len(chain.nodes) else replace(chain, nodes=tuple(kept))


def _is_identity(operation: Operation, x: Shape) -> bool:
    """Whether an operation gives just what it reads."""
    match operation:
        case Scale():
            return operation.factor == 1
        case Pad():
            return not any(cells for side in operation.sides for cells in side)
        case Dropout():
            return operation.rate == 0
        case Narrow():
            return operation.channels == (0, x[0])
        case Flatten():
            return len(x) == 1
        case MaxPool() | AvgPool():
            window = operation.window(x)
            padded = any(cells for side in window.pads for cells in side)
            return operation.shape(x) == x and window.kernel == (1, 1) and not padded
        case _:
            return False


def _shared_beginnings(fork: Fork, path: str, read: frozenset[str], record: Record) -> Fork:
    """A join of branches none of which begins with what another one begins with too."""
    known: dict[object, str] = {}
    branches: list[Element] = []
    for branch in fork.branches:
        first = branch.nodes[0] if isinstance(branch, Chain) and branch.nodes else branch
        ready = first.ready if isinstance(first, Leaf) and first.reads is None else None
        if ready is None or not isinstance(ready, _KEEPS_NOTHING):
            branches.append(branch)
            continue
        twin = known.setdefault(
            repr(ready), branch.name if first is branch else f"{branch.name}.{first.name}"
        )
        rest = branch.nodes[1:] if isinstance(branch, Chain) else ()
        following = rest[0] if rest else None
        if (
            twin.split(".")[0] != branch.name
            and first.name not in read
            and isinstance(following, Leaf | Use | Fork)
            and following.reads is None
        ):
            record.did(f"{inside(path, branch.name)}.{first.name}: the same as '{twin}'")
            branch = Chain(branch.name, branch.path, (replace(following, reads=twin), *rest[1:]))
        branches.append(branch)
    same = all(new is old for new, old in zip(branches, fork.branches, strict=True))
    return fork if same else replace(fork, branches=tuple(branches))


def _in_place(
    node: Leaf, path: str, typed: TypedGraph, places: list[Instance], record: Record
) -> Leaf:
    """An activation that is written over its input, where that is safe."""
    function = node.attributes["function"]
    if function not in _OVERWRITES or node.attributes.get("inplace") or not places:
        return node
    for place in places:
        source = place.reads
        fresh = source >= 0 and isinstance(typed.operation(source), _FRESH)
        outputs = (typed.graph.output, *(head.output for head in typed.graph.heads))
        if not fresh or len(typed.graph.readers[source]) > 1 or source in outputs:
            return node
    record.did(f"{path}: in place")
    return leaf(node.name, Activation, {**node.attributes, "inplace": True}, node, node.reads)
