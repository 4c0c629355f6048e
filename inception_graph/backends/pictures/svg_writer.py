"""A layout as SVG: real text, ids and tooltips, nothing that runs, the same bytes on every machine."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from inception_graph.backends.pictures.curves import course
from inception_graph.backends.pictures.measure import TITLE_LINE, heading, headline, line_of
from inception_graph.backends.pictures.theme import (
    FONTS,
    FRAME,
    INK,
    LABEL,
    LOOKS,
    NAME,
    NOTE,
    PAPER,
    QUIET,
    SHAPE,
    WIRE,
)
from inception_graph.files import MAKER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inception_graph.backends.pictures.curves import Point
    from inception_graph.backends.pictures.placing import (
        Layout,
        PlacedBox,
        PlacedFrame,
        Route,
        Text,
    )

_HALF = 2.6
"""Half the width of an arrow's head."""
_CARD = 3.0
"""How far the outline behind a repeated thing stands out."""

_STYLE = f"""\
text {{ font-family: {FONTS}; fill: {INK}; }}
.n {{ font-size: {NAME:g}px; font-weight: bold; text-anchor: middle; }}
.l {{ font-size: {LABEL:g}px; text-anchor: middle; }}
.s {{ font-size: {SHAPE:g}px; fill: {QUIET}; }}
.f {{ font-size: {FRAME:g}px; font-weight: bold; fill: {QUIET}; }}
.q {{ font-size: {NOTE:g}px; fill: {QUIET}; }}
.w {{ fill: none; stroke: {WIRE}; stroke-width: 1.1; }}
.a {{ fill: {WIRE}; }}
.d {{ stroke-dasharray: 4.5 3; }}"""


def svg_text(layout: Layout) -> str:
    """The picture as an SVG document that holds all it needs but fonts."""
    wide, high = _number(layout.width), _number(layout.height)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}">',
            f"<!-- {MAKER} -->",
            f"<title>{escape(layout.drawing.title)}</title>",
            f"<style>\n{_STYLE}\n</style>",
            f'<rect width="{wide}" height="{high}" fill="{PAPER}"/>',
            *(_text(text) for text in layout.texts),
            *(line for frame in layout.frames for line in _frame(frame)),
            *(line for route in layout.routes for line in _route(route)),
            *(line for box in layout.boxes for line in _box(box)),
            "</svg>\n",
        ]
    )


def _text(text: Text) -> str:
    weight = ' font-weight="bold"' if text.bold else ""
    place = f'x="{_number(text.x)}" y="{_number(text.y)}"'
    return f'<text {place} style="font-size:{text.size:g}px;fill:{text.colour}"{weight}>{escape(text.text)}</text>'


def _frame(placed: PlacedFrame) -> Iterator[str]:
    frame, x, y = placed.frame, placed.left, placed.top
    colour, thick = (QUIET, 0.7) if frame.stage else (INK, 0.9)
    line = f'stroke="{colour}" stroke-width="{thick}"{_dash(frame.dashed)}'
    fill = "#fbfcfd" if frame.stage else PAPER
    yield f"<g id={quoteattr(frame.id)}>{_tip(frame.tooltip)}"
    if frame.times > 1:
        yield _rect(x + _CARD, y - _CARD, placed.width, placed.height, 6, f'fill="{fill}" {line}')
    yield _rect(x, y, placed.width, placed.height, 6, f'fill="{fill}" {line}')
    yield _line("f", x + 9, y + 15, heading(frame))
    if frame.note:
        yield _line("q", x + 9, y + 9 + TITLE_LINE, frame.note)
    yield "</g>"


