"""Files of weights from one layout to another."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

import torch

from inception_graph.checkpoints import expected
from inception_graph.diagnostics.report import did_you_mean, listed
from inception_graph.ir.header import Preprocess
from inception_graph.version import __version__
from inception_graph.weights.errors import WeightsError
from inception_graph.weights.rules import check_rules
from inception_graph.weights.transform import to_theirs
from inception_graph.weights.values import check_ones, values
from inception_graph.weights.writing import ENDINGS, Planned

if TYPE_CHECKING:
    from pathlib import Path

    from inception_graph.checkpoints import Expected
    from inception_graph.ir.checkpoints import CheckpointSource
    from inception_graph.weights.fit import Fit, Piece


def ours(fit: Fit) -> list[Planned]:
    """The tensors of a file as the network names and keeps them; what does not fit is left out.

    Raises:
        WeightsError: The network lacks a scale that is not one everywhere, or numbers are not floating-point.
    """
    check_ones(fit)
    return [
        Planned(
            piece.entry.tensor.name,
            piece.entry.tensor.shape,
            _dtype(piece, fit),
            partial(values, piece, fit),
        )
        for piece in fit.pieces
    ]


def facts(fit: Fit) -> dict[str, str]:
    """What a file in our layout says of itself: whose weights it holds, and what is to be known to use them."""
    program = fit.typed.program
    found = {
        "version": __version__,
        "spec": program.name,
        "background": json.dumps(fit.background),
    }
    if fit.source is not None:
        found["source"] = fit.source
    preprocess = fit.preprocess or program.preprocess
    if preprocess is not None:
        given = (name for name in Preprocess.model_fields if name in preprocess.model_fields_set)
        found["preprocess"] = json.dumps({name: getattr(preprocess, name) for name in given})
    return found


def theirs(fit: Fit, source: str) -> list[Planned]:
    """The tensors of a file as a public source names and keeps them.

    Raises:
        WeightsError: There is no such source or its rules are broken, the file does not hold all of the network, or
            the source cannot hold it.
    """
    check_ones(fit)
    layout = layout_of(fit, source)
    by_name = {piece.entry.tensor.name: piece for piece in fit.pieces}
    lacking = [name for name in fit.left() if name not in fit.unused]
    if lacking:
        more = f" and {len(lacking) - 3} more" if len(lacking) > 3 else ""
        message = f"it lacks {listed(lacking[:3])}{more}: only whole networks are exported"
        raise fit.file.error(message)
    entries = expected(fit.typed, layout)
    check_rules(fit.typed, source, entries)
    found: list[Planned] = []
    for entry in entries:
        piece = by_name.get(entry.tensor.name)
        if not entry.kept:  # a scale that they have, and ours does without
            ones = partial(torch.ones, entry.shape)
            found.append(Planned(str(entry.theirs), entry.shape, torch.float32, ones))
        elif piece is None:
            continue  # of a head that the file does not have
        elif entry.theirs is not None:
            read = partial(_theirs, entry, piece, fit)
            found.append(Planned(entry.theirs, entry.shape, _dtype(piece, fit), read))
        elif entry.tensor.role == "gamma" and not (values(piece, fit) == 1).all():
            message = f"'{entry.tensor.name}' scales, and batch norms of {source} do not"
            raise fit.file.error(message)
    return found


def layout_of(fit: Fit, source: str) -> CheckpointSource:
    """The rules of a source.

    Raises:
        WeightsError: The network has no such source.
    """
    known = fit.typed.program.checkpoints
    if source not in known:
        hint = did_you_mean(source, known) or f"it has {', '.join(known) or 'none'}"
        message = f"'{fit.typed.program.name}' has no checkpoint source '{source[:60]}' to export to: {hint}"
        raise WeightsError(message)
    return known[source]


def check_ending(path: Path, layout: str) -> None:
    """Make sure that a file of a layout is called as such files are, before anything is read.

    Raises:
        WeightsError: It is not.
    """
    endings = ENDINGS[layout]
    if path.name.endswith(".weights.h5"):
        message = (
            f"'{path}': weights in the layout of keras are written to a .h5 file, but not to a .weights.h5,"
            " which follows the order in which a model lists its layers"
        )
        raise WeightsError(message)
    if path.suffix not in endings:
        wanted = " or ".join(endings)
        message = f"'{path}': weights in the layout of {layout} are written to a file that ends in {wanted}"
        raise WeightsError(message)


def _theirs(entry: Expected, piece: Piece, fit: Fit) -> torch.Tensor:
    return to_theirs(entry, values(piece, fit))


def _dtype(piece: Piece, fit: Fit) -> torch.dtype:
    if piece.name is not None:
        return fit.file.dtype(piece.name)
    return torch.int64 if piece.entry.tensor.role == "count" else torch.float32
