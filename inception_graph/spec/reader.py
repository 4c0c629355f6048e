"""From bytes to a tree: YAML 1.2 scalars, no tags, no merge keys, no surprises."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from inception_graph.diagnostics.codes import Code
from inception_graph.diagnostics.report import Related
from inception_graph.diagnostics.source import Place, Source
from inception_graph.spec.tree import Mapping, Scalar, Sequence, Tree, place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from inception_graph.diagnostics.report import Report
    from inception_graph.limits import Limits

# PyYAML is typed nowhere; its C parser, many times as fast as the other, is in every wheel of it.
_Parser: Any = yaml.cyaml.CParser if yaml.__with_libyaml__ else yaml.Loader  # type: ignore[attr-defined]

_INT = re.compile(r"[-+]?[0-9]+")
_PREFIXED_INT = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_UNBOUNDED = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WORDS = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""Characters that the parser refuses; it says where in bytes only."""
_LONGEST_NUMBER = 18
_LONGEST_TAG = 60


def read_file(path: Path, report: Report, limits: Limits) -> Source | None:
    """The text of a file, or None after reporting why it cannot be read as text."""
    name = str(path)
    nowhere = Place(Source(name, ""), 0, 0)
    try:
        with path.open("rb") as stream:
            raw = stream.read(limits.bytes + 1)
    except IsADirectoryError:
        report.add(
            Code.UNREADABLE, "this is a directory", nowhere, hint="name a YAML file inside it"
        )
        return None
    except FileNotFoundError:
        report.add(Code.UNREADABLE, "there is no such file", nowhere)
        return None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        report.add(Code.UNREADABLE, f"the file cannot be read: {reason.lower()}", nowhere)
        return None
    if len(raw) > limits.bytes:
        message = f"the file is larger than {limits.bytes:,} bytes"
        hint = "if it is meant to be, raise the bound: --limit bytes=..."
        report.add(Code.FILE_LIMIT, message, nowhere, hint=hint)
        return None
    return _decode(raw, name, report)


