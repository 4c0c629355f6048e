"""Putting boxes, frames and wires at their places, and drawing each wire as straight runs with bends."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from inception_graph.backends.pictures.drawing import Box, Frame, Split, Stack
from inception_graph.backends.pictures.measure import (
    APART,
    BUS,
    DROP,
    GAP,
    LANE,
    PAD,
    Ruler,
    box_size,
    title_size,
)
from inception_graph.backends.pictures.words import width

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from inception_graph.backends.pictures.drawing import Beside, Drawing, Item, Wire

Point: TypeAlias = tuple[float, float]

_TURN = 13.0
"""How far below a column, and above the next, the wire between them turns."""
_AWAY = 22.0
"""Between a column and the auxiliary heads beside it, and between these."""
_STEP = 5.0
"""Between wires that run side by side outside frames."""


@dataclass(frozen=True, slots=True)
class PlacedBox:
    """A box with its centre and its size."""

    box: Box
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PlacedFrame:
    """A frame with its top left corner and its size."""

    frame: Frame
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Route:
    """A wire with its course, an arrow at its end.

    Attributes:
        wire: The wire.
        points: Its ends and its bends; every run is level or upright.
        label: Left end and baseline of its shape's text, or None where another wire says it.
    """

    wire: Wire
    points: tuple[Point, ...]
    label: Point | None


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text with its left end and baseline."""

    x: float
    y: float
    text: str
    size: float
    colour: str
    bold: bool = False

    @property
    def width(self) -> float:
        """How wide it is."""
        return width(self.text, self.size, bold=self.bold)


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """A drawing with everything at its place. Frames that hold others come first."""

    drawing: Drawing
    width: float
    height: float
    boxes: tuple[PlacedBox, ...]
    frames: tuple[PlacedFrame, ...]
    routes: tuple[Route, ...]
    texts: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class _Feed:
    """A value on its way down: the box that gives it, and the course so far."""

    source: str
    points: tuple[Point, ...]

    def through(self, *points: Point) -> _Feed:
        return _Feed(self.source, (*self.points, *points))


@dataclass(slots=True)
class _Side:
    """Left and right end of a column, and how many wires run beside it already."""

    left: float
    right: float
    wires: int = 0


