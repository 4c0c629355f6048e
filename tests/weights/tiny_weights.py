"""A small network with a layer of every kind, and weights for it that tell every number apart."""

from __future__ import annotations

from pathlib import Path

import torch

import inception_graph as ig

SPEC = Path(__file__).with_name("tiny.yaml")


def random_model(network: ig.Network) -> torch.nn.Module:
    """The live module in evaluation mode, all its numbers random, statistics too."""
    torch.manual_seed(0)
    model = network.create_model().eval()
    for tensor in model.state_dict().values():
        if tensor.is_floating_point():
            tensor.copy_(torch.rand_like(tensor) + 0.5)
    return model


def same(one: torch.nn.Module, other: torch.nn.Module) -> bool:
    """Whether two modules hold the same numbers."""
    theirs = other.state_dict()
    return all(torch.equal(tensor, theirs[name]) for name, tensor in one.state_dict().items())
