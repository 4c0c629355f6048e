"""Edits of a variant: what it inherits it changes by saying what is different."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inception_graph.advice.editing import Copy, Edit, Insert, Put, Remove, Rename, Wrap, edited
from inception_graph.diagnostics.report import Report
from inception_graph.diagnostics.source import Source
from inception_graph.spec.reader import read_tree
from inception_graph.spec.resolve import written
from inception_graph.spec.tree import Mapping
from inception_graph.spec.yaml_text import Line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inception_graph.diagnostics.source import Path
    from inception_graph.limits import Limits
    from inception_graph.spec.yaml_text import Written


def patches(edits: Sequence[Edit], whole: str, limits: Limits) -> Iterator[Edit]:
    """Edits of a variant's text that do to the network what some edits of the whole do.

    Args:
        edits: Edits of the whole.
        whole: All of the variant, with what it extends.
        limits: Bounds on sizes.

    Raises:
        CannotEdit: As ``edited``.
    """
    after: Any = _values(edited(whole, edits, limits), limits)
    replaced = {path: _at(after, path) for path in map(_replaced, edits) if path}
    for path, value in replaced.items():
        yield Put(path, value)
    for edit in edits:
        if _replaced(edit) or any(edit.path[: len(path)] == path for path in replaced):
            continue  # the value has it
        match edit:
            case Insert():
                yield Put(edit.path, Line({**edit.value, "before": edit.before}))
            case Remove():
                yield Put(edit.path, None)
            case _:
                yield edit


def _replaced(edit: Edit) -> Path:
    """Path of what an edit makes anew rather than changes; empty where it does not."""
    match edit:
        case Copy():
            return (*edit.path[:-1], edit.name)
        case Wrap():
            return edit.path
        case Rename():  # a node of another operation
            return edit.path[:-1]
        case _:
            return ()


def _values(text: str, limits: Limits) -> Written:
    """The bare values of a text."""
    tree = read_tree(Source("", text), Report(), limits)
    if not isinstance(tree, Mapping):
        raise AssertionError(text)
    return written(tree)


def _at(values: Any, path: Path) -> Written:
    for step in path:
        values = values[step]
    return values
