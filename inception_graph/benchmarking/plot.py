"""A benchmark as a figure: a bar for each contender, the fastest on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.backends.figures.axes import axis
from inception_graph.backends.figures.palette import PALETTES
from inception_graph.backends.figures.scene import Part, Scene, Words, bar, rule
from inception_graph.backends.pictures.words import width
from inception_graph.benchmarking.report import by_speed, machine, title, versions

if TYPE_CHECKING:
    from inception_graph.benchmarking.results import Benchmark

_MARGIN, _HEADER, _ROW, _THICK = 24.0, 74.0, 21.0, 13.0
_BARS, _NUMBERS, _GAP = 380.0, 132.0, 10.0
"""The longest bar, the room for numbers behind it, and between a name and its bar."""
_TITLE, _TEXT, _SMALL = 15.0, 9.5, 8.5


def scene(found: Benchmark) -> Scene:
    """Median times as bars, quartiles as lines across their ends, each with its ratio to the best peer."""
    palette, results = PALETTES["light"], by_speed(found)
    heading = title(found)
    names = max((width(result.name, _TEXT) for result in results), default=0.0)
    left = _MARGIN + names + _GAP
    wide = max(left + _BARS + _NUMBERS, 2 * _MARGIN + width(heading, _TITLE, bold=True))
    foot = _HEADER + _ROW * len(results)
    slowest = max((1e3 * result.quartiles[1] for result in results), default=1.0)
    scale = axis([0, slowest])

    def x(milliseconds: float) -> float:
        return left + _BARS * scale.share(milliseconds)

    parts: list[Part] = [
        Words(_MARGIN, 34, heading, _TITLE, palette.ink, bold=True),
        Words(_MARGIN, 50, machine(found), _SMALL, palette.quiet),
        Words(_MARGIN, 62, versions(found), _SMALL, palette.quiet),
    ]
    for tick in scale.ticks:
        parts.append(rule([(x(tick), _HEADER), (x(tick), foot)], palette.grid, 0.8))
        parts.append(Words(x(tick), foot + 13, f"{tick:g}", _SMALL, palette.quiet, anchor="middle"))
    for row, result in enumerate(results):
        top = _HEADER + _ROW * row + (_ROW - _THICK) / 2
        base, middle = top + _THICK - 3.2, top + _THICK / 2
        low, high = (1e3 * seconds for seconds in result.quartiles)
        milliseconds = 1e3 * result.seconds
        fill = palette.kinds["middle"] if result.ours else palette.kinds["other"]
        ratio = found.ratio(result, found.reference or result)
        parts += [
            Words(left - _GAP, base, result.name, _TEXT, palette.ink, result.ours, "end"),
            bar(left, top, x(milliseconds) - left, _THICK, fill, tip=result.title),
            rule([(x(low), middle), (x(high), middle)], palette.ink, 1.2),
            Words(
                x(high) + 6,
                base,
                f"{milliseconds:.1f} ms, {ratio:.2f}×",
                _TEXT,
                palette.ink,
                result.ours,
            ),
        ]
    whose = found.reference.name if found.reference else "-"
    caption = f"milliseconds a call, with quartiles; × {whose}"
    parts.append(Words(left, foot + 28, caption, _SMALL, palette.quiet))
    return Scene(heading, wide, foot + 28 + _MARGIN, palette.paper, tuple(parts))
