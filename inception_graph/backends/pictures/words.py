"""Text in pictures: what a user wrote, made fit to be shown, and how wide it will be."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inception_graph.ops.window import Shape

# Widths of the characters from space to tilde, in hundredths of the size of the font. They are those of DejaVu Sans,
# the widest of the fonts that a picture asks for, so that a text fits its box whichever of them a reader has.
_WIDTHS = bytes.fromhex(
    "20282e54405f4e1b272732542024202240404040404040404040222254545435"
    "644445464d3f3a4d4b1d1d4238564b4f3c4f453f3d494463453d452722275432"
    "323d3f373f3e233f3f1c1c3a1c613f3d3f3f2934273f3b523b3b3440224054"
)
_BOLD = 1.13
_JOINERS = "\u200c\u200d"  # they shape letters and emoji, and print nothing themselves


def plain(text: str, most: int) -> str:
    """The text on one line, without what cannot be printed (controls, changes of direction), at most so long."""
    kept = "".join(char if char.isprintable() or char in _JOINERS else " " for char in text)
    line = " ".join(kept.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def shortened(name: str, most: int) -> str:
    """A name with its middle left out where it is longer; its ends are what tells names apart."""
    half = (most - 1) // 2
    return name if len(name) <= most else f"{name[:half]}…{name[-half:]}"


def width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a line in points, a little generous, without asking any font."""
    return sum(_width(char) for char in text) * size * (_BOLD if bold else 1)


def _width(char: str) -> float:
    if " " <= char <= "~":
        return _WIDTHS[ord(char) - 32] / 100
    if char in _JOINERS or unicodedata.combining(char):
        return 0
    return 1.05 if unicodedata.east_asian_width(char) in "WF" else 0.84


def crossed(text: str) -> str:
    """The text with a multiplication sign for an x between numbers or before one: ``conv 3×3``."""
    return re.sub(r"(?<=\d)x(?=\d)|^x(?= ?\d)", "×", text)


def size(shape: Shape | None) -> str:
    """A shape as it stands on a wire: ``64×112×112``, or a question mark where it is not known."""
    if shape is None:
        return "?"
    return "×".join(str(int(extent)) for extent in shape)


def amount(number: int) -> str:
    """A large number in three digits: ``5.71 G``."""
    for unit, factor in (("T", 10**12), ("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if number >= factor:
            return (
                f"{number / factor:.3g} {unit}"
                if number < 999.5 * factor
                else f"{number / factor:.0f} {unit}"
            )
    return str(number)
