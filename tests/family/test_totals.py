"""Parameters and MACs of the shipped networks, equal to those counted in what others released.

A line of ``totals.txt`` is one implementation with one number of classes, in columns:

    spec         inception_v3
    settings     classes=1001      values of its variables
    counted      all               or no_gamma: without the scales of batch normalisation, which TF-slim and some of
                                   Keras' networks do not have; ours are left out of the count too
    parameters   23819401          without auxiliary heads
    with heads   27145970          or - where the implementation has none
    MACs         5713218144        of convolutions and linear layers, for one image, without heads
    with heads   5718902112        or -
    source       slim              what was counted
"""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any

import pytest

import inception_graph as ig
from inception_graph.checkpoints import tensors

LINES = [
    line.split(maxsplit=7)
    for line in (Path(__file__).parent / "totals.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def gammas(network: ig.Network) -> int:
    return sum(prod(tensor.shape) for tensor in tensors(network.typed) if tensor.role == "gamma")


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line[0]}-{line[1]}-{line[-1]}")
def test_totals_are_those_of_the_released_network(line: list[str]) -> None:
    spec, settings, counted, *totals, _ = line
    given: dict[str, Any] = {key: int(value) for key, value in [settings.split("=")]}
    network = ig.load(spec, **given)
    alone, costs = network.without_auxiliary(), network.costs
    parameters = [costs.parameters, costs.parameters_with_auxiliary]
    if counted == "no_gamma":
        parameters = [parameters[0] - gammas(alone), parameters[1] - gammas(network)]
    found = [*parameters, costs.macs, costs.macs_with_auxiliary]
    pairs = zip(totals, found, strict=True)
    assert found == [here if total == "-" else int(total) for total, here in pairs]


@pytest.mark.parametrize("name", ig.list_models())
def test_the_spec_itself_states_its_totals(name: str) -> None:
    network = ig.load(name)
    expect = network.program.expect
    assert expect is not None
    assert expect.parameters
    assert expect.macs
    assert bool(expect.parameters_with_auxiliary) == bool(network.typed.graph.heads)
    assert not network.check()
