"""A spec in the canonical form, its comments and blank lines kept."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING

from inception_graph.diagnostics.codes import Code
from inception_graph.diagnostics.source import Place
from inception_graph.spec.reader import read_tree
from inception_graph.spec.resolve import written
from inception_graph.spec.tree import Mapping, Sequence, Tree
from inception_graph.spec.yaml_text import Notes, document_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inception_graph.diagnostics.report import Report
    from inception_graph.diagnostics.source import Path, Source
    from inception_graph.limits import Limits


def formatted(source: Source, report: Report, limits: Limits) -> str | None:
    """The text in the canonical form, or None where it cannot be read (reported).

    Sections come in their usual order, nodes stay in braces where they were and fit; comments stay with the value that
    they stood at.

    Args:
        source: The text of a spec.
        report: Where faults are reported.
        limits: Bounds on sizes.
    """
    tree = read_tree(source, report, limits)
    if tree is None or report.failed:
        return None
    if not isinstance(tree, Mapping):
        message = "a spec is a mapping of sections"
        report.add(Code.WRONG_TYPE, message, Place(source, tree.start, tree.end))
        return None
    spans = _Spans(source.text, tree)
    if spans.shared is not None:
        message = "a text with anchors has no canonical form"
        where = Place(source, spans.shared.start, spans.shared.end)
        hint = "write the value out, or put it into a block, a variable or the defaults"
        report.add(Code.MISPLACED_KEY, message, where, hint=hint)
        return None
    return document_text(written(tree), _comments(spans))


@dataclass
class _Spans:
    """Where entries and scalars stand in a text, in its order.

    Attributes:
        text: The text.
        root: Its tree.
        starts: Offset of every entry of a mapping and item of a list.
        paths: Their paths.
        scalars: Start and end of every scalar.
        shared: A value that stands at two places, by an alias.
    """

    text: str
    root: Mapping
    starts: list[int] = field(init=False)
    paths: list[Path] = field(init=False)
    scalars: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    shared: Tree | None = None

    def __post_init__(self) -> None:
        seen: set[int] = set()
        entries: list[tuple[int, Path]] = []
        for tree, path in _walk(self.root, ()):
            if tree.start in seen and tree.end > tree.start:
                self.shared = self.shared or tree
            if not isinstance(tree, Mapping | Sequence):
                self.scalars.append((tree.start, tree.end))
                seen.add(tree.start)
            if path:
                entries.append((tree.start, path))
        entries.sort(key=itemgetter(0))
        self.starts, self.paths = [start for start, _ in entries], [path for _, path in entries]
        self.scalars.sort()

    def first(self, begin: int, end: int) -> Path | None:
        """The first entry that starts from one offset on and before another."""
        index = bisect_left(self.starts, begin)
        return self.paths[index] if index < len(self.starts) and self.starts[index] < end else None

    def last(self, end: int, column: int) -> Path:
        """The last entry before an offset that starts no further right than a column; () where none does."""
        for index in reversed(range(bisect_left(self.starts, end))):
            start, path = self.starts[index], self.paths[index]
            margin = self.text[self.text.rfind("\n", 0, start) + 1 : start]
            if path and isinstance(path[-1], int):
                margin = margin.removesuffix("- ")  # an item stands where its dash does
            if len(margin) <= column:
                return path
        return ()

    def in_scalar(self, offset: int) -> bool:
        """Whether a character belongs to a scalar."""
        index = bisect_right(self.scalars, offset, key=itemgetter(0)) - 1
        return index >= 0 and offset < self.scalars[index][1]

    def comment(self, begin: int, end: int) -> int | None:
        """Offset of the comment on a line, or None where it has none."""
        for at in range(begin, end):
            apart = at == begin or self.text[at - 1] in " \t"
            if self.text[at] == "#" and apart and not self.in_scalar(at):
                return at
        return None


def _walk(tree: Tree, path: Path) -> Iterator[tuple[Tree, Path]]:
    """Every key and value; a key has the path of its entry, its value none."""
    if isinstance(tree, Mapping):
        for name, (key, value) in tree.entries.items():
            yield key, (*path, name)
            yield value, ()
            yield from _walk(value, (*path, name))
    elif isinstance(tree, Sequence):
        for index, item in enumerate(tree.items):
            yield item, (*path, index)
            yield from _walk(item, (*path, index))


@dataclass
class _Comments(Notes):
    """The comments of a text by the paths that they belong to."""

    over: dict[Path, list[str]] = field(default_factory=dict["Path", list[str]])
    at: dict[Path, list[str]] = field(default_factory=dict["Path", list[str]])
    under: dict[Path, list[str]] = field(default_factory=dict["Path", list[str]])

    def above(self, path: Path) -> tuple[str, ...]:
        return tuple(self.over.get(path, ()))

    def beside(self, path: Path, *, whole: bool) -> str:
        found = list(self.at.get(path, ()))
        if whole:  # what was said inside of a value that now stands on one line
            for notes in (self.over, self.at, self.under):
                for inner, comments in notes.items():
                    if len(inner) > len(path) and inner[: len(path)] == path:
                        found += [comment for comment in comments if comment]
        return "  ".join(found)

    def below(self, path: Path) -> tuple[str, ...]:
        return tuple(self.under.get(path, ()))


def _comments(spans: _Spans) -> _Comments:
    """Every comment and blank line, with the entry that it belongs to."""
    found, blank, end = _Comments(), False, 0
    for line in spans.text.splitlines(keepends=True):
        begin, end = end, end + len(line)
        at, here = spans.comment(begin, end), spans.first(begin, end)
        if at is None and not line.strip():
            blank = not spans.in_scalar(begin)
            continue
        if at is not None and not line[: at - begin].strip():
            _stand_alone(found, spans, at, line, blank=blank)
        elif blank and here is not None:
            found.over.setdefault(here, []).append("")
        if at is not None and line[: at - begin].strip():
            path = spans.last(at, at) if here is None else here
            found.at.setdefault(path, []).append(line[at - begin :].rstrip())
        blank = False
    return found


def _stand_alone(found: _Comments, spans: _Spans, at: int, line: str, *, blank: bool) -> None:
    """Add a comment that is all of a line: over what follows, or under what it is indented for."""
    column = len(line) - len(line.lstrip())
    path, following = spans.last(at, column), spans.first(at, len(spans.text))
    notes = found.under
    if following is None:
        path = path if column else ()
    elif len(following) >= len(path):
        notes, path = found.over, following
    blank = blank and (notes is found.over or not path)
    notes.setdefault(path, []).extend(["", line.strip()] if blank else [line.strip()])
