"""Putting boxes, frames and wires at their places, and drawing each wire as straight runs with bends.

All is placed as if values ran from top to bottom; where they run from left to right the result is turned over its
diagonal, with the sizes of things measured accordingly.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from inception_graph.backends.pictures.curves import BEND, Point, towards
from inception_graph.backends.pictures.drawing import Box, Frame, Split, Stack, is_faint
from inception_graph.backends.pictures.measure import BUS, LANE, Ruler
from inception_graph.backends.pictures.placed import Pieces, PlacedBox, PlacedFrame, Route, Text
from inception_graph.backends.pictures.theme import NOTE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from inception_graph.backends.pictures.drawing import Beside, Drawing, Item, Wire
    from inception_graph.backends.pictures.measure import Spacing
    from inception_graph.backends.pictures.options import Direction

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
        feet: Left and right end of each column, and where it ends with the heads beside it.
    """

    drawing: Drawing
    direction: Direction
    spacing: Spacing
    given_lanes: Mapping[Frame, int] = field(default_factory=dict["Frame", int])
    ruler: Ruler = field(init=False)
    boxes: dict[str, PlacedBox] = field(default_factory=dict[str, PlacedBox])
    frames: list[PlacedFrame] = field(default_factory=list[PlacedFrame])
    routes: list[Route] = field(default_factory=list[Route])
    right: float = 0
    foot: float = 0
    lanes: Counter[Frame] = field(default_factory=Counter["Frame"])
    feet: list[tuple[float, float, float]] = field(default_factory=list[tuple[float, float, float]])
    _names: list[tuple[Point, str]] = field(default_factory=list[tuple[Point, str]])
    _waiting: dict[tuple[str, str], list[Wire]] = field(init=False)
    _edges: dict[Frame, float] = field(default_factory=dict["Frame", float])
    _sides: list[_Side] = field(default_factory=list[_Side])
    _column_of: dict[str, int] = field(default_factory=dict[str, int])
    _feed: _Feed | None = None
    _turn: Point | None = None

    def __post_init__(self) -> None:
        self.ruler = Ruler(self.direction, self.spacing, self.given_lanes)
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
        self._turn = (right + _ASIDE, top + room.length + _TURN)
        self._reach(right, top + room.length)
        self.feet.append((left, right, top + room.length))
        self._heads(right, top, top + room.length)

    def panel(self, panel: Frame) -> None:
        """A frame that nothing leads to."""
        room = self.ruler.room(panel)
        self._sides.append(_Side(0, room.width))
        self._item(panel, room.left, 0, None, ())
        self._reach(room.width, room.length)

    def finish(self, top: float) -> None:
        """Draw the wires that do not simply run down: around boxes, along the side of what holds both ends."""
        for (source, target), wires in self._waiting.items():
            if source in self.boxes and target in self.boxes:
                for wire in wires:
                    self.routes.append(Route(wire, self._around_boxes(wire, top), None))

    def pieces(self) -> Pieces:
        """All that was placed; where values run from left to right, turned over."""
        turned = self.direction == "LR"
        marks = self.drawing.marks
        frames = [
            PlacedFrame(f.frame, f.top, f.left, f.height, f.width, f.inside) if turned else f
            for f in self.frames
        ]
        boxes = [
            PlacedBox(
                b.box,
                *((b.y, b.x, b.height, b.width) if turned else (b.x, b.y, b.width, b.height)),
                b.inside,
                faint=is_faint(b.box.mark, marks),
            )
            for b in self.boxes.values()
        ]
        routes: list[Route] = []
        for route, labelled in _finished(self.routes):
            points = tuple((y, x) for x, y in route.points) if turned else route.points
            label = _label(points) if labelled else None
            routes.append(Route(route.wire, points, label, is_faint(route.wire.mark, marks)))
        names = [
            Text(y + 3, x - 4, name, NOTE, quiet=True)
            if turned
            else Text(x + 5, y + 12.5, name, NOTE, quiet=True)
            for (x, y), name in self._names
        ]
        return Pieces(tuple(boxes), tuple(frames), tuple(routes), tuple(names))

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
            self._reach(start + room.width, down + room.length)
            self.feet.append((start, start + room.width, down + room.length))

    def _tops_of(self, heads: Sequence[Beside], top: float, foot: float) -> list[float]:
        """Where heads start: beside their sources, higher where they would reach far below the column, apart."""
        heights = [self.ruler.room(head.item).length + _APART for head in heads]
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
                return self._box(
                    item, axis, top, [(feed, axis)], self.ruler.extent(item)[0], inside
                )
            case Stack():
                for child in item.items:
                    feed = self._item(child, axis, top, feed, inside)
                    top += self.ruler.room(child).length + self.ruler.gap(child)
                return feed
            case Split():
                return self._split(item, axis, top, feed, inside)
            case Frame():
                room = self.ruler.room(item)
                left = axis - room.left
                self.frames.append(PlacedFrame(item, left, top, room.width, room.length, inside))
                self._edges[item] = left + room.width
                start = top + self.ruler.start(item)
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
        high = self.ruler.extent(box)[1]
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
        ruler, room = self.ruler, self.ruler.room(split)
        rooms = [ruler.room(branch) for branch in split.branches]
        x = axis - (sum(r.width for r in rooms) + ruler.spacing.apart * (len(rooms) - 1)) / 2
        lines: list[float] = []
        for each in rooms:
            lines.append(x + each.left)
            x += each.width + ruler.spacing.apart
        read = (
            feed,
            axis,
            top + BUS,
        )  # what is read, and where the line starts from which branches hang
        low = top + ruler.head(split) + BUS
        given = read
        if split.entry is not None:
            over = [lines[place] for place in sorted(split.entered)] or [axis]
            centre = (over[0] + over[-1]) / 2
            led = _led(read, centre)
            given = (
                self._item(split.entry, centre, top + BUS + ruler.spacing.drop, led, inside),
                centre,
                low,
            )
        exits: list[tuple[_Feed | None, float]] = []
        for place, (branch, own) in enumerate(zip(split.branches, lines, strict=True)):
            led = _led(given if place in split.entered else read, own)
            exits.append((self._item(branch, own, low + ruler.drop(split), led, inside), own))
            if isinstance(branch, Stack) and branch.name:
                self._names.append(((own, low), branch.name))
        high = ruler.extent(split.join)[1]
        return self._box(split.join, axis, top + room.length - high, exits, room.width, inside)

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


