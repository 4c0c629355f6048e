"""Which tensor of a file becomes which of a network, and what does not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from inception_graph.checkpoints import Candidate, Match, expected, match, recognise, tensors
from inception_graph.diagnostics.report import did_you_mean
from inception_graph.diagnostics.terminal import visible
from inception_graph.weights.fit import WITH_BACKGROUND, Fit, Misfit, Piece
from inception_graph.weights.optimised import in_plain_layout
from inception_graph.weights.renaming import renamed_layers
from inception_graph.weights.rules import check_rules
from inception_graph.weights.transform import to_ours

if TYPE_CHECKING:
    from inception_graph.checkpoints import Expected
    from inception_graph.ir.graph import TypedGraph
    from inception_graph.ir.header import Preprocess
    from inception_graph.ops.window import Shape
    from inception_graph.weights.errors import WeightsError
    from inception_graph.weights.fit import Change
    from inception_graph.weights.tensor_file import TensorFile

_MOST_CHANNELS = 1024
_LIKELY = 0.5
"""Share of a file that must fit a network before it is taken for an edited one and not for another."""


def fitted(typed: TypedGraph, file: TensorFile, source: str | None = None) -> Fit:
    """How a file fits a network, auxiliary heads included.

    Args:
        typed: The network.
        file: The weights.
        source: Whose names they have; found out unless given.

    Raises:
        WeightsError: Nothing fits, the file is that of another network, there is no such source, or its rules are
            broken.
    """
    file = in_plain_layout(file, typed)
    program, shapes = typed.program, file.shapes
    if source is not None and source not in program.checkpoints:
        known = ", ".join(program.checkpoints) or "none"
        hint = did_you_mean(source, program.checkpoints) or f"it has {known}"
        message = f"'{program.name}' has no checkpoint source '{source[:60]}': {hint}"
        raise file.error(message)
    names = [source] if source is not None else [None, *program.checkpoints]
    candidates = [
        Candidate(program.name, name, expected(typed, program.checkpoints.get(name or "")))
        for name in names
    ]
    matches = [match(shapes, candidate) for candidate in candidates]
    best = max(matches, key=lambda found: found.share)
    _check_network(best, file, source)
    if best.candidate.source is not None:
        check_rules(typed, best.candidate.source, best.candidate.expected)
    also = tuple(
        other.candidate.source
        for other in matches
        if other is not best and other.share == best.share and other.candidate.source is not None
        if _prepared(typed, other) != _prepared(typed, best)
    )
    fit = _fit(typed, file, best, also)
    if all(piece.name is None or piece.entry.tensor.role == "count" for piece in fit.pieces):
        some = ", ".join(f"'{visible(name)[:60]}'" for name in list(file.tensors)[:2])
        message = f"nothing in it fits '{program.name}' by name and shape; it begins with {some}"
        raise file.error(message)
    return fit


def _prepared(typed: TypedGraph, found: Match) -> Preprocess | None:
    facts = typed.program.checkpoints.get(found.candidate.source or "")
    return facts.preprocess if facts else None


def _check_network(best: Match, file: TensorFile, source: str | None) -> None:
    """Refuse a file that is another network's."""
    if best.share >= _LIKELY:
        return
    from inception_graph.zoo import candidates

    spec = best.candidate.spec
    other = recognise(file.shapes, candidates())
    if other is None or not other.complete or other.share <= max(best.share, _LIKELY):
        return
    if (other.candidate.spec, other.candidate.source) != (spec, source):
        raise _another(file, spec, source, other)


def _another(file: TensorFile, spec: str, source: str | None, other: Match) -> WeightsError:
    theirs = other.candidate.source
    called = f"from '{theirs}'" if theirs else "in our own names"
    asked = f"'{spec}' from '{source}'" if source else f"'{spec}'"
    return file.error(f"it is not for {asked}: it fits '{other.candidate.spec}' {called}")


def _fit(typed: TypedGraph, file: TensorFile, best: Match, also: tuple[str, ...]) -> Fit:
    shapes = file.shapes
    pieces: dict[str, Piece] = {}
    reshaped: list[Misfit] = []
    for entry, name in best.found:
        pieces[entry.tensor.name] = Piece(entry, name)
    for entry, name in (*best.adapted, *best.reshaped):
        change = _change(typed, entry, shapes[name])
        if change is None or (entry, name) in best.reshaped:
            reshaped.append(Misfit(entry.tensor, name, shapes[name], entry.shape))
        else:
            pieces[entry.tensor.name] = Piece(entry, name, change)
    ones = tuple(name for entry, name in best.found if not entry.kept)
    kept = {name: piece for name, piece in pieces.items() if piece.entry.kept}
    renamed: tuple[tuple[str, str], ...] = ()
    unused = best.unused
    if best.candidate.source is None:
        known = {*kept, *(found.tensor.name for found in reshaped)}
        absent = {e.tensor.name: e for e in best.candidate.expected if e.tensor.name not in known}
        here = {name.removeprefix(best.prefix): name for name in unused}
        pairs, renamed = renamed_layers(
            {name: entry.shape for name, entry in absent.items()},
            {name: shapes[theirs] for name, theirs in here.items()},
        )
        kept |= {ours: Piece(absent[ours], here[theirs]) for ours, theirs in pairs.items()}
        paired = {here[theirs] for theirs in pairs.values()}
        unused = tuple(name for name in unused if name not in paired)
    kept |= _fills(best, kept)
    taken = {*kept, *(found.tensor.name for found in reshaped)}
    new = tuple(tensor for tensor in tensors(typed) if tensor.name not in taken)
    order = [tensor.name for tensor in tensors(typed)]
    in_order = tuple(kept[name] for name in order if name in kept)
    source = best.candidate.source
    return Fit(file, typed, source, also, in_order, ones, renamed, tuple(reshaped), new, unused)


def _change(typed: TypedGraph, entry: Expected, shape: Shape) -> Change | None:
    """What makes a tensor of another number of classes or channels ours; None where nothing does."""
    ours = entry.tensor.shape
    theirs = tuple(to_ours(entry, torch.empty(shape, device="meta")).shape)
    if entry.tensor.adapts == "classes":
        return (
            "background" if (theirs[0], ours[0]) == (WITH_BACKGROUND, WITH_BACKGROUND - 1) else None
        )
    # The filters of a grouped or separable convolution belong to channels; more or fewer have none.
    whole = entry.tensor.role == "kernel" and ours[1] == typed.program.input[0]
    return "channels" if whole and theirs[1] <= _MOST_CHANNELS else None


def _fills(best: Match, kept: dict[str, Piece]) -> dict[str, Piece]:
    """Tensors of layers that are taken which the source does not have: scales of one, counts of none."""
    nodes = {piece.entry.tensor.node for piece in kept.values()}
    return {
        entry.tensor.name: Piece(entry, None)
        for entry in best.candidate.expected
        if entry.kept and entry.tensor.name not in kept and entry.tensor.node in nodes
        if entry.theirs is None or entry.tensor.role == "count"
    }
