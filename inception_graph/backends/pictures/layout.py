"""Where everything stands: columns like those of a newspaper, in each of which values run from top to bottom.

The order of a network is known, so nothing has to be searched for: every item is measured from the inside out and
placed from the outside in, in time linear in their number, the same on every machine. Coordinates are points from the
top left corner, y grows downwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from math import sqrt
from typing import TYPE_CHECKING

from inception_graph.backends.pictures.drawing import Box, Frame, Stack
from inception_graph.backends.pictures.measure import GAP, Ruler, box_size
from inception_graph.backends.pictures.placing import Layout, Pen, PlacedBox, Text
from inception_graph.backends.pictures.theme import CAPTION, INK, LOOKS, QUIET, TITLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inception_graph.backends.pictures.drawing import Drawing, Item

_MARGIN = 18.0
_GUTTER = 44.0
"""Between columns; the wire from the foot of one to the top of the next runs in it."""
_ABOVE = 20.0
"""Room above the columns, where that wire turns."""
_ASPECT = 1.5
"""Width by height that is aimed at: between that of a page on its side and that of a screen."""
_SHARES = (0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.4, 1.6, 1.9)
"""Heights of columns that are tried, in shares of the side of a sheet that boxes alone would fill."""
_UNBROKEN = 620.0
"""A strip that is no higher stands in one column: eight boxes need no newspaper."""
_SEAM = 0.02
"""What each column costs: fewer are easier to follow."""
_FULL_ENOUGH = 0.6
"""Share of a column from which a new frame may start the next."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """What cannot be broken between columns: an item of the strip, or one inside a frame of it."""

    frame: Frame | None
    item: Item


def lay_out(drawing: Drawing) -> Layout:
    """The layout that a screen shows largest, among some whose columns are higher and higher."""
    pieces = [piece for item in drawing.strip for piece in _pieces(item)]
    ruler = Ruler({})
    rooms = [ruler.room(piece.item) for piece in pieces] + [
        ruler.room(panel) for panel in drawing.panels
    ]
    ideal = sqrt(sum((room.width + _GUTTER) * (room.height + GAP) for room in rooms) / _ASPECT)
    heights = [room.height + GAP for room in rooms[: len(pieces)]]
    least = sum(heights) if sum(heights) <= _UNBROKEN else max(heights)
    best: tuple[float, Layout] | None = None
    tried: set[tuple[int, ...]] = set()
    for share in _SHARES:
        most = max(least, ideal * share)
        breaks = _breaks(heights, most, [piece.frame for piece in pieces])
        if breaks in tried:
            continue
        tried.add(breaks)
        layout = _arranged(drawing, pieces, breaks, most)
        fault = max(layout.width / _ASPECT, layout.height) * (1 + _SEAM * len(breaks))
        if best is None or fault < best[0]:
            best = fault, layout
    if best is None:
        raise AssertionError(drawing.title)
    return best[1]


def _pieces(item: Item) -> list[_Piece]:
    match item:
        case Frame(content=Stack() as stack):
            return [_Piece(item, child) for child in stack.items]
        case _:
            return [_Piece(None, item)]


def _breaks(
    heights: Sequence[float], most: float, frames: Sequence[Frame | None] = ()
) -> tuple[int, ...]:
    """Where columns start, so that none is higher than ``most``; with a new frame rather than within one."""
    starts, filled = [0], 0.0
    at_seam = 0.0  # height of the column up to the last seam between frames
    seam = 0
    for index, height in enumerate(heights):
        if frames and index and frames[index] is not frames[index - 1]:
            seam, at_seam = index, filled
        # The network's input and output, the first and the last piece, say little alone.
        alone = bool(frames) and index in (1, len(heights) - 1)
        if filled and filled + height > most and not alone:
            early = seam > starts[-1] and at_seam >= _FULL_ENOUGH * most
            starts.append(seam if early else index)
            filled = filled - at_seam if early else 0.0
            seam, at_seam = starts[-1], 0.0
        filled += height
    return tuple(starts)


def _arranged(
    drawing: Drawing, pieces: Sequence[_Piece], breaks: tuple[int, ...], most: float
) -> Layout:
    """The layout with columns that start at given pieces. Wires that run beside boxes are counted, then given room."""
    ends = (*breaks[1:], len(pieces))
    columns = _columns([pieces[start:end] for start, end in zip(breaks, ends, strict=True)])
    trial = Pen(drawing, {})
    layout = _placed(drawing, columns, most, trial)
    if not trial.lanes:
        return layout
    return _placed(drawing, columns, most, Pen(drawing, trial.lanes))


def _columns(parts: Sequence[Sequence[_Piece]]) -> list[Stack]:
    """Columns of items; a frame that is broken between columns says so in its title."""
    seen: dict[Frame, int] = {}
    columns: list[Stack] = []
    for part in parts:
        items: list[Item] = []
        for frame, group in groupby(part, key=lambda piece: piece.frame):
            inside = [piece.item for piece in group]
            if frame is None:
                items += inside
                continue
            seen[frame] = seen.get(frame, 0) + 1
            again = seen[frame] > 1
            identity = f"{frame.id}-{seen[frame]}" if again else frame.id
            title = f"… {frame.title}" if again else frame.title
            items.append(Frame(identity, title, Stack(tuple(inside)), stage=frame.stage))
        columns.append(Stack(tuple(items)))
    return columns


def _placed(drawing: Drawing, columns: Sequence[Stack], most: float, pen: Pen) -> Layout:
    header, top = _header(drawing)
    left, top = _MARGIN, top + _ABOVE
    for column in columns:
        pen.column(column, left, top)
        left = pen.right + _GUTTER
    for column in _panel_columns(drawing, pen.ruler, max(most, pen.foot - top)):
        pen.panels(column, left, top)
        left = pen.right + _GUTTER
    pen.finish(top)
    right = max(left - _GUTTER, *(text.x + text.width for text in header)) + _MARGIN
    foot = pen.foot + GAP
    legend = _legend(drawing, _MARGIN, foot, right - _MARGIN)
    bottom = max(entry.y + entry.height / 2 for entry in legend) + _MARGIN
    return Layout(
        drawing,
        right,
        bottom,
        (*pen.boxes.values(), *legend),
        tuple(pen.frames),
        tuple(pen.routes),
        tuple(header),
    )


def _panel_columns(drawing: Drawing, ruler: Ruler, height: float) -> list[list[Frame]]:
    """The blocks in columns about as high as the network."""
    heights = [ruler.room(panel).height + GAP for panel in drawing.panels]
    if not heights:
        return []
    starts = _breaks(heights, max(*heights, height + GAP))
    ends = (*starts[1:], len(heights))
    return [list(drawing.panels[start:end]) for start, end in zip(starts, ends, strict=True)]


def _header(drawing: Drawing) -> tuple[list[Text], float]:
    """The title and what stands under it, and where that ends."""
    y = _MARGIN + TITLE
    texts = [Text(_MARGIN, y, drawing.title, TITLE, INK, bold=True)]
    y += 4
    for line in drawing.caption:
        y += CAPTION + 4
        texts.append(Text(_MARGIN, y, line, CAPTION, QUIET))
    return texts, y


def _legend(drawing: Drawing, left: float, top: float, right: float) -> list[PlacedBox]:
    """One small box for each look that occurs, in rows."""
    entries: list[PlacedBox] = []
    x, y = left, top
    for style in drawing.styles:
        box = Box(f"legend-{style}", style, "", (LOOKS[style].title,))
        wide, high = box_size(box)
        if entries and x + wide > right:
            x, y = left, y + high + 8
        entries.append(PlacedBox(box, x + wide / 2, y + high / 2, wide, high))
        x += wide + 10
    return entries
