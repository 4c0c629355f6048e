r"""A layout as a LaTeX document whose picture is TikZ, to be set as it is or pasted into a paper.

It asks for pgf only, and for fonts that every TeX has. Colours, lines and sizes of text are named styles at its head.
Boxes are TikZ nodes with the spec's names, slashes for dots, so that a paper can point at them:
``\draw (inception_3a/branch3) ...``.
"""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING

from inception_graph.backends.pictures.curves import ARROW, BEND
from inception_graph.backends.pictures.engine import PictureError
from inception_graph.backends.pictures.measure import TITLE_LINE, heading, headline, line_of
from inception_graph.backends.pictures.outlines import corners, radius
from inception_graph.backends.pictures.theme import (
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
    from collections.abc import Iterable, Iterator

    from inception_graph.backends.pictures.curves import Point
    from inception_graph.backends.pictures.placing import (
        Layout,
        PlacedBox,
        PlacedFrame,
        Route,
        Text,
    )

_LONGEST = 16_000
"""Points; TeX knows no longer length than 16,383."""
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"''",
    **{char: f"\\{char}" for char in "#$%&_{}"},
    "×": r"$\times$",
    "·": r"$\cdot$",
    "→": r"$\to$",
    "−": "$-$",
    "…": r"\dots{}",
    "–": "--",
    "—": "---",
    **{char: char for char in "ßæœøåÆŒØÅ"},
}
_ACCENTS = frozenset("\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0327")
"""Those that TeX's oldest fonts can put on a letter."""
_LAST_LETTER = "\u017f"


def tikz_text(layout: Layout) -> str:
    """The picture as a LaTeX document of one page.

    Raises:
        PictureError: It is larger than TeX can count.
    """
    if max(layout.width, layout.height) > _LONGEST:
        message = (
            f"as TikZ this picture would be {layout.width:,.0f} by {layout.height:,.0f} points, and TeX counts to "
            f"{_LONGEST:,}: draw a coarser level or one section"
        )
        raise PictureError(message)
    wide, high = _number(layout.width), _number(layout.height)
    return "\n".join(
        [
            f"% {MAKER}",
            r"\documentclass{article}",
            rf"\usepackage[paperwidth={wide}pt,paperheight={high}pt,margin=0pt]{{geometry}}",
            r"\usepackage{fix-cm}",
            r"\usepackage{tikz}",
            r"\usetikzlibrary{arrows.meta}",
            r"\renewcommand{\familydefault}{\sfdefault}",
            r"\pagestyle{empty}",
            r"\setlength{\parindent}{0pt}",
            r"\setlength{\topskip}{0pt}",
            *_styles(layout),
            r"\begin{document}%",
            r"\begin{tikzpicture}[x=1pt,y=-1pt]",
            rf"\useasboundingbox (0,0) rectangle ({wide},{high});",
            *(_text(text) for text in layout.texts),
            *(line for frame in layout.frames for line in _frame(frame)),
            *(line for route in layout.routes for line in _route(route)),
            *(line for box in layout.boxes for line in _box(box)),
            r"\end{tikzpicture}%",
            r"\end{document}",
            "",
        ]
    )


def _styles(layout: Layout) -> Iterator[str]:
    """Colours by their names, then what is drawn with them."""
    styles = layout.drawing.styles
    colours = {"ink": INK, "quiet": QUIET, "wire": WIRE, "paper": PAPER}
    for style in styles:
        colours[f"{style} fill"] = LOOKS[style].fill
        colours[f"{style} line"] = LOOKS[style].line
    for name, colour in colours.items():
        yield rf"\definecolor{{{name}}}{{HTML}}{{{colour.removeprefix('#').upper()}}}"
    yield r"\tikzset{"
    yield r"  every node/.style={inner sep=0pt, outer sep=0pt, align=center, text=ink},"
    for style in styles:
        thick = "1.6pt" if style in ("block", "join") else "1pt"
        yield f"  box {style}/.style={{fill={style} fill, draw={style} line, line width={thick}}},"
    yield "  frame/.style={fill=paper, draw=ink, line width=0.9pt, rounded corners=6pt},"
    yield "  stage/.style={fill=quiet!3!paper, draw=quiet, line width=0.7pt, rounded corners=6pt},"
    arrow = f"rounded corners={BEND:g}pt, -{{Latex[length={ARROW:g}pt, width=5.2pt]}}"
    yield f"  wire/.style={{draw=wire, line width=1.1pt, {arrow}}},"
    yield "  auxiliary/.style={dash pattern=on 4.5pt off 3pt},"
    yield "}"
    for name, size in (
        ("name", NAME),
        ("label", LABEL),
        ("shape", SHAPE),
        ("frame", FRAME),
        ("note", NOTE),
    ):
        bold = r"\bfseries" if name in ("name", "frame") else ""
        yield rf"\newcommand{{\text{name}}}{{{_font(size)}{bold}}}"


