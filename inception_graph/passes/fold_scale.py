"""A constant behind a convolution into its kernel and bias."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from inception_graph.ir.program import Chain
from inception_graph.ops.convolution import Conv
from inception_graph.ops.reshaping import Scale
from inception_graph.passes.base import Pass, Record
from inception_graph.passes.rewriting import (
    free_name,
    inside,
    leaf,
    names_read,
    pairs_of,
    rewritten,
)

if TYPE_CHECKING:
    from inception_graph.ir.graph import TypedGraph
    from inception_graph.ir.program import Element, Leaf, Program


@dataclass(frozen=True)
class FoldScale(Pass):
    """Residuals are scaled by a constant behind a convolution, whose weights can hold it.

    Beside the time this saves, torch 2.13's compiler gives wrong results for such a pair once weights are frozen.
    """

    name: ClassVar = "fold_scale"
    exact: ClassVar = False
    preserves: ClassVar = "outputs in evaluation, up to rounding"
    sought: ClassVar = "scale behind a convolution"

    def run(self, typed: TypedGraph, record: Record) -> Program:
        read = names_read(typed.program)

        def change(element: Element, path: str) -> Element:
            if not isinstance(element, Chain):
                return element
            for conv, scale in pairs_of(element):
                if conv.operation is Conv and scale.operation is Scale:
                    where = inside(path, scale.name)
                    why = _obstacle(conv, scale, read)
                    if why is None:
                        element = _folded(element, conv, scale, inside(path, conv.name))
                        record.did(f"{where}: in the weights of '{conv.name}'")
                    else:
                        record.leave(f"{where}: {why}")
            return element

        return rewritten(typed.program, change, record)


def _obstacle(conv: Leaf, scale: Leaf, read: frozenset[str]) -> str | None:
    """Why a scale stays where it is, or None where it need not."""
    fields = conv.attributes
    for field in ("activation", "norm", "folded_norm"):
        if fields.get(field, "none") not in ("none", None):
            return f"the convolution before it has its own {field.replace('_', ' ')}"
    if "merges" in fields:
        return "the convolution before it stands for others"
    return "it or its convolution is read by name" if read & {conv.name, scale.name} else None


def _folded(chain: Chain, conv: Leaf, scale: Leaf, where: str) -> Chain:
    """The chain with one convolution in place of the two; under another name, since its weights are others."""
    fields = {
        **conv.attributes,
        "merges": {where: conv.attributes["channels"]},
        "folded_scale": scale.attributes["factor"],
    }
    name = free_name(f"{conv.name}_scaled", [node.name for node in chain.nodes])
    at = chain.nodes.index(conv)
    nodes = (*chain.nodes[:at], leaf(name, Conv, fields, conv, conv.reads), *chain.nodes[at + 2 :])
    return replace(chain, nodes=nodes)