def _led(value: tuple[_Feed | None, float, float], own: float) -> _Feed | None:
    """A value led along the line that starts where it comes down, to where a branch hangs from it."""
    feed, axis, bus = value
    return feed.through((axis, bus), (own, bus)) if feed and abs(own - axis) > 0.5 else feed


def _finished(routes: Sequence[Route]) -> Iterator[tuple[Route, bool]]:
    """The routes, the way that a value's routes share drawn once, and whether they say the value's shape: one does.

    It is one that leaves the box behind it, and not at its side, where there is one.
    """
    trunks: dict[tuple[str, str], Route] = {}
    for route in routes:
        value = (route.wire.source, route.wire.shape)
        if value not in trunks or (_leads_on(route) and not _leads_on(trunks[value])):
            trunks[value] = route
    for route in routes:
        trunk = trunks[route.wire.source, route.wire.shape]
        shared = route.points if route is trunk else _branching(route.points, trunk.points)
        yield replace(route, points=shared), route is trunk


def _branching(points: tuple[Point, ...], trunk: tuple[Point, ...]) -> tuple[Point, ...]:
    """The course from a little before the bend at which it leaves another's."""
    shared = 0
    while shared < min(len(points), len(trunk)) - 1 and points[shared] == trunk[shared]:
        shared += 1
    if shared < 2:
        return points
    return towards(points[shared - 1], points[shared - 2], BEND), *points[shared - 1 :]


def _leads_on(route: Route) -> bool:
    return route.points[0][0] == route.points[1][0]


def _label(points: Sequence[Point]) -> Point:
    (x, y), (next_x, _) = points[:2]
    return (x + 5, y + 11) if x == next_x else (x + 4, y - 4)
