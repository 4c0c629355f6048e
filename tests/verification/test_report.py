"""What is told of a comparison, and when two networks are said to be the same."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from inception_graph.peers import PEERS
from inception_graph.verification.against import Comparison
from inception_graph.verification.outputs import Agreement
from inception_graph.verification.own import Check
from inception_graph.verification.pairing import Pairing
from inception_graph.verification.report import Verdict
from inception_graph.verification.words import Difference

DROPOUT = Difference("dropout", "rate is 0.2 here, 0.5 there", training=True)
POOL = Difference("mixed.pool", "average counts padding there, not here")
MORE = Difference("conv1", "batch normalisation stands there, not here", there="conv1.bn")
SAME = Comparison(
    PEERS[0],
    Pairing((10, 9), 9, (DROPOUT,)),
    parameters=(1200, 1000),
    scales=200,
    macs=(5000, 5000),
    outputs=Agreement(1e-7, 0.2),
    strangers=(),
)


@pytest.mark.parametrize(
    ("changed", "agrees"),
    [
        ({}, True),
        ({"outputs": None}, True),
        ({"outputs": Agreement(1.1e-5, 0.2)}, False),
        ({"outputs": Agreement(float("nan"), 0.2)}, False),
        ({"parameters": (1200, 1001)}, False),
        ({"macs": (5000, 5001)}, False),
        ({"strangers": ("conv1.weight",)}, False),
        ({"pairing": Pairing((10, 9), 9, (DROPOUT, POOL))}, False),
    ],
)
def test_when_two_networks_are_the_same(changed: dict[str, Any], agrees: bool) -> None:
    assert replace(SAME, **changed).agrees is agrees
    assert Verdict("ours", (), replace(SAME, **changed)).agrees is agrees


def test_text() -> None:
    pairing = Pairing((10, 12), 9, (POOL, replace(POOL, where="other.pool"), MORE, DROPOUT))
    found = replace(SAME, pairing=pairing, outputs=None, strangers=("conv1.bias", "conv2.bias"))
    checks = (Check("parameters", "1,200"), Check("MACs", "5,000", ("5,000 as inferred, 4,000 x",)))
    lines = Verdict("ours", checks, found).to_text().splitlines()
    version = found.peer.version
    assert lines == [
        "ours: DIFFERENCES between inference, live module and emitted file: 1",
        "  parameters                    1,200",
        "  MACs                          5,000",
        "    5,000 as inferred, 4,000 x",
        f"ours against torchvision.models.googlenet (torchvision {version}): NOT THE SAME",
        "  steps with a counterpart      9 of 10 here and 12 there",
        "    mixed.pool and 1 more: average counts padding there, not here",
        "    conv1: batch normalisation stands there, not here (conv1.bn)",
        "  while training only",
        "    dropout: rate is 0.2 here, 0.5 there",
        "  parameters                    1,200 here, 1,000 there; 200 scales (gamma) have none there",
        "  MACs                          5,000 here and there",
        "  outputs                       not compared: nothing of their shape there for 2 tensors, such as conv1.bias",
    ]


def test_values() -> None:
    values = json.loads(json.dumps(Verdict("ours", (), SAME).to_values()))
    assert values["agrees"] is True
    assert values["against"]["differences"] == [
        {"node": "dropout", "text": DROPOUT.text, "training": True, "there": None}
    ]
    assert values["against"]["parameters"] == {"here": 1200, "there": 1000}
    assert values["against"]["outputs"] == {"difference": 1e-7}
