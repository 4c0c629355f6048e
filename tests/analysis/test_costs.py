"""What a value sees, and what the table says of it, against torch and by hand."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
import torch
from torch import nn

import inception_graph as ig

HEAD = "inception_graph: 1\nname: sight\ninput: {channels: 1, height: 61, width: 61}\nbody:\n"
CHAINS = [
    "  a: {conv: 1, kernel: 3}\n  b: {conv: 1, kernel: 5, stride: 2}\n  c: {conv: 1, kernel: 3}\n",
    "  a: {avg_pool: 3, stride: 2}\n  b: {avg_pool: 2}\n  c: {conv: 1, kernel: [1, 3]}\n",
    "  a: {conv: 1, kernel: [3, 5], stride: [1, 2]}\n  b: {conv: 1, kernel: [5, 3], dilation: 2}\n",
    "  a: {conv: 1, kernel: 3, stride: [3, 2]}\n  b: {separable_conv: 1, kernel: [3, 2]}\n",
    (
        "  a: {concat: {wide: {conv: 1, kernel: [1, 7]}, tall: {conv: 1, kernel: [5, 3]}, n: {}}}\n"
        "  b: {avg_pool: 3, stride: [2, 1]}\n"
    ),
    "  a: {conv: 1, kernel: 3, stride: 2}\n  b: {avg_pool: adaptive, output: 6}\n",
]


def read(model: nn.Module, x: torch.Tensor, row: int, column: int) -> torch.Tensor:
    """First and last row and column of the input that one cell of the output depends on."""
    image = x.clone().requires_grad_()
    model(image)[0, :, row, column].sum().backward()
    assert image.grad is not None
    found = (image.grad[0] != 0).any(dim=0).nonzero()
    return torch.stack([found.min(dim=0).values, found.max(dim=0).values])


@pytest.mark.parametrize("chain", CHAINS)
def test_field_and_stride_are_those_of_the_gradient(chain: str) -> None:
    network = ig.load(HEAD + chain)
    torch.manual_seed(0)
    model = network.create_model().double().eval()
    x = torch.randn(1, *network.input, dtype=torch.double)
    cost = network.costs.nodes[network.typed.graph.output]
    _, rows, columns = network.output
    here = read(model, x, rows // 2, columns // 2)
    extent = (here[1] - here[0] + 1).tolist()
    if "adaptive" in chain:  # of whose windows the largest is meant
        assert all(real <= told for real, told in zip(extent, cost.receptive_field, strict=True))
        return
    assert tuple(extent) == cost.receptive_field
    beyond = read(model, x, rows // 2 + 1, columns // 2 + 1)
    assert tuple((beyond[0] - here[0]).tolist()) == cost.stride


@pytest.mark.parametrize("last", ["{avg_pool: global}", "{flatten: }"])
def test_a_vector_sees_what_all_cells_together_see(last: str) -> None:
    network = ig.load(f"{HEAD}  a: {{conv: 2, kernel: 3, stride: 4, padding: 0}}\n  b: {last}\n")
    # 15 cells, 4 apart, each of 3.
    assert network.costs.nodes[-1].receptive_field == (14 * 4 + 3, 14 * 4 + 3)


def test_an_adaptive_pool_steps_as_its_windows_do() -> None:
    network = ig.load(f"{HEAD}  a: {{avg_pool: adaptive, output: [7, 10]}}\n")
    # 61 rows on 7 and 61 columns on 10: most windows start 8 or 9, and 6, behind the one before.
    assert network.costs.nodes[0].stride == (8, 6)


SPEC = """\
inception_graph: 1
name: two
input: {channels: 2, height: 8, width: 10}
body:
  a: {conv: 4, kernel: [1, 3], stride: [1, 2], norm: batch_norm, bias: false}
  b: {conv: 8, kernel: 1}
head:
  pool: {avg_pool: global}
  out: {linear: 5}
auxiliary:
  side: {from: a, loss_weight: 1, nodes: {pool: {avg_pool: global}, out: {linear: 3}}}
"""
FIRST = 4 * 2 * 3 * 8 * 5  # channels out and in, window, positions
MACS = FIRST + 8 * 4 * 8 * 5 + 5 * 8
ACTIVATIONS = 4 * 8 * 5 + 8 * 8 * 5 + 8 + 5


def test_heads_are_counted_apart() -> None:
    costs = ig.load(SPEC).costs
    assert costs.parameters == (4 * 2 * 3 + 2 * 4) + (8 * 4 + 8) + (5 * 8 + 5)
    assert costs.parameters_with_auxiliary == costs.parameters + 3 * 4 + 3
    assert (costs.macs, costs.macs_with_auxiliary) == (MACS, MACS + 3 * 4)
    assert costs.activations == ACTIVATIONS
    assert costs.activations_with_auxiliary == ACTIVATIONS + 4 + 3


def test_the_table_in_words() -> None:
    lines = str(ig.load(SPEC).summary()).splitlines()
    assert lines[4].split() == [
        "a", "conv", "1x3/1x2", "4x8x5", "32", f"{FIRST}", f"{100 * FIRST / MACS:.1f}", "160", "1x3",
        "1x2",
    ]  # fmt: skip
    assert f"{ACTIVATIONS} activations" in lines[-2]
    assert [line.split()[0] for line in lines if line.startswith("side")] == ["side"]
    wide = ig.load(SPEC.replace("8, width", "8000, width"), limits=ig.Limits(elements=2**40))
    mebibytes = 4 * wide.costs.activations / 2**20
    assert f"{mebibytes:.1f} MiB in float32" in str(wide.summary())


def test_the_table_for_machines() -> None:
    summary = ig.load(SPEC).summary()
    (row, *_) = csv.DictReader(io.StringIO(summary.to("csv")))
    facts = {"node": "a", "section": "body", "operation": "conv 1x3/1x2", "output": "4x8x5",
             "parameters": "32", "macs": f"{FIRST}", "activations": "160",
             "receptive_field": "1x3", "stride": "1x2"}  # fmt: skip
    assert row == facts
    document: Any = json.loads(summary.to("json"))
    assert document["activations"] == ACTIVATIONS
    assert [entry["name"] for entry in document["rows"]] == ["a", "b", "pool", "out", "side"]
