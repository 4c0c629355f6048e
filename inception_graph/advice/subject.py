"""A network as rules look at it: what each element became, and what stands around it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from inception_graph.advice.editing import Copy, Rename
from inception_graph.advice.finding import NoEdit
from inception_graph.analysis.costs import costs
from inception_graph.ir.program import Chain, Fork, Leaf, Use, inner_elements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from inception_graph.advice.editing import Edit
    from inception_graph.analysis.costs import Costs
    from inception_graph.diagnostics.codes import Code
    from inception_graph.diagnostics.source import Path
    from inception_graph.ir.graph import Graph, Instance, TypedGraph
    from inception_graph.ir.program import Element, Program
    from inception_graph.ops.base import Operation
    from inception_graph.ops.window import Shape

_MOST_NAMED = 6
"""Uses of a block that are named."""


@dataclass(frozen=True)
class Site:
    """An element of the program, and those of its nodes that a rule is about.

    Attributes:
        element: The element.
        nodes: Ids of the nodes.
        where: In words, where in the network; empty for a single node.
        notes: Which uses of the block are meant, where not all are.
    """

    element: Leaf | Fork
    nodes: tuple[int, ...]
    where: str = ""
    notes: tuple[str, ...] = ()

    @property
    def leaf(self) -> Leaf:
        """The element, of a site at a leaf."""
        if not isinstance(self.element, Leaf):
            raise AssertionError(self.element.name)
        return self.element


@dataclass(frozen=True, eq=False)
class Subject:
    """A network under review.

    Attributes:
        typed: The network.
        extent: Height and width of the objects of interest, in pixels.
    """

    typed: TypedGraph
    extent: int

    @property
    def graph(self) -> Graph:
        """The network's graph."""
        return self.typed.graph

    @property
    def program(self) -> Program:
        """The network as it is written."""
        return self.typed.program

    @property
    def costs(self) -> Costs:
        """What it costs."""
        return costs(self.typed)

    def operation(self, index: int) -> Operation:
        """The operation of a node."""
        return self.typed.operation(index)

    def x(self, index: int) -> Shape:
        """The first shape that a node reads."""
        return self.typed.inputs(index)[0]

    @cached_property
    def _nodes(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for index, node in enumerate(self.typed.nodes):
            found.setdefault(id(node.element), []).append(index)
        return found

    def nodes_of(self, element: Element) -> list[int]:
        """Ids of the nodes that an element became, one for each use of the blocks around it."""
        return self._nodes.get(id(element), [])

    def leaves(self, *kinds: type[Operation]) -> Iterator[Leaf]:
        """The leaves of some operations, each once."""
        for element in self.program.elements():
            if isinstance(element, Leaf) and issubclass(element.operation, kinds):
                yield element

    @cached_property
    def instances(self) -> tuple[Instance, ...]:
        """Every instance, the network's sections first."""
        heads = (head.instance for head in self.graph.heads)
        return tuple(instance for tree in (self.graph.root, *heads) for instance in tree.walk())

    @cached_property
    def around(self) -> dict[int, Element | None]:
        """The chain or join in which each element stands, by the element's id; None for the body of a block."""
        found: dict[int, Element | None] = {}
        for element in self.program.elements():
            found.update({id(child): element for child in inner_elements(element)})
        return found

    def before(self, element: Element) -> Element | None:
        """The node that an element reads by standing behind it, or None where it reads another way."""
        chain = self.around.get(id(element))
        if not isinstance(chain, Chain) or isinstance(element, Chain) or reads(element):
            return None
        index = [id(node) for node in chain.nodes].index(id(element))
        return chain.nodes[index - 1] if index else None

    @cached_property
    def _names_read(self) -> frozenset[str]:
        names: list[str] = [head.reads for head in self.program.auxiliary]
        for element in self.program.elements():
            names += [reads(element) or ""]
            names += element.joins if isinstance(element, Fork) else ()
        return frozenset(part for name in names for part in name.split("."))

    def is_named(self, element: Element) -> bool:
        """Whether some node may read the element by its name."""
        return element.name in self._names_read

    def allows(self, code: Code, path: Path) -> bool:
        """Whether an advice is set aside at a path or around it."""
        allowed = self.program.allowed
        return bool(allowed) and any(
            code.value in allowed.get(path[:length], ()) for length in range(len(path) + 1)
        )

    def open(self, code: Code, index: int) -> bool:
        """Whether an advice may be given for a node: neither it nor a use of a block around it sets it aside."""
        node = self.typed.nodes[index]
        return not any(self.allows(code, element.path) for element in (node.element, *node.frames))

    def site(
        self, code: Code, element: Leaf | Fork, concerns: Callable[[int], bool]
    ) -> Site | None:
        """The nodes of an element that a rule is about, or None where there are none.

        Args:
            code: The advice.
            element: The element.
            concerns: Whether the rule is about a node.
        """
        every = self.nodes_of(element)
        nodes = tuple(index for index in every if concerns(index) and self.open(code, index))
        if not nodes:
            return None
        frames = self.typed.nodes[nodes[0]].frames
        if len(every) == 1:
            return Site(element, nodes)
        block = f"uses of block '{frames[-1].block}'"
        if len(nodes) == len(every):
            return Site(element, nodes, f", in {len(nodes)} {block}")
        where = f", in {len(nodes)} of {len(every)} {block}"
        return Site(element, nodes, where, (self._named(nodes),))

    def _named(self, nodes: Iterable[int]) -> str:
        """The uses of blocks in which some nodes stand, by their names at the top."""
        names = [self.typed.nodes[index].frames[0].name for index in nodes]
        names = list(dict.fromkeys(names))
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        verb = "this is" if len(names) == 1 else "these are"
        return f"{verb} {', '.join(names[:_MOST_NAMED])}{more}"

    def parted(self, site: Site) -> tuple[Path, tuple[Edit, ...]]:
        """Where to edit the nodes of a site and no others, and the edits that have to come first.

        Where only some uses of a block are meant they are given a copy of it.

        Raises:
            NoEdit: One use of the block is both meant and not, as it stands in another block.
        """
        element, nodes = site.element, self.typed.nodes
        every = self.nodes_of(element)
        if len(site.nodes) == len(every):
            return element.path, ()
        uses = {id(use): use for use in (nodes[index].frames[-1] for index in site.nodes)}
        old = nodes[site.nodes[0]].frames[-1].block
        if any(id(nodes[i].frames[-1]) in uses for i in every if i not in site.nodes):
            message = f"block '{old}' is used inside of a block of which not all uses are meant"
            raise NoEdit(message)
        new = self._free(f"{old}_variant")
        renamed = [Rename((*use.path, old), new) for use in uses.values()]
        return ("blocks", new, *element.path[2:]), (Copy(("blocks", old), new), *renamed)

    def _free(self, name: str) -> str:
        """A name that no block has."""
        number = 2
        free = name
        while free in self.program.blocks:
            free, number = f"{name}_{number}", number + 1
        return free


def reads(element: Element) -> str | None:
    """The name that an element reads, or None where it reads what stands before it."""
    return element.reads if isinstance(element, Leaf | Fork | Use) else None
