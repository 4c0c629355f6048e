"""Random weights that show every mistake, and a peer's weights carried to our network."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import torch

from inception_graph.checkpoints import Candidate, Expected, Tensor, expected, match, tensors
from inception_graph.weights.transform import to_ours

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from inception_graph.ir.checkpoints import CheckpointSource
    from inception_graph.ir.graph import TypedGraph

_KERNELS = ("kernel", "depthwise", "pointwise")


@dataclass(frozen=True)
class Fit:
    """Which tensors of a peer are which of ours.

    Attributes:
        pairs: Those that both have, with the name there.
        ones: Those of ours that the peer does without.
        strangers: Names of ours that have no counterpart of their shape.
    """

    pairs: tuple[tuple[Expected, str], ...]
    ones: tuple[Expected, ...]
    strangers: tuple[str, ...]

    @property
    def names(self) -> dict[str, str]:
        """The names there by ours, scales that ours does not have among them."""
        return {entry.tensor.name: name for entry, name in self.pairs}


def fit(typed: TypedGraph, source: CheckpointSource, held: Mapping[str, torch.Tensor]) -> Fit:
    """Find the counterparts of our tensors by the rules of a source.

    Args:
        typed: Our network.
        source: The rules.
        held: The peer's tensors by name.
    """
    entries = expected(typed, source)
    shapes = {name: tuple(tensor.shape) for name, tensor in held.items()}
    matched = match(shapes, Candidate(typed.program.name, "", entries))
    ones = tuple(entry for entry in entries if entry.theirs is None)
    known = {entry.tensor.name for entry, _ in matched.found} | {e.tensor.name for e in ones}
    missing = (tensor.name for tensor in tensors(typed) if tensor.name not in known)
    pairs = (*matched.found, *matched.adapted, *matched.reshaped)
    return Fit(pairs, ones, tuple(missing))


def scatter(held: Mapping[str, torch.Tensor], kept: Iterable[tuple[Tensor, str]]) -> None:
    """Fill tensors with numbers, statistics and shifts not those of a fresh network; the same in every run.

    Signals neither die nor grow from layer to layer: kernels are drawn as He et al. (2015) have it, and what
    normalisations divide by is near one.

    Args:
        held: Tensors by name; those that are not named below keep what they hold.
        kept: Tensors of ours with their names there.
    """
    generator = torch.Generator().manual_seed(0)
    for tensor, name in kept:
        if tensor.role in _KERNELS:
            deviation = (2 / prod(tensor.shape[1:])) ** 0.5
            held[name].normal_(0, deviation, generator=generator)
        elif tensor.role in ("gamma", "variance"):
            held[name].uniform_(0.5, 1.5, generator=generator)
        elif tensor.role == "count":
            held[name].zero_()
        else:
            held[name].uniform_(-0.2, 0.2, generator=generator)


def carried(held: Mapping[str, torch.Tensor], found: Fit) -> dict[str, torch.Tensor]:
    """A peer's tensors in our names and layout."""
    weights = {e.tensor.name: torch.full(e.tensor.shape, e.fill) for e in found.ones}
    return weights | {
        entry.tensor.name: to_ours(entry, held[name]) for entry, name in found.pairs if entry.kept
    }
