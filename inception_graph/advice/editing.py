"""Edits of a spec's text: what is not edited stays as its author wrote it, comments and layout included."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from inception_graph.diagnostics.report import Report
from inception_graph.diagnostics.source import Source
from inception_graph.spec.lower import KEYS
from inception_graph.spec.reader import read_tree
from inception_graph.spec.tree import Mapping, Scalar, Sequence
from inception_graph.spec.yaml_text import Line, Written, document_text, flow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inception_graph.diagnostics.source import Path
    from inception_graph.limits import Limits
    from inception_graph.spec.tree import Tree


@dataclass(frozen=True)
class Put:
    """Give the entry at a path a value, in place of the one that it has; a new entry comes last.

    What holds the entry is made if it is not there; a new section stands where sections usually stand.
    """

    path: Path
    value: Written


@dataclass(frozen=True)
class Insert:
    """A new entry at a path, before another one of its mapping."""

    path: Path
    value: Written
    before: str


@dataclass(frozen=True)
class Remove:
    """Take the entry at a path away."""

    path: Path


@dataclass(frozen=True)
class Rename:
    """Give the entry at a path another key.

    Attributes:
        path: The entry.
        name: Its new key.
        node: Whether the entry is a node, whose name says nothing of what the network does.
    """

    path: Path
    name: str
    node: bool = False


@dataclass(frozen=True)
class Copy:
    """The entry at a path once more, behind it, under another key."""

    path: Path
    name: str


@dataclass(frozen=True)
class Wrap:
    """Put the node at a path among new ones: a chain, or the branches of a join.

    Attributes:
        path: Where the node stands.
        name: What it is called there.
        first: New nodes before it, by name.
        last: New nodes behind it.
        join: The operation that joins them, or None for a chain.
    """

    path: Path
    name: str
    first: tuple[tuple[str, Written], ...] = ()
    last: tuple[tuple[str, Written], ...] = ()
    join: str | None = None


Edit: TypeAlias = Put | Insert | Remove | Rename | Copy | Wrap


class CannotEdit(Exception):
    """The text has no place of its own for an edit; says why."""


def edited(text: str, edits: Iterable[Edit], limits: Limits) -> str:
    """The text after some edits, one after the other.

    Args:
        text: A spec that can be read.
        edits: What to change; each finds the text as the one before left it.
        limits: Bounds on sizes.

    Raises:
        CannotEdit: A path is not there, or what stands there stands at another place too, by an alias.
    """
    for edit in edits:
        text = _Text(text, limits).after(edit)
    return text


def moved(path: Path, edit: Edit) -> tuple[Path, ...]:
    """Where the value at a path stands after an edit; nowhere, once, or at two places."""
    at, rest = path[: len(edit.path)], path[len(edit.path) :]
    if at != edit.path:
        return (path,)
    match edit:
        case Remove():
            return ()
        case Rename():
            return ((*at[:-1], edit.name, *rest),)
        case Copy():
            return (path, (*at[:-1], edit.name, *rest))
        case Wrap():
            join = (edit.join,) if edit.join else ()
            return ((*at, *join, edit.name, *rest),)
        case _:
            return (path,)


class _Text:
    """A text with its tree."""

    def __init__(self, text: str, limits: Limits) -> None:
        self.text = text.removeprefix("\ufeff")
        self.newline = "\r\n" if "\r\n" in text else "\n"
        tree = read_tree(Source("", self.text), Report(), limits)
        if not isinstance(tree, Mapping):
            message = "the text is no mapping"
            raise CannotEdit(message)
        self.tree: Mapping = tree

    def after(self, edit: Edit) -> str:
        match edit:
            case Put():
                return self._put(edit.path, edit.value)
            case Insert():
                holder = self._holder(edit.path)
                return self._inserted(holder, str(edit.path[-1]), edit.value, edit.before)
            case Remove():
                return self._removed(self._holder(edit.path), str(edit.path[-1]))
            case Rename():
                key, _ = self._entry(edit.path)
                return self._with(key.start, key.end, edit.name)
            case Copy():
                return self._copied(edit.path, edit.name)
            case Wrap():
                return self._wrapped(edit)

    def _with(self, start: int, end: int, new: str) -> str:
        return self.text[:start] + new + self.text[end:]

    def _holder(self, path: Path) -> Mapping:
        """The mapping that holds the entry at a path, which need not be there yet."""
        tree: Tree = self.tree
        for step in path[:-1]:
            tree = self._inside(tree, step)[1]
        if not isinstance(tree, Mapping):
            raise self._absent(path)
        return tree

    def _entry(self, path: Path) -> tuple[Scalar, Tree]:
        return self._inside(self._holder(path), path[-1])

    def _inside(self, tree: Tree, step: str | int) -> tuple[Scalar, Tree]:
        if not isinstance(tree, Mapping) or step not in tree.entries:
            raise self._absent((step,))
        key, value = tree.entries[str(step)]
        if value.start < key.end or self.text.startswith("&", value.start):
            message = f"'{step}' is written with an anchor or an alias"
            raise CannotEdit(message)
        return key, value

    def _absent(self, path: Path) -> CannotEdit:
        return CannotEdit(f"'{path[-1]}' is not written in this file")

    def _in_braces(self, holder: Mapping) -> bool:
        return self.text.startswith("{", holder.start)

    def _put(self, path: Path, value: Written) -> str:
        tree: Tree = self.tree
        for index, step in enumerate(path):
            if not isinstance(tree, Mapping):
                raise self._absent(path[:index])
            if step not in tree.entries:
                return self._added(tree, str(step), _nested(path[index + 1 :], value))
            tree = self._inside(tree, step)[1]
        if not isinstance(tree, Scalar) and not self.text.startswith(("{", "["), tree.start):
            message = f"'{path[-1]}' is written over several lines"
            raise CannotEdit(message)
        new = flow(value)
        if tree.start == tree.end and not self.text[tree.start - 1].isspace():
            new = f" {new}"
        return self._with(tree.start, tree.end, new)

    def _added(self, holder: Mapping, name: str, value: Written) -> str:
        """A new entry, which comes last, or among sections where it usually stands."""
        if holder is self.tree and name in KEYS:
            usual = KEYS[KEYS.index(name) :]
            following = next((key for key in holder if key in usual), None)
            if following is not None:
                return self._inserted(holder, name, value, following)
        return self._appended(holder, name, value)

    def _appended(self, holder: Mapping, name: str, value: Written) -> str:
        """A new last entry."""
        if self._in_braces(holder):
            entry = flow({name: value})[1:-1]
            if not holder.entries:
                return self._with(holder.start + 1, holder.start + 1, entry)
            end = _last(holder)
            return self._with(end, end, f", {entry}")
        margin, end = self._margin(holder), self._line_end(holder)
        return self._with(end, end, self.newline + self._lines({name: value}, margin))

    def _inserted(self, holder: Mapping, name: str, value: Written, before: str) -> str:
        key, _ = self._inside(holder, before)
        if self._in_braces(holder):
            entry = flow({name: value})[1:-1]
            return self._with(key.start, key.start, f"{entry}, ")
        margin = self._margin(holder)
        start = key.start - len(margin)
        return self._with(start, start, self._lines({name: value}, margin) + self.newline)

    def _removed(self, holder: Mapping, name: str) -> str:
        key, value = self._inside(holder, name)
        names = list(holder)
        if len(names) == 1:
            message = f"'{name}' is all that stands there"
            raise CannotEdit(message)
        if not self._in_braces(holder):
            start, end = key.start - len(self._margin(holder)), self._line_end(value)
            before, after = self.text[:start], self.text[end:].removeprefix(self.newline)
            parted = before.endswith(self.newline * 2) and after.startswith(self.newline)
            return before + (after.removeprefix(self.newline) if parted else after)
        index = names.index(name)
        if index + 1 < len(names):
            return self._with(key.start, holder.key(names[index + 1]).start, "")
        before = holder.entries[names[index - 1]][1].end
        return self._with(before, value.end, "")

    def _copied(self, path: Path, name: str) -> str:
        holder = self._holder(path)
        key, value = self._inside(holder, path[-1])
        if self._in_braces(holder):
            rest = self.text[key.end : value.end]
            return self._with(value.end, value.end, f", {name}{rest}")
        end = self._line_end(value)
        copy = f"{self.newline}{self._margin(holder)}{name}{self.text[key.end : end]}"
        return self._with(end, end, copy)

    def _wrapped(self, edit: Wrap) -> str:
        holder = self._holder(edit.path)
        key, value = self._inside(holder, edit.path[-1])
        inline = isinstance(value, Mapping) and self._in_braces(value)
        if not isinstance(value, Mapping):
            message = f"'{edit.path[-1]}' is no mapping"
            raise CannotEdit(message)
        first, last = dict(edit.first), dict(edit.last)
        if self._in_braces(holder):
            before = "".join(f"{flow({name: node})[1:-1]}, " for name, node in first.items())
            after = "".join(f", {flow({name: node})[1:-1]}" for name, node in last.items())
            old = self.text[value.start : value.end]
            new = f"{{{before}{edit.name}: {old}{after}}}"
            new = f"{{{edit.join}: {new}}}" if edit.join else new
            return self._with(value.start, value.end, new)
        margin, end = f"{self._margin(holder)}  ", self._line_end(value)
        above = f"{margin}{edit.join}:{self.newline}" if edit.join else ""
        margin += "  " if edit.join else ""
        before = above + (self._lines(first, margin) + self.newline if first else "")
        after = self.newline + self._lines(last, margin) if last else ""
        head = f"{margin}{edit.name}:"
        if inline:
            new = f":{self.newline}{before}{head} {self.text[value.start : end]}{after}"
            return self._with(key.end, end, new)
        start = value.start - len(self._margin(value))
        deeper = "\n    " if edit.join else "\n  "
        moved = re.sub(r"\n(?=[^\r\n])", deeper, self.text[start:end])
        return self._with(start, end, f"{before}{head}{self.newline}{deeper[1:]}{moved}{after}")

    def _margin(self, holder: Mapping) -> str:
        """What stands before the entries of a block mapping."""
        start = self.text.rfind("\n", 0, holder.start) + 1
        margin = self.text[start : holder.start]
        if margin.strip(" "):
            message = "what is to be changed does not stand on a line of its own"
            raise CannotEdit(message)
        return margin

    def _lines(self, entries: dict[str, Written], margin: str) -> str:
        """Entries as the lines of a block mapping."""
        lines = document_text(entries).rstrip("\n").split("\n")
        return self.newline.join(margin + line for line in lines)

    def _line_end(self, tree: Tree) -> int:
        """The end of the last line of a value, its line break left out."""
        last = _closed(tree)
        while self.text[
            last - 1
        ].isspace():  # a text of several lines ends where the next value starts
            last -= 1
        found = self.text.find("\n", last)
        end = len(self.text) if found < 0 else found
        return end - 1 if self.text.startswith("\r", end - 1) else end


def _nested(path: Path, value: Written) -> Written:
    """A value under the keys of a path; the fields of a node stand on one line."""
    for step in reversed(path):
        one: dict[str, Written] = {str(step): value}
        value = one if isinstance(value, dict) else Line(one)
    return value


def _last(tree: Tree) -> int:
    """The end of the last value inside of a collection, or of a scalar.

    What the parser calls the end of a collection lies behind its brackets and comments.
    """
    if isinstance(tree, Scalar) or not (tree.entries if isinstance(tree, Mapping) else tree.items):
        return tree.end
    if isinstance(tree, Sequence):
        return _closed(tree.items[-1])
    *_, (key, value) = tree.entries.values()
    if value.start < key.end:
        message = f"'{key.text}' is written with an alias"
        raise CannotEdit(message)
    return _closed(value)


def _closed(tree: Tree) -> int:
    """The end of a value: its own bracket, or the end of the last value inside of it."""
    return tree.end if tree.source.text.startswith(("{", "["), tree.start) else _last(tree)
