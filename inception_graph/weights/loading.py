"""Weights into live modules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from inception_graph.weights.errors import WeightsError
from inception_graph.weights.fetching import located
from inception_graph.weights.fitting import fitted
from inception_graph.weights.opening import opened
from inception_graph.weights.report import report
from inception_graph.weights.transform import to_ours

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from torch import nn

    from inception_graph.ir.graph import TypedGraph
    from inception_graph.weights.fit import Fit, Piece


def load(
    model: nn.Module,
    typed: TypedGraph,
    weights: str | Path,
    *,
    source: str | None = None,
    strict: bool = False,
) -> Fit:
    """Fill a live module with all weights that fit.

    Args:
        model: The module of the network, with its auxiliary heads or without.
        typed: The network with its heads.
        weights: A file, or where to fetch one: ``timm/inception_v4.tf_in1k``, ``torchvision:IMAGENET1K_V1``.
        source: Whose names the file has; found out unless given.
        strict: Whether anything left over is an error, in the file or in the module.

    Returns:
        What became of every tensor; ``report`` says it in words.

    Raises:
        WeightsError: The file cannot be read, nothing in it fits, or something is left over and ``strict`` given. The
            module may be filled in part where numbers of the file turn out to be damaged.
    """
    found = located(weights, typed.program, source)
    with opened(found.path) as file:
        fit = fitted(typed, file, found.source)
        state: dict[str, torch.Tensor] = model.state_dict()
        if strict and fit.left(state):
            message = f"not all of it fits, and 'strict' allows nothing less:\n{report(fit)}"
            raise file.error(message)
        for name, tensor in tensors_of(fit):
            if name in state:
                state[name].copy_(tensor)
    return fit


def tensors_of(fit: Fit) -> Iterator[tuple[str, torch.Tensor]]:
    """Our tensors by name in the order of the network, read one at a time from a file that is open.

    Raises:
        WeightsError: One cannot be read, or the network lacks a scale that is not one everywhere.
    """
    for name in fit.ones:
        if not (fit.file.read(name) == 1).all():
            message = f"'{name}' scales, and '{fit.typed.program.name}' has no scale there (scale: false)"
            raise fit.file.error(message)
    for piece in fit.pieces:
        yield piece.entry.tensor.name, _values(piece, fit)


def _values(piece: Piece, fit: Fit) -> torch.Tensor:
    entry = piece.entry
    if piece.name is None:
        kind = torch.int64 if entry.tensor.role == "count" else torch.float32
        return torch.full(entry.tensor.shape, entry.fill, dtype=kind)
    ours = to_ours(entry, fit.file.read(piece.name))
    if piece.change == "background":
        ours = ours[1:]
    elif piece.change == "channels":
        ours = other_channels(ours, entry.tensor.shape[1])
    if ours.shape != entry.tensor.shape:
        message = f"'{piece.name}' is not of the shape that the file says"
        raise fit.file.error(message)
    return ours


def other_channels(kernel: torch.Tensor, channels: int) -> torch.Tensor:
    """A first convolution's kernel (out, in, height, width) for another number of input channels.

    One channel gets the sum, since a grey image has the same in all. More get copies of what there is, in turn, scaled
    so that equal channels give what they gave. This is timm's rule.
    """
    theirs = kernel.shape[1]
    if channels == 1:
        return kernel.float().sum(dim=1, keepdim=True).to(kernel.dtype)
    copies = -(-channels // theirs)
    return kernel.repeat(1, copies, 1, 1)[:, :channels] * (theirs / channels)
