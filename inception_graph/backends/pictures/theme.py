"""How things look: one table for every writer of pictures.

Colours are tints of the hues of Okabe and Ito, which stay apart for colour-blind readers; the form of an outline says
the same again, so that nothing is lost in greyscale.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inception_graph.backends.pictures.drawing import Mark, Style
    from inception_graph.backends.pictures.options import Tone

FONTS = "Helvetica, Arial, DejaVu Sans, sans-serif"

NAME, LABEL, SHAPE = 9.5, 9.0, 8.5
TITLE, CAPTION, FRAME, NOTE = 16.0, 9.5, 10.0, 8.5
"""Sizes of text in points: of a box its name and labels, of a wire its shape; of the picture, of a frame."""

Form: TypeAlias = Literal["square", "round", "pill", "funnel", "hexagon", "slanted", "chamfer"]


@dataclass(frozen=True, slots=True)
class Look:
    """The look of a box, whatever its colours.

    Attributes:
        title: What it stands for, as the legend has it.
        form: Form of its outline; all have straight tops and bottoms, or text would leave them.
        slant: What the form takes from either side of the room for text, in points.
        thick: Width of its outline.
    """

    title: str
    form: Form
    slant: float = 0
    thick: float = 1


LOOKS: Mapping[Style, Look] = {
    "terminal": Look("input, output", "pill", 4),
    "convolution": Look("convolution", "square"),
    "pooling": Look("pooling", "funnel", 9),
    "normalisation": Look("normalisation", "hexagon", 8),
    "activation": Look("activation", "pill", 6),
    "join": Look("join", "square", 0, 1.6),
    "linear": Look("linear", "slanted", 8),
    "shape": Look("change of shape", "round"),
    "regularisation": Look("regularisation", "chamfer", 4),
    "block": Look("block", "round", 0, 1.6),
}


@dataclass(frozen=True, slots=True)
class Paint:
    """Colours of a box: of its inside and of its outline."""

    fill: str
    line: str


@dataclass(frozen=True, slots=True)
class Theme:
    """All colours of a picture.

    Attributes:
        paper: The sheet, and the inside of blocks.
        stage: The inside of a stage.
        ink: Text.
        quiet: Text and lines that come second.
        wire: Wires.
        faint: Outline and text of what has no mark where other things have one.
        paints: The colours of boxes.
        marks: The colours of marks.
    """

    paper: str
    stage: str
    ink: str
    quiet: str
    wire: str
    faint: str
    paints: Mapping[Style, Paint]
    marks: Mapping[Mark, str]


THEMES: Mapping[Tone, Theme] = {
    "light": Theme(
        "#ffffff", "#f8fafb", "#1f2328", "#5b636d", "#6b7480", "#a9b0b8",
        {
            "terminal": Paint("#e9ebee", "#4b535d"),
            "convolution": Paint("#d3e6f5", "#1f6fa8"),
            "pooling": Paint("#fce3bd", "#a86a08"),
            "normalisation": Paint("#e4e4e4", "#6e6e6e"),
            "activation": Paint("#f7f0b2", "#8f8200"),
            "join": Paint("#cdebde", "#0a7d5c"),
            "linear": Paint("#efd9e7", "#a3497f"),
            "shape": Paint("#ffffff", "#7a828c"),
            "regularisation": Paint("#fbdccd", "#b4521c"),
            "block": Paint("#f6f8fa", "#1f2328"),
        },
        {"added": "#0a7d5c", "removed": "#b4321c", "changed": "#8a5a00", "failed": "#c62222", "unreached": "#7a828c"},
    ),
    "dark": Theme(
        "#0f1419", "#151b22", "#e8edf2", "#a3adb8", "#8f9aa6", "#56606b",
        {
            "terminal": Paint("#2b323a", "#a9b3be"),
            "convolution": Paint("#12364f", "#62b0e3"),
            "pooling": Paint("#4a3208", "#e8a93c"),
            "normalisation": Paint("#35383c", "#b0b4b8"),
            "activation": Paint("#403b06", "#d9cb3f"),
            "join": Paint("#0a3b2c", "#3fc79a"),
            "linear": Paint("#48203a", "#de8fbd"),
            "shape": Paint("#0f1419", "#99a3ad"),
            "regularisation": Paint("#4b2412", "#f08d55"),
            "block": Paint("#1b222a", "#e8edf2"),
        },
        {"added": "#3fc79a", "removed": "#ff8068", "changed": "#e8a93c", "failed": "#ff6b6b", "unreached": "#99a3ad"},
    ),
    "print": Theme(
        "#ffffff", "#ffffff", "#000000", "#333333", "#333333", "#9a9a9a",
        {
            "terminal": Paint("#ffffff", "#000000"),
            "convolution": Paint("#ffffff", "#000000"),
            "pooling": Paint("#d2d2d2", "#000000"),
            "normalisation": Paint("#ececec", "#000000"),
            "activation": Paint("#f6f6f6", "#000000"),
            "join": Paint("#bdbdbd", "#000000"),
            "linear": Paint("#e0e0e0", "#000000"),
            "shape": Paint("#ffffff", "#666666"),
            "regularisation": Paint("#f0f0f0", "#000000"),
            "block": Paint("#ffffff", "#000000"),
        },
        {"added": "#000000", "removed": "#555555", "changed": "#000000", "failed": "#000000", "unreached": "#777777"},
    ),
}  # fmt: skip

SIGNS: Mapping[Mark, str] = {
    "added": "+",
    "removed": "−",
    "changed": "~",
    "failed": "!",
    "unreached": "?",
}
"""What a mark says where there is no colour."""

THICK: Mapping[Mark, float] = {
    "added": 2.2,
    "removed": 2.2,
    "changed": 2.2,
    "failed": 2.2,
    "unreached": 1.0,
}
"""Width of the outline of what has a mark, in points."""


def weight(channels: int) -> float:
    """The width of a wire's line in points: it grows with the root of the channels, from 0.6 to 3.4."""
    return round(min(0.55 + 0.06 * channels**0.5, 3.4), 2)
