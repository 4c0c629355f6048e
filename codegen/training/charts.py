"""Charts as SVG: lines over time, and a heat map. They follow the reader's light or dark setting."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, TypeAlias
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Point: TypeAlias = tuple[float, float]

STYLE = """\
.chart { --paper: #ffffff; --ink: #1f2328; --quiet: #5b636d; --grid: #e4e7eb; --accent: #c8500a;
  --c0: #0072b2; --c1: #d55e00; --c2: #009e73; --c3: #b0578d; --c4: #b8860b; --c5: #4b535d; }
@media (prefers-color-scheme: dark) {
  .chart { --paper: #0f1419; --ink: #e8edf2; --quiet: #a3adb8; --grid: #28313b; --accent: #f0954f;
    --c0: #62b0e3; --c1: #f0853f; --c2: #3fc79a; --c3: #de8fbd; --c4: #e8b93c; --c5: #b0b8c1; } }
.chart text { font: 11px Helvetica, Arial, "DejaVu Sans", sans-serif; fill: var(--ink); }
.chart .title { font-size: 13px; font-weight: bold; }
.chart .quiet { fill: var(--quiet); font-size: 10px; }
.chart .end { text-anchor: end; } .chart .middle { text-anchor: middle; }
.chart path { fill: none; stroke-linejoin: round; }
.chart .grid { stroke: var(--grid); }
.chart .mark { stroke: var(--quiet); stroke-dasharray: 2 3; }
.chart .alarm { stroke: var(--accent); stroke-dasharray: 5 3; }"""
"""Colours are those of Okabe and Ito, which stay apart for colour-blind readers; dashes and dots say the same again."""

MOST_POINTS = 600
"""Of a line: longer ones show the mean of neighbours."""
_SMOOTH = 50
"""Points of a smooth line."""
_LEFT, _RIGHT, _TOP, _FOOT = 56.0, 14.0, 50.0, 36.0
_COLOURS, _LETTER = 6, 5.9
_COLUMNS, _LEVELS = 160, 40
_SEQUENCE = (
    "440154",
    "472d7b",
    "3b528b",
    "2c728e",
    "21918c",
    "28ae80",
    "5ec962",
    "addc30",
    "fde725",
)
"""Viridis, by Nathaniel Smith and Stefan van der Walt (CC0): even steps for the eye, in greyscale too."""


@dataclass(frozen=True)
class Line:
    """A line of a chart.

    Attributes:
        name: What the legend calls it.
        points: Places and values, in order; values that are None or not finite are gaps.
        colour: Which of the six colours.
        few: Whether it is few measurements: dashed, each with a dot.
        noisy: Whether it is drawn pale, with a smooth line over it, where its points are many.
    """

    name: str
    points: Sequence[tuple[float, float | None]]
    colour: int = 0
    few: bool = False
    noisy: bool = True


@dataclass(frozen=True)
class Chart:
    """Lines over a common axis.

    Attributes:
        title: What is shown.
        lines: The lines.
        across: Title of the horizontal axis.
        logarithmic: Whether the upright axis may be logarithmic.
        unit: ``share`` writes values as per cent.
        marks: Places of upright lines, each with the class of its look (``mark`` or ``alarm``) and what it stands for.
    """

    title: str
    lines: Sequence[Line]
    across: str = "epoch"
    logarithmic: bool = True
    unit: str = ""
    marks: Sequence[tuple[float, str, str]] = ()

    def draw(self, wide: float, high: float) -> str:
        """The chart as a group of SVG elements."""
        lines = [(line, *_course(line)) for line in self.lines]
        shown = [point for _, dense, smooth in lines for point in (*dense, *smooth)]
        words = _text(0, 14, self.title, "title")
        if not shown:
            return words + _text(_LEFT, high / 2, "nothing recorded yet", "quiet")
        across = axis([x for x, _ in shown] + [x for x, _, _ in self.marks], logarithmic=False)
        up = axis([y for _, y in shown], logarithmic=self.logarithmic)
        frame = _Frame(_LEFT, _TOP, wide - _RIGHT, high - _FOOT, across, up)
        parts = [words, *_legend(self.lines), *frame.grid(self.unit)]
        parts.append(_text((frame.left + frame.right) / 2, high - 4, self.across, "quiet middle"))
        for x, look, tip in self.marks:
            course = f"M{_n(frame.x(x))},{_n(frame.top)}V{_n(frame.foot)}"
            parts.append(f'<path class="{look}" d="{course}"><title>{escape(tip)}</title></path>')
        for line, dense, smooth in lines:
            stroke = f'style="stroke:var(--c{line.colour % _COLOURS})"'
            dash = ' stroke-dasharray="5 3"' if line.few else ""
            if smooth:
                parts.append(
                    f'<path {stroke} stroke-width="1" opacity="0.3" d="{frame.way(dense)}"/>'
                )
            strong = smooth or dense
            parts.append(f'<path {stroke} stroke-width="1.6"{dash} d="{frame.way(strong)}"/>')
            if line.few or len(strong) == 1:
                parts += [_dot(frame.x(x), frame.y(y), line.colour) for x, y in strong]
        return "".join(parts)


@dataclass(frozen=True)
class Heat:
    """A heat map: rows of values over a common axis, in colours of their logarithm.

    Attributes:
        title: What is shown.
        rows: Names and values by place, from the top.
        across: Title of the horizontal axis.
    """

    title: str
    rows: Sequence[tuple[str, Sequence[tuple[float, float | None]]]]
    across: str = "epoch"

    @property
    def height(self) -> float:
        """How high it is drawn."""
        return _TOP + 17.0 * max(len(self.rows), 1) + _FOOT

    def draw(self, wide: float) -> str:
        """The heat map as a group of SVG elements."""
        words = _text(0, 14, self.title, "title")
        ends = [x for _, points in self.rows for x, _ in points]
        rows = [(name, _thin(_kept(points, above=0), _COLUMNS)) for name, points in self.rows]
        values = [math.log10(y) for _, points in rows for _, y in points]
        if not values:
            return words + _text(_LEFT, _TOP, "nothing recorded yet", "quiet")
        low, high = min(values), max(values)
        left = 12 + _LETTER * min(max(len(name) for name, _ in rows), 28)
        foot = self.height - _FOOT
        across = axis(ends, logarithmic=False)
        frame = _Frame(left, _TOP, wide - _RIGHT, foot, across, across)
        parts = [words, *_scale(low, high, wide)]
        for row, (name, points) in enumerate(rows):
            top = _TOP + 17 * row
            parts.append(_text(left - 6, top + 12, plain(name, 28), "quiet end"))
            parts += _cells(
                frame, points, top, lambda y: (math.log10(y) - low) / ((high - low) or 1)
            )
        parts += frame.below()
        parts.append(_text((left + wide) / 2, self.height - 4, self.across, "quiet middle"))
        return "".join(parts)


@dataclass(frozen=True)
class Axis:
    """From numbers to shares of a way, with numbers to write beside it."""

    low: float
    high: float
    logarithmic: bool
    ticks: tuple[float, ...]

    def share(self, number: float) -> float:
        """How far along the axis a number stands, from 0 to 1."""
        if self.logarithmic:
            return math.log10(number / self.low) / math.log10(self.high / self.low)
        return (number - self.low) / (self.high - self.low)


def axis(numbers: Sequence[float], *, logarithmic: bool) -> Axis:
    """An axis for some numbers; logarithmic, where that is wanted, only if they differ 12 times or more."""
    least, most = min(numbers), max(numbers)
    if logarithmic and least > 0 and most >= 12 * least:
        first, last = math.floor(math.log10(least)), math.ceil(math.log10(most))
        round_numbers = [
            factor * 10.0**power for power in range(first, last + 1) for factor in (1, 2, 5)
        ]
        low = max(number for number in round_numbers if number <= least * 1.0001)
        high = min(number for number in round_numbers if number >= most * 0.9999)
        ticks = [number for number in round_numbers if low <= number <= high]
        if len(ticks) > 8:
            ticks = [10.0**power for power in range(first, last + 1) if low <= 10.0**power <= high]
        return Axis(low, high, True, tuple(ticks[:: math.ceil(len(ticks) / 8)]))
    if most - least <= 1e-6 * max(
        abs(most), abs(least)
    ):  # one number, give or take what rounding adds
        least, most = min(least, 0.0), max(most, 0.0) or 1.0
    power = 10.0 ** math.floor(math.log10((most - least) / 5))
    step = next(
        power * by for by in (1, 2, 2.5, 5, 10) if power * by >= (most - least) / 5 * 0.9999
    )
    first, last = math.floor(least / step + 1e-6), math.ceil(most / step - 1e-6)
    ticks = tuple(round(step * index, 12) for index in range(first, last + 1))
    return Axis(ticks[0], ticks[-1], False, ticks)


def plain(text: str, most: int) -> str:
    """The text on one line, without what cannot be printed, at most so long."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= most else line[: most - 1] + "…"


@dataclass(frozen=True)
class _Frame:
    """Where lines are drawn."""

    left: float
    top: float
    right: float
    foot: float
    across: Axis
    up: Axis

    def x(self, number: float) -> float:
        return self.left + (self.right - self.left) * self.across.share(number)

    def y(self, number: float) -> float:
        return self.foot - (self.foot - self.top) * min(max(self.up.share(number), 0), 1)

    def way(self, points: Sequence[Point]) -> str:
        return "M" + "L".join(f"{_n(self.x(x))},{_n(self.y(y))}" for x, y in points)

    def grid(self, unit: str) -> Iterator[str]:
        for tick in self.up.ticks:
            y = self.y(tick)
            yield f'<path class="grid" d="M{_n(self.left)},{_n(y)}H{_n(self.right)}"/>'
            words = f"{100 * tick:g} %" if unit == "share" else _amount(tick)
            yield _text(self.left - 6, y + 3.5, words, "quiet end")
        yield from self.below()

    def below(self) -> Iterator[str]:
        for tick in self.across.ticks:
            yield _text(self.x(tick), self.foot + 15, _amount(tick), "quiet middle")


def _course(line: Line) -> tuple[list[Point], list[Point]]:
    """The points of a line, and of the smooth one to be drawn over it where it is dense."""
    points = _kept(line.points)
    if line.few or not line.noisy or len(points) < _SMOOTH:
        return _thin(points, MOST_POINTS), []
    return _thin(points, MOST_POINTS), _thin(points, _SMOOTH)


def _kept(points: Sequence[tuple[float, float | None]], above: float = -math.inf) -> list[Point]:
    return [(x, y) for x, y in points if y is not None and math.isfinite(y) and y > above]


def _thin(points: list[Point], most: int) -> list[Point]:
    """At most so many points: the first, the last, and means of runs of neighbours between them."""
    if len(points) <= most:
        return points
    size = math.ceil((len(points) - 2) / (most - 2))
    runs = [points[at : at + size] for at in range(1, len(points) - 1, size)]
    means = [(sum(x for x, _ in run) / len(run), sum(y for _, y in run) / len(run)) for run in runs]
    return [points[0], *means, points[-1]]


def _cells(
    frame: _Frame, points: list[Point], top: float, share: Callable[[float], float]
) -> Iterator[str]:
    """A row of a heat map: a bar for each run of neighbours of one colour; each value reaches halfway to the next."""
    places = [frame.x(x) for x, _ in points]
    middles = [(before + after) / 2 for before, after in pairwise(places)]
    bounds = [frame.left, *middles, frame.right]
    levels = [round(share(y) * (_LEVELS - 1)) for _, y in points]
    at = 0
    for level, run in groupby(levels):
        end = at + len(list(run))
        # A little further than its end, under the next one: between two edges the paper would shine through.
        wide = bounds[end] - bounds[at] + (0.6 if end < len(levels) else 0)
        yield f'<rect x="{_n(bounds[at])}" y="{_n(top)}" width="{_n(wide)}" height="16" fill="{_shade(level)}"/>'
        at = end


def _scale(low: float, high: float, wide: float) -> Iterator[str]:
    """The legend of a heat map."""
    left, long = wide - _RIGHT - 200, 120.0
    for level in range(_LEVELS):
        x = left + long * level / _LEVELS
        yield f'<rect x="{_n(x)}" y="24" width="{_n(long / _LEVELS + 0.3)}" height="9" fill="{_shade(level)}"/>'
    yield _text(left - 6, 32, f"{10**low:.2g}", "quiet end")
    yield _text(left + long + 6, 32, f"{10**high:.2g}", "quiet")


def _shade(level: int) -> str:
    at = level / (_LEVELS - 1) * (len(_SEQUENCE) - 1)
    low = min(int(at), len(_SEQUENCE) - 2)
    ends = [[int(_SEQUENCE[low + end][i : i + 2], 16) for i in (0, 2, 4)] for end in (0, 1)]
    return "#" + "".join(
        f"{round(a + (b - a) * (at - low)):02x}" for a, b in zip(*ends, strict=True)
    )


def _legend(lines: Sequence[Line]) -> Iterator[str]:
    x = 0.0
    for name, colour in {line.name: line.colour for line in lines if line.name}.items():
        shown = plain(name, 24)
        look = f'style="stroke:var(--c{colour % _COLOURS})" stroke-width="1.6"'
        yield f'<path {look} d="M{_n(x)},28h16"/>{_text(x + 21, 32, shown, "quiet")}'
        x += 36 + _LETTER * len(shown)


def _dot(x: float, y: float, colour: int) -> str:
    return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="2.2" style="fill:var(--c{colour % _COLOURS})"/>'


def _text(x: float, y: float, words: str, look: str) -> str:
    return f'<text class="{look}" x="{_n(x)}" y="{_n(y)}">{escape(words)}</text>'


def _amount(number: float) -> str:
    return (
        f"{number:.0e}".replace("e-0", "e-").replace("e+0", "e")
        if 0 < abs(number) < 1e-3
        else f"{number:,g}"
    )


def _n(number: float) -> str:
    return f"{round(number, 1) + 0.0:g}"
