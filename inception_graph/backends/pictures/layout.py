"""Where everything stands: columns like those of a newspaper, in each of which values run from top to bottom.

The order of a network is known, so nothing has to be searched for: every item is measured from the inside out and
placed from the outside in, in time linear in their number, the same on every machine. Coordinates are points from the
top left corner, y grows downwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

from inception_graph.backends.pictures.drawing import Box, Frame, Stack
from inception_graph.backends.pictures.measure import GAP, PAD, Ruler, box_size
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
_MOST_COLUMNS = 12
_FRAME_HEIGHT = 40.0


@dataclass(frozen=True, slots=True)
class _Piece:
    """What cannot be broken between columns: an item of the strip, or one inside a frame of it."""

    frame: Frame | None
    item: Item


def lay_out(drawing: Drawing) -> Layout:
    """The layout whose proportions suit a screen best, among those with more and more columns."""
    pieces = [piece for item in drawing.strip for piece in _pieces(item)]
    ruler = Ruler({})
    heights = [ruler.room(piece.item).height + GAP for piece in pieces]
    best: Layout | None = None
    tried: set[tuple[int, ...]] = set()
    for count in range(1, min(len(pieces), _MOST_COLUMNS) + 1):
        breaks = _breaks(heights, max(*heights, sum(heights) / count * 1.04))
        if breaks in tried:
            continue
        tried.add(breaks)
        layout = _arranged(drawing, pieces, breaks)
        if best is None or _fault(layout) < _fault(best):
            best = layout
    if best is None:
        raise AssertionError(drawing.title)
    return best


def _fault(layout: Layout) -> float:
    return abs(log(layout.width / layout.height / _ASPECT))


def _pieces(item: Item) -> list[_Piece]:
    match item:
        case Frame(content=Stack() as stack):
            return [_Piece(item, child) for child in stack.items]
        case _:
            return [_Piece(None, item)]


def _breaks(heights: Sequence[float], most: float) -> tuple[int, ...]:
    """Where columns start, so that none is higher than ``most``."""
    starts, filled = [0], 0.0
    for index, height in enumerate(heights):
        if filled and filled + height > most:
            starts.append(index)
            filled = 0.0
        filled += height
    return tuple(starts)


def _arranged(drawing: Drawing, pieces: Sequence[_Piece], breaks: tuple[int, ...]) -> Layout:
    """The layout with columns that start at given pieces. Wires that run beside boxes are counted, then given room."""
    ends = (*breaks[1:], len(pieces))
    columns = _columns([pieces[start:end] for start, end in zip(breaks, ends, strict=True)])
    trial = Pen(drawing, {})
    layout = _placed(drawing, columns, trial)
    if not trial.lanes:
        return layout
    return _placed(drawing, columns, Pen(drawing, trial.lanes))


def _columns(parts: Sequence[Sequence[_Piece]]) -> list[Stack]:
    """Columns of items; a frame that is broken between columns says so in its title."""
    seen: dict[Frame, int] = {}
    columns: list[Stack] = []
    for part in parts:
        items: list[Item] = []
        for frame in dict.fromkeys(piece.frame for piece in part):
            inside = [piece.item for piece in part if piece.frame is frame]
            if frame is None:
                items += inside
                continue
            seen[frame] = seen.get(frame, 0) + 1
            again = seen[frame] > 1
            identity = f"{frame.id}-{seen[frame]}" if again else frame.id
            title = f"{frame.title}, continued" if again else frame.title
            items.append(Frame(identity, title, Stack(tuple(inside)), plain=frame.plain))
        columns.append(Stack(tuple(items)))
    return columns


def _placed(drawing: Drawing, columns: Sequence[Stack], pen: Pen) -> Layout:
    header, top = _header(drawing)
    left, top = _MARGIN, top + _ABOVE
    for column in columns:
        pen.column(column, left, top, gutter=_GUTTER)
        left = pen.right + _GUTTER
    foot = pen.foot
    for column in _panel_columns(drawing, pen.ruler, foot - top):
        pen.panels(column, left, top)
        left = pen.right + _GUTTER
    pen.finish(top)
    right = max(left - _GUTTER, *(text.x + text.width for text in header)) + _MARGIN
    foot = pen.foot + GAP
    legend = _legend(drawing, _MARGIN, foot, right - _MARGIN)
    bottom = max(entry.y + entry.height / 2 for entry in legend) + _MARGIN
    return Layout(
        drawing, right, bottom, (*pen.boxes.values(), *legend), tuple(pen.frames), tuple(pen.routes), tuple(header)
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
