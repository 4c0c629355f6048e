"""A network as a tree of parts: nodes, chains and uses of blocks, each with what it costs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from inception_graph.analysis.costs import NodeCost, costs, together
from inception_graph.ir.graph import INPUT
from inception_graph.ir.program import Use

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inception_graph.ir.graph import Instance, TypedGraph
    from inception_graph.ops.base import Operation
    from inception_graph.ops.window import Shape

_UNSEEN = NodeCost(0, 0, 0, (1, 1), (1, 1))
"""What the input itself costs."""


@dataclass(frozen=True, slots=True)
class Home:
    """The innermost use of a block in which a part stands.

    Attributes:
        block: Name of the block.
        use: Full name of the use.
    """

    block: str
    use: str


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A node, a chain, a use of a block or one of its copies.

    Attributes:
        name: Full name.
        node: Id of its own node: a leaf's, or a fork's join; None for a chain.
        operation: What that node does.
        block: The block that it is a use of.
        home: The use in which it stands.
        copies: Whether its children are numbered copies of one block.
        head: Whether it is an auxiliary head.
        children: What stands inside; parts without nodes are left out.
        reads: Shape of what its own node reads first; None for a chain.
        shape: Shape of its output.
        cost: Costs of all inside taken together; field and stride are those of its output.
        node_cost: Costs of its own node; None for a chain.
        size: Number of nodes.
        form: Equal for two parts that differ in nothing but names.
    """

    name: str
    node: int | None
    operation: Operation | None
    block: str | None
    home: Home | None
    copies: bool
    head: bool
    children: tuple[Part, ...]
    reads: Shape | None
    shape: Shape
    cost: NodeCost
    node_cost: NodeCost | None
    size: int
    form: int

    @property
    def own(self) -> str:
        """The last piece of its name."""
        return self.name.rpartition(".")[2]

    @property
    def kind(self) -> str:
        """What parts must share to be the same part by name alone."""
        return self.operation.key if self.operation else "copies" if self.copies else "chain"

    @property
    def words(self) -> str:
        """What it is, for a reader."""
        inside = f" of {self.size} node{'s' if self.size > 1 else ''}" if self.children else ""
        if self.block:
            return f"{self.block}{f' x{len(self.children)}' if self.copies else ''}{inside}"
        if self.operation is None:
            return f"{'auxiliary head' if self.head else 'chain'}{inside}"
        return f"{self.operation.label()}{inside}"

    def walk(self) -> Iterator[Part]:
        """The part and all inside it, from the outside in, in order."""
        yield self
        for child in self.children:
            yield from child.walk()


def alone(part: Part) -> Part:
    """A part's own node without what stands inside."""
    if part.node_cost is None:
        raise AssertionError(part.name)
    return replace(part, block=None, children=(), cost=part.node_cost, size=1)


@dataclass
class Reading:
    """Makes the parts of networks; those that one reading makes can be compared by their forms."""

    _forms: dict[object, int] = field(default_factory=dict[object, int])

    def parts(self, typed: TypedGraph) -> tuple[Part, ...]:
        """The parts at the top of a network, its heads last."""
        graph = typed.graph
        tops = [child for section in graph.root.children for child in section.children]
        found = [self._part(typed, instance, None) for instance in tops]
        heads = [self._part(typed, head.instance, None) for head in graph.heads]
        return (*_filled(found), *(replace(head, head=True) for head in _filled(heads)))

    def _part(self, typed: TypedGraph, instance: Instance, home: Home | None) -> Part:
        element, block = instance.element, None
        if isinstance(element, Use):
            block, inner = element.block, Home(element.block, instance.name)
            if not instance.copies:
                body = self._part(typed, instance.children[0], inner)
                return replace(body, name=instance.name, block=block, home=home)
        children = tuple(
            self._copy(typed, child, block, home)
            if instance.copies and block
            else self._part(typed, child, home)
            for child in instance.parts
        )
        return self._made(typed, instance, block, home, _filled(children))

    def _copy(self, typed: TypedGraph, instance: Instance, block: str, home: Home | None) -> Part:
        """One of the copies of a repeated block, which counts as a use of it."""
        part = self._part(typed, instance, Home(block, instance.name))
        return replace(part, block=block, home=home)

    def _made(
        self,
        typed: TypedGraph,
        instance: Instance,
        block: str | None,
        home: Home | None,
        children: tuple[Part, ...],
    ) -> Part:
        nodes, node, last = costs(typed).nodes, instance.node, instance.output
        operation = None if node is None else typed.operation(node)
        own = None if node is None else nodes[node]
        inside = [child.cost for child in children] + ([own] if own else [])
        cost = together(_UNSEEN if last == INPUT else nodes[last], inside)
        signature = (
            None if operation is None else (operation.key, repr(operation)),
            tuple(child.form for child in children),
        )
        return Part(
            name=instance.name,
            node=node,
            operation=operation,
            block=block,
            home=home,
            copies=instance.copies,
            head=False,
            children=children,
            reads=None if node is None else typed.inputs(node)[0],
            shape=typed.shape(last),
            cost=cost,
            node_cost=own,
            size=sum(child.size for child in children) + (node is not None),
            form=self._forms.setdefault(signature, len(self._forms)),
        )


def _filled(parts: tuple[Part, ...] | list[Part]) -> tuple[Part, ...]:
    """The parts that hold a node: an empty chain is a wire, which its readers tell of."""
    return tuple(part for part in parts if part.size)
