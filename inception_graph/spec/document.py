"""A spec with all that it is made of: the texts that it extends, merged, and the files that it names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inception_graph.diagnostics.codes import Code
from inception_graph.diagnostics.report import Related, Report, did_you_mean
from inception_graph.diagnostics.source import Source
from inception_graph.ops.fields import show
from inception_graph.resources import shipped
from inception_graph.spec.inheritance import Merge
from inception_graph.spec.reader import read_file, read_tree
from inception_graph.spec.tree import Mapping, Scalar, Tree, place

if TYPE_CHECKING:
    from inception_graph.diagnostics.source import Place
    from inception_graph.limits import Limits

_MOST_PARENTS = 32
"""Specs that may stand behind one another; a longer chain is a mistake."""


@dataclass(frozen=True)
class Document:
    """A spec as one tree.

    Attributes:
        tree: All of it; what is inherited stands in its own source.
        sources: The texts that it was made of, its own first, then its parent's and so on.
        removed: Where a name was removed that a parent had, by the name.
    """

    tree: Tree
    sources: tuple[Source, ...]
    removed: dict[str, Place]


def read_document(
    source: Source, folder: Path, report: Report, limits: Limits, files: list[Path]
) -> Document | None:
    """The document of a text, or None where it cannot be read (reported).

    Args:
        source: The text.
        folder: What the paths in it are relative to.
        report: Where faults are reported.
        limits: Bounds on sizes.
        files: Where every other file is listed that was looked at.
    """
    return _Loading(report, limits, files).document(source, folder, ())


@dataclass(frozen=True)
class _Step:
    """A spec on the way from the one asked for to its last parent: its file, and where its child names it."""

    file: Path
    named: Place


@dataclass
class _Loading:
    report: Report
    limits: Limits
    files: list[Path]

    def document(self, source: Source, folder: Path, way: tuple[_Step, ...]) -> Document | None:
        tree = read_tree(source, self.report, self.limits)
        if not isinstance(tree, Mapping):
            return Document(tree, (source,), {}) if tree is not None else None
        own = self._splice(tree, folder)
        if "extends" not in tree:
            return Document(tree, (source,), {})
        parent = self._parent(tree, folder, way)
        if parent is None:
            return None
        if not isinstance(parent.tree, Mapping):
            message = "what is extended holds no spec"
            self.report.add(Code.PARENT, message, place(tree.entries["extends"][1]))
            return None
        merge = Merge(parent.tree, tree, self.report, dict(parent.removed))
        merged = merge.document(replace_checkpoints=own)
        return Document(merged, (source, *parent.sources), merge.removed)

    def _splice(self, tree: Mapping, folder: Path) -> bool:
        """Put the mapping that a file of checkpoints holds where its path stands; whether one stood there."""
        named = tree.get("checkpoints")
        if not isinstance(named, Scalar) or not isinstance(named.value, str):
            return False
        key, value = tree.key("checkpoints"), named.value
        tree.entries["checkpoints"] = key, Mapping(named.source, named.start, named.end, {})
        report = Report()
        self.files.append(folder / value)
        source = read_file(folder / value, report, self.limits)
        if source is None:
            message = (
                f"the checkpoints file '{value[:80]}' cannot be read: {report.found[0].message}"
            )
            hint = "its path is relative to this file"
            self.report.add(Code.UNREADABLE, message, place(named), hint=hint)
            return True
        held = read_tree(source, self.report, self.limits)
        if held is not None:
            tree.entries["checkpoints"] = key, held
        return True

    def _parent(self, tree: Mapping, folder: Path, way: tuple[_Step, ...]) -> Document | None:
        named = tree.entries["extends"][1]
        where = place(named)
        if not isinstance(named, Scalar) or not isinstance(named.value, str):
            message = f"'extends' takes the name of a network or a path, not {show(named.plain())}"
            self.report.add(Code.PARENT, message, where, hint="write 'extends: googlenet'")
            return None
        name = named.value
        file = shipped().get(name) or _joined(folder, name)
        if file is None or not file.is_file():
            self.files.append(folder / name)
            near = [*shipped(), *beside(folder)]
            hint = did_you_mean(name, near) or f"shipped: {', '.join(shipped())}; or a path"
            message = f"there is no network and no file '{name[:80]}' to extend"
            self.report.add(Code.PARENT, message, where, hint=hint)
            return None
        file = file.resolve()
        if any(step.file == file for step in way):
            steps = (
                Related("by way of this", step.named)
                for step in way
                if (step.named.source.name, step.named.start) != (where.source.name, where.start)
            )
            message = "this spec extends itself"
            hint = "extend a spec that stands on its own"
            self.report.add(Code.PARENT, message, where, related=tuple(steps), hint=hint)
            return None
        if len(way) == _MOST_PARENTS:
            message = f"more than {_MOST_PARENTS} specs extend one another"
            self.report.add(Code.PARENT, message, where, hint="extend a spec nearer to the first")
            return None
        self.files.append(file)
        report = Report()
        source = read_file(file, report, self.limits)
        if source is None:
            message = f"'{name[:80]}' cannot be extended: {report.found[0].message}"
            self.report.add(Code.PARENT, message, where, hint=report.found[0].hint)
            return None
        shown = f"<{name}>" if name in shipped() else _shown(tree.source.name, name)
        return self.document(Source(shown, source.text), file.parent, (*way, _Step(file, where)))


def _joined(folder: Path, name: str) -> Path | None:
    try:
        path = folder / name
        return path if path.is_file() else None
    except (OSError, ValueError):
        return None


def beside(folder: Path) -> list[str]:
    """Names of the YAML files in a folder; none where it cannot be read."""
    try:
        return sorted(path.name for path in folder.glob("*.yaml"))
    except (OSError, ValueError):
        return []


def _shown(child: str, name: str) -> str:
    """The path of a parent as its child's reader would write it."""
    return name if child.startswith("<") else str(Path(child).parent / name)
