"""A spec in the canonical form, its comments and blank lines kept."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
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
    spans = _Spans(tree)
    if spans.shared is not None:
        message = "a text with anchors has no canonical form"
        where = Place(source, spans.shared.start, spans.shared.end)
        hint = "write the value out, or put it into a block, a variable or the defaults"
        report.add(Code.MISPLACED_KEY, message, where, hint=hint)
        return None
    return document_text(written(tree), _comments(source.text, spans))


@dataclass
class _Spans:
    """Where entries and scalars stand in a text, in its order.

    Attributes:
        entries: Offset and path of every entry of a mapping and item of a list.
        scalars: Start and end of every scalar.
        shared: A value that stands at two places, by an alias.
    """

    root: Mapping
    entries: list[tuple[int, Path]] = field(default_factory=list[tuple[int, "Path"]])
    scalars: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    shared: Tree | None = None

    def __post_init__(self) -> None:
        seen: set[int] = set()
        for tree, path in _walk(self.root, ()):
            if tree.start in seen and tree.end > tree.start:
                self.shared = self.shared or tree
            if not isinstance(tree, Mapping | Sequence):
                self.scalars.append((tree.start, tree.end))
                seen.add(tree.start)
            if path:
                self.entries.append((tree.start, path))
        self.entries.sort(key=lambda entry: entry[0])
        self.scalars.sort()


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


def _comments(text: str, spans: _Spans) -> _Comments:
    """Every comment and blank line, with the entry that it belongs to."""
    found = _Comments()
    starts = [start for start, _ in spans.entries]
    blank = False
    offset = 0
    for line in text.splitlines(keepends=True):
        begin = offset
        offset += len(line)
        at = _comment_in(line, begin, spans.scalars)
        if at is None:
            if not line.strip():
                blank = not _inside(begin, spans.scalars)
            elif blank:
                following = bisect_right(starts, begin - 1)
                if following < len(starts) and starts[following] < offset:
                    found.over.setdefault(spans.entries[following][1], []).append("")
                blank = False
            continue
        comment = line[at - begin :].rstrip()
        index = bisect_right(starts, at)
        if line[: at - begin].strip():
            first = bisect_right(starts, begin - 1)
            path = spans.entries[min(first, index - 1)][1] if index else ()
            found.at.setdefault(path, []).append(comment)
            blank = False
            continue
        path = _above(text, spans.entries[:index], at - begin)
        following = spans.entries[index][1] if index < len(starts) else None
        if following is None and at == begin:
            found.under.setdefault((), []).extend(["", comment] if blank else [comment])
        elif following is not None and len(following) >= len(path):
            notes = found.over.setdefault(following, [])
            notes += ["", comment] if blank and index else [comment]
        else:
            found.under.setdefault(path, []).append(comment)
        blank = False
    return found


def _above(text: str, entries: list[tuple[int, Path]], column: int) -> Path:
    """The last entry that stands no further to the right than a comment on a line of its own; () where none does."""
    for start, path in reversed(entries):
        if start - (text.rfind("\n", 0, start) + 1) <= column:
            return path
    return ()


def _inside(offset: int, scalars: list[tuple[int, int]]) -> bool:
    """Whether a character belongs to a scalar."""
    index = bisect_right(scalars, (offset, len(scalars) and scalars[-1][1])) - 1
    return index >= 0 and scalars[index][0] <= offset < scalars[index][1]


def _comment_in(line: str, begin: int, scalars: list[tuple[int, int]]) -> int | None:
    """Offset of the comment on a line, or None where it has none."""
    for index, character in enumerate(line):
        if (
            character == "#"
            and (index == 0 or line[index - 1] in " \t")
            and not _inside(begin + index, scalars)
        ):
            return begin + index
    return None
