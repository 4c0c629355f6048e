"""What is drawn, before anything has a place: boxes, how they follow one another, and the wires between them.

A drawing knows nothing of torch, of the compiler or of a file format. Layouts and writers read it and nothing else,
so that another format needs no second look at the network.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inception_graph.ops.base import Family

Style: TypeAlias = "Family | Literal['block', 'terminal']"
"""What a box is, to the eye: the family of its operation, a use of a block, or an end of the network."""
Mark: TypeAlias = Literal["added", "removed", "changed", "failed", "unreached"]
"""What sets a thing off from the rest: how it differs from another network, or what is wrong with it."""


@dataclass(frozen=True, slots=True, eq=False)
class Box:
    """One thing with text in it.

    Attributes:
        id: Its id in the picture; for a node of the network its full name.
        style: How it looks.
        name: First line: what the spec calls it; empty where the label alone says it.
        labels: Further lines.
        gives: The shape that leaves it, or empty.
        tooltip: What a reader sees who points at it.
        times: How many times it follows itself.
        dashed: Whether it serves an auxiliary head.
        mark: What sets it off.
    """

    id: str
    style: Style
    name: str
    labels: tuple[str, ...] = ()
    gives: str = ""
    tooltip: str = ""
    times: int = 1
    dashed: bool = False
    mark: Mark | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """Items in order, each fed by the one before; an empty stack is a bare wire.

    Attributes:
        items: The items.
        name: What the spec calls it, where it is a branch; it stands beside the wire that leads to it.
    """

    items: tuple[Item, ...]
    name: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Branches side by side that read one value, and the box that joins them.

    Attributes:
        branches: The branches in the order of their channels.
        join: The box behind them.
        entry: An item that reads what the branches read; some of them read it instead.
        entered: The places of those branches.
    """

    branches: tuple[Item, ...]
    join: Box
    entry: Item | None = None
    entered: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A border with a title around other items.

    Attributes:
        id: Its id in the picture.
        title: The text at its top.
        content: What is inside.
        note: A second, quieter line under the title, or empty.
        tooltip: What a reader sees who points at it.
        times: How many times it follows itself.
        dashed: Whether it is an auxiliary head or inside one.
        stage: Whether it is a stage of the network, drawn more quietly than a block.
        entered: Whether a value comes in from above, beside the title.
        mark: What sets it off.
    """

    id: str
    title: str
    content: Item
    note: str = ""
    tooltip: str = ""
    times: int = 1
    dashed: bool = False
    stage: bool = False
    entered: bool = True
    mark: Mark | None = None


Item: TypeAlias = "Box | Stack | Split | Frame"


@dataclass(frozen=True, slots=True, eq=False)
class Wire:
    """A value on its way from one box to another.

    Attributes:
        source: Id of the box that gives it.
        target: Id of the box that reads it.
        shape: Its shape.
        dashed: Whether it serves an auxiliary head.
        channels: How many channels it has, or 0 where that is not known; the more, the thicker it is drawn.
        mark: What sets it off.
    """

    source: str
    target: str
    shape: str
    dashed: bool = False
    channels: int = 0
    mark: Mark | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """What stands beside the box that feeds it: an auxiliary head."""

    source: str
    item: Item


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """A whole picture.

    Attributes:
        name: The network's name.
        title: Its title.
        caption: Lines under the title.
        strip: The network from its input to its output; a frame in it may be broken between its items.
        beside: The auxiliary heads.
        panels: Blocks, each drawn from inside.
        wires: All wires, in the order of their targets.
    """

    name: str
    title: str
    caption: tuple[str, ...]
    strip: tuple[Item, ...]
    beside: tuple[Beside, ...]
    panels: tuple[Frame, ...]
    wires: tuple[Wire, ...]

    @property
    def boxes(self) -> Iterator[Box]:
        """All boxes, in order."""
        for item in (*self.strip, *(beside.item for beside in self.beside), *self.panels):
            yield from boxes(item)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The marks that occur, each once, in order."""
        found: dict[Mark, None] = {}
        for thing in (*self.boxes, *self.wires):
            if thing.mark:
                found[thing.mark] = None
        return tuple(found)

    @property
    def styles(self) -> tuple[Style, ...]:
        """The styles that occur, each once, in order."""
        return tuple(dict.fromkeys(box.style for box in self.boxes))


def is_faint(mark: Mark | None, marks: tuple[Mark, ...]) -> bool:
    """Whether something is drawn quietly among marks: what two networks share, what a fault cuts off."""
    return mark == "unreached" or (mark is None and bool(marks) and "failed" not in marks)


def boxes(item: Item) -> Iterator[Box]:
    """The boxes of an item, in order."""
    match item:
        case Box():
            yield item
        case Stack():
            for child in item.items:
                yield from boxes(child)
        case Split():
            if item.entry is not None:
                yield from boxes(item.entry)
            for branch in item.branches:
                yield from boxes(branch)
            yield item.join
        case Frame():
            yield from boxes(item.content)
