"""Weights into live modules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.weights.fetching import located
from inception_graph.weights.fitting import fitted
from inception_graph.weights.opening import opened
from inception_graph.weights.report import report
from inception_graph.weights.values import check_ones, values

if TYPE_CHECKING:
    from pathlib import Path

    import torch
    from torch import nn

    from inception_graph.ir.graph import TypedGraph
    from inception_graph.weights.fit import Fit


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
        state = plain_state(model)
        fit = fitted(typed, file, found.source).only(state)
        if strict and fit.left(state):
            message = f"not all of it fits, and 'strict' allows nothing less:\n{report(fit)}"
            raise file.error(message)
        check_ones(fit)
        for piece in fit.pieces:
            state[piece.entry.tensor.name].copy_(values(piece, fit))
        model.load_state_dict(state)
    return fit


def plain_state(model: nn.Module) -> dict[str, torch.Tensor]:
    """The weights of a module as those of its spec's plain network; not copied where nothing was optimised."""
    return getattr(model, "plain_state_dict", model.state_dict)()
