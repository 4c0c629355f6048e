"""The outlines of boxes as polygons, for writers that draw each line themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inception_graph.backends.pictures.curves import Point
    from inception_graph.backends.pictures.theme import Form


def corners(form: Form, x: float, y: float, wide: float, high: float) -> tuple[Point, ...]:
    """The corners of a form around a centre, clockwise from the top left; none for forms that are rectangles."""
    left, right, top, foot = x - wide / 2, x + wide / 2, y - high / 2, y + high / 2
    match form:
        case "funnel":
            return (left, top), (right, top), (right - 8, foot), (left + 8, foot)
        case "slanted":
            return (left + 7, top), (right, top), (right - 7, foot), (left, foot)
        case "hexagon":
            upper = (left + 7, top), (right - 7, top), (right, y)
            return *upper, (right - 7, foot), (left + 7, foot), (left, y)
        case "chamfer":
            upper = (left + 6, top), (right - 6, top), (right, top + 6), (right, foot - 6)
            return *upper, (right - 6, foot), (left + 6, foot), (left, foot - 6), (left, top + 6)
        case "square" | "round" | "pill":
            return ()


def radius(form: Form, high: float) -> float:
    """The radius of a rectangle's corners."""
    match form:
        case "round":
            return 5
        case "pill":
            return high / 2
        case _:
            return 0