def _route(route: Route) -> Iterator[str]:
    drawn = course(route.points)
    steps = [f"M{_point(drawn.start)}"]
    steps += [
        f"L{_point(run.end)}" if run.bend is None else f"Q{_point(run.bend)} {_point(run.end)}"
        for run in drawn.runs
    ]
    dash = " d" if route.wire.dashed else ""
    yield f'<path class="w{dash}" d="{"".join(steps)}"/>'
    (x, y), (tx, ty) = drawn.runs[-1].end, drawn.tip
    # Sideways from the last run, which is level or upright.
    dx, dy = (_HALF, 0) if abs(ty - y) > abs(tx - x) else (0, _HALF)
    corners = ((x - dx, y - dy), (tx, ty), (x + dx, y + dy))
    yield f'<path class="a" d="M{"L".join(_point(corner) for corner in corners)}Z"/>'
    if route.label:
        yield _line("s", *route.label, route.wire.shape)


def _box(placed: PlacedBox) -> Iterator[str]:
    box, x, y = placed.box, placed.x, placed.y
    look = LOOKS[box.style]
    thick = 1.6 if box.style in ("block", "join") else 1
    paint = f'fill="{look.fill}" stroke="{look.line}" stroke-width="{thick}"{_dash(box.dashed)}'
    yield f"<g id={quoteattr(box.id)}>{_tip(box.tooltip)}"
    if box.times > 1:
        yield _outline(look.form, x + _CARD, y - _CARD, placed.width, placed.height, paint)
    yield _outline(look.form, x, y, placed.width, placed.height, paint)
    if box.style == "join":
        yield _line("n" if headline(box) else "l", x, y + 3.4, line_of(box))
    else:
        lines = [("n", headline(box))] if headline(box) else []
        lines += [("l", label) for label in box.labels]
        at = y - 5.75 * (len(lines) - 1) + 3.3
        for kind, line in lines:
            yield _line(kind, x, at, line)
            at += 11.5
    yield "</g>"


def _outline(form: str, x: float, y: float, wide: float, high: float, paint: str) -> str:
    left, right, top, foot = x - wide / 2, x + wide / 2, y - high / 2, y + high / 2
    corners: Sequence[Point]
    match form:
        case "round":
            return _rect(left, top, wide, high, 5, paint)
        case "pill":
            return _rect(left, top, wide, high, high / 2, paint)
        case "funnel":
            corners = ((left, top), (right, top), (right - 8, foot), (left + 8, foot))
        case "slanted":
            corners = ((left + 7, top), (right, top), (right - 7, foot), (left, foot))
        case "hexagon":
            corners = (
                (left + 7, top), (right - 7, top), (right, y), (right - 7, foot), (left + 7, foot), (left, y),
            )  # fmt: skip
        case "chamfer":
            corners = (
                (left + 6, top), (right - 6, top), (right, top + 6), (right, foot - 6),
                (right - 6, foot), (left + 6, foot), (left, foot - 6), (left, top + 6),
            )  # fmt: skip
        case _:
            return _rect(left, top, wide, high, 0, paint)
    return f'<path d="M{"L".join(_point(corner) for corner in corners)}Z" {paint}/>'


def _rect(left: float, top: float, wide: float, high: float, radius: float, paint: str) -> str:
    place = (
        f'x="{_number(left)}" y="{_number(top)}" width="{_number(wide)}" height="{_number(high)}"'
    )
    corner = f' rx="{_number(radius)}"' if radius else ""
    return f"<rect {place}{corner} {paint}/>"


def _line(kind: str, x: float, y: float, text: str) -> str:
    return f'<text class="{kind}" x="{_number(x)}" y="{_number(y)}">{escape(text)}</text>'


def _tip(text: str) -> str:
    return f"<title>{escape(text)}</title>" if text else ""


def _dash(dashed: bool) -> str:
    return ' stroke-dasharray="4.5 3"' if dashed else ""


def _point(point: Point) -> str:
    return f"{_number(point[0])},{_number(point[1])}"


def _number(value: float) -> str:
    return f"{round(value, 1) + 0.0:g}" if abs(value) < 1e5 else f"{value:.1f}"
