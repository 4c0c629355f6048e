"""Text that is safe and aligned in a terminal, whatever the file holds."""

from __future__ import annotations

import unicodedata

_TAB = 4
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that move the cursor, reorder what is seen, or are not seen at all."""


def visible(text: str) -> str:
    """The text with every control, format and line-breaking character written out."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def cells(text: str) -> list[str]:
    """What each character of a line becomes: tabs are widened, hidden ones written out."""
    shown: list[str] = []
    column = 0
    for character in text:
        cell = " " * (_TAB - column % _TAB) if character == "\t" else _shown(character)
        shown.append(cell)
        column += width(cell)
    return shown


def width(text: str) -> int:
    """Columns that a text fills in a terminal."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _shown(character: str) -> str:
    if unicodedata.category(character) not in _HIDDEN:
        return character
    return character.encode("unicode_escape").decode("ascii")
