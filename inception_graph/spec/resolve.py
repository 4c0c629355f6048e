"""A variant written in full, and where each of its values comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inception_graph.spec.lower import KEYS
from inception_graph.spec.tree import Mapping, Scalar, Sequence, Tree, is_null, place
from inception_graph.spec.yaml_text import NOTHING, Column, Line, Notes, Written, document_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inception_graph.diagnostics.source import Path


def resolved(tree: Mapping, *, origins: bool = False) -> str:
    """The whole of a spec, in the canonical form.

    Args:
        tree: All that was merged.
        origins: Whether each line says the file and line of its values.
    """
    document = {key: value for key, value in written(tree).items() if key != "extends"}
    return document_text(document, _Origins(tree) if origins else None)


def written(tree: Mapping) -> dict[str, Written]:
    """The bare values of a document, its sections in the canonical order."""
    keys = sorted(tree, key=lambda key: KEYS.index(key) if key in KEYS else len(KEYS))
    return {key: _written(tree.entries[key][1]) for key in keys}


def _written(tree: Tree) -> Written:
    """The bare values; what stood in braces stays on one line."""
    match tree:
        case Scalar():
            return NOTHING if tree.value is None and not tree.text else tree.value
        case Sequence():
            items = [_written(item) for item in tree.items]
            return Column(items) if tree.source.text.startswith("-", tree.start) else items
        case Mapping():
            entries = {name: _written(value) for name, (_, value) in tree.entries.items()}
            in_braces = tree.source.text.startswith("{", tree.start)
            return Line(entries) if in_braces else entries


@dataclass
class _Origins(Notes):
    """Behind every line, where its values come from."""

    tree: Mapping

    def beside(self, path: Path, *, whole: bool) -> str:
        return f"# {_origin(self.tree, path)}" if whole else ""


def _origin(tree: Tree, path: Path) -> str:
    """File and line of the values at a path; the exceptions are named where they are of several."""
    for step in path:
        if isinstance(tree, Mapping):
            tree = tree.entries[str(step)][1]
        elif isinstance(tree, Sequence):
            tree = tree.items[int(step)]
    found: dict[str, list[str]] = {}
    for name, where in _leaves(tree, str(path[-1])):
        found.setdefault(where, []).append(name)
    first, *others = found.items()
    named = [f"{', '.join(dict.fromkeys(names))}: {where}" for where, names in others]
    return "; ".join([first[0], *named])


def _leaves(tree: Tree, name: str) -> Iterator[tuple[str, str]]:
    """Every value in a tree with the key that it stands under, and its file and line."""
    if isinstance(tree, Mapping) and tree.entries:
        for key, (key_tree, value) in tree.entries.items():
            yield from _leaves(key_tree if is_null(value) else value, key)
    elif isinstance(tree, Sequence) and tree.items:
        for item in tree.items:
            yield from _leaves(item, name)
    else:
        where = place(tree)
        yield name, f"{where.source.name}:{where.position[0]}"
