"""The rows of a network's table against its layers, as the tables of released networks have them."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from math import prod
from pathlib import Path

import pytest
from test_layers import TABLES, loaded, table

import inception_graph as ig
from inception_graph.checkpoints import tensors


def rows(network: ig.Network, level: str = "network") -> dict[str, dict[str, str]]:
    """The table of a network by the names of its rows, as its CSV has it."""
    found = csv.DictReader(io.StringIO(network.summary(level).to("csv")))
    return {row["node"]: row for row in found}


def counted(line: list[str], scales: int) -> tuple[int, int]:
    """Weights and multiply-accumulates of one layer, by the columns of its line.

    Args:
        line: The line.
        scales: Tensors that a batch normalisation trains.
    """
    _, _, operation, window, _, channels, output, eps, also = line
    read, made = channels.split("->")
    norm = scales * int(made) if eps != "-" else 0
    if operation not in ("conv", "linear"):
        return norm, 0
    kernel = prod(map(int, window.split("/")[0].split("x"))) if operation == "conv" else 1
    groups = [int(word.removeprefix("groups=")) for word in also.split(",") if "groups" in word]
    weights = int(read) * int(made) * kernel // (groups or [1])[0]
    positions = prod(map(int, output.split("x")[1:]))
    return weights + norm + (int(made) if "bias" in also else 0), weights * positions


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_rows_add_up_to_the_released_layers(path: Path) -> None:
    settings, lines = table(path)
    network = loaded(path, settings, lines)
    scales = 2 if any(tensor.role == "gamma" for tensor in tensors(network.typed)) else 1
    totals: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for line in lines:
        total = totals[line[1].split(".")[0]]
        weights, macs = counted(line, scales)
        total[:] = total[0] + weights, total[1] + macs
    found = rows(network)
    for name, total in totals.items():
        assert [int(found[name]["parameters"]), int(found[name]["macs"])] == total, name
    for line in lines:
        if line[1] in found:
            assert found[line[1]]["output"] == line[6]


def test_inception_v3_sees_what_was_published() -> None:
    """Araujo, Norris and Sim, Computing Receptive Fields of Convolutional Neural Networks, 2019."""
    last = rows(ig.load("inception_v3"))["mixed_7c"]
    assert (last["receptive_field"], last["stride"]) == ("1311", "32")


def test_a_part_is_what_is_inside_it() -> None:
    network = ig.load("googlenet")
    operations = rows(network, "op").values()
    inside = [row for row in operations if row["node"].split(".")[0] == "inception_3a"]
    whole = rows(network)["inception_3a"]
    for column in ("parameters", "macs", "activations"):
        assert sum(int(row[column]) for row in inside) == int(whole[column])
