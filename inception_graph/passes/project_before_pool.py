"""A 1x1 convolution behind an average pool, before it instead."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from inception_graph.ir.expressions import is_symbolic
from inception_graph.ir.program import Chain
from inception_graph.ops.activation import Activation
from inception_graph.ops.convolution import Conv
from inception_graph.ops.fields import keyed
from inception_graph.ops.normalisation import BatchNorm
from inception_graph.ops.pooling import AvgPool
from inception_graph.passes.base import Pass, Record
from inception_graph.passes.pools import counts_padding, keeps_size
from inception_graph.passes.rewriting import (
    free_name,
    inside,
    instances,
    leaf,
    names_read,
    pairs_of,
    rewritten,
)

if TYPE_CHECKING:
    from inception_graph.ir.expressions import Symbolic
    from inception_graph.ir.graph import Instance, TypedGraph
    from inception_graph.ir.program import Element, Leaf, Program


@dataclass(frozen=True)
class ProjectBeforePool(Pass):
    """Averaging works on each channel by itself, a 1x1 convolution on each cell: they can change places.

    Then fewer channels are pooled. What is not linear (activation), what counts a batch (norm), and what padding would
    thin out (a bias, where padding is counted) stays behind the pool.
    """

    name: ClassVar = "project_before_pool"
    exact: ClassVar = True
    preserves: ClassVar = "outputs, gradients and statistics, up to the order of sums"
    sought: ClassVar = "average pool that a 1x1 convolution reads"

    def run(self, typed: TypedGraph, record: Record) -> Program:
        built, read = instances(typed), names_read(typed.program)

        def change(element: Element, path: str) -> Element:
            if not isinstance(element, Chain):
                return element
            for pool, projection in pairs_of(element):
                if pool.operation is AvgPool and _projects(projection):
                    where = inside(path, projection.name)
                    why = _obstacle(typed, pool, projection, built, read)
                    if why is None:
                        element = _swapped(element, pool, projection, where)
                        record.did(f"{where}: before the pool")
                    else:
                        record.leave(f"{where}: {why}")
            return element

        return rewritten(typed.program, change, record)


def _projects(node: Leaf) -> bool:
    """Whether a node is a 1x1 convolution and nothing less simple."""
    if node.operation is not Conv or "merges" in node.attributes:
        return False
    known = {name: v for name, v in node.attributes.items() if not is_symbolic(v)}
    if not {"kernel", "stride", "padding", "groups"}.isdisjoint(
        node.attributes.keys() - known.keys()
    ):
        return False
    made = Conv.model_validate({**known, "channels": 1})
    padded = made.padding not in ("same", "valid", ((0, 0), (0, 0)))
    return (made.kernel, made.stride, made.groups, padded) == ((1, 1), (1, 1), 1, False)


def _obstacle(
    typed: TypedGraph,
    pool: Leaf,
    projection: Leaf,
    built: dict[int, list[Instance]],
    read: frozenset[str],
) -> str | None:
    """Why a projection stays behind its pool, or None where it need not."""
    pools, fields = built[id(pool)], projection.attributes
    if not keeps_size(typed, pools):
        return "the pool makes the map smaller, so that projecting first would cost more"
    inputs = [typed.shape(instance.reads)[0] for instance in pools]
    outputs = [typed.shape(instance.output)[0] for instance in built[id(projection)]]
    if any(out >= given for given, out in zip(inputs, outputs, strict=True)):
        return "it gives no fewer channels than it reads"
    shifts = fields.get("bias", True) is not False or fields.get("folded_norm", "none") != "none"
    if shifts and counts_padding(typed, pools):
        return "its bias would be thinned out by the padding that the pool counts"
    if read & {pool.name, projection.name}:
        return "it or the pool is read elsewhere by name"
    return None


def _swapped(chain: Chain, pool: Leaf, projection: Leaf, where: str) -> Chain:
    """The chain with the projection first, and with its norm and activation behind the pool."""
    fields: Any = projection.attributes
    norm, activation = fields.get("norm", "none"), fields.get("activation", "none")
    linear: dict[str, Symbolic] = {**fields, "norm": "none", "activation": "none"}
    if fields.get("folded_norm", "none") in ("none", None):
        linear["merges"] = {f"{where}.conv": fields["channels"]}
    if (norm, activation) == ("none", "none"):
        linear.pop("merges", None)
    taken = [node.name for node in chain.nodes]
    behind: list[Leaf] = []
    if norm not in ("none", None):
        options = keyed((keyed(norm) or {}).get("batch_norm")) or {}
        merges = {f"{where}.norm": fields["channels"]}
        name = free_name(f"{projection.name}_norm", taken)
        behind.append(leaf(name, BatchNorm, {**options, "merges": merges}, projection))
    if activation not in ("none", None):
        name = free_name(f"{projection.name}_{activation}", taken)
        behind.append(leaf(name, Activation, {"function": activation}, projection))
    first = leaf(projection.name, Conv, linear, projection, pool.reads)
    at = chain.nodes.index(pool)
    nodes = (*chain.nodes[:at], first, replace(pool, reads=None), *behind, *chain.nodes[at + 2 :])
    return replace(chain, nodes=nodes)
