"""What only training needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from inception_graph.ir.program import Chain, Leaf
from inception_graph.ops.linear import Dropout
from inception_graph.passes.base import Pass, Record
from inception_graph.passes.rewriting import inside, names_read, rewritten

if TYPE_CHECKING:
    from inception_graph.ir.checkpoints import CheckpointSource
    from inception_graph.ir.graph import TypedGraph
    from inception_graph.ir.program import Element, Program


@dataclass(frozen=True)
class DropTrainingOnly(Pass):
    """Dropout and auxiliary heads go: after training they do nothing."""

    name: ClassVar = "drop_training_only"
    exact: ClassVar = False
    preserves: ClassVar = "outputs in evaluation, to the bit"
    sought: ClassVar = "dropout or auxiliary head"

    def run(self, typed: TypedGraph, record: Record) -> Program:
        program = typed.program
        record.done += [f"auxiliary head '{head.name}' dropped" for head in program.auxiliary]
        program = _headless(program)
        read = names_read(program)

        def change(element: Element, path: str) -> Element:
            if not isinstance(element, Chain):
                return element
            kept: list[Element] = []
            for node in element.nodes:
                drops = isinstance(node, Leaf) and node.operation is Dropout
                if not drops:
                    kept.append(node)
                elif node.name in read or (isinstance(node, Leaf) and node.reads):
                    record.leave(f"{inside(path, node.name)}: it is wired by name")
                    kept.append(node)
                else:
                    record.did(f"{inside(path, node.name)} dropped")
            return (
                element if len(kept) == len(element.nodes) else replace(element, nodes=tuple(kept))
            )

        return rewritten(program, change, record)


def _headless(program: Program) -> Program:
    """The program without its auxiliary heads, and without the rules that name their weights."""
    if not program.auxiliary:
        return program
    heads = {head.name for head in program.auxiliary}
    checkpoints = {n: _without(source, heads) for n, source in program.checkpoints.items()}
    return replace(program, auxiliary=(), checkpoints=checkpoints)


def _without(source: CheckpointSource, heads: set[str]) -> CheckpointSource:
    """Rules of names that say nothing of some heads."""
    kept = {our: their for our, their in source.names.items() if our.split(".")[0] not in heads}
    layers = tuple(name for name in source.convolutions if name.split(".")[0] not in heads)
    return source.model_copy(update={"names": kept, "convolutions": layers})
