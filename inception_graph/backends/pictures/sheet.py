"""Where the parts of a picture stand on its sheet: title, network, blocks, legend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inception_graph.backends.pictures.legend import legend
from inception_graph.backends.pictures.placed import Layout, Pieces, Text
from inception_graph.backends.pictures.theme import CAPTION, TITLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from inception_graph.backends.pictures.drawing import Drawing
    from inception_graph.backends.pictures.options import Page

_MARGIN = 18.0
_TITLE_GAP, _LEGEND_GAP = 27.0, 22.0
"""Under the title, where a wire to the next column turns, and above the legend."""
_PAGE_MARGIN = 22.7
"""Of a page, in points: 8 mm."""
_LARGEST = 1.6
"""A small picture is not blown up beyond this to fill a page."""

SIZES: Mapping[Page, tuple[tuple[float, float], ...]] = {
    "a4": ((595.28, 841.89), (841.89, 595.28)),
    "letter": ((612.0, 792.0), (792.0, 612.0)),
    "slide": ((960.0, 540.0),),
}
"""Width and height of each page in points, the ways that it can be held."""


@dataclass(frozen=True, slots=True)
class Part:
    """Things with the room that they take, from the origin.

    Attributes:
        feet: Left and right end of what stands side by side in it, and where each ends.
    """

    pieces: Pieces
    width: float
    height: float
    feet: tuple[tuple[float, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where parts stand: their left upper corners, and the room that they take together."""

    corners: tuple[tuple[float, float], ...]
    width: float
    height: float


def packed(
    strip: Part, panels: Sequence[Part], most: float, between: float, *, tall_first: bool
) -> Sheet:
    """The network at the left upper corner, each block as high up, then as far left, as there is room beside it.

    Args:
        strip: The network.
        panels: The blocks.
        most: The width that may be filled.
        between: What is left free between two parts.
        tall_first: Whether tall blocks are placed first, and not in their order: low ones find room beside them.
    """
    taken = list(strip.feet)
    found: dict[int, tuple[float, float]] = {}
    order = list(range(len(panels)))
    if tall_first:
        order.sort(key=lambda index: -panels[index].height)
    for index in order:
        panel = panels[index]
        lefts = [0.0, *(right + between for _, right, _ in taken)]
        fits = [left for left in lefts if left + panel.width <= most] or [0.0]
        y, x = min((_free(taken, left, left + panel.width, between), left) for left in fits)
        found[index] = (x, y)
        taken.append((x, x + panel.width, y + panel.height))
    corners = [(0.0, 0.0), *(found[index] for index in range(len(panels)))]
    right = max(strip.width, *(end for _, end, _ in taken))
    return Sheet(tuple(corners), right, max(strip.height, *(foot for *_, foot in taken)))


def _free(
    taken: Sequence[tuple[float, float, float]], left: float, right: float, between: float
) -> float:
    """How far down what is taken reaches between two lines, with some air."""
    feet = [
        foot + between
        for start, end, foot in taken
        if start < right + between and end > left - between
    ]
    return max(feet, default=0.0)


def composed(
    drawing: Drawing, parts: Sequence[Part], sheet: Sheet, page: Page | None = None
) -> Layout:
    """The sheet with its title and legend; on a page as large as fits, the legend at its foot."""
    texts, top = _header(drawing)
    wide = max(sheet.width, *(text.x + text.width for text in texts))
    signs, signs_height = legend(drawing, wide)
    high = top + sheet.height + _LEGEND_GAP + signs_height
    scale, left, head = 1.0, _MARGIN, _MARGIN
    full_width, full_height = wide + 2 * _MARGIN, high + 2 * _MARGIN
    if page is not None:
        paper = max(SIZES[page], key=lambda paper: _fit(wide, high, paper))
        scale = _fit(wide, high, paper)
        full_width, full_height = paper[0] / scale, paper[1] / scale
        left, head = (full_width - wide) / 2, _PAGE_MARGIN / scale
    pieces = Pieces(texts=tuple(texts))
    for part, (x, y) in zip(parts, sheet.corners, strict=True):
        pieces += part.pieces.moved(x, top + y)
    pieces = pieces.moved(left, head)
    pieces += signs.moved(left, full_height - head - signs_height)
    return Layout(
        drawing,
        full_width,
        full_height,
        pieces.boxes,
        pieces.frames,
        pieces.routes,
        pieces.texts,
        scale,
    )


def around(drawing: Drawing, wide: float) -> tuple[float, float]:
    """The width that the title takes, and the height of title and legend on a sheet about so wide."""
    texts, top = _header(drawing)
    return max(text.x + text.width for text in texts), top + _LEGEND_GAP + legend(drawing, wide)[1]


def page_scale(sheet: Sheet, page: Page, taken: tuple[float, float]) -> float:
    """Points on the page for each unit of a sheet with what is ``around`` it."""
    wide, high = max(sheet.width, taken[0]), sheet.height + taken[1]
    return max(_fit(wide, high, paper) for paper in SIZES[page])


def _fit(wide: float, high: float, paper: tuple[float, float]) -> float:
    return min((paper[0] - 2 * _PAGE_MARGIN) / wide, (paper[1] - 2 * _PAGE_MARGIN) / high, _LARGEST)


def _header(drawing: Drawing) -> tuple[list[Text], float]:
    """The title and what stands under it, and where the network starts."""
    y = TITLE
    texts = [Text(0, y, drawing.title, TITLE, bold=True)]
    y += 4
    for line in drawing.caption:
        y += CAPTION + 4
        texts.append(Text(0, y, line, CAPTION, quiet=True))
    return texts, y + _TITLE_GAP
