"""A user's texts inside Python source: as prose in a docstring, never as code."""

from __future__ import annotations

import re
import textwrap

from inception_graph.ops.code import LINE_LENGTH


def harmless(text: str) -> str:
    """One line of a text that can end no docstring and turn no line around; backslashes make the docstring raw."""
    flat = " ".join(text.split())
    shown = "".join(character if character.isprintable() else "?" for character in flat)
    return shown.replace('"', "'")


def docstring(text: str, indent: int, *more: str) -> list[str]:
    """The lines of a docstring: a sentence, and paragraphs of lines that stand as they are.

    Args:
        text: The sentence, any text.
        indent: Spaces before it.
        more: Paragraphs already wrapped and harmless.
    """
    pad = " " * indent
    words = harmless(text) or "No description."
    words = words[0].upper() + words[1:]
    words = words if words.endswith((".", "!", "?")) else f"{words}."
    quotes = 'r"""' if any("\\" in part for part in (words, *more)) else '"""'
    first = f'{pad}{quotes}{words}"""'
    if len(first) <= LINE_LENGTH and not more:
        return [first]
    # A line that is all there is must leave room for the quotes: formatters put them behind it.
    summary, rest = _summary(words, LINE_LENGTH - indent - len(quotes) - (0 if more else 3))
    lines = [f"{pad}{quotes}{summary}"]
    if rest:
        lines += ["", *textwrap.wrap(rest, LINE_LENGTH, initial_indent=pad, subsequent_indent=pad)]
    for paragraph in more:
        lines += ["", *(f"{pad}{line}".rstrip() for line in paragraph.split("\n"))]
    return [*lines, f'{pad}"""']


def _summary(words: str, width: int) -> tuple[str, str]:
    """A first line that is a sentence of its own, and what is left."""
    if len(words) <= width:
        return words, ""
    first, stop, rest = words.partition(". ")
    if stop and len(first) + 1 <= width:
        return f"{first}.", rest
    cut = words.rfind(" ", 0, width - 3)
    cut = cut if cut > 0 else width - 3
    return f"{words[:cut].rstrip(',;: ')}...", f"...{words[cut:].lstrip()}"


_WORDLESS = re.compile(r'"""(?s:.*?)"""|"(?:\\.|[^"\\\n])*"|#[^\n]*')
_READ = re.compile(r"(?<![\w.])[A-Za-z_]\w*\b(?!=[^=])")


def names_read(source: str) -> set[str]:
    """Names that formatted source reads; words of texts, attributes and keywords of calls are none."""
    return set(_READ.findall(_WORDLESS.sub("", source)))
