"""The heads of a network as early exits: what each costs and gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.backends.figures.axes import Axis, axis
from inception_graph.backends.figures.palette import PALETTES
from inception_graph.backends.figures.scene import Scene, bar, rule
from inception_graph.backends.figures.sheet import Sheet
from inception_graph.backends.pictures.words import amount, shortened, width

if TYPE_CHECKING:
    from inception_graph.backends.pictures.options import Tone
    from inception_graph.training.evaluation import Result

_MARGIN, _TITLE, _TEXT = 24.0, 15.0, 9.5
_LEFT, _WIDE, _HIGH, _SIDE = 60.0, 420.0, 220.0, 7.0


def scene(found: Result, *, theme: Tone = "light") -> Scene:
    """Top-1 accuracy of each head against the multiply-accumulates that it needs."""
    sheet, palette = Sheet(PALETTES[theme], _TEXT), PALETTES[theme]
    title = f"{found.network}: what an early exit costs and gives"
    sheet.say(_MARGIN, _MARGIN + _TITLE, title, _TITLE, bold=True)
    sheet.quiet(_MARGIN, _MARGIN + _TITLE + 16, f"top-1 accuracy on {found.images:,} images")
    left, top = _MARGIN + _LEFT, _MARGIN + _TITLE + 44
    foot, right = top + _HIGH, left + _WIDE
    across: Axis = axis([0, *(one.macs for one in found.exits)])
    up = _accuracies([100 * one.top1 for one in found.exits])

    def x(macs: int) -> float:
        return left + _WIDE * across.share(macs)

    def y(top1: float) -> float:
        return foot - _HIGH * up.share(100 * top1)

    for tick in up.ticks:
        height = y(tick / 100)
        sheet.parts.append(rule([(left, height), (right, height)], palette.grid, 0.8))
        sheet.quiet(left - 8, height + 3.5, f"{tick:g} %", anchor="end")
    for tick in across.ticks:
        sheet.quiet(x(round(tick)), foot + 16, amount(round(tick)), anchor="middle")
    sheet.quiet(
        (left + right) / 2, foot + 34, "multiply-accumulates for one image", anchor="middle"
    )
    points = [(x(one.macs), y(one.top1)) for one in found.exits]
    if len(points) > 1:
        sheet.parts.append(rule(points, palette.quiet, 1.2, dashed=True))
    for (at, height), one in zip(points, found.exits, strict=True):
        tip = f"{one.name}: {100 * one.top1:.2f} %, {one.macs:,} multiply-accumulates"
        fill = palette.kinds["middle"]
        corner = at - _SIDE / 2, height - _SIDE / 2
        sheet.parts.append(bar(*corner, _SIDE, _SIDE, fill, line=palette.ink, tip=tip))
        words = f"{shortened(one.name, 24)} {100 * one.top1:.2f} %"
        if at + 9 + width(words, _TEXT) > right:  # above the line that comes from the left
            sheet.say(at + 4, height - 10, words, _TEXT, anchor="end")
        else:
            sheet.say(at + 9, height + 16, words, _TEXT)
    return Scene(
        title, right + _MARGIN + 20, foot + 34 + _MARGIN, palette.paper, tuple(sheet.parts)
    )


def _accuracies(percents: list[float]) -> Axis:
    """An axis around some per cents that leaves room at its ends, and stays between 0 and 100."""
    spread = max(max(percents) - min(percents), 1.0)
    step = next(step for step in (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0) if 5 * step >= spread)
    first = max(int(min(percents) / step) - 1, 0)
    last = min(int(max(percents) / step) + 2, round(100 / step))
    ticks = tuple(step * index for index in range(first, last + 1))
    return Axis(ticks[0], ticks[-1], False, ticks)
