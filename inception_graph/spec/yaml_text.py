"""YAML in one canonical form: mappings in blocks, those that fit on a line in braces."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inception_graph.diagnostics.source import Path

_WIDTH = 100
"""Columns of a line."""
_PARTED = ("blocks", "stem", "body", "auxiliary", "preprocess", "training", "checkpoints")
"""Keys with a blank line before them, where they do not follow one of their own kind."""
_PLAIN = re.compile(r"[A-Za-z$](?:[A-Za-z0-9_$()+*/%.;=-]|:(?=[^\s,\]}])| (?=[^\s#]))*")
"""Texts that need no quotes, wherever they stand; a comma ends them inside of brackets."""
_WORDS = frozenset(["null", "true", "false", "yes", "no", "on", "off", "y", "n"])
"""Words that are no texts, here or to readers of YAML 1.1."""


class Line(dict[str, Any]):
    """A mapping that stands on one line where it fits."""


class Column(list[Any]):
    """A list that stands on lines of its own, however short it is."""


class _Nothing:
    """The value of an operation that has no main argument: nothing at all, as in ``{flatten: }``."""


NOTHING = _Nothing()
Written: TypeAlias = Any
"""What YAML holds: mappings, lists, scalars, and nothing."""


class Notes:
    """What is said around values, by their paths, each with its number sign. This class says nothing."""

    def above(self, path: Path) -> tuple[str, ...]:
        """Comments on lines of their own before a value; an empty one is a blank line."""
        del path
        return ()

    def beside(self, path: Path, *, whole: bool) -> str:
        """The comment behind a line, of which the value takes the whole or only the beginning."""
        del path, whole
        return ""

    def below(self, path: Path) -> tuple[str, ...]:
        """Comments on lines of their own behind all of a value."""
        del path
        return ()


def document_text(document: Mapping[str, Written], notes: Notes | None = None) -> str:
    """A document, its parts in the order given.

    Args:
        document: The sections by key.
        notes: Comments.
    """
    notes = notes or Notes()
    written: list[str] = []
    before = ""
    for key, value in document.items():
        if key in _PARTED and not (key == "body" and before == "stem"):
            written.append("")
        lines = [*_entry((key,), value, notes)]
        doubled = lines[:1] == [""] and written[-1:] in ([""], [])
        written += lines[1:] if doubled else lines
        before = key
    written += notes.below(())
    return "\n".join(written) + "\n"


def _entry(path: Path, value: Written, notes: Notes) -> Iterator[str]:
    """An entry of a block mapping, with what is said around it."""
    margin = " " * (2 * (len(path) - 1))
    for comment in notes.above(path):
        yield f"{margin}{comment}".rstrip()
    yield from _lines(path, value, notes)
    for comment in notes.below(path):
        yield f"{margin}{comment}"


def _lines(path: Path, value: Written, notes: Notes) -> Iterator[str]:
    indent = 2 * (len(path) - 1)
    head = f"{' ' * indent}{_text(str(path[-1]))}:"
    if isinstance(value, dict) and value and not isinstance(value, Line):
        yield _noted(head, notes.beside(path, whole=False))
        for name, inner in cast("dict[str, Written]", value).items():
            yield from _entry((*path, name), inner, notes)
        return
    line = f"{head} {flow(value, bracketed=False)}".rstrip()
    if len(line) <= _WIDTH and not isinstance(value, Column):
        yield _noted(line, notes.beside(path, whole=True))
    elif isinstance(value, Line) and value:
        yield from _lines(path, dict(value), notes)
    elif isinstance(value, list):
        yield _noted(head, notes.beside(path, whole=False))
        for index, item in enumerate(cast("list[Written]", value)):
            yield from _item((*path, index), item, notes)
    else:
        yield from _folded(head, value, indent, notes.beside(path, whole=True))


def _item(path: Path, item: Written, notes: Notes) -> Iterator[str]:
    """An item of a list, behind its dash."""
    indent = 2 * (len(path) - 1)
    margin = " " * indent
    for comment in notes.above(path):
        yield f"{margin}{comment}".rstrip()
    line = f"{margin}- {flow(item, bracketed=False)}"
    if len(line) <= _WIDTH:
        yield _noted(line, notes.beside(path, whole=True))
    elif isinstance(item, dict) and item:
        entries = cast("dict[str, Written]", item).items()
        first, *rest = [
            written for name, inner in entries for written in _entry((*path, name), inner, notes)
        ]
        yield _noted(f"{margin}- {first.lstrip()}", notes.beside(path, whole=False))
        yield from rest
    else:
        yield from _folded(f"{margin}-", item, indent, notes.beside(path, whole=True))
    for comment in notes.below(path):
        yield f"{margin}{comment}"


def _noted(line: str, comment: str) -> str:
    return f"{line}  {comment}" if comment else line


def _folded(head: str, value: Written, indent: int, comment: str) -> Iterator[str]:
    """A text over several lines; other values have no place where they could be broken."""
    if not isinstance(value, str):
        yield _noted(f"{head} {flow(value, bracketed=False)}", comment)
        return
    line = head
    # A line break inside of quotes is read as one space.
    for word in re.split(r"(?<=[^\s\\]) (?=\S)", _quoted(value)):
        if len(line) + 1 + len(word) > _WIDTH and line is not head:
            yield line
            line = " " * (indent + 1)
        line = f"{line} {word}"
    yield _noted(line, comment)


def flow(value: Written, *, bracketed: bool = True) -> str:
    """A value on one line; texts are quoted with an eye to whether brackets stand around them."""
    if isinstance(value, dict):
        entries = cast("dict[str, Written]", value).items()
        return f"{{{', '.join(f'{_text(name)}: {flow(item)}' for name, item in entries)}}}"
    if isinstance(value, list):
        return f"[{', '.join(flow(item) for item in cast('list[Written]', value))}]"
    if isinstance(value, str):
        return _text(value, bracketed=bracketed)
    if value is NOTHING:
        return ""
    words: dict[Any, str] = {None: "null", True: "true", False: "false"}
    return words[value] if value is None or isinstance(value, bool) else repr(value)


def _text(text: str, *, bracketed: bool = True) -> str:
    """A text, quoted where it could be read as something else."""
    # A comma needs quotes inside of brackets only.
    tried = text if bracketed else text.replace(", ", " ")
    if _PLAIN.fullmatch(tried) and text.lower() not in _WORDS:
        return text
    return _quoted(text)


def _quoted(text: str) -> str:
    dump: Any = yaml.dump
    return dump(text, default_style='"', allow_unicode=True, width=float("inf")).rstrip("\n")
