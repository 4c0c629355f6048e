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
    LABEL,
    LOOKS,
    NAME,
    NOTE,
    SHAPE,
    SIGNS,
    THICK,
    weight,
)
from inception_graph.files import MAKER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inception_graph.backends.pictures.curves import Point
    from inception_graph.backends.pictures.drawing import Mark
    from inception_graph.backends.pictures.placed import (
        Layout,
        PlacedBox,
        PlacedFrame,
        Route,
        Text,
    )
    from inception_graph.backends.pictures.theme import Theme

_LONGEST = 16_000
"""Points; TeX knows no longer length than 16,383 of its own, which are a little smaller."""
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
_CARD = 3.0
"""How far the outline behind a repeated thing stands out."""
_FONTS = {"name": NAME, "label": LABEL, "shape": SHAPE, "frame": FRAME, "note": NOTE}


def tikz_text(layout: Layout, theme: Theme) -> str:
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
    sides = [f"{_number(side * layout.scale)}bp" for side in (layout.width, layout.height)]
    scaled = layout.scale != 1
    return "\n".join(
        [
            f"% {MAKER}",
            r"\documentclass{article}",
            rf"\usepackage[paperwidth={sides[0]},paperheight={sides[1]},margin=0pt]{{geometry}}",
            r"\usepackage{fix-cm}",
            r"\usepackage{tikz}",
            r"\usetikzlibrary{arrows.meta}",
            r"\renewcommand{\familydefault}{\sfdefault}",
            r"\pagestyle{empty}",
            r"\setlength{\parindent}{0pt}",
            r"\setlength{\topskip}{0pt}",
            *_styles(layout, theme),
            r"\begin{document}%",
            *([rf"\scalebox{{{layout.scale:.4f}}}{{%"] if scaled else []),
            r"\begin{tikzpicture}[x=1bp,y=-1bp]",
            rf"\useasboundingbox (0,0) rectangle ({wide},{high});",
            rf"\fill[paper] (0,0) rectangle ({wide},{high});",
            *(_text(text) for text in layout.texts),
            *(line for frame in layout.frames for line in _frame(frame)),
            *(line for route in layout.routes for line in _route(route)),
            *(line for box in layout.boxes for line in _box(box)),
            r"\end{tikzpicture}%",
            *(["}%"] if scaled else []),
            r"\end{document}",
            "",
        ]
    )


def _styles(layout: Layout, theme: Theme) -> Iterator[str]:
    """Colours by their names, what is drawn with them, and fonts."""
    drawing = layout.drawing
    colours = {name: getattr(theme, name) for name in ("paper", "stage", "ink", "quiet", "wire")}
    for style in drawing.styles:
        colours[f"{style} fill"] = theme.paints[style].fill
        colours[f"{style} line"] = theme.paints[style].line
    if drawing.marks:
        colours |= {"faint": theme.faint, **{mark: theme.marks[mark] for mark in drawing.marks}}
    for name, colour in colours.items():
        yield rf"\definecolor{{{name}}}{{HTML}}{{{colour.removeprefix('#').upper()}}}"
    yield r"\tikzset{"
    yield "  every node/.style={inner sep=0pt, outer sep=0pt, align=center, text=ink},"
    for style in drawing.styles:
        line = f"draw={style} line, line width={LOOKS[style].thick:g}pt"
        yield f"  box {style}/.style={{fill={style} fill, {line}}},"
    yield "  in frame/.style={fill=paper, draw=ink, line width=0.9pt, rounded corners=6pt},"
    yield "  in stage/.style={fill=stage, draw=quiet, line width=0.7pt, rounded corners=6pt},"
    yield f"  on wire/.style={{draw=wire, rounded corners={BEND:g}pt, -{{Latex[length={ARROW:g}pt, width=5.2pt]}}}},"
    yield "  auxiliary/.style={dash pattern=on 4.5pt off 3pt},"
    if drawing.marks:
        yield "  unmarked/.style={draw=faint},"
    for mark in drawing.marks:
        yield f"  marked {mark}/.style={{draw={mark}, line width={THICK[mark]:g}pt}},"
    yield "}"
    for name, size in _FONTS.items():
        bold = r"\bfseries" if name in ("name", "frame") else ""
        yield rf"\newcommand{{\text{name}}}{{{_font(size)}{bold}}}"


