"""A network as it is built: concrete nodes, and the tree of instances that they came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import networkx as nx

    from inception_graph.diagnostics.source import Path
    from inception_graph.ir.expressions import Value
    from inception_graph.ir.program import Element, Program, Use
    from inception_graph.ops.base import Operation, Weight
    from inception_graph.ops.window import Shape

INPUT = -1
"""The id that stands for the network's input; nodes count from 0."""
UNKNOWN = -2
"""The id that stands for a value that no node gives; only graphs of faulty programs hold it."""


@dataclass(slots=True, eq=False)
class Node:
    """One application of one operation.

    Attributes:
        name: Its full name, dotted, unique in the network: ``inception_3a.branch3.reduce``.
        operation: What it does; None where its attributes are faulty (reported).
        inputs: Ids of what it reads, in order.
        element: Where it came from in the program.
        frames: The uses of blocks in which it stands, from the outside in.
    """

    name: str
    operation: Operation | None
    inputs: tuple[int, ...]
    element: Element
    frames: tuple[Use, ...]

    @property
    def path(self) -> Path:
        """Where it is written in the document."""
        return self.element.path

    @property
    def section(self) -> str:
        """``stem``, ``body``, ``head`` or ``auxiliary``."""
        return str((self.frames[0] if self.frames else self.element).path[0])


@dataclass(slots=True, eq=False)
class Instance:
    """An element at one place of the built network; their tree has the shape of the program.

    Attributes:
        name: Full name, dotted.
        element: The element.
        reads: Id of the value that it is given.
        output: Id of the value that it gives.
        node: Id of its own node: a leaf's, or a fork's join.
        children: Instances inside: branches, nodes of a chain or a block, copies of a repeat.
        entry: A join's entry.
        environment: Names and values that the element's expressions see.
        copies: Whether the children are numbered copies of one block.
    """

    name: str
    element: Element
    reads: int
    output: int = INPUT
    node: int | None = None
    children: list[Instance] = field(default_factory=list["Instance"])
    entry: Instance | None = None
    environment: Mapping[str, Value] = field(default_factory=dict[str, "Value"])
    copies: bool = False

    def walk(self) -> Iterator[Instance]:
        """The instance and all inside it, from the outside in."""
        yield self
        for child in self.parts:
            yield from child.walk()

    @property
    def parts(self) -> list[Instance]:
        """All instances right inside, a join's entry first."""
        return self.children if self.entry is None else [self.entry, *self.children]


@dataclass(frozen=True, eq=False)
class Head:
    """A built auxiliary head."""

    name: str
    instance: Instance
    loss_weight: float

    @property
    def output(self) -> int:
        """Id of its logits."""
        return self.instance.output


@dataclass(frozen=True, eq=False)
class Graph:
    """A built network.

    Attributes:
        program: What it was built from.
        input: Shape of one image.
        nodes: Its nodes, each behind those that it reads.
        root: The instances of the sections.
        output: Id of its output.
        heads: Its auxiliary heads.
    """

    program: Program
    input: Shape
    nodes: tuple[Node, ...]
    root: Instance
    output: int
    heads: tuple[Head, ...]

    @cached_property
    def readers(self) -> tuple[tuple[int, ...], ...]:
        """For every node the ids of the nodes that read it."""
        found: list[list[int]] = [[] for _ in self.nodes]
        for index, node in enumerate(self.nodes):
            for source in dict.fromkeys(node.inputs):
                if source >= 0:
                    found[source].append(index)
        return tuple(tuple(readers) for readers in found)

    @cached_property
    def main(self) -> frozenset[int]:
        """Ids of the nodes on which the main output depends; others serve the heads, or nothing."""
        return self.behind(self.output)

    @cached_property
    def served(self) -> frozenset[int]:
        """Ids of the nodes on which the main output or a head's depends."""
        return self.behind(self.output, *(head.output for head in self.heads))

    def behind(self, *outputs: int) -> frozenset[int]:
        """Ids of the nodes on which some values depend, those of the values with them."""
        needed: set[int] = set()
        waiting = list(outputs)
        while waiting:
            index = waiting.pop()
            if index != INPUT and index not in needed:
                needed.add(index)
                waiting += self.nodes[index].inputs
        return frozenset(needed)


@dataclass(frozen=True, eq=False)
class TypedGraph:
    """A graph whose every node has a shape. Only ``infer`` makes one; backends take no other.

    Attributes:
        graph: The graph.
        shapes: The shape of every node's output for one image.
    """

    graph: Graph
    shapes: tuple[Shape, ...]

    @property
    def program(self) -> Program:
        """What the network was built from."""
        return self.graph.program

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes in an order in which they can be computed."""
        return self.graph.nodes

    def shape(self, index: int) -> Shape:
        """Shape of a value by its id."""
        return self.graph.input if index == INPUT else self.shapes[index]

    def inputs(self, index: int) -> tuple[Shape, ...]:
        """Shapes that a node reads."""
        return tuple(self.shape(source) for source in self.graph.nodes[index].inputs)

    def operation(self, index: int) -> Operation:
        """The operation of a node; in a typed graph every node has one."""
        operation = self.graph.nodes[index].operation
        if operation is None:
            raise AssertionError(self.graph.nodes[index].name)
        return operation

    @cached_property
    def weights(self) -> tuple[tuple[Weight, ...], ...]:
        """What the module of each node keeps; joins keep nothing."""
        found: list[tuple[Weight, ...]] = []
        for index in range(len(self.nodes)):
            operation = self.operation(index)
            found.append(() if operation.many else operation.weights(self.inputs(index)[0]))
        return tuple(found)

    @cached_property
    def networkx(self) -> nx.DiGraph[str]:
        """A frozen view for graph algorithms: nodes by name, with id, operation, section and shape."""
        import networkx

        view: networkx.DiGraph[str] = networkx.DiGraph(name=self.program.name)
        view.add_node("input", id=INPUT, operation=None, section="input", shape=self.graph.input)
        for index, node in enumerate(self.nodes):
            facts = {"operation": self.operation(index).key, "section": node.section}
            view.add_node(node.name, id=index, shape=self.shapes[index], **facts)
            for position, source in enumerate(node.inputs):
                origin = "input" if source == INPUT else self.nodes[source].name
                view.add_edge(origin, node.name, position=position)
        return networkx.freeze(view)  # pyright: ignore[reportUnknownMemberType,reportUnknownVariableType]
