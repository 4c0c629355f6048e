"""A drawing as a Mermaid flowchart, which GitHub, GitLab and many editors show where it stands in Markdown.

Mermaid lays out by itself, so positions are not written; shapes, colours, frames and dashes are.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING

from inception_graph.backends.pictures.drawing import Box, Frame, Split, Stack
from inception_graph.backends.pictures.engine import PictureError
from inception_graph.backends.pictures.measure import heading, headline
from inception_graph.backends.pictures.theme import LOOKS, SIGNS
from inception_graph.files import MAKER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from inception_graph.backends.pictures.drawing import Drawing, Item, Mark
    from inception_graph.backends.pictures.options import Direction
    from inception_graph.backends.pictures.theme import Theme

MOST_CHARACTERS, MOST_LINKS = 50_000, 500
"""What Mermaid takes where its host has not raised the bounds (``maxTextSize``, ``maxEdges``); GitHub has not."""

_BRACKETS = {
    "square": ("[", "]"),
    "round": ("(", ")"),
    "pill": ("([", "])"),
    "funnel": ("[\\", "/]"),
    "hexagon": ("{{", "}}"),
    "slanted": ("[/", "/]"),
    "chamfer": ("[[", "]]"),
}
_HARMLESS = frozenset(" .,()+-/=_")


def mermaid_text(
    drawing: Drawing, theme: Theme, direction: Direction = "TB", *, force: bool = False
) -> str:
    """The picture as a Mermaid flowchart.

    Args:
        drawing: What to draw.
        theme: Its colours.
        direction: Which way values run.
        force: Whether it may be larger than GitHub takes.

    Raises:
        PictureError: It would be.
    """
    tops = (*drawing.strip, *(beside.item for beside in drawing.beside), *drawing.panels)
    text = "\n".join(
        [
            "---",
            f"title: {json.dumps(drawing.title, ensure_ascii=False)}",
            "---",
            f"%% {MAKER}",
            f"flowchart {direction}",
            f"accDescr: {'; '.join(drawing.caption)}",
            *(line for top in tops for line in _item(top, "")),
            *_links(drawing),
            *(f"{_id(one.id)} ~~~ {_id(other.id)}" for one, other in pairwise(drawing.panels)),
            *_classes(drawing, theme, tops),
            "",
        ]
    )
    if force or (len(text) <= MOST_CHARACTERS and len(drawing.wires) <= MOST_LINKS):
        return text
    message = (
        f"as Mermaid this picture has {len(text):,} characters and {len(drawing.wires):,} links; GitHub shows at most "
        f"{MOST_CHARACTERS:,} and {MOST_LINKS}: draw a coarser level or one section, or use --force"
    )
    raise PictureError(message)


def _item(item: Item, indent: str, branch: str = "") -> Iterator[str]:
    """The lines of an item; ``branch`` stands before the names of boxes, since a wire has no room for it."""
    match item:
        case Box():
            opening, closing = _BRACKETS[LOOKS[item.style].form]
            label = _label(item, branch)
            yield f'{indent}{_id(item.id)}{opening}"{label}"{closing}:::{item.style}'
        case Stack():
            branch += f"{item.name}." if item.name else ""
            for inner in item.items:
                yield from _item(inner, indent, branch)
        case Split():
            if item.entry is not None:
                yield from _item(item.entry, indent, branch)
            for inner in item.branches:
                yield from _item(inner, indent, branch)
            yield from _item(item.join, indent, branch)
        case Frame():
            # A second line would lie over the first box inside.
            note = f" · {_literal(item.note)}" if item.note else ""
            title = _literal(f"{_sign(item.mark)}{heading(item)}")
            yield f'{indent}subgraph {_id(item.id)} ["<b>{title}</b>{note}"]'
            if not item.entered:
                yield f"{indent}  direction TB"
            yield from _item(item.content, f"{indent}  ")
            yield f"{indent}end"


def _links(drawing: Drawing) -> Iterator[str]:
    """One a wire; the shape of a value stands on the first that leads away from it."""
    said: set[tuple[str, str]] = set()
    for wire in drawing.wires:
        arrow = "-.->" if wire.dashed else "-->"
        value = wire.source, wire.shape
        label = "" if value in said else f'|"{_literal(wire.shape)}"|'
        said.add(value)
        yield f"{_id(wire.source)} {arrow}{label} {_id(wire.target)}"


def _classes(drawing: Drawing, theme: Theme, tops: Iterable[Item]) -> Iterator[str]:
    for style in drawing.styles:
        paint = theme.paints[style]
        yield f"classDef {style} fill:{paint.fill},stroke:{paint.line},color:{theme.ink}"
    frames = [frame for top in tops for frame in _frames(top)]
    look = f"fill:{theme.paper},stroke:{theme.quiet},color:{theme.quiet}"
    yield from _class("frame", look, [frame.id for frame in frames])
    things = [*drawing.boxes, *frames]
    dashed = [thing.id for thing in things if thing.dashed]
    yield from _class("dashed", "stroke-dasharray:4 3", dashed)
    for mark in drawing.marks:
        colour = theme.marks[mark]
        marked = [thing.id for thing in things if thing.mark == mark]
        yield from _class(mark, f"stroke:{colour},stroke-width:3px,color:{colour}", marked)
        links = [str(at) for at, wire in enumerate(drawing.wires) if wire.mark == mark]
        if links:
            yield f"linkStyle {','.join(links)} stroke:{colour},stroke-width:3px"


def _class(name: str, look: str, members: Iterable[str]) -> Iterator[str]:
    listed = ",".join(_id(member) for member in members)
    if listed:
        yield f"classDef {name} {look}"
        yield f"class {listed} {name}"


def _frames(item: Item) -> Iterator[Frame]:
    match item:
        case Box():
            return
        case Stack():
            for inner in item.items:
                yield from _frames(inner)
        case Split():
            for branch in (*item.branches, *([item.entry] if item.entry else [])):
                yield from _frames(branch)
        case Frame():
            yield item
            yield from _frames(item.content)


def _label(box: Box, branch: str) -> str:
    name = f"{branch}{headline(box)}" if headline(box) else ""
    first = f"{_sign(box.mark)}{name}"
    lines = [f"<b>{_literal(first)}</b>"] if first else []
    return "<br>".join([*lines, *map(_literal, box.labels)])


def _sign(mark: Mark | None) -> str:
    return f"{SIGNS[mark]} " if mark else ""


def _id(identity: str) -> str:
    """An id of the picture as one of Mermaid's, in which no word of its own can stand at the beginning."""
    return f"n.{identity}"


def _literal(text: str) -> str:
    """A text that Mermaid shows as it is, by its own codes for characters."""
    shown = "".join(
        c if c.isalnum() or c in _HARMLESS or not c.isascii() else f"#{ord(c)};" for c in text
    )
    return shown.replace(". ", "#46; ")  # what would be the number of a list
