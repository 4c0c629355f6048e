"""A network as it is written: sections, blocks with arguments, symbolic attributes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inception_graph.diagnostics.source import Path, Place, Places
    from inception_graph.ir.checkpoints import CheckpointSource
    from inception_graph.ir.expressions import Expression, Symbolic, Value
    from inception_graph.ir.header import Expect, Meta, Preprocess
    from inception_graph.ir.training import Training
    from inception_graph.ops.base import Join, Operation


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """A node of one operation that reads one value.

    Attributes:
        name: Its name; empty where it is the whole body of a block.
        path: Where the node stands in the document.
        operation: Its class.
        attributes: Its fields by name, the main argument and the defaults among them.
        origins: For each field, the path of its value.
        ready: The operation itself, where no attribute is symbolic.
        reads: The node that it reads, or None for the one before it.
    """

    name: str
    path: Path
    operation: type[Operation]
    attributes: Mapping[str, Symbolic]
    origins: Mapping[str, Path]
    ready: Operation | None
    reads: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Fork:
    """A join with its branches, which read the fork's own input, or of nodes by their names.

    Attributes:
        branches: The branches in the order of their channels; empty where ``joins`` is not.
        joins: Names of nodes.
        entry: A node that reads what the branches read and is not joined: branches read it by its name.
    """

    name: str
    path: Path
    operation: type[Join]
    attributes: Mapping[str, Symbolic]
    origins: Mapping[str, Path]
    ready: Operation | None
    branches: tuple[Element, ...]
    joins: tuple[str, ...] = ()
    reads: str | None = None
    entry: Element | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """A use of a block.

    Attributes:
        block: The block's name.
        arguments: Its arguments by name.
        repeat: How many copies follow one another, or None for a single one that needs no number.
    """

    name: str
    path: Path
    block: str
    arguments: Mapping[str, Symbolic]
    repeat: int | Expression | None = None
    reads: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """Nodes in order, each reading the one before it; an empty chain is the identity."""

    name: str
    path: Path
    nodes: tuple[Element, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Broken:
    """A node that could not be read (reported); nothing is said of what follows from it."""

    name: str
    path: Path


Element: TypeAlias = "Leaf | Fork | Use | Chain | Broken"


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A part of a network with arguments.

    Attributes:
        body: A chain, or a single node without a name.
        description: What its owner says of it, or None.
    """

    name: str
    path: Path
    arguments: tuple[str, ...]
    body: Element
    description: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Auxiliary:
    """A classifier beside the network, used while training.

    Attributes:
        reads: The node that it reads.
        loss_weight: Weight of its loss beside the main one's 1.
        body: Its nodes.
    """

    name: str
    path: Path
    reads: str
    loss_weight: float
    body: Chain


SECTIONS = ("stem", "body", "head")

Size: TypeAlias = tuple[int, int, int]
"""Channels, height and width of an image."""


@dataclass(frozen=True, eq=False)
class Program:
    """A whole network.

    Attributes:
        name: Its name.
        input: (channels, height, width) of one image.
        checkpoints: Public weights that fit, by source.
        variables: The knobs of a variant with their values.
        varied: Whether some variable, or the input, has another value than the one that is written.
        defaults: Fields that every node of an operation has unless it says otherwise, by operation.
        blocks: The blocks by name.
        sections: ``stem``, ``body`` and ``head``, those that there are.
        auxiliary: The auxiliary heads.
        places: Where all of it stands in the text.
        removed: Where a variant removed a name that its parent has, by the name.
        allowed: Advice that was set aside, by the path of what it is not to be given for: reasons by code.
    """

    name: str
    input: Size
    meta: Meta
    preprocess: Preprocess | None
    training: Training | None
    checkpoints: Mapping[str, CheckpointSource]
    expect: Expect | None
    variables: Mapping[str, Value]
    varied: bool
    defaults: Mapping[str, Mapping[str, Symbolic]]
    blocks: Mapping[str, Block]
    sections: Mapping[str, Chain]
    auxiliary: tuple[Auxiliary, ...]
    places: Places = field(repr=False)
    removed: Mapping[str, Place] = field(default_factory=dict[str, "Place"], repr=False)
    allowed: Mapping[Path, Mapping[str, str]] = field(
        default_factory=dict["Path", "Mapping[str, str]"]
    )

    @cached_property
    def users(self) -> Mapping[str, tuple[Use, ...]]:
        """The uses of each block, in the order of the text."""
        found: dict[str, list[Use]] = {name: [] for name in self.blocks}
        for element in self.elements():
            if isinstance(element, Use):
                found[element.block].append(element)
        return {name: tuple(uses) for name, uses in found.items()}

    def without_auxiliary(self) -> Program:
        """The program without its auxiliary heads, and without what is expected of them."""
        if not self.auxiliary:
            return self
        gone = {"parameters_with_auxiliary": None, "macs_with_auxiliary": None}
        expect = self.expect.model_copy(update=gone) if self.expect else None
        return replace(self, auxiliary=(), expect=expect)

    def of_size(self, size: Size) -> Program:
        """The program for images of another size; what is expected of the size that is written counts no more."""
        return self if size == self.input else replace(self, input=size, varied=True)

    @cached_property
    def local_names(self) -> Mapping[int, str]:
        """What each node is called inside of its block or head, dotted, by the element's id."""
        bodies = [block.body for block in self.blocks.values()]
        bodies += [*self.sections.values(), *(head.body for head in self.auxiliary)]
        found: dict[int, str] = {}
        waiting: list[tuple[str, Element]] = [("", body) for body in bodies]
        while waiting:
            name, element = waiting.pop()
            found[id(element)] = name
            inner = inner_elements(element)
            waiting += [(f"{name}.{child.name}" if name else child.name, child) for child in inner]
        return found

    def elements(self) -> Iterator[Element]:
        """Every node and chain of the network, once, blocks first."""
        for block in self.blocks.values():
            yield from walk(block.body)
        for chain in self.sections.values():
            yield from walk(chain)
        for head in self.auxiliary:
            yield from walk(head.body)


def walk(element: Element) -> Iterator[Element]:
    """The element and all that it holds, from the outside in, but not the insides of blocks."""
    yield element
    for inner in inner_elements(element):
        yield from walk(inner)


def inner_elements(element: Element) -> tuple[Element, ...]:
    """The elements right inside of one: nodes of a chain, or a join's entry and branches."""
    if isinstance(element, Chain):
        return element.nodes
    if isinstance(element, Fork):
        return element.branches if element.entry is None else (element.entry, *element.branches)
    return ()
