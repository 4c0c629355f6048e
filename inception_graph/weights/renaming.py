"""Layers that an edit gave another name, found by what they hold."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inception_graph.ops.window import Shape

_Path: TypeAlias = "tuple[str, ...]"
_Children: TypeAlias = "dict[_Path, frozenset[tuple[_Path, Shape]]]"
"""What is under each name, by its path there, with shapes."""
_MOST = 64
"""Layers of a file that are looked at for one of ours."""


def renamed_layers(
    ours: Mapping[str, Shape], theirs: Mapping[str, Shape]
) -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    """Pair tensors that are left over on both sides.

    A node, branch or part is taken for renamed where exactly one segment of its path is another and all that is under
    it is the same: names and shapes. Of several that could be it, the one whose name is most alike.

    Args:
        ours: Tensors of a network that a file has not, with their shapes.
        theirs: Tensors of the file that the network has not.

    Returns:
        Their names by ours; and what was called otherwise, from the file's name to ours.
    """
    mine = {tuple(name.split(".")): shape for name, shape in ours.items()}
    others = {tuple(name.split(".")): shape for name, shape in theirs.items()}
    pairs: dict[str, str] = {}
    renamed: list[tuple[str, str]] = []
    for depth in range(1, max(map(len, mine), default=0)):
        here, there = _under(mine, depth), _under(others, depth)
        for new, old in _matched(here, there):
            renamed.append((".".join(old), ".".join(new)))
            for rest, _ in here[new]:
                pairs[".".join((*new, *rest))] = ".".join((*old, *rest))
                del mine[(*new, *rest)], others[(*old, *rest)]
    return pairs, tuple(renamed)


def _under(tensors: Mapping[_Path, Shape], depth: int) -> _Children:
    found: dict[_Path, set[tuple[_Path, Shape]]] = {}
    for path, shape in tensors.items():
        if len(path) > depth:
            found.setdefault(path[:depth], set()).add((path[depth:], shape))
    return {path: frozenset(children) for path, children in found.items()}


def _matched(here: _Children, there: _Children) -> list[tuple[_Path, _Path]]:
    """Pairs of paths that differ in their last segment, best alike first; each is in one pair."""
    same: dict[tuple[_Path, frozenset[tuple[_Path, Shape]]], list[_Path]] = {}
    for old, children in there.items():
        same.setdefault((old[:-1], children), []).append(old)
    alike = sorted(
        (-SequenceMatcher(None, new[-1], old[-1]).ratio(), place, new, old)
        for place, (new, children) in enumerate(here.items())
        for old in same.get((new[:-1], children), ())[:_MOST]
    )
    taken: set[_Path] = set()
    found: list[tuple[_Path, _Path]] = []
    for _, _, new, old in alike:
        if new not in taken and old not in taken:
            taken |= {new, old}
            found.append((new, old))
    return found
