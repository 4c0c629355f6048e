"""A fit in words: what was taken, what was changed, and what is left over."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inception_graph.checkpoints import tensors
from inception_graph.diagnostics.report import nearest
from inception_graph.diagnostics.terminal import visible
from inception_graph.ops.base import size

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inception_graph.weights.fit import Fit, Misfit, Piece

_SHOWN = 12
"""Lines of a group that are shown."""
_SEPARATOR = re.compile(r"[./]")


@dataclass(frozen=True)
class Group:
    """What became of some tensors.

    Attributes:
        title: A word for it.
        tensors: How many they are.
        lines: One for each layer or block of them; none where nothing is to be said of them.
    """

    title: str
    tensors: int
    lines: tuple[str, ...] = ()


def report(fit: Fit) -> str:
    """A fit as a table for a terminal: a line for the file, then a group for everything that happened to tensors."""
    whose = f"names of {fit.source}" if fit.source else "our own names"
    file = f"{visible(str(fit.file.path))} ({fit.file.format}, {whose})"
    lines = [f"{file} for {fit.typed.program.name}"]
    if fit.file.note:
        lines.append(f"  {visible(fit.file.note)}")
    if fit.also:
        others = " and ".join(fit.also)
        lines.append(
            f"  {others} has the same names but prepares images otherwise: say whose it is"
        )
    for group in groups(fit):
        lines.append(f"  {group.title:9} {group.tensors:4} tensor{'s' * (group.tensors != 1)}")
        lines += [f"    {visible(line)}" for line in group.lines[:_SHOWN]]
        if len(group.lines) > _SHOWN:
            lines.append(f"    and {len(group.lines) - _SHOWN} more")
    return "\n".join(lines)


def groups(fit: Fit) -> tuple[Group, ...]:
    """All that happened to the tensors of a file and of a network; groups without any are left out."""
    taken = [piece for piece in fit.pieces if piece.name is not None and piece.change is None]
    starts = tuple(f"{new}." for _, new in fit.renamed)
    moved = sum(piece.entry.tensor.name.startswith(starts) for piece in taken) if starts else 0
    found = (
        Group("matched", len(taken) - moved),
        Group("renamed", moved, tuple(f"{old} -> {new}" for old, new in fit.renamed)),
        _reshaped(fit),
        _new(fit),
        Group("unused", len(fit.unused), _counted(_collapsed(fit.unused, fit.file.tensors))),
    )
    return tuple(group for group in found if group.tensors)


def _reshaped(fit: Fit) -> Group:
    changed = [piece for piece in fit.pieces if piece.change is not None]
    words = dict.fromkeys(_change(piece, fit) for piece in changed)
    layers: dict[str, list[Misfit]] = {}
    for misfit in fit.reshaped:
        layers.setdefault(misfit.tensor.name.rpartition(".")[0], []).append(misfit)
    anew = (
        f"{layer}: {size(first.shape)} in the file, {size(first.wanted)} would fit: not taken"
        for layer, (first, *_) in layers.items()
    )
    return Group("reshaped", len(changed) + len(fit.reshaped), (*words, *anew))


def _change(piece: Piece, fit: Fit) -> str:
    layer = fit.typed.nodes[piece.entry.tensor.node].name
    ours = piece.entry.tensor.shape
    if piece.change == "background":
        return f"{layer}: {ours[0] + 1} classes in the file, {ours[0]} here: class 0, background, left out"
    filters = "summed over channels" if ours[1] == 1 else "repeated over channels, and scaled"
    axis = piece.entry.axes[1] if piece.entry.axes else 1
    theirs = fit.file.tensors[piece.name or ""].shape[axis]
    return f"{layer}: {theirs} input channels in the file, {ours[1]} here: filters {filters}"


def _new(fit: Fit) -> Group:
    every = [tensor.name for tensor in tensors(fit.typed)]
    found = _collapsed([tensor.name for tensor in fit.new], every)
    unused = list(_collapsed(fit.unused, fit.file.tensors))
    lines: list[str] = []
    for name, line in zip(found, _counted(found), strict=True):
        near = nearest(name, unused) if len(lines) < _SHOWN else None
        lines.append(f"{line}; '{near}' of the file is unused" if near else line)
    return Group("new", len(fit.new), tuple(lines))


def _counted(collapsed: dict[str, int]) -> tuple[str, ...]:
    return tuple(f"{name} ({n} tensors)" if n > 1 else name for name, n in collapsed.items())


def _collapsed(names: Iterable[str], every: Iterable[str]) -> dict[str, int]:
    """Names by the shortest beginnings under which there are no others, with how many there are."""
    some = list(names)
    ours = Counter(start for name in some for start in _starts(name))
    all_of = Counter(start for name in every for start in _starts(name))
    found: dict[str, int] = {}
    for name in some:
        whole = next(start for start in _starts(name) if ours[start] == all_of[start])
        found[whole] = ours[whole]
    return found


def _starts(name: str) -> list[str]:
    """Beginnings of a name, by whole segments: the shortest first, itself last."""
    return [*(name[: found.start()] for found in _SEPARATOR.finditer(name)), name]
