"""Deep networks, and the auxiliary heads that train them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.advice.editing import Put, Remove
from inception_graph.advice.finding import Finding
from inception_graph.advice.normalisation import normalised
from inception_graph.diagnostics.codes import Code
from inception_graph.ir.graph import INPUT
from inception_graph.ops.joining import Add

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inception_graph.advice.subject import Subject

_DEEP = 20
"""Weighted layers above which gradients need help."""
_LOW = 0.5
"""Share of the network's depth under which a head stands too low."""
_USUAL_WEIGHT = 0.3
"""Loss weight of GoogLeNet's heads."""


def _depths(subject: Subject) -> list[int]:
    """Weighted layers on the longest way to each node."""
    depths: list[int] = []
    for index, node in enumerate(subject.typed.nodes):
        before = max(0 if source == INPUT else depths[source] for source in node.inputs)
        depths.append(before + (subject.costs.nodes[index].macs > 0))
    return depths


def deep_and_bare(subject: Subject) -> Iterator[Finding]:
    """More than 20 weighted layers without normalisation, residual connections and auxiliary heads."""
    graph = subject.graph
    depth = 0 if graph.output == INPUT else _depths(subject)[graph.output]
    operations = [subject.operation(index) for index in graph.main]
    helped = any(normalised(operation) or isinstance(operation, Add) for operation in operations)
    if depth <= _DEEP or helped or graph.heads:
        return
    claim = (
        f"{depth} weighted layers without batch normalisation, residual connections or auxiliary heads "
        "to carry gradients back"
    )
    remedy = "normalise the convolutions"
    fields = {"bias": False, "norm": "batch_norm"}
    edits = tuple(Put(("defaults", "conv", name), value) for name, value in fields.items())
    yield Finding(Code.DEEP_AND_BARE, ("name",), claim, remedy, (graph.output,), edits)


def early_heads(subject: Subject) -> Iterator[Finding]:
    """Auxiliary heads in the first half of the network."""
    graph, code = subject.graph, Code.EARLY_HEAD
    if not graph.heads:
        return
    depths = _depths(subject)
    total = depths[graph.output]
    for head in graph.heads:
        source = head.instance.reads
        depth = 0 if source == INPUT else depths[source]
        if depth >= _LOW * total:
            continue
        alone = len(graph.heads) == 1
        claim = f"auxiliary head '{head.name}' stands behind {depth} of {total} weighted layers"
        remedy = "let it read a node further up" if alone else "remove it"
        edits = () if alone else (Remove(("auxiliary", head.name)),)
        obstacle = "which node that is has to be chosen" if alone else None
        yield Finding(code, ("auxiliary", head.name, "from"), claim, remedy, (), edits, obstacle)


def heavy_heads(subject: Subject) -> Iterator[Finding]:
    """Auxiliary losses that together weigh more than the main one."""
    heads = subject.program.auxiliary
    total = sum(head.loss_weight for head in heads)
    if total <= 1:
        return
    heaviest = max(heads, key=lambda head: head.loss_weight)
    weight = _USUAL_WEIGHT if _USUAL_WEIGHT * len(heads) <= 1 else round(0.9 / len(heads), 3)
    claim = f"the auxiliary losses weigh {total:g} in all, more than the main loss, which weighs 1"
    remedy = f"write 'loss_weight: {weight:g}' at each head"
    edits = tuple(Put((*head.path, "loss_weight"), weight) for head in heads)
    path = (*heaviest.path, "loss_weight")
    yield Finding(Code.HEAVY_HEADS, path, claim, remedy, (), edits)
