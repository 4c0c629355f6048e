"""Scenes as files: SVG of our own, png and pdf drawn by Graphviz."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from inception_graph.backends.figures.scene import Form, Part, Scene, Words, bar
from inception_graph.backends.pictures.engine import PictureError, draw, find_engine
from inception_graph.backends.pictures.marks import signed_pdf, signed_png
from inception_graph.backends.pictures.theme import FONTS
from inception_graph.backends.pictures.words import width
from inception_graph.files import MAKER, write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator


FORMATS = ("svg", "png", "pdf")
_FONT = "Helvetica,Arial,Liberation Sans,DejaVu Sans,"
"""Families in the language of Pango, which would take the last word for a style without the comma."""
_DPI, _INCH = 144, 72
"""Pixels of a png to an inch, and points; Graphviz makes the pages of a pdf larger with more."""


def write(scene: Scene, path: str | Path, *, dpi: int = _DPI) -> None:
    """Write a figure to a file whose suffix says the format: svg, png or pdf.

    Raises:
        PictureError: The suffix is another; or png or pdf is wanted and there is no Graphviz.
        OSError: The file cannot be written. What was there before is untouched.
    """
    kind = Path(path).suffix.lower().removeprefix(".")
    match kind:
        case "svg":
            write_atomically(path, svg_text(scene))
        case "png":
            write_atomically(path, signed_png(draw(dot_text(scene), kind, find_engine(), dpi)))
        case "pdf":
            write_atomically(path, signed_pdf(draw(dot_text(scene), kind, find_engine(), _INCH)))
        case _:
            known = ", ".join(f".{name}" for name in FORMATS)
            message = f"'{Path(path).name}': this figure is drawn as {known}"
            raise PictureError(message)


def svg_text(scene: Scene) -> str:
    """The figure as an SVG document; texts stay texts."""
    wide, high = _number(scene.width), _number(scene.height)
    # What many parts share is said once.
    looks = {
        look: f"c{number}" for number, look in enumerate(dict.fromkeys(map(_look, scene.parts)))
    }
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}">',
            f"<!-- {MAKER} -->",
            f"<title>{escape(scene.title)}</title>",
            "<style>",
            f"text {{ font-family: {FONTS}; }}",
            *(f".{name} {{ {look} }}" for look, name in looks.items()),
            "</style>",
            f'<rect width="{wide}" height="{high}" fill="{scene.paper}"/>',
            *(_svg(part, looks[_look(part)]) for part in scene.parts),
            "</svg>\n",
        ]
    )


def _look(part: Part) -> str:
    """What a part looks like, in the language of style sheets."""
    if isinstance(part, Words):
        said = f"font-size: {part.size:g}px; fill: {part.colour};"
        said += " font-weight: bold;" if part.bold else ""
        return said + (f" text-anchor: {part.anchor};" if part.anchor != "start" else "")
    said = f"fill: {part.fill or 'none'};"
    if part.line:
        said += f" stroke: {part.line}; stroke-width: {part.thick:g};"
        said += " stroke-dasharray: 4 3;" if part.dashed else ""
    return said


def _svg(part: Part, kind: str) -> str:
    if isinstance(part, Words):
        place = f'x="{_number(part.x)}" y="{_number(part.y)}"'
        return f'<text class="{kind}" {place}>{escape(part.text)}</text>'
    (x, y), *others = part.points
    course = f"M{_number(x)},{_number(y)}"
    for nx, ny in others:
        level, upright = ny == y, nx == x
        course += (
            f"H{_number(nx)}"
            if level
            else f"V{_number(ny)}"
            if upright
            else f"L{_number(nx)},{_number(ny)}"
        )
        x, y = nx, ny
    closed = part.fill or part.points[0] == part.points[-1]
    drawn = f'<path class="{kind}" d="{course}{"Z" if closed else ""}"'
    return f"{drawn}><title>{escape(part.tip)}</title></path>" if part.tip else f"{drawn}/>"


def dot_text(scene: Scene) -> str:
    """The figure as DOT without nodes: all of it is the graph's background, in the language of xdot.

    See https://graphviz.org/docs/outputs/canon/#xdot; lengths of texts are in bytes.
    """
    paper = bar(0, 0, scene.width, scene.height, scene.paper)
    drawn = (op for part in (paper, *scene.parts) for op in _xdot(part, scene.height))
    # Older versions read strings of up to 16 kB only, but any number of them.
    pieces = " +\n".join('"' + op.replace('"', '\\"') + ' "' for op in drawn)
    extent = f"0,0,{_number(scene.width)},{_number(scene.height)}"
    return f'graph figure {{\n\tgraph [layout=nop2, bb="{extent}", pad=0, margin=0, _background={pieces}]\n}}\n'


def _xdot(part: Form | Words, height: float) -> Iterator[str]:
    if isinstance(part, Words):
        # Graphviz puts baselines higher than it is told, by a tenth of the letters or so, as its version has it.
        baseline = height - part.y - part.size / 10
        # DOT has no way to write a backslash before a quotation mark.
        text = part.text.replace("\\", "\N{SET MINUS}")
        long = width(part.text, part.size, bold=part.bold)
        side = {"start": -1, "middle": 0, "end": 1}[part.anchor]
        at = f"{_number(part.x)} {_number(baseline)}"
        yield f"c {_sized(part.colour)} F {part.size:g} {_sized(_FONT)} t {int(part.bold)}"
        yield f"T {at} {side} {_number(long)} {_sized(text)}"
        return
    places = " ".join(f"{_number(x)} {_number(height - y)}" for x, y in part.points)
    count = len(part.points)
    if part.fill:
        # A filled polygon has an outline always.
        yield f"c {_sized(part.line or part.fill)} C {_sized(part.fill)} S {_sized(_thickness(part))}"
        yield f"S {_sized(_style(part))} P {count} {places}"
    elif part.line:
        yield f"c {_sized(part.line)} S {_sized(_thickness(part))} S {_sized(_style(part))} L {count} {places}"


def _thickness(form: Form) -> str:
    return f"setlinewidth({form.thick if form.line else 0:g})"


def _style(form: Form) -> str:
    return "dashed" if form.dashed else "solid"


def _sized(text: str) -> str:
    return f"{len(text.encode())} -{text}"


def _number(value: float) -> str:
    return f"{round(value, 2) + 0.0:g}" if abs(value) < 1e4 else f"{value:.1f}"
