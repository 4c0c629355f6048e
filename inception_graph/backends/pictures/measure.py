"""How much room things need.

Values run *along* one direction, from top to bottom or from left to right; *across* it branches stand side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inception_graph.backends.pictures.drawing import Box, Frame, Item, Split, Stack
from inception_graph.backends.pictures.theme import FRAME, LABEL, LOOKS, NAME, NOTE, SHAPE
from inception_graph.backends.pictures.words import width

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inception_graph.backends.pictures.options import Direction

BUS = 3.0
"""From the start of a split to the line from which its branches hang."""
LANE = 13.0
"""For a wire along the far side of a frame."""
TITLE_LINE, NOTE_LINE = 19.0, 12.0
_BARE = 9.0
_ARROW = 15.0
"""What an arrow needs beside a text on its wire, from left to right."""


@dataclass(frozen=True, slots=True)
class Spacing:
    """How much air there is between things, in points.

    Attributes:
        gap: Between a box and the next: room for an arrow and, from top to bottom, for the shape beside it.
        drop: From the line from which branches hang to the branches.
        apart: Between branches.
        pad: Inside a frame, around its content.
        foot: Inside a frame, behind its content: there stands the shape that leaves it.
        least: Width of the narrowest box.
        beside: What a box has beside its text, both sides together.
        above: What a box has above and below its text, together.
        between: Between blocks, and between them and the network.
        gutter: Between columns; the wire from the foot of one to the top of the next runs in it.
    """

    gap: float = 24
    drop: float = 19
    apart: float = 16
    pad: float = 9
    foot: float = 16
    least: float = 52
    beside: float = 14
    above: float = 10
    between: float = 26
    gutter: float = 40


AIRY = Spacing()
DENSE = Spacing(
    gap=16.5, drop=17, apart=9, pad=7, foot=13, least=34, beside=9, above=5, between=15, gutter=30
)
"""For pages, which do not grow."""


@dataclass(frozen=True, slots=True)
class Room:
    """What an item needs on either side of the line on which values enter and leave it, and along that line."""

    left: float
    right: float
    length: float

    @property
    def width(self) -> float:
        """From side to side."""
        return self.left + self.right


class Ruler:
    """Measures items; each once.

    Args:
        direction: Where values run.
        spacing: How much air there is.
        lanes: For each frame the number of wires that run along its far side, inside it.
    """

    def __init__(
        self, direction: Direction, spacing: Spacing, lanes: Mapping[Frame, int] | None = None
    ) -> None:
        self.upright = direction == "TB"
        self.spacing = spacing
        self._lanes = lanes or {}
        self._known: dict[Item, Room] = {}

    def room(self, item: Item) -> Room:
        """The room that an item needs."""
        if item not in self._known:
            self._known[item] = self._room(item)
        return self._known[item]

    def extent(self, box: Box) -> tuple[float, float]:
        """A box across and along."""
        wide, high = box_size(box, self.spacing, upright=self.upright)
        return (wide, high) if self.upright else (high, wide)

    def gap(self, item: Item) -> float:
        """What is left free behind an item: from left to right a shape stands on the wire, not beside it."""
        if self.upright:
            return self.spacing.gap
        match item:
            case Box(gives=gives) if gives:
                return max(self.spacing.gap, width(gives, SHAPE) + _ARROW)
            case Split(join=join):
                return self.gap(join)
            case Stack(items=(*_, last)):
                return self.gap(last)
            case _:
                return self.spacing.gap

    def drop(self, split: Split) -> float:
        """From the line from which branches hang to the branches."""
        if self.upright:
            return self.spacing.drop
        names = [branch.name for branch in split.branches if isinstance(branch, Stack)]
        return max([self.spacing.drop, *(width(name, NOTE) + _ARROW for name in names if name)])

    def start(self, frame: Frame) -> float:
        """From the border of a frame to its content."""
        return self.spacing.pad + (title_size(frame)[1] if self.upright else 4.0)

    def head(self, split: Split) -> float:
        """What the entry of a split takes before its branches."""
        if split.entry is None:
            return 0
        return (
            BUS
            + self.spacing.drop
            + self.room(split.entry).length
            + self.gap(split.entry)
            - self.spacing.drop / 2
        )

    def _room(self, item: Item) -> Room:
        match item:
            case Box():
                across, along = self.extent(item)
                return Room(across / 2, max(across / 2, self._beside(item.gives)), along)
            case Stack():
                return self._stack(item)
            case Split():
                return self._split(item)
            case Frame():
                return self._frame(item)

    def _stack(self, stack: Stack) -> Room:
        named = max(_BARE, self._beside(stack.name, NOTE))
        if not stack.items:
            return Room(_BARE, named, 0)
        rooms = [self.room(item) for item in stack.items]
        length = sum(room.length for room in rooms)
        length += sum(self.gap(item) for item in stack.items[:-1])
        return Room(
            max(room.left for room in rooms), max(named, *(room.right for room in rooms)), length
        )

    def _split(self, split: Split) -> Room:
        rooms = [self.room(branch) for branch in split.branches]
        wide = sum(room.width for room in rooms) + self.spacing.apart * (len(rooms) - 1)
        bar, thick = self.extent(split.join)
        longest = max(self.room(branch).length + self.gap(branch) for branch in split.branches)
        if split.entry is not None:
            wide = max(wide, 2 * self.room(split.entry).width)
        half = max(wide, bar) / 2
        length = self.head(split) + BUS + self.drop(split) + longest + thick
        return Room(half, max(half, self._beside(split.join.gives)), length)

    def _frame(self, frame: Frame) -> Room:
        inside = self.room(frame.content)
        title, high = title_size(frame)
        lanes = LANE * self._lanes.get(frame, 0)
        if self.upright:
            left = max(inside.left, title if frame.entered else 0)
            right = max(inside.right, title - left) + lanes
            foot = self.spacing.foot if frame.entered else self.spacing.pad
            return Room(
                left + self.spacing.pad,
                right + self.spacing.pad,
                self.start(frame) + inside.length + foot,
            )
        foot = (
            max(self.spacing.foot, self.gap(frame.content) - _ARROW / 2)
            if frame.entered
            else self.spacing.pad
        )
        length = max(self.start(frame) + inside.length + foot, title + 2 * self.spacing.pad)
        return Room(
            inside.left + high + self.spacing.pad, inside.right + lanes + self.spacing.pad, length
        )

    def _beside(self, text: str, size: float = SHAPE) -> float:
        """What a text that stands beside a wire takes."""
        return width(text, size) + 7 if text and self.upright else 0


def box_size(box: Box, spacing: Spacing = AIRY, *, upright: bool = True) -> tuple[float, float]:
    """Width and height of a box."""
    if box.style == "join" and upright:
        wide = width(line_of(box), NAME, bold=True) + spacing.beside
        return max(spacing.least, wide), spacing.above + 10
    slant = LOOKS[box.style].slant
    lines = [width(headline(box), NAME, bold=True)] if headline(box) else []
    lines += [width(label, LABEL) for label in box.labels]
    wide = max(spacing.least, max(lines, default=0) + spacing.beside + 2 * slant)
    return wide, spacing.above + 11.5 * max(1, len(lines))


def headline(box: Box) -> str:
    """The first line of a box, with how often it follows itself."""
    return f"{box.name} ×{box.times}" if box.times > 1 else box.name


def line_of(box: Box) -> str:
    """All text of a box on one line, as the bar of a join has it."""
    return "  ".join(filter(None, (headline(box), *box.labels)))


def heading(frame: Frame) -> str:
    """The title of a frame, with how often it follows itself."""
    return f"{frame.title} ×{frame.times}" if frame.times > 1 else frame.title


def title_size(frame: Frame) -> tuple[float, float]:
    """Width and height of the text at the top of a frame."""
    wide = max(width(heading(frame), FRAME, bold=True), width(frame.note, NOTE)) + 6
    return wide, TITLE_LINE + NOTE_LINE * bool(frame.note)
