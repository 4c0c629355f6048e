"""Where everything stands: columns like those of a newspaper, in each of which values run from top to bottom.

The order of a network is known, so nothing has to be searched for: every item is measured from the inside out and
placed from the outside in, in time linear in their number, the same on every machine. Some heights of columns and some
widths of sheets are tried; the layout that a screen or a page shows largest is taken. From left to right, columns are
rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, product
from math import sqrt
from typing import TYPE_CHECKING

from inception_graph.backends.pictures.drawing import Frame, Stack
from inception_graph.backends.pictures.measure import AIRY, DENSE, Ruler
from inception_graph.backends.pictures.options import View
from inception_graph.backends.pictures.placing import Pen
from inception_graph.backends.pictures.sheet import Part, around, composed, packed, page_scale

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inception_graph.backends.pictures.drawing import Drawing, Item
    from inception_graph.backends.pictures.measure import Spacing
    from inception_graph.backends.pictures.options import Direction
    from inception_graph.backends.pictures.placed import Layout
    from inception_graph.backends.pictures.sheet import Sheet

_ASPECT = 1.5
"""Width by height that is aimed at: between that of a page on its side and that of a screen."""
_SHARES = (0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.4, 1.6, 1.9)
"""Heights of columns that are tried, in shares of the side of a sheet that boxes alone would fill."""
_WIDTHS = tuple(share / 100 for share in range(50, 205, 5))
"""Widths of sheets that are tried, likewise."""
_UNBROKEN = 620.0
"""A strip that is no longer stands in one column: eight boxes need no newspaper."""
_TURNS = 14.0
"""Left of rows, where the wire from the end of one to the start of the next turns."""
_SEAM = 0.02
"""What each column costs, and blocks out of their order: without them a picture is easier to follow."""
_FULL_ENOUGH = 0.6
"""Share of a column from which a new frame may start the next."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """What cannot be broken between columns: an item of the strip, or one inside a frame of it."""

    frame: Frame | None
    item: Item


def lay_out(drawing: Drawing, view: View | None = None) -> Layout:
    """The layout that a screen, or the page that is asked for, shows largest."""
    view = view or View()
    spacing = DENSE if view.page else AIRY
    panels = [_panel(drawing, panel, view.direction, spacing) for panel in drawing.panels]
    best: tuple[float, Sheet, Part] | None = None
    for strip, seams in _strips(drawing, panels, view, spacing):
        area = strip.width * strip.height + sum(panel.width * panel.height for panel in panels)
        taken = around(drawing, sqrt(area * _ASPECT))
        for share, tall in product(_WIDTHS if panels else (1.0,), (False, True)):
            most = sqrt(area * _ASPECT) * share
            sheet = packed(strip, panels, most, spacing.between, tall_first=tall)
            fault = max(sheet.width / _ASPECT, sheet.height + taken[1]) * (1 + _SEAM * seams)
            if view.page is not None:
                fault = 1 / page_scale(sheet, view.page, taken)
            fault *= 1 + _SEAM * tall
            if best is None or fault < best[0]:
                best = fault, sheet, strip
    if best is None:
        raise AssertionError(drawing.title)
    _, sheet, strip = best
    return composed(drawing, (strip, *panels), sheet, view.page)


def _strips(
    drawing: Drawing, panels: Sequence[Part], view: View, spacing: Spacing
) -> Iterator[tuple[Part, int]]:
    """The network in columns that are higher and higher, and how often it is broken."""
    pieces = [piece for item in drawing.strip for piece in _pieces(item)]
    ruler = Ruler(view.direction, spacing)
    rooms = [ruler.room(piece.item) for piece in pieces]
    lengths = [
        room.length + ruler.gap(piece.item) for room, piece in zip(rooms, pieces, strict=True)
    ]
    area = sum(
        (r.width + spacing.gutter) * length for r, length in zip(rooms, lengths, strict=True)
    )
    area += sum(panel.width * panel.height for panel in panels)
    ideal = sqrt(area / _ASPECT if view.direction == "TB" else area * _ASPECT)
    whole = sum(lengths)
    least = whole if whole <= _UNBROKEN and view.page is None else max(lengths)
    tried: set[tuple[int, ...]] = set()
    for share in _SHARES:
        most = max(least, ideal * share)
        breaks = _breaks(lengths, most, [piece.frame for piece in pieces])
        if breaks not in tried:
            tried.add(breaks)
            yield _strip(drawing, pieces, breaks, view.direction, spacing), len(breaks) - 1


def _pieces(item: Item) -> list[_Piece]:
    match item:
        case Frame(content=Stack() as stack):
            return [_Piece(item, child) for child in stack.items]
        case _:
            return [_Piece(None, item)]


def _breaks(
    lengths: Sequence[float], most: float, frames: Sequence[Frame | None]
) -> tuple[int, ...]:
    """Where columns start, so that none is longer than ``most``; with a new frame rather than within one."""
    starts, filled = [0], 0.0
    at_seam = 0.0  # length of the column up to the last seam between frames
    seam = 0
    for index, length in enumerate(lengths):
        if index and frames[index] is not frames[index - 1]:
            seam, at_seam = index, filled
        # The network's input and output, the first and the last piece, say little alone.
        alone = index in (1, len(lengths) - 1)
        if filled and filled + length > most and not alone:
            early = seam > starts[-1] and at_seam >= _FULL_ENOUGH * most
            starts.append(seam if early else index)
            filled = filled - at_seam if early else 0.0
            seam, at_seam = starts[-1], 0.0
        filled += length
    return tuple(starts)


def _strip(
    drawing: Drawing,
    pieces: Sequence[_Piece],
    breaks: tuple[int, ...],
    direction: Direction,
    spacing: Spacing,
) -> Part:
    """The network in columns that start at given pieces. Wires beside boxes are counted, then given room."""
    ends = (*breaks[1:], len(pieces))
    columns = _columns([pieces[start:end] for start, end in zip(breaks, ends, strict=True)])
    trial = Pen(drawing, direction, spacing)
    _draw(trial, columns)
    if not trial.lanes:
        return _part(trial)
    pen = Pen(drawing, direction, spacing, trial.lanes)
    _draw(pen, columns)
    return _part(pen)


def _draw(pen: Pen, columns: Sequence[Stack]) -> None:
    left = 0.0
    for column in columns:
        pen.column(column, left, 0)
        left = pen.right + pen.spacing.gutter
    pen.finish(0)


def _panel(drawing: Drawing, panel: Frame, direction: Direction, spacing: Spacing) -> Part:
    trial = Pen(drawing, direction, spacing)
    trial.panel(panel)
    trial.finish(0)
    if not trial.lanes:
        return _part(trial)
    pen = Pen(drawing, direction, spacing, trial.lanes)
    pen.panel(panel)
    pen.finish(0)
    return _part(pen)


def _part(pen: Pen) -> Part:
    if pen.direction == "TB":
        return Part(pen.pieces(), pen.right, pen.foot, tuple(pen.feet))
    wide = pen.foot + _TURNS
    return Part(pen.pieces().moved(_TURNS, 0), wide, pen.right, ((0, wide, pen.right),))


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
