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
from inception_graph.backends.pictures.theme import INK, LOOKS, PAPER, QUIET
from inception_graph.files import MAKER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from inception_graph.backends.pictures.drawing import Drawing, Item

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
_HARMLESS = frozenset(" ,()+-/=_×·…")


def mermaid_text(drawing: Drawing, direction: str = "TB", *, force: bool = False) -> str:
    """The picture as a Mermaid flowchart.

    Args:
        drawing: What to draw.
        direction: ``TB`` or ``LR``.
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
            *_classes(drawing, tops),
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


def _item(item: Item, indent: str) -> Iterator[str]:
    match item:
        case Box():
            opening, closing = _BRACKETS[LOOKS[item.style].form]
            yield f'{indent}{_id(item.id)}{opening}"{_label(item)}"{closing}:::{item.style}'
        case Stack():
            for inner in item.items:
                yield from _item(inner, indent)
        case Split():
            for branch in item.branches:
                yield from _item(branch, indent)
            yield from _item(item.join, indent)
        case Frame():
            # A second line would lie over the first box inside.
            note = f" · {_literal(item.note)}" if item.note else ""
            yield f'{indent}subgraph {_id(item.id)} ["<b>{_literal(heading(item))}</b>{note}"]'
            if not item.entered:
                yield f"{indent}  direction TB"
            yield from _item(item.content, indent + "  ")
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


def _classes(drawing: Drawing, tops: Iterable[Item]) -> Iterator[str]:
    for style in drawing.styles:
        look = LOOKS[style]
        yield f"classDef {style} fill:{look.fill},stroke:{look.line},color:{INK}"
    boxes = [box.id for box in drawing.boxes if box.dashed]
    frames = [frame for top in tops for frame in _frames(top)]
    dashed = boxes + [frame.id for frame in frames if frame.dashed]
    yield from _class("frame", f"fill:{PAPER},stroke:{QUIET}", [frame.id for frame in frames])
    yield from _class("dashed", "stroke-dasharray:4 3", dashed)


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
            for branch in item.branches:
                yield from _frames(branch)
        case Frame():
            yield item
            yield from _frames(item.content)


def _label(box: Box) -> str:
    lines = [f"<b>{_literal(headline(box))}</b>"] if headline(box) else []
    return "<br>".join([*lines, *map(_literal, box.labels)])


def _id(identity: str) -> str:
    """An id of the picture as one of Mermaid's, in which no word of its own can stand at the beginning."""
    return f"n.{identity}"


def _literal(text: str) -> str:
    """A text that Mermaid shows as it is, by its own codes for characters."""
    return "".join(
        c if c.isalnum() or c in _HARMLESS or not c.isascii() else f"#{ord(c)};" for c in text
    )
