"""A layout as SVG: real text, ids and tooltips, nothing that runs, the same bytes on every machine."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from inception_graph.backends.pictures.curves import course
from inception_graph.backends.pictures.measure import TITLE_LINE, heading, headline, line_of
from inception_graph.backends.pictures.outlines import corners, radius
from inception_graph.backends.pictures.theme import (
    FONTS,
    FRAME,
    LABEL,
    LOOKS,
    NAME,
    NOTE,
    SHAPE,
    SIGNS,
    THEMES,
    THICK,
    weight,
)
from inception_graph.files import MAKER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inception_graph.backends.pictures.curves import Point
    from inception_graph.backends.pictures.drawing import Mark
    from inception_graph.backends.pictures.options import Tone
    from inception_graph.backends.pictures.placed import (
        Layout,
        PlacedBox,
        PlacedFrame,
        Route,
        Text,
    )

_CARD = 3.0
"""How far the outline behind a repeated thing stands out."""
_BADGE = 5.5
"""Radius of the disc with the sign of a mark."""


def svg_text(layout: Layout, tone: Tone = "light") -> str:
    """The picture as an SVG document that holds all it needs but fonts."""
    wide, high = _number(layout.width), _number(layout.height)
    drawing = layout.drawing
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="ig-{tone}" {_sides(layout)} viewBox="0 0 {wide} {high}">',
            f"<!-- {MAKER} -->",
            f"<title>{escape(drawing.title)}</title>",
            f"<style>\n{_style(layout, tone)}\n</style>",
            f'<rect width="{wide}" height="{high}" class="paper"/>',
            *(line for frame in layout.frames for line in _frame(frame)),
            *(line for route in layout.routes for line in _route(route)),
            *(line for box in layout.boxes for line in _box(box)),
            *(_text(text) for text in layout.texts),
            "</svg>\n",
        ]
    )


def _sides(layout: Layout) -> str:
    """The sheet as a screen shows it, or where it is a page, its size on paper."""
    if layout.scale == 1:
        return f'width="{_number(layout.width)}" height="{_number(layout.height)}"'
    wide, high = layout.width * layout.scale, layout.height * layout.scale
    return f'width="{_number(wide)}pt" height="{_number(high)}pt"'


def _style(layout: Layout, tone: Tone) -> str:
    """The rules for what occurs, none of which reaches beyond this picture where it stands in a page."""
    theme, drawing = THEMES[tone], layout.drawing
    rules = [
        f"text {{ font-family: {FONTS}; fill: {theme.ink}; }}",
        f".paper {{ fill: {theme.paper}; }}",
        f".n {{ font-size: {NAME:g}px; font-weight: bold; text-anchor: middle; }}",
        f".l {{ font-size: {LABEL:g}px; text-anchor: middle; }}",
        f".s {{ font-size: {SHAPE:g}px; fill: {theme.quiet}; }}",
        f".f {{ font-size: {FRAME:g}px; font-weight: bold; fill: {theme.quiet}; }}",
        f".q {{ font-size: {NOTE:g}px; fill: {theme.quiet}; }}",
        f".w {{ fill: none; stroke: {theme.wire}; }}",
        f".a {{ fill: {theme.wire}; }}",
        ".d { stroke-dasharray: 4.5 3; }",
        f".stage {{ fill: {theme.stage}; stroke: {theme.quiet}; stroke-width: 0.7; }}",
        f".frame {{ fill: {theme.paper}; stroke: {theme.ink}; stroke-width: 0.9; }}",
    ]
    for style in drawing.styles:
        paint, look = theme.paints[style], LOOKS[style]
        rules.append(
            f".{style} {{ fill: {paint.fill}; stroke: {paint.line}; stroke-width: {look.thick:g}; }}"
        )
    for mark in drawing.marks:
        colour = theme.marks[mark]
        rules += [
            f".{mark} {{ stroke: {colour}; stroke-width: {THICK[mark]:g}; }}",
            f".{mark}-sign {{ fill: {colour}; }}",
        ]
    if drawing.marks:
        rules += [
            f".faint {{ stroke: {theme.faint}; }}",
            f"g > .unreached {{ fill: {theme.stage}; }}",
            f".faint-text {{ fill: {theme.quiet}; }}",
            f".sign {{ font-size: {NAME:g}px; font-weight: bold; text-anchor: middle; fill: {theme.paper}; }}",
        ]
    return "\n".join(f".ig-{tone} {rule}" for rule in rules)


def _text(text: Text) -> str:
    bold = ";font-weight:bold" if text.bold else ""
    quiet = ' class="q"' if text.quiet else ""
    place = f'x="{_number(text.x)}" y="{_number(text.y)}"'
    return (
        f'<text{quiet} {place} style="font-size:{text.size:g}px{bold}">{escape(text.text)}</text>'
    )


def _frame(placed: PlacedFrame) -> Iterator[str]:
    frame, x, y = placed.frame, placed.left, placed.top
    kind = _classes("stage" if frame.stage else "frame", frame.mark, dashed=frame.dashed)
    yield f"<g id={quoteattr(frame.id)}>{_tip(frame.tooltip)}"
    if frame.times > 1:
        yield _rect(x + _CARD, y - _CARD, placed.width, placed.height, 6, kind)
    yield _rect(x, y, placed.width, placed.height, 6, kind)
    yield _line("f", x + 9, y + 15, heading(frame))
    if frame.note:
        yield _line("q", x + 9, y + 9 + TITLE_LINE, frame.note)
    yield from _badge(frame.mark, x + placed.width, y)
    yield "</g>"


def _route(route: Route) -> Iterator[str]:
    wire, drawn, thick = route.wire, course(route.points), weight(route.wire.channels)
    steps = [f"M{_point(drawn.start)}"]
    steps += [
        f"L{_point(run.end)}" if run.bend is None else f"Q{_point(run.bend)} {_point(run.end)}"
        for run in drawn.runs
    ]
    kind = _classes("w", wire.mark, dashed=wire.dashed, faint=route.faint)
    # A mark brings a width of its own.
    width = "" if wire.mark else f' stroke-width="{thick:g}"'
    yield f'<path {kind}{width} d="{"".join(steps)}"/>'
    (x, y), (tx, ty) = drawn.runs[-1].end, drawn.tip
    # Sideways from the last run, which is level or upright.
    half = 2 + 0.75 * thick
    dx, dy = (half, 0) if abs(ty - y) > abs(tx - x) else (0, half)
    tip = ((x - dx, y - dy), (tx, ty), (x + dx, y + dy))
    head = f"a {wire.mark}-sign" if wire.mark else "a"
    yield f'<path class="{head}" d="M{"L".join(_point(corner) for corner in tip)}Z"/>'
    if route.label:
        yield _line("s", *route.label, wire.shape)


def _box(placed: PlacedBox) -> Iterator[str]:
    box, x, y = placed.box, placed.x, placed.y
    kind = _classes(box.style, box.mark, dashed=box.dashed, faint=placed.faint)
    more = " faint-text" if placed.faint else ""
    yield f"<g id={quoteattr(box.id)}>{_tip(box.tooltip)}"
    if box.times > 1:
        yield _outline(placed, _CARD, kind)
    yield _outline(placed, 0, kind)
    if box.style == "join" and placed.width >= placed.height:
        lines = [("n" if headline(box) else "l", line_of(box))]
    else:
        lines = [("n", headline(box))] if headline(box) else []
        lines += [("l", label) for label in box.labels]
    at = y - 5.75 * (len(lines) - 1) + 3.3
    for size, line in lines:
        yield _line(size + more, x, at, line)
        at += 11.5
    yield from _badge(box.mark, x + placed.width / 2, y - placed.height / 2)
    yield "</g>"


def _badge(mark: Mark | None, x: float, y: float) -> Iterator[str]:
    """The sign of a mark, at a corner."""
    if mark:
        place = f'cx="{_number(x)}" cy="{_number(y)}" r="{_BADGE:g}"'
        yield f'<circle class="{mark}-sign" {place}/>'
        yield _line("sign", x, y + 3.4, SIGNS[mark])


def _outline(placed: PlacedBox, shift: float, kind: str) -> str:
    form, wide, high = LOOKS[placed.box.style].form, placed.width, placed.height
    x, y = placed.x + shift, placed.y - shift
    points = corners(form, x, y, wide, high)
    if points:
        return f'<path {kind} d="M{"L".join(_point(corner) for corner in points)}Z"/>'
    return _rect(x - wide / 2, y - high / 2, wide, high, radius(form, high), kind)


def _classes(kind: str, mark: Mark | None, *, dashed: bool = False, faint: bool = False) -> str:
    more = f"{' d' if dashed else ''}{' faint' if faint else ''}{f' {mark}' if mark else ''}"
    return f'class="{kind}{more}"'


def _rect(left: float, top: float, wide: float, high: float, rounded: float, kind: str) -> str:
    place = (
        f'x="{_number(left)}" y="{_number(top)}" width="{_number(wide)}" height="{_number(high)}"'
    )
    corner = f' rx="{_number(rounded)}"' if rounded else ""
    return f"<rect {kind} {place}{corner}/>"


def _line(kind: str, x: float, y: float, text: str) -> str:
    return f'<text class="{kind}" x="{_number(x)}" y="{_number(y)}">{escape(text)}</text>'


def _tip(text: str) -> str:
    return f"<title>{escape(text)}</title>" if text else ""


def _point(point: Point) -> str:
    return f"{_number(point[0])},{_number(point[1])}"


def _number(value: float) -> str:
    return f"{round(value, 1) + 0.0:g}" if abs(value) < 1e5 else f"{value:.1f}"