def _font(size: float) -> str:
    return rf"\fontsize{{{size:g}pt}}{{11.5pt}}\selectfont"


def _text(text: Text) -> str:
    bold = r"\bfseries" if text.bold else ""
    look = f"text={'quiet' if text.quiet else 'ink'}, font={_font(text.size)}{bold}"
    return _words(text.x, text.y, text.text, look)


def _frame(placed: PlacedFrame) -> Iterator[str]:
    frame, x, y = placed.frame, placed.left, placed.top
    kind = "in stage" if frame.stage else "in frame"
    look = _look(kind, frame.mark, dashed=frame.dashed)
    for shift in (_CARD, 0) if frame.times > 1 else (0,):
        start = x + shift, y - shift
        end = start[0] + placed.width, start[1] + placed.height
        yield rf"\draw[{look}] {_point(start)} rectangle {_point(end)};"
    yield _words(x + 9, y + 15, heading(frame), r"text=quiet, font=\textframe")
    if frame.note:
        yield _words(x + 9, y + 9 + TITLE_LINE, frame.note, r"text=quiet, font=\textnote")
    yield from _badge(frame.mark, (x + placed.width, y))


def _route(route: Route) -> Iterator[str]:
    wire, points = route.wire, [route.points[0]]
    points += [point for before, point in pairwise(route.points) if point != before]
    width = f"line width={weight(wire.channels):g}pt"
    look = f"{_look('on wire', wire.mark, dashed=wire.dashed, faint=route.faint)}"
    look += "" if wire.mark else f", {width}"
    bend = _bend(points)
    look += "" if bend == BEND else f", rounded corners={_number(bend)}pt"
    yield rf"\draw[{look}] {' -- '.join(map(_point, points))};"
    if route.label:
        yield _words(*route.label, wire.shape, r"text=quiet, font=\textshape")


def _bend(points: Sequence[Point]) -> float:
    """How far from its corners a course may bend: half of a run between two of them, all of one to an end."""
    runs = [abs(x - a) + abs(y - b) for (a, b), (x, y) in pairwise(points)]
    ends = (runs[0], runs[-1]) if len(runs) > 1 else ()
    return min(BEND, *ends, *(run / 2 for run in runs[1:-1]), BEND)


def _box(placed: PlacedBox) -> Iterator[str]:
    box, form = placed.box, LOOKS[placed.box.style].form
    wide, high = placed.width, placed.height
    look = _look(f"box {box.style}", box.mark, dashed=box.dashed, faint=placed.faint)
    rounded = radius(form, high)
    look += f", rounded corners={_number(rounded)}pt" if rounded else ""
    for shift in (_CARD, 0) if box.times > 1 else (0,):
        x, y = placed.x + shift, placed.y - shift
        outline = corners(form, x, y, wide, high)
        if outline:
            yield rf"\draw[{look}] {' -- '.join(map(_point, outline))} -- cycle;"
        else:
            start, end = (x - wide / 2, y - high / 2), (x + wide / 2, y + high / 2)
            yield rf"\draw[{look}] {_point(start)} rectangle {_point(end)};"
    size = f"minimum width={_number(wide)}bp, minimum height={_number(high)}bp"
    size += ", text=quiet" if placed.faint else ""
    at = _point((placed.x, placed.y))
    yield rf"\node[{size}] ({box.id.replace('.', '/')}) at {at} {{{_label(placed)}}};"
    yield from _badge(box.mark, (placed.x + wide / 2, placed.y - high / 2))


def _look(kind: str, mark: Mark | None, *, dashed: bool, faint: bool = False) -> str:
    more = f", marked {mark}" if mark else ", unmarked" if faint else ""
    return f"{kind}{more}{', auxiliary' if dashed else ''}"


def _badge(mark: Mark | None, corner: Point) -> Iterator[str]:
    """The sign of a mark, at a corner."""
    if mark:
        look = f"circle, minimum size=11pt, fill={mark}, text=paper"
        yield rf"\node[{look}] at {_point(corner)} {{\textname {_literal(SIGNS[mark])}}};"


def _label(placed: PlacedBox) -> str:
    box = placed.box
    if box.style == "join":
        font = r"\textname" if headline(box) else r"\textlabel"
        lines = [f"{font} {_literal(line_of(box))}"]
    else:
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
