"""Two networks as one graph, with marks for what differs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inception_graph.backends.pictures.marking import Marking
from inception_graph.backends.pictures.merging import Merging
from inception_graph.comparison.edits import Changed
from inception_graph.comparison.folding import fold
from inception_graph.ir.graph import Graph, Node, TypedGraph
from inception_graph.ir.program import SECTIONS, Leaf
from inception_graph.spec.yaml_text import flow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from inception_graph.backends.pictures.drawing import Mark
    from inception_graph.comparison.edits import Difference
    from inception_graph.comparison.folding import Fold
    from inception_graph.comparison.parts import Part
    from inception_graph.ir.graph import Instance
    from inception_graph.ops.window import Shape
    from inception_graph.spec.yaml_text import Written


@dataclass(frozen=True, eq=False)
class Union:
    """Two networks as one.

    Attributes:
        typed: All nodes of both, those that are a pair once and as the second network has them. A node that reads
            something else now reads both.
        marking: What is added, removed and changed.
        opened: Names of the parts that differ inside, but not all in one way.
        everywhere: Changes of more than half of the nodes that both have; they are not marked.
    """

    typed: TypedGraph
    marking: Marking
    opened: tuple[str, ...]
    everywhere: tuple[Fold, ...]


def union(one: TypedGraph, other: TypedGraph, difference: Difference) -> Union:
    """The union of two networks, by the pairs of their difference."""
    merging = Merging.of(other.graph, difference)
    sections = {**one.program.sections, **other.program.sections}
    order = [name for name in SECTIONS if name in sections]
    graph = Graph(
        replace(
            other.program,
            blocks={**one.program.blocks, **other.program.blocks},
            sections={name: sections[name] for name in order},
        ),
        other.graph.input,
        (),
        replace(
            other.graph.root,
            output=merging.yours[other.graph.root.output],
            children=merging.sections(_sections(one), _sections(other), order),
        ),
        merging.yours[other.graph.output],
        merging.heads(one.graph.heads, other.graph.heads),
    )
    names = {instance.node: instance.name for instance in _instances(graph)}
    mine = {number: node for node, number in merging.mine.items()}
    yours = {number: node for node, number in merging.yours.items()}
    nodes: list[Node] = []
    shapes: list[Shape] = []
    wires: dict[tuple[int, int], Mark] = {}
    for number in range(len(difference.nodes)):
        typed, node = (other, yours[number]) if number in yours else (one, mine[number])
        old = _inputs(one, mine.get(number), merging.mine)
        new = _inputs(other, yours.get(number), merging.yours)
        gone = [value for value in dict.fromkeys(old) if value not in new]
        wires |= {(value, number): "removed" for value in gone}
        wires |= {(value, number): "added" for value in new if value not in old}
        nodes.append(replace(typed.nodes[node], name=names[number], inputs=(*new, *gone)))
        shapes.append(typed.shapes[node])
    graph = replace(graph, nodes=tuple(nodes))
    everywhere = _everywhere(difference)
    marks: dict[int, Mark] = {}
    words: dict[int, str] = {}
    for number, pair in enumerate(difference.nodes):
        if pair.before is None or pair.after is None:
            marks[number] = "added" if pair.after else "removed"
    for part, said in _changes(difference, everywhere):
        if part.node is not None:
            number = merging.yours[part.node]
            marks[number], words[number] = "changed", ", ".join(said)
    marking = Marking(marks, wires, words)
    differing = marks.keys() | {target for _, target in wires}
    opened = tuple(
        instance.name
        for instance in _instances(graph)
        if not isinstance(instance.element, Leaf) and _mixed(instance, marks, differing)
    )
    return Union(TypedGraph(graph, tuple(shapes)), marking, opened, everywhere)


def _everywhere(difference: Difference) -> tuple[Fold, ...]:
    shared = sum(pair.before is not None and pair.after is not None for pair in difference.nodes)
    return tuple(
        found
        for found in fold(difference)
        if found.kind == "changed" and 2 * len(found.edits) > shared
    )


def _sections(typed: TypedGraph) -> dict[str, Instance]:
    return dict(zip(typed.program.sections, typed.graph.root.children, strict=True))


def _instances(graph: Graph) -> Iterator[Instance]:
    for tree in (*graph.root.children, *(head.instance for head in graph.heads)):
        yield from tree.walk()


def _inputs(typed: TypedGraph, node: int | None, numbers: Mapping[int, int]) -> list[int]:
    return [] if node is None else [numbers[value] for value in typed.nodes[node].inputs]


def _changes(
    difference: Difference, everywhere: Sequence[Fold]
) -> Iterator[tuple[Part, list[str]]]:
    """The nodes that changed, with fields before and after in words; what changed everywhere is left out."""
    told = {(id(edit), name) for fold in everywhere for edit in fold.edits for name in fold.fields}
    for edit in difference.edits:
        if isinstance(edit, Changed):
            words = [
                f"{field.name} {_shown(field.before)} → {_shown(field.after)}"
                for field in edit.fields
                if (id(edit), field.name) not in told
            ]
            if words:
                yield edit.after, words


def _shown(value: Written) -> str:
    return "none" if value is None else flow(value)


def _mixed(instance: Instance, marks: Mapping[int, Mark], differing: set[int]) -> bool:
    nodes = [inner.node for inner in instance.walk() if inner.node is not None]
    alike = len({marks.get(node) for node in nodes}) == 1 and nodes[0] in marks
    return not alike and not differing.isdisjoint(nodes)
