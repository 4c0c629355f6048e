"""What the signs of a picture stand for: those that occur in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.backends.pictures.drawing import Box, Wire
from inception_graph.backends.pictures.measure import box_size
from inception_graph.backends.pictures.placed import Pieces, PlacedBox, Route, Text
from inception_graph.backends.pictures.theme import LABEL, LOOKS
from inception_graph.backends.pictures.words import width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inception_graph.backends.pictures.drawing import Drawing

HEIGHT = 21.0
"""Of one row."""
_ROW, _APART = HEIGHT + 7, 10.0
_SAMPLE = 30.0
"""Length of a wire that is there to be seen."""


def legend(drawing: Drawing, right: float) -> tuple[Pieces, float]:
    """The legend in rows that end before ``right``, from the origin, and its height."""
    x, y = 0.0, HEIGHT / 2
    pieces = Pieces()
    for wide, entry in _entries(drawing):
        if x and x + wide > right:
            x, y = 0.0, y + _ROW
        pieces += entry.moved(x, y)
        x += wide + _APART
    return pieces, y + HEIGHT / 2


def _entries(drawing: Drawing) -> Iterator[tuple[float, Pieces]]:
    """Each with its width, around the line on which it stands."""
    for style in drawing.styles:
        yield _box(Box(f"legend-{style}", style, "", (LOOKS[style].title,)))
    for mark in drawing.marks:
        yield _box(Box(f"legend-{mark}", "shape", "", (mark,), mark=mark))
    channels = sorted({wire.channels for wire in drawing.wires if wire.channels})
    if len(channels) > 1:
        yield _wire("thin", f"{channels[0]} channels", channels[0])
        yield _wire("thick", f"{channels[-1]} channels", channels[-1])
    if any(wire.dashed for wire in drawing.wires):
        yield _wire("dashed", "auxiliary head, for training", channels[0], dashed=True)


def _box(box: Box) -> tuple[float, Pieces]:
    wide, _ = box_size(box)
    return wide, Pieces(boxes=(PlacedBox(box, wide / 2, 0, wide, HEIGHT),))


def _wire(name: str, text: str, channels: int, *, dashed: bool = False) -> tuple[float, Pieces]:
    wire = Wire(f"legend-{name}-start", f"legend-{name}-end", "", dashed, channels)
    route = Route(wire, ((0, 0), (_SAMPLE, 0)), None)
    said = Text(_SAMPLE + 5, 3.2, text, LABEL)
    return _SAMPLE + 9 + width(text, LABEL), Pieces(routes=(route,), texts=(said,))
