"""Pictures of networks, at three levels and in four formats, drawn from the typed graph."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from inception_graph.backends.pictures.dot_writer import dot_text
from inception_graph.backends.pictures.engine import PictureError, draw, find_engine
from inception_graph.backends.pictures.layout import lay_out
from inception_graph.backends.pictures.marks import signed_dot, signed_pdf, signed_png
from inception_graph.backends.pictures.plan import LEVELS, Level, plan
from inception_graph.backends.pictures.svg_writer import svg_text
from inception_graph.files import write_atomically

if TYPE_CHECKING:
    from inception_graph.backends.pictures.placing import Layout
    from inception_graph.ir.graph import TypedGraph

__all__ = ["FORMATS", "LEVELS", "MOST_BOXES", "Level", "PictureError", "render", "svg", "to_dot"]

FORMATS = ("svg", "png", "pdf", "dot")
MOST_BOXES = 5_000
"""More cannot be read, whatever the size of the sheet."""

_DPI = 144
_MOST_PIXELS = 16_000
"""Side of the largest image; beyond it programs that show images give up."""


def to_dot(typed: TypedGraph, *, level: Level = "block", title: str | None = None) -> str:
    """The picture as DOT text with every position given; the same text for the same network on every machine.

    Args:
        typed: The network.
        level: ``network`` (stages and blocks), ``block`` (each block also drawn from inside) or ``op`` (everything).
        title: The title; the network's own unless given.

    Raises:
        PictureError: The picture would have more than ``MOST_BOXES`` boxes.
    """
    return dot_text(_layout(typed, level, title))


def svg(typed: TypedGraph, level: Level = "block", *, title: str | None = None) -> str:
    """The picture as an SVG document. Needs no Graphviz.

    Ids of nodes and of uses of blocks are their full names, and all have tooltips.

    Raises:
        PictureError: As ``to_dot``.
    """
    return svg_text(_layout(typed, level, title))


def render(
    typed: TypedGraph, path: str | Path, *, level: Level = "block", title: str | None = None
) -> None:
    """Write the picture to a file whose suffix says the format: svg, png, pdf or dot.

    Raises:
        PictureError: As ``to_dot``; the suffix is unknown; or png or pdf is wanted and there is no Graphviz.
        OSError: The file cannot be written. What was there before is untouched.
    """
    kind = Path(path).suffix.lower().removeprefix(".")
    if kind not in FORMATS:
        known = ", ".join(f".{name}" for name in FORMATS)
        message = (
            f"'{Path(path).name}' does not say what to draw: its suffix must be one of {known}"
        )
        raise PictureError(message)
    match kind:
        case "svg":
            write_atomically(path, svg(typed, level, title=title))
        case "dot":
            write_atomically(path, signed_dot(to_dot(typed, level=level, title=title)))
        case "png" | "pdf":
            engine = find_engine()
            layout = _layout(typed, level, title)
            # A giant is drawn smaller rather than not at all.
            dpi = min(_DPI, int(72 * _MOST_PIXELS / max(layout.width, layout.height)))
            drawn = draw(dot_text(layout), kind, engine, max(dpi, 1))
            write_atomically(path, signed_png(drawn) if kind == "png" else signed_pdf(drawn))


def _layout(typed: TypedGraph, level: Level, title: str | None) -> Layout:
    if level not in LEVELS:
        message = f"there is no level '{level}': use {', '.join(LEVELS)}"
        raise PictureError(message)
    drawing = plan(typed, level, title)
    count = sum(1 for _ in drawing.boxes)
    if count <= MOST_BOXES:
        return lay_out(drawing)
    message = f"at level '{level}' this network has {count:,} boxes, more than the {MOST_BOXES:,} that can be read"
    for coarser in reversed(LEVELS[: LEVELS.index(level)]):
        fewer = sum(1 for _ in plan(typed, coarser).boxes)
        if fewer <= MOST_BOXES:
            message += f"; level '{coarser}' has {fewer:,}"
            break
    raise PictureError(message)
