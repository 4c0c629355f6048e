"""Pictures of networks, at three levels and in several formats, drawn from the typed graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import floor
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from inception_graph.backends.pictures.dot_writer import dot_text
from inception_graph.backends.pictures.engine import PictureError, draw, find_engine
from inception_graph.backends.pictures.graphml_writer import graphml_text
from inception_graph.backends.pictures.json_writer import json_text
from inception_graph.backends.pictures.layout import lay_out
from inception_graph.backends.pictures.marking import Marking
from inception_graph.backends.pictures.marks import signed_dot, signed_pdf, signed_png
from inception_graph.backends.pictures.mermaid_writer import mermaid_text
from inception_graph.backends.pictures.options import LEVELS, Level, View
from inception_graph.backends.pictures.plan import plan
from inception_graph.backends.pictures.svg_writer import svg_text
from inception_graph.backends.pictures.theme import SHAPE, THEMES
from inception_graph.backends.pictures.tikz_writer import tikz_text
from inception_graph.files import write_atomically
from inception_graph.ir.graph import TypedGraph

if TYPE_CHECKING:
    from inception_graph.backends.pictures.drawing import Drawing
    from inception_graph.backends.pictures.engine import Format
    from inception_graph.backends.pictures.placed import Layout
    from inception_graph.ir.partial import PartialGraph

__all__ = [
    "LEVELS", "MOST_BOXES", "WRITERS", "Level", "Marking", "PictureError", "View", "drawn", "laid_out", "render",
    "svg", "to_dot",
]  # fmt: skip

MOST_BOXES = 5_000
"""More cannot be read, whatever the size of the sheet."""
MOST_FORCED = 100_000
"""More are not drawn even by force: it would take minutes, and no program would show it."""
LEAST_TEXT = 5.0
"""Points on paper; smaller text cannot be read."""

_MOST_PIXELS = 16_000
"""Side of the largest image; beyond it programs that show images give up."""

Drawable: TypeAlias = "TypedGraph | PartialGraph"
"""What can be drawn: a network, or one that is faulty, or two as one."""
Writer: TypeAlias = Callable[["Drawable", View, Marking], "str | bytes"]


def drawn(typed: Drawable, view: View, marking: Marking | None = None) -> Drawing:
    """What a picture of a network shows.

    Raises:
        PictureError: The view names what is not there, or there would be more than ``MOST_BOXES`` boxes, or
            ``MOST_FORCED`` where it is forced.
    """
    drawing = plan(typed, view, marking)
    count = sum(1 for _ in drawing.boxes)
    most = MOST_FORCED if view.force else MOST_BOXES
    if count <= most:
        return drawing
    message = f"at level '{view.level}' this network has {count:,} boxes, more than the {most:,} that can be "
    message += "drawn" if view.force else "read"
    for coarser in _coarser(view.level):
        fewer = sum(1 for _ in plan(typed, replace(view, level=coarser)).boxes)
        if fewer <= most:
            message += f"; level '{coarser}' has {fewer:,}"
            break
    else:
        message += "; draw one section of it, or one block"
    message += "" if view.force else " (or --force)"
    raise PictureError(message)


def _coarser(level: Level) -> tuple[Level, ...]:
    return LEVELS[: LEVELS.index(level)][::-1]


def laid_out(typed: Drawable, view: View, marking: Marking | None = None) -> Layout:
    """The picture with everything at its place.

    Raises:
        PictureError: As ``drawn``; or text would be smaller than ``LEAST_TEXT`` on the page, and it is not forced.
    """
    layout = lay_out(drawn(typed, view, marking), view)
    if view.page is None or view.force or SHAPE * layout.scale >= LEAST_TEXT:
        return layout
    found = floor(10 * SHAPE * layout.scale) / 10
    message = (
        f"at level '{view.level}' the smallest text on page '{view.page}' would have {found} pt"
    )
    for coarser in _coarser(view.level):
        other = replace(view, level=coarser)
        if SHAPE * lay_out(plan(typed, other), other).scale >= LEAST_TEXT:
            message += f"; level '{coarser}' can be read (or --force)"
            break
    else:
        message += "; draw one section of it, or one block (or --force)"
    raise PictureError(message)


def to_dot(
    typed: Drawable, *, level: Level = "block", title: str | None = None, view: View | None = None
) -> str:
    """The picture as DOT text with every position given; the same text for the same network on every machine.

    Args:
        typed: The network.
        level: ``network`` (stages and blocks), ``block`` (each block also drawn from inside) or ``op`` (everything).
        title: The title; the network's own unless given.
        view: All options, instead of these two.

    Raises:
        PictureError: As ``laid_out``.
    """
    view = view or View(level, title=title)
    return dot_text(laid_out(typed, view), view.theme)


def svg(
    typed: Drawable, level: Level = "block", *, title: str | None = None, view: View | None = None
) -> str:
    """The picture as an SVG document. Needs no Graphviz.

    Ids of nodes and of uses of blocks are their full names, and all have tooltips. Arguments are those of ``to_dot``.

    Raises:
        PictureError: As ``laid_out``.
    """
    view = view or View(level, title=title)
    return svg_text(laid_out(typed, view), view.theme)


def render(
    typed: Drawable, path: str | Path, view: View | None = None, marking: Marking | None = None
) -> None:
    """Write the picture to a file whose suffix says the format, one of ``WRITERS``.

    Raises:
        PictureError: As ``laid_out``; the suffix is unknown; or png or pdf is wanted and there is no Graphviz.
        OSError: The file cannot be written. What was there before is untouched.
    """
    kind = Path(path).suffix.lower().removeprefix(".")
    if kind not in WRITERS:
        known = ", ".join(f".{name}" for name in WRITERS)
        message = (
            f"'{Path(path).name}' does not say what to draw: its suffix must be one of {known}"
        )
        raise PictureError(message)
    write_atomically(path, WRITERS[kind](typed, view or View(), marking or Marking()))


def _svg(typed: Drawable, view: View, marking: Marking) -> str:
    return svg_text(laid_out(typed, view, marking), view.theme)


def _dot(typed: Drawable, view: View, marking: Marking) -> str:
    return signed_dot(dot_text(laid_out(typed, view, marking), view.theme))


def _png(typed: Drawable, view: View, marking: Marking) -> bytes:
    return signed_png(_by_graphviz(typed, view, marking, "png"))


def _pdf(typed: Drawable, view: View, marking: Marking) -> bytes:
    return signed_pdf(_by_graphviz(typed, view, marking, "pdf"))


def _by_graphviz(typed: Drawable, view: View, marking: Marking, kind: Format) -> bytes:
    engine = find_engine()
    layout = laid_out(typed, view, marking)
    # A giant is drawn smaller rather than not at all. The page of a pdf would grow with its resolution.
    most = int(72 * _MOST_PIXELS / max(layout.width, layout.height) / layout.scale)
    dpi = 72 if kind == "pdf" else max(1, min(view.dpi, most))
    return draw(dot_text(layout, view.theme), kind, engine, dpi)


def _mermaid(typed: Drawable, view: View, marking: Marking) -> str:
    drawing = drawn(typed, view, marking)
    return mermaid_text(drawing, THEMES[view.theme], view.direction, force=view.force)


def _tikz(typed: Drawable, view: View, marking: Marking) -> str:
    return tikz_text(laid_out(typed, view, marking), THEMES[view.theme])


def _json(typed: Drawable, view: View, marking: Marking) -> str:
    return json_text(_sound(typed), laid_out(typed, view, marking))


def _graphml(typed: Drawable, view: View, marking: Marking) -> str:
    del view, marking
    return graphml_text(_sound(typed))


def _html(typed: Drawable, view: View, marking: Marking) -> str:
    from inception_graph.backends.pictures.page import html_text

    del marking
    return html_text(_sound(typed), view)


def _sound(typed: Drawable) -> TypedGraph:
    """A network of which all is known, as formats ask that hold its costs."""
    if isinstance(typed, TypedGraph):
        return typed
    message = "'.html', '.graphml' and '.json' hold a network with its costs; what differs or fails can be drawn only"
    raise PictureError(message)


WRITERS: Mapping[str, Writer] = {
    "svg": _svg, "png": _png, "pdf": _pdf, "dot": _dot, "mmd": _mermaid, "tex": _tikz, "graphml": _graphml,
    "json": _json, "html": _html,
}  # fmt: skip
"""How each format is made, by its suffix."""
