"""How much room things need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inception_graph.backends.pictures.drawing import Box, Frame, Item, Split, Stack
from inception_graph.backends.pictures.theme import FRAME, LABEL, LOOKS, NAME, NOTE, SHAPE
from inception_graph.backends.pictures.words import width

if TYPE_CHECKING:
    from collections.abc import Mapping

GAP = 27.0
"""Between a box and the next below it: room for an arrow and for the shape beside it."""
BUS, DROP = 3.0, 17.0
"""From the top of a split to the line from which its branches hang, and from that line to the branches."""
APART = 20.0
"""Between branches."""
PAD, FOOT, LANE = 11.0, 17.0, 13.0
"""Inside a frame: around its content, under it (the shape that leaves it), for a wire along its right side."""
TITLE_LINE, NOTE_LINE = 19.0, 13.0
_LEAST, _BARE = 62.0, 9.0


@dataclass(frozen=True, slots=True)
class Room:
    """What an item needs on either side of the line on which values enter and leave it, and from top to bottom."""

    left: float
    right: float
    height: float

    @property
    def width(self) -> float:
        """From side to side."""
        return self.left + self.right


class Ruler:
    """Measures items; each once.

    Args:
        lanes: For each frame the number of wires that run along its right side, inside it.
    """

    def __init__(self, lanes: Mapping[Frame, int]) -> None:
        self._lanes = lanes
        self._known: dict[Item, Room] = {}

    def room(self, item: Item) -> Room:
        """The room that an item needs."""
        if item not in self._known:
            self._known[item] = self._room(item)
        return self._known[item]

    def _room(self, item: Item) -> Room:
        match item:
            case Box():
                wide, high = box_size(item)
                return Room(wide / 2, max(wide / 2, _beside(item)), high)
            case Stack():
                return self._stack(item)
            case Split():
                return self._split(item)
            case Frame():
                return self._frame(item)

    def _stack(self, stack: Stack) -> Room:
        if not stack.items:
            return Room(_BARE, _BARE, 0)
        rooms = [self.room(item) for item in stack.items]
        height = sum(room.height for room in rooms) + GAP * (len(rooms) - 1)
        return Room(max(room.left for room in rooms), max(room.right for room in rooms), height)

    def _split(self, split: Split) -> Room:
        rooms = [self.room(branch) for branch in split.branches]
        wide = sum(room.width for room in rooms) + APART * (len(rooms) - 1)
        bar, high = box_size(split.join)
        half = max(wide, bar) / 2
        return Room(half, half, BUS + DROP + max(room.height for room in rooms) + GAP + high)

    def _frame(self, frame: Frame) -> Room:
        inside = self.room(frame.content)
        title, high = title_size(frame)
        left = max(inside.left, title if frame.entered else 0)
        right = max(inside.right, title - left) + LANE * self._lanes.get(frame, 0)
        return Room(left + PAD, right + PAD, inside.height + high + PAD + FOOT)


def box_size(box: Box) -> tuple[float, float]:
    """Width and height of a box."""
    if box.style == "join":
        return max(_LEAST, width(line_of(box), NAME, bold=True) + 20), 21
    slant = LOOKS[box.style].slant
    lines = [width(headline(box), NAME, bold=True)] if headline(box) else []
    lines += [width(label, LABEL) for label in box.labels]
    high = 10 + 12.5 * bool(headline(box)) + 11.5 * len(box.labels)
    return max(_LEAST, max(lines) + 16 + 2 * slant), max(high, 22)


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


def _beside(box: Box) -> float:
    """What the shape that stands beside a box's wire takes to its right."""
    return width(box.gives, SHAPE) + 7 if box.gives else 0