def _decode(raw: bytes, name: str, report: Report) -> Source | None:
    nowhere = Place(Source(name, ""), 0, 0)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        report.add(Code.UNREADABLE, "the file is UTF-16", nowhere, hint="save it as UTF-8")
        return None
    if b"\0" in raw:
        report.add(
            Code.UNREADABLE, "this is a binary file", nowhere, hint="a spec is a YAML text in UTF-8"
        )
        return None
    try:
        return Source(name, raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        source = Source(name, raw.decode("utf-8", errors="replace"))
        where = Place(source, len(before), len(before) + 1)
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8"
        report.add(Code.UNREADABLE, message, where, hint="save the file as UTF-8")
        return None


def read_tree(source: Source, report: Report, limits: Limits) -> Tree | None:
    """The tree of a text, or None where there is none to speak of (reported)."""
    if len(source.text) > limits.bytes:
        message = f"the text is larger than {limits.bytes:,} characters"
        hint = "if it is meant to be, raise the bound: --limit bytes=..."
        report.add(Code.FILE_LIMIT, message, Place(source, 0, 0), hint=hint)
        return None
    if source.text.startswith("\ufeff"):  # the parser does not count a byte order mark
        source = Source(source.name, source.text[1:])
    try:
        source.text.encode()
        return _Composer(source, report, limits).compose()
    except UnicodeEncodeError as error:
        where = Place(source, error.start, error.start + 1)
        report.add(Code.UNREADABLE, "half of a character pair stands alone here", where)
    except yaml.MarkedYAMLError as error:
        _report_syntax(error, source, report)
    except yaml.YAMLError:
        # The reader's own error: a character that no YAML text may hold.
        match = _FORBIDDEN.search(source.text)
        where = Place(source, *match.span()) if match else Place(source, 0, 1)
        message = f"YAML forbids the character U+{ord(source.text[where.start]):04X}"
        report.add(Code.YAML_SYNTAX, message, where, hint="remove the character")
    except _StopReading:
        pass
    return None


def _report_syntax(error: yaml.MarkedYAMLError, source: Source, report: Report) -> None:
    """Report what the parser stumbled over, and where the value began that it was reading."""
    marks: list[Any] = [error.problem_mark or error.context_mark, error.context_mark]
    offset, start = (min(mark.index, len(source.text)) if mark else 0 for mark in marks)
    problem = error.problem or error.context or "this is not YAML"
    related: tuple[Related, ...] = ()
    if error.context and start < offset:
        if not source.text[
            offset:
        ].strip():  # the end of the file says little of what is not closed
            offset, problem = start, f"{error.context}, {problem}"
        else:
            began = error.context.removeprefix("while parsing ").removeprefix("while scanning ")
            began = f"the {began.removeprefix('a ').removeprefix('an ')} starts here"
            related = (Related(began, Place(source, start, start + 1)),)
    where, hint = Place(source, offset, offset + 1), _advice(source, offset, problem)
    report.add(Code.YAML_SYNTAX, problem, where, related=related, hint=hint)


_ADVICE = {
    "did not find expected ',' or": "close what is open, or quote a text that holds , : [ ] { }",
    "mapping values are not allowed": "quote a text that holds ': ', or mend the indentation",
    "did not find expected key": "indent this line like those it belongs to",
    "found unexpected end of stream": "close the quote",
    "could not find expected ':'": "put ': ' behind the name",
    "found character that cannot start any token": "quote a text that starts with @, ` or %",
}
"""What to do about the parser's problems, by how their texts begin."""


def _advice(source: Source, offset: int, problem: str) -> str | None:
    line = source.line(source.position(offset)[0])
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "indent with spaces; YAML forbids tabs there"
    return next((advice for start, advice in _ADVICE.items() if start in problem), None)


class _StopReading(Exception):
    """Raised after a fault behind which the text cannot be followed."""


@dataclass
class _Open:
    """A collection whose end has not been read."""

    tree: Sequence | Mapping
    anchor: str | None
    key: Scalar | None = None
    skips: bool = False  # the value to come belongs to a key that was refused
    weight: int = 1


@dataclass
class _Composer:
    """Builds a tree from parser events without recursion, so that depth costs no stack."""

    source: Source
    report: Report
    limits: Limits
    stack: list[_Open] = field(default_factory=list[_Open])
    anchors: dict[str, tuple[Tree, int]] = field(default_factory=dict[str, tuple[Tree, int]])
    root: Tree | None = None

    def compose(self) -> Tree:
        """The tree of the first document; nothing at all reads as null."""
        for event in self._events():
            kind: Any = event.__class__
            if kind is yaml.ScalarEvent:
                self._refuse_tag(event)
                self._finish(self._scalar(event), event.anchor, 1)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                self._refuse_tag(event)
                self._start(event, mapping=kind is yaml.MappingStartEvent)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                done = self.stack.pop()
                done.tree.end = max(done.tree.start + 1, self._trimmed(event.end_mark.index))
                self._finish(done.tree, done.anchor, done.weight)
            elif kind is yaml.AliasEvent:
                self._alias(event)
            elif kind is yaml.DocumentStartEvent and self.root is not None:
                message = "a second document starts here"
                self.report.add(
                    Code.YAML_SYNTAX, message, self._at(event), hint="put it into a file of its own"
                )
                break
        return self.root or Scalar(self.source, 0, 0, None, "")

    def _events(self) -> Iterator[Any]:
        parser = _Parser(self.source.text)
        while (event := parser.get_event()) is not None:
            yield event

    def _at(self, event: Any) -> Place:
        return Place(self.source, event.start_mark.index, event.end_mark.index)

    def _trimmed(self, end: int) -> int:
        """The end of a block collection, without the blank space that the parser counts in."""
        text = self.source.text
        while end > 0 and text[end - 1].isspace():
            end -= 1
        return end

    def _refuse_tag(self, event: Any) -> None:
        if event.tag is not None:
            start = event.start_mark.index
            if event.anchor is not None:  # it may stand before the tag
                start = self.source.text.index("!", start)
            written = self.source.text[start : start + _LONGEST_TAG].split()[0].rstrip(",]}")
            message = f"tags such as '{written}' are not part of the language"
            hint = "remove the tag; quote a value to make it text"
            where = Place(self.source, start, start + len(written))
            self.report.add(Code.TAG, message, where, hint=hint)

    def _start(self, event: Any, *, mapping: bool) -> None:
        if len(self.stack) >= self.limits.depth:
            message = f"nesting deeper than {self.limits.depth} levels"
            self.report.add(
                Code.FILE_LIMIT, message, self._at(event), hint="raise the bound: --limit depth=..."
            )
            raise _StopReading
        start = event.start_mark.index
        tree = (
            Mapping(self.source, start, start + 1, {})
            if mapping
            else Sequence(self.source, start, start + 1, [])
        )
        self.stack.append(_Open(tree, event.anchor))

    def _scalar(self, event: Any) -> Scalar:
        start, end = event.start_mark.index, event.end_mark.index
        text: str = event.value
        plain = event.style is None if event.tag else event.implicit[0]
        value = self._resolve(text, start, end) if plain else text
        return Scalar(self.source, start, end, value, text)

    def _resolve(self, text: str, start: int, end: int) -> bool | int | float | str | None:
        """The value of an unquoted scalar, by the core schema of YAML 1.2."""
        if text in _WORDS:
            return _WORDS[text]
        if text[0] not in "+-.0123456789":
            return text
        if _INT.fullmatch(text):
            return int(text) if len(text) <= _LONGEST_NUMBER else self._unusable(start, end)
        if _PREFIXED_INT.fullmatch(text):
            return int(text, 0) if len(text) <= _LONGEST_NUMBER else self._unusable(start, end)
        if _FLOAT.fullmatch(text):
            number = float(text) if len(text) <= 64 else float("inf")
            return number if abs(number) < float("inf") else self._unusable(start, end)
        if _UNBOUNDED.fullmatch(text):
            return self._unusable(start, end)
        return text

    def _unusable(self, start: int, end: int) -> int:
        message = "this number is infinite, undefined or too large to use"
        self.report.add(
            Code.SCALAR, message, Place(self.source, start, end), hint="write a finite number"
        )
        return 1

    def _alias(self, event: Any) -> None:
        if any(entry.anchor == event.anchor for entry in self.stack):
            message = f"'*{event.anchor}' stands inside the value that it names"
            self.report.add(
                Code.RECURSIVE_ANCHOR, message, self._at(event), hint="write the value out"
            )
            raise _StopReading
        if event.anchor not in self.anchors:
            message = f"nothing above is named '&{event.anchor}'"
            hint = (
                self.report.did_you_mean(event.anchor, self.anchors)
                or f"write the value out, or name it '&{event.anchor}' first"
            )
            self.report.add(Code.UNDEFINED_ALIAS, message, self._at(event), hint=hint)
            self._finish(
                Scalar(self.source, event.start_mark.index, event.end_mark.index, None, ""), None, 1
            )
            return
        tree, weight = self.anchors[event.anchor]
        self._finish(tree, None, weight)

    def _finish(self, tree: Tree, anchor: str | None, weight: int) -> None:
        """Put a finished value where it belongs."""
        if anchor is not None:
            self.anchors[anchor] = (tree, weight)
        if not self.stack:
            self.root = tree
            self._bound(weight, tree)
            return
        parent = self.stack[-1]
        parent.weight += weight
        self._bound(parent.weight, tree)
        if isinstance(parent.tree, Sequence):
            parent.tree.items.append(tree)
        elif parent.skips:
            parent.skips = False
        elif parent.key is None:
            self._key(parent, parent.tree, tree)
        else:
            parent.tree.entries[parent.key.text] = (parent.key, tree)
            parent.key = None

    def _bound(self, weight: int, tree: Tree) -> None:
        if weight > self.limits.values:
            message = f"more than {self.limits.values:,} values once aliases are expanded"
            self.report.add(
                Code.FILE_LIMIT, message, place(tree), hint="raise the bound: --limit values=..."
            )
            raise _StopReading

    def _key(self, parent: _Open, mapping: Mapping, key: Tree) -> None:
        if not isinstance(key, Scalar):
            message = "a key must be a word, not a collection"
            self.report.add(
                Code.YAML_SYNTAX, message, place(key), hint="quote a value that holds [ or {"
            )
            parent.skips = True
        elif key.text == "<<":
            message = "merge keys are not part of the language"
            hint = "write the entries out, or put them into a block or into 'defaults'"
            self.report.add(Code.MERGE_KEY, message, place(key), hint=hint)
            parent.skips = mapping.incomplete = True
        elif key.text in mapping.entries:
            first = Related("first defined here", place(mapping.key(key.text)))
            message = f"'{key.text}' is defined twice"
            self.report.add(
                Code.DUPLICATE_KEY,
                message,
                place(key),
                related=(first,),
                hint="remove or rename one of the two",
            )
            parent.skips = True
        else:
            parent.key = key