def _font(size: float) -> str:
    return rf"\fontsize{{{size:g}pt}}{{11.5pt}}\selectfont"


def _text(text: Text) -> str:
    bold = r"\bfseries" if text.bold else ""
    colour = "ink" if text.colour == INK else "quiet"
    font = f"{_font(text.size)}{bold}"
    return _words(text.x, text.y, text.text, rf"text={colour}, font={font}")


def _frame(placed: PlacedFrame) -> Iterator[str]:
    frame, x, y = placed.frame, placed.left, placed.top
    style = ("stage" if frame.stage else "frame") + (", auxiliary" if frame.dashed else "")
    for off in (3, 0) if frame.times > 1 else (0,):
        start, end = (x + off, y - off), (x + off + placed.width, y - off + placed.height)
        yield rf"\draw[{style}] {_point(start)} rectangle {_point(end)};"
    yield _words(x + 9, y + 15, heading(frame), r"text=quiet, font=\textframe")
    if frame.note:
        yield _words(x + 9, y + 9 + TITLE_LINE, frame.note, r"text=quiet, font=\textnote")


def _route(route: Route) -> Iterator[str]:
    corners = [route.points[0]]
    corners += [point for before, point in pairwise(route.points) if point != before]
    style = "wire" + (", auxiliary" if route.wire.dashed else "")
    bend = _bend(corners)
    style += "" if bend == BEND else f", rounded corners={_number(bend)}pt"
    yield rf"\draw[{style}] {' -- '.join(_point(corner) for corner in corners)};"
    if route.label:
        yield _words(*route.label, route.wire.shape, r"text=quiet, font=\textshape")


def _bend(points: Iterable[Point]) -> float:
    """How far from its corners a course may bend, its shortest run between two of them given."""
    runs = [abs(x - a) + abs(y - b) for (a, b), (x, y) in pairwise(points)]
    return min(
        [BEND, *(run / 2 for run in runs[1:-1]), *(runs[:1] + runs[-1:] if runs[1:] else [])]
    )


def _box(placed: PlacedBox) -> Iterator[str]:
    box, form = placed.box, LOOKS[placed.box.style].form
    look = f"box {box.style}" + (", auxiliary" if box.dashed else "")
    wide, high = placed.width, placed.height
    rounded = f", rounded corners={_number(radius(form, high))}pt" if radius(form, high) else ""
    for off in (3, 0) if box.times > 1 else (0,):
        outline = corners(form, placed.x + off, placed.y - off, wide, high)
        if outline:
            yield rf"\draw[{look}] {' -- '.join(map(_point, outline))} -- cycle;"
        else:
            start = placed.x + off - wide / 2, placed.y - off - high / 2
            end = placed.x + off + wide / 2, placed.y - off + high / 2
            yield rf"\draw[{look}{rounded}] {_point(start)} rectangle {_point(end)};"
    size = f"minimum width={_number(wide)}pt, minimum height={_number(high)}pt"
    at = _point((placed.x, placed.y))
    yield rf"\node[{size}] ({box.id.replace('.', '/')}) at {at} {{{_label(placed)}}};"


def _label(placed: PlacedBox) -> str:
    box = placed.box
    if box.style == "join":
        font = r"\textname" if headline(box) else r"\textlabel"
        return f"{font} {_literal(line_of(box))}"
    lines = [rf"\textname {_literal(headline(box))}"] if headline(box) else []
    lines += [rf"\textlabel {_literal(label)}" for label in box.labels]
    return r" \\ ".join(lines)


def _words(x: float, y: float, text: str, look: str) -> str:
    return rf"\node[anchor=base west, {look}] at {_point((x, y))} {{{_literal(text)}}};"


def _literal(text: str) -> str:
    """A text that TeX sets as it is; what its fonts do not have stands there as its number: ``U+6F22``."""
    return "".join(map(_letter, text))


def _letter(char: str) -> str:
    if char in _SPECIAL:
        return _SPECIAL[char]
    base, *accents = unicodedata.normalize("NFD", char)
    if base.isascii() and char <= _LAST_LETTER and _ACCENTS.issuperset(accents):
        return char
    return f"U+{ord(char):04X}"


def _point(point: Point) -> str:
    return f"({_number(point[0])},{_number(point[1])})"


def _number(value: float) -> str:
    return f"{round(value, 1) + 0.0:g}" if abs(value) < 1e5 else f"{value:.1f}"
