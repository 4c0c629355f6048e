"""Putting boxes, frames and wires at their places, and drawing each wire as straight runs with bends."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from inception_graph.backends.pictures.curves import BEND, Point, towards
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

_TURN = 13.0
"""How far below a column, and above the next, the wire between them turns."""
_ASIDE = 12.0
"""Between a column and the wire that leads up from its foot."""
_AWAY = 30.0
"""Between a column and the auxiliary heads beside it."""
_APART = 18.0
"""Between heads."""
_SLACK = 48.0
"""How far a head may reach below its column before it is moved up: a small step in its wire would look like a slip."""
_STEP = 5.0
"""Between wires that run side by side outside frames."""


@dataclass(frozen=True, slots=True)
class PlacedBox:
    """A box with its centre, its size and the frames around it, from the outside in."""

    box: Box
    x: float
    y: float
    width: float
    height: float
    inside: tuple[Frame, ...] = ()


@dataclass(frozen=True, slots=True)
class PlacedFrame:
    """A frame with its top left corner, its size and the frames around it, from the outside in."""

    frame: Frame
    left: float
    top: float
    width: float
    height: float
    inside: tuple[Frame, ...]


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
    _edges: dict[Frame, float] = field(default_factory=dict["Frame", float])
    _sides: list[_Side] = field(default_factory=list[_Side])
    _column_of: dict[str, int] = field(default_factory=dict[str, int])
    _feed: _Feed | None = None
    _turn: Point | None = None

    def __post_init__(self) -> None:
        self.ruler = Ruler(self.given_lanes)
        self._waiting = defaultdict(list)
        for wire in self.drawing.wires:
            self._waiting[wire.source, wire.target].append(wire)

    def column(self, column: Stack, left: float, top: float) -> None:
        """A column of the network with the auxiliary heads that it feeds, led to from the column before."""
        room = self.ruler.room(column)
        axis, right, feed = left + room.left, left + room.width, self._feed
        if feed is not None and self._turn is not None:
            (across, low), high = self._turn, top - _TURN
            start = feed.points[-1][0]
            feed = feed.through((start, low), (across, low), (across, high), (axis, high))
        self._sides.append(_Side(left, right))
        self._feed = self._item(column, axis, top, feed, ())
        self._turn = (right + _ASIDE, top + room.height + _TURN)
        self._reach(right, top + room.height)
        self._heads(right, top, top + room.height)

    def panels(self, panels: Sequence[Frame], left: float, top: float) -> None:
        """Frames one under another that nothing leads to."""
        self._sides.append(_Side(left, left))
        for panel in panels:
            room = self.ruler.room(panel)
            self._item(panel, left + room.left, top, None, ())
            self._reach(left + room.width, top + room.height)
            top += room.height + GAP

    def finish(self, top: float) -> None:
        """Draw the wires that do not simply run down: around boxes, along the side of what holds both ends."""
        for wires in self._waiting.values():
            for wire in wires:
                self.routes.append(Route(wire, self._around_boxes(wire, top), None))
        self.routes = _finished(self.routes)

    def _heads(self, left: float, top: float, foot: float) -> None:
        """The heads of the last column, beside their sources, one below another; their wires do not cross."""
        column = len(self._sides) - 1
        heads = [head for head in self.drawing.beside if self._column_of.get(head.source) == column]
        heads.sort(key=lambda head: self.boxes[head.source].y)
        tops = self._tops_of(heads, top, foot)
        for index, (head, down) in enumerate(zip(heads, tops, strict=True)):
            source, room = self.boxes[head.source], self.ruler.room(head.item)
            start = left + _AWAY + _STEP * len(heads)
            axis, level = start + room.left, down - _TURN
            # Of wires that turn down the later turns nearer, of those that turn up the farther, so that none meet.
            order = len(heads) - index if level > source.y else index + 1
            lane = left + _ASIDE + _STEP * order
            corner = (source.x + source.width / 2, source.y)
            points = [corner, (lane, source.y), (lane, level), (axis, level)]
            if level == source.y:
                points = [corner, (axis, level)]
            self._item(head.item, axis, down, _Feed(head.source, tuple(points)), ())
            self._reach(start + room.width, down + room.height)

    def _tops_of(self, heads: Sequence[Beside], top: float, foot: float) -> list[float]:
        """Where heads start: beside their sources, higher where they would reach far below the column, apart."""
        heights = [self.ruler.room(head.item).height + _APART for head in heads]
        tops: list[float] = []
        highest = top + _TURN  # below the turn of the wire that leads to the next column
        free = highest
        for head, height in zip(heads, heights, strict=True):
            tops.append(max(self.boxes[head.source].y + _TURN, free))
            free = tops[-1] + height
        end = foot + _APART
        for index in reversed(range(len(tops))):
            if tops[index] + heights[index] > end + _SLACK:
                tops[index] = end - heights[index]
            end = tops[index]
        free = highest
        for index, height in enumerate(heights):
            tops[index] = max(tops[index], free)
            free = tops[index] + height
        return tops

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
                self.frames.append(PlacedFrame(item, left, top, room.width, room.height, inside))
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
        self.boxes[box.id] = PlacedBox(box, x, top + high / 2, wide, high, inside)
        self._column_of[box.id] = len(self._sides) - 1
        for feed, entry in entries:
            wires = self._waiting.get((feed.source, box.id)) if feed else None
            if feed and wires:
                self.routes.append(Route(wires.pop(0), feed.through((entry, top)).points, None))
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

    def _around_boxes(self, wire: Wire, top: float) -> tuple[Point, ...]:
        source, target = self.boxes[wire.source], self.boxes[wire.target]
        one, two = self._column_of[wire.source], self._column_of[wire.target]
        # Values leave below the middle and enter above it, so that no wire seems to run on through a box.
        start = (source.x + source.width / 2, source.y + source.height / 5)
        level = target.y - target.height / 5
        end = (target.x + target.width / 2, level)
        shared = [a for a, b in zip(source.inside, target.inside, strict=False) if a is b]
        if shared:
            frame = shared[-1]
            self.lanes[frame] += 1
            x = self._edges[frame] - LANE * (self.lanes[frame] - 0.4) - 2
            return start, (x, start[1]), (x, level), end
        out = self._outside(one)
        if one == two:
            return start, (out, start[1]), (out, level), end
        end = (target.x - target.width / 2, level)
        high = top - 4 - self._sides[one].wires
        into = self._sides[two].left - _STEP - self._sides[one].wires
        return start, (out, start[1]), (out, high), (into, high), (into, level), end

    def _outside(self, column: int) -> float:
        """A line right of a column on which no other wire runs, as far as there is room."""
        side = self._sides[column]
        side.wires = side.wires % 4 + 1
        return side.right + 1 + _STEP / 2 * side.wires


def _finished(routes: Sequence[Route]) -> list[Route]:
    """The routes with the shape of each value said once, and the way that a value's routes share drawn once."""
    trunks: dict[tuple[str, str], Route] = {}
    for route in routes:
        value = (route.wire.source, route.wire.shape)
        if value not in trunks or (_leads_down(route) and not _leads_down(trunks[value])):
            trunks[value] = route
    finished: list[Route] = []
    for route in routes:
        trunk = trunks[route.wire.source, route.wire.shape]
        if route is trunk:
            finished.append(Route(route.wire, route.points, _label(route)))
        else:
            finished.append(Route(route.wire, _branching(route.points, trunk.points), None))
    return finished


def _branching(points: tuple[Point, ...], trunk: tuple[Point, ...]) -> tuple[Point, ...]:
    """The course from a little before the bend at which it leaves another's."""
    shared = 0
    while shared < min(len(points), len(trunk)) - 1 and points[shared] == trunk[shared]:
        shared += 1
    if shared < 2:
        return points
    return towards(points[shared - 1], points[shared - 2], BEND), *points[shared - 1 :]


def _leads_down(route: Route) -> bool:
    return route.points[0][0] == route.points[1][0]


def _label(route: Route) -> Point:
    x, y = route.points[0]
    return (x + 5, y + 11) if _leads_down(route) else (x + 4, y - 4)