@dataclass(slots=True)
class Pen:
    """Places what it is told to, from left to right.

    Attributes:
        boxes: The boxes placed so far, by id.
        frames: The frames placed so far.
        routes: The wires drawn so far.
        right: Right end of all.
        foot: Lower end of all.
        lanes: After ``finish``: for each frame the number of wires that run along its right side, inside it.
    """

    drawing: Drawing
    given_lanes: Mapping[Frame, int]
    ruler: Ruler = field(init=False)
    boxes: dict[str, PlacedBox] = field(default_factory=dict[str, PlacedBox])
    frames: list[PlacedFrame] = field(default_factory=list[PlacedFrame])
    routes: list[Route] = field(default_factory=list[Route])
    right: float = 0
    foot: float = 0
    lanes: Counter[Frame] = field(default_factory=Counter["Frame"])
    _waiting: dict[tuple[str, str], list[Wire]] = field(init=False)
    _said: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    _around: dict[str, tuple[Frame, ...]] = field(default_factory=dict[str, "tuple[Frame, ...]"])
    _edges: dict[Frame, float] = field(default_factory=dict["Frame", float])
    _sides: list[_Side] = field(default_factory=list[_Side])
    _column_of: dict[str, int] = field(default_factory=dict[str, int])
    _feed: _Feed | None = None

    def __post_init__(self) -> None:
        self.ruler = Ruler(self.given_lanes)
        self._waiting = defaultdict(list)
        for wire in self.drawing.wires:
            self._waiting[wire.source, wire.target].append(wire)

    def column(self, column: Stack, left: float, top: float, *, gutter: float) -> None:
        """A column of the network with the auxiliary heads that it feeds, led to from the column before."""
        room = self.ruler.room(column)
        axis = left + room.left
        feed = self._feed
        if feed is not None:
            across, high = left - gutter / 2, top - _TURN
            low = self._low + _TURN
            feed = feed.through((feed.points[-1][0], low), (across, low), (across, high), (axis, high))
        self._sides.append(_Side(left, left + room.width))
        self._feed = self._item(column, axis, top, feed, ())
        self._low = top + room.height
        self._reach(left + room.width, self._low)
        self._heads(left + room.width, top)
        self._sides[-1].right = self.right

    _low: float = 0

    def panels(self, panels: Sequence[Frame], left: float, top: float) -> None:
        """Frames one under another that nothing leads to."""
        self._sides.append(_Side(left, left))
        for panel in panels:
            room = self.ruler.room(panel)
            self._item(panel, left + room.left, top, None, ())
            self._reach(left + room.width, top + room.height)
            top += room.height + GAP
        self._sides[-1].right = self.right

    def finish(self, top: float) -> None:
        """Draw the wires that do not simply run down: around boxes, along the side of what holds both ends."""
        for wires in self._waiting.values():
            for wire in wires:
                self._around_boxes(wire, top)
        self._waiting.clear()

    def _heads(self, left: float, top: float) -> None:
        """The heads of the last column, beside their sources, one below another; their wires do not cross."""
        column = len(self._sides) - 1
        heads = [head for head in self.drawing.beside if self._column_of.get(head.source) == column]
        heads.sort(key=lambda head: self.boxes[head.source].y)
        free = top
        for index, head in enumerate(heads):
            source = self.boxes[head.source]
            room = self.ruler.room(head.item)
            start = left + _AWAY + _STEP * len(heads)
            axis = start + room.left
            down = max(source.y + _TURN, free)
            corner = (source.x + source.width / 2, source.y)
            points = [corner, (axis, source.y)]
            if down > source.y + _TURN:
                # The later a head, the nearer its wire turns: wires that turned farther out are not met.
                lane = left + _AWAY / 2 + _STEP * (len(heads) - index)
                points = [corner, (lane, source.y), (lane, down - _TURN), (axis, down - _TURN)]
            self._item(head.item, axis, down, _Feed(head.source, tuple(points)), ())
            free = down + room.height + _AWAY
            self._reach(start + room.width, down + room.height)

    def _reach(self, right: float, foot: float) -> None:
        self.right, self.foot = max(self.right, right), max(self.foot, foot)

    def _item(
        self, item: Item, axis: float, top: float, feed: _Feed | None, inside: tuple[Frame, ...]
    ) -> _Feed | None:
        """Place an item under a value; gives the value that leaves it."""
        match item:
            case Box():
                return self._box(item, axis, top, [(feed, axis)], box_size(item)[0], inside)
            case Stack():
                for child in item.items:
                    feed = self._item(child, axis, top, feed, inside)
                    top += self.ruler.room(child).height + GAP
                return feed
            case Split():
                return self._split(item, axis, top, feed, inside)
            case Frame():
                room = self.ruler.room(item)
                left = axis - room.left
                self.frames.append(PlacedFrame(item, left, top, room.width, room.height))
                self._edges[item] = left + room.width
                start = top + title_size(item)[1] + PAD
                return self._item(item.content, axis, start, feed, (*inside, item))

    def _box(
        self,
        box: Box,
        x: float,
        top: float,
        entries: Sequence[tuple[_Feed | None, float]],
        wide: float,
        inside: tuple[Frame, ...],
    ) -> _Feed:
        high = box_size(box)[1]
        self.boxes[box.id] = PlacedBox(box, x, top + high / 2, wide, high)
        self._around[box.id] = inside
        self._column_of[box.id] = len(self._sides) - 1
        for feed, entry in entries:
            wires = self._waiting.get((feed.source, box.id)) if feed else None
            if feed and wires:
                self._draw(wires.pop(0), feed.through((entry, top)).points, below=True)
        return _Feed(box.id, ((x, top + high),))

    def _split(
        self, split: Split, axis: float, top: float, feed: _Feed | None, inside: tuple[Frame, ...]
    ) -> _Feed:
        room = self.ruler.room(split)
        rooms = [self.ruler.room(branch) for branch in split.branches]
        bus = top + BUS
        x = axis - (sum(r.width for r in rooms) + APART * (len(rooms) - 1)) / 2
        exits: list[tuple[_Feed | None, float]] = []
        for branch, each in zip(split.branches, rooms, strict=True):
            own = x + each.left
            led = feed.through((axis, bus), (own, bus)) if feed and abs(own - axis) > 0.5 else feed
            exits.append((self._item(branch, own, bus + DROP, led, inside), own))
            x += each.width + APART
        high = box_size(split.join)[1]
        return self._box(split.join, axis, top + room.height - high, exits, room.width, inside)

    def _draw(self, wire: Wire, points: tuple[Point, ...], *, below: bool) -> None:
        """A wire; the first that leaves a box with a value says the value's shape."""
        said = (wire.source, wire.shape)
        label = None
        if said not in self._said:
            self._said.add(said)
            x, y = points[0]
            label = (x + 5, y + 11) if below and points[1][0] == x else (x + 4, y - 4)
        self.routes.append(Route(wire, points, label))

    def _around_boxes(self, wire: Wire, top: float) -> None:
        source, target = self.boxes[wire.source], self.boxes[wire.target]
        start = (source.x + source.width / 2, source.y)
        shared = [
            a
            for a, b in zip(self._around[wire.source], self._around[wire.target], strict=False)
            if a is b
        ]
        one, two = self._column_of[wire.source], self._column_of[wire.target]
        if shared:
            frame = shared[-1]
            self.lanes[frame] += 1
            x = self._edges[frame] - LANE * (self.lanes[frame] - 0.4) - 2
            end = (target.x + target.width / 2, target.y)
            points = (start, (x, start[1]), (x, end[1]), end)
        elif one == two:
            x = self._outside(one)
            end = (target.x + target.width / 2, target.y)
            points = (start, (x, start[1]), (x, end[1]), end)
        else:
            end = (target.x - target.width / 2, target.y)
            out, high = self._outside(one), top - 4 - self._sides[one].wires
            into = self._sides[two].left - _STEP - self._sides[one].wires
            points = (start, (out, start[1]), (out, high), (into, high), (into, end[1]), end)
        self._draw(wire, points, below=False)

    def _outside(self, column: int) -> float:
        """A line right of a column on which no other wire runs, as far as there is room."""
        side = self._sides[column]
        side.wires = side.wires % 6 + 1
        return side.right + _STEP * side.wires / 2
