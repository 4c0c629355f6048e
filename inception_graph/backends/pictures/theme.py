"""How things look: one table for every writer of pictures.

Fills are pale tints of the hues of Okabe and Ito, which stay apart for colour-blind readers; the outline's form says
the same again, so that nothing is lost in greyscale.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inception_graph.backends.pictures.drawing import Style

FONTS = "Helvetica, Arial, DejaVu Sans, sans-serif"
INK = "#1f2328"
QUIET = "#5b636d"
WIRE = "#6b7480"
PAPER = "#ffffff"

NAME, LABEL, SHAPE = 10.0, 9.0, 8.0
TITLE, CAPTION, FRAME, NOTE = 16.0, 9.5, 10.0, 8.5
"""Sizes of text in points: of a box its name and labels, of a wire its shape; of the picture, of a frame."""


@dataclass(frozen=True)
class Look:
    """The look of a box.

    Attributes:
        title: What it stands for, as the legend has it.
        fill: Colour of its inside.
        line: Colour of its outline.
        form: Form of its outline; all have straight tops and bottoms, or text would leave them.
        slant: What the form takes from either side of the room for text, in points.
    """

    title: str
    fill: str
    line: str
    form: Literal["square", "round", "pill", "funnel", "hexagon", "slanted", "chamfer"]
    slant: float = 0


LOOKS: Mapping[Style, Look] = {
    "terminal": Look("input, output", "#e9ebee", "#4b535d", "pill", 4),
    "convolution": Look("convolution", "#d3e6f5", "#1f6fa8", "square"),
    "pooling": Look("pooling", "#fce3bd", "#b8740a", "funnel", 9),
    "normalisation": Look("normalisation", "#e4e4e4", "#6e6e6e", "hexagon", 8),
    "activation": Look("activation", "#f7f0b2", "#8f8200", "pill", 6),
    "join": Look("join", "#cdebde", "#0a7d5c", "square"),
    "linear": Look("linear", "#efd9e7", "#a3497f", "slanted", 8),
    "shape": Look("change of shape", "#ffffff", "#7a828c", "round"),
    "regularisation": Look("regularisation", "#fbdccd", "#b4521c", "chamfer", 4),
    "block": Look("block", "#f6f8fa", "#1f2328", "round"),
}
