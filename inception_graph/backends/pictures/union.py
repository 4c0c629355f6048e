"""Two networks as one graph, with marks for what differs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inception_graph.backends.pictures.marking import Marking
from inception_graph.backends.pictures.merging import Merging
from inception_graph.comparison.edits import Changed, Rewired
from inception_graph.comparison.folding import fold
from inception_graph.ir.graph import Graph, Node
from inception_graph.ir.partial import PartialGraph
from inception_graph.ir.program import SECTIONS
from inception_graph.spec.yaml_text import flow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from inception_graph.backends.pictures.drawing import Mark
    from inception_graph.comparison.edits import Difference
    from inception_graph.comparison.folding import Fold
    from inception_graph.ir.graph import Instance, TypedGraph
    from inception_graph.ops.window import Shape
    from inception_graph.spec.yaml_text import Written


@dataclass(frozen=True, eq=False)
class Union:
    """Two networks as one.

    Attributes:
        graph: All nodes of both, those that are a pair once and as the second network has them. A node that reads
            something else now reads both, but for what follows from nodes that are gone or new.
        marking: What is added, removed and changed.
        opened: Names of the parts that differ inside, but not all in one way.
        everywhere: Changes of more than half of the nodes that both have; they are not marked.
    """

    graph: PartialGraph
    marking: Marking
    opened: tuple[str, ...]
    everywhere: tuple[Fold, ...]


def union(one: TypedGraph, other: TypedGraph, difference: Difference) -> Union:
    """The union of two networks, by the pairs of their difference."""
    merging = Merging.of(other.graph, difference)
    tree = _tree(one, other, merging)
    names = {instance.node: instance.name for instance in _instances(tree)}
    mine = {number: node for node, number in merging.mine.items()}
    yours = {number: node for node, number in merging.yours.items()}
    both = mine.keys() & yours.keys()
    rewired = {
        merging.yours[edit.after.node]
        for edit in difference.edits
        if isinstance(edit, Rewired) and edit.after.node is not None
    }
    nodes: list[Node] = []
    shapes: list[Shape] = []
    wires: dict[tuple[int, int], Mark] = {}
    for number in range(len(difference.nodes)):
        typed, node = (other, yours[number]) if number in yours else (one, mine[number])
        old = _inputs(one, mine.get(number), merging.mine)
        new = _inputs(other, yours.get(number), merging.yours)
        gone = [value for value in dict.fromkeys(old) if value not in new]
        come = [value for value in new if value not in old]
        if number in both and number not in rewired:
            # It reads what stands before or behind a node that is gone or new, which says so itself.
            gone, come = ([v for v in values if v not in both] for values in (gone, come))
        wires |= {(value, number): "removed" for value in gone}
        wires |= {(value, number): "added" for value in come}
        kept = [value for value in new if value in old or value in come]
        nodes.append(replace(typed.nodes[node], name=names[number], inputs=(*kept, *gone)))
        shapes.append(typed.shapes[node])
    everywhere = _everywhere(difference)
    words = _changes(difference, everywhere, merging.yours)
    marks: dict[int, Mark] = dict.fromkeys(words, "changed")
    for number, pair in enumerate(difference.nodes):
        if pair.before is None or pair.after is None:
            marks[number] = "added" if pair.after else "removed"
    return Union(
        PartialGraph(replace(tree, nodes=tuple(nodes)), tuple(shapes)),
        Marking(marks, wires, words),
        _opened(tree, marks, marks.keys() | {target for _, target in wires}),
        everywhere,
    )


def _tree(one: TypedGraph, other: TypedGraph, merging: Merging) -> Graph:
    """The union without its nodes: all instances of both, and a program that has the sections and blocks of both."""
    sections = {**one.program.sections, **other.program.sections}
    order = [name for name in SECTIONS if name in sections]
    root = replace(
        other.graph.root,
        output=merging.yours[other.graph.root.output],
        children=merging.sections(_sections(one), _sections(other), order),
    )
    program = replace(
        other.program,
        blocks={**one.program.blocks, **other.program.blocks},
        sections={name: sections[name] for name in order},
    )
    heads = merging.heads(one.graph.heads, other.graph.heads)
    output = merging.yours[other.graph.output]
    return Graph(program, other.graph.input, (), root, output, heads)


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
    difference: Difference, everywhere: Sequence[Fold], numbers: Mapping[int, int]
) -> dict[int, str]:
    """For each node that changed its fields before and after; what changed everywhere is left out."""
    told = {(id(edit), name) for fold in everywhere for edit in fold.edits for name in fold.fields}
    found: dict[int, str] = {}
    for edit in difference.edits:
        if isinstance(edit, Changed) and edit.after.node is not None:
            words = [
                f"{field.name} {_shown(field.before)} → {_shown(field.after)}"
                for field in edit.fields
                if (id(edit), field.name) not in told
            ]
            if words:
                found[numbers[edit.after.node]] = ", ".join(words)
    return found


def _shown(value: Written) -> str:
    return "none" if value is None else flow(value)


def _opened(
    graph: Graph, marks: Mapping[int, Mark], differing: AbstractSet[int]
) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for instance in _instances(graph):
        nodes = [inner.node for inner in instance.walk() if inner.node is not None]
        whole = len({marks.get(node) for node in nodes}) == 1 and nodes[0] in marks
        if instance.name and len(nodes) > 1 and not whole and not differing.isdisjoint(nodes):
            names[instance.name] = None
    return tuple(names)
