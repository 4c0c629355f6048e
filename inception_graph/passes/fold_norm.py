"""Batch normalisation into the convolution before it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from inception_graph.ir.program import Chain, Leaf
from inception_graph.ops.convolution import Conv
from inception_graph.ops.fields import keyed
from inception_graph.ops.normalisation import BatchNorm
from inception_graph.ops.pooling import AvgPool
from inception_graph.ops.separable import SeparableConv
from inception_graph.passes.base import Pass, Record
from inception_graph.passes.pools import counts_padding
from inception_graph.passes.rewriting import instances, leaf, names_read, rewritten

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inception_graph.ir.expressions import Symbolic
    from inception_graph.ir.graph import TypedGraph
    from inception_graph.ir.program import Element, Program

_KINDS = (Conv, SeparableConv)


@dataclass(frozen=True)
class FoldNorm(Pass):
    """The scale and shift of a batch normalisation, fixed after training, become part of kernel and bias."""

    name: ClassVar = "fold_norm"
    exact: ClassVar = False
    preserves: ClassVar = "outputs in evaluation, up to rounding"
    sought: ClassVar = "batch normalisation behind a convolution"

    def run(self, typed: TypedGraph, record: Record) -> Program:
        program, read = typed.program, names_read(typed.program)

        def change(element: Element, path: str) -> Element:
            if isinstance(element, Leaf) and element.operation in _KINDS:
                return _folded(element)
            if isinstance(element, Chain):
                return _behind_pools(element, path, typed, read, record)
            return element

        folded = rewritten(program, change, record)
        count = _norms(program) - _norms(folded)
        if not count:
            return program
        record.did(
            f"{count} norms of the spec go into their convolutions"
            if count > 1
            else "1 norm of the spec goes into its convolution"
        )
        kinds = {kind.key for kind in _KINDS}
        defaults = {
            key: _renamed(fields) if key in kinds else fields
            for key, fields in folded.defaults.items()
        }
        return replace(folded, defaults=defaults)


def _norms(program: Program) -> int:
    """How many batch normalisations a program writes down, within convolutions and behind them."""
    return sum(
        one.operation is BatchNorm or one.attributes.get("norm") not in (None, "none")
        for one in program.elements()
        if isinstance(one, Leaf)
    )


def _folded(element: Leaf) -> Leaf:
    """A convolution whose norm is said to be folded."""
    if "norm" not in element.attributes or "folded_norm" in element.attributes:
        return element
    return leaf(
        element.name, element.operation, _renamed(element.attributes), element, element.reads
    )


def _renamed(fields: Mapping[str, Symbolic]) -> dict[str, Symbolic]:
    return {"folded_norm" if name == "norm" else name: value for name, value in fields.items()}


def _behind_pools(
    chain: Chain, path: str, typed: TypedGraph, read: frozenset[str], record: Record
) -> Chain:
    """A chain whose norms, behind a convolution or its average pool, are folded."""
    built = instances(typed)
    nodes: list[Element] = list(chain.nodes)
    for norm in chain.nodes:
        if not (isinstance(norm, Leaf) and norm.operation is BatchNorm and norm.reads is None):
            continue
        before = _before(nodes, nodes.index(norm))
        conv = before[0] if before else None
        part = _plain_unit(conv, norm) if isinstance(conv, Leaf) else None
        where = f"{path}.{norm.name}" if path else norm.name
        if conv is None or part is None:
            record.leave(f"{where}: it is not the norm of a convolution of the plain network")
        elif any(counts_padding(typed, built[id(pool)]) for pool in before[1:]):
            record.leave(f"{where}: its shift has to stay behind a pool that counts padding")
        elif read & {norm.name, *(pool.name for pool in before)}:
            record.leave(f"{where}: what stands before it is read elsewhere")
        else:
            options: Any = {n: v for n, v in norm.attributes.items() if n != "merges"}
            fields = {n: v for n, v in conv.attributes.items() if n not in ("norm", "merges")}
            fields["folded_norm"] = {"batch_norm": options}
            channels = conv.attributes["channels"]
            fields |= {} if part.rpartition(".")[2] == conv.name else {"merges": {part: channels}}
            nodes[nodes.index(conv)] = leaf(conv.name, conv.operation, fields, conv, conv.reads)
            nodes.remove(norm)
    return chain if len(nodes) == len(chain.nodes) else replace(chain, nodes=tuple(nodes))


def _before(nodes: list[Element], index: int) -> list[Leaf]:
    """The convolution that a norm follows, and the average pools between them; empty where there is none."""
    found: list[Leaf] = []
    for node in reversed(nodes[:index]):
        if not isinstance(node, Leaf):
            return []
        found.insert(0, node)
        if node.operation in _KINDS:
            return found
        if node.operation is not AvgPool or node.reads is not None:
            return []
    return []


def _plain_unit(conv: Leaf, norm: Leaf) -> str | None:
    """The layer of the plain network whose convolution and norm these two are."""
    one, other = (keyed(node.attributes.get("merges")) or {} for node in (conv, norm))
    if len(one) != 1 or len(other) != 1:
        return None
    unit = next(iter(one)).removesuffix(".conv")
    return unit if [*one, *other] == [f"{unit}.conv", f"{unit}.norm"] else None
