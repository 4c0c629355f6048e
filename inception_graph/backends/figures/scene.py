"""A figure as forms and texts at their places, before it has a file format.

Coordinates are points from the top left corner, y grows downwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inception_graph.backends.pictures.curves import Point

Anchor: TypeAlias = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Form:
    """A line of straight runs, or what one encloses.

    Attributes:
        points: Its corners.
        fill: Colour of its inside, or None for a line.
        line: Colour of its outline, or None.
        thick: Width of the outline.
        dashed: Whether the outline is dashed.
        tip: What a reader sees who points at it.
    """

    points: tuple[Point, ...]
    fill: str | None = None
    line: str | None = None
    thick: float = 1.0
    dashed: bool = False
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text.

    Attributes:
        x: Where it starts, has its middle, or ends, as ``anchor`` says.
        y: Its baseline.
        size: Size of its letters in points.
    """

    x: float
    y: float
    text: str
    size: float
    colour: str
    bold: bool = False
    anchor: Anchor = "start"


Part: TypeAlias = Form | Words


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A whole figure.

    Attributes:
        title: What it is called; not drawn.
        paper: Colour behind everything.
        parts: What is drawn, from the back to the front.
    """

    title: str
    width: float
    height: float
    paper: str
    parts: tuple[Part, ...]


def bar(
    left: float, top: float, width: float, height: float, fill: str | None, *, line: str | None = None,
    thick: float = 0.6, dashed: bool = False, tip: str = "",
) -> Form:  # fmt: skip
    """A rectangle."""
    right, foot = left + width, top + height
    corners = ((left, top), (right, top), (right, foot), (left, foot), (left, top))
    return Form(corners, fill, line, thick, dashed, tip)


def rule(points: Sequence[Point], line: str, thick: float = 0.6, *, dashed: bool = False) -> Form:
    """A line."""
    return Form(tuple(points), None, line, thick, dashed)
