"""The shipped networks, row by row, against what was counted in the networks that others released."""

from __future__ import annotations

import csv
import io

import pytest

import inception_graph as ig

# Of BVLC/caffe, models/bvlc_googlenet/train_val.prototxt: weights with biases, multiply-accumulates of
# convolutions and linear layers, and the shape of the output by Caffe's rules.
CAFFE = """
conv1          stem       9472  118013952   64x112x112
pool1          stem          0          0   64x56x56
conv2_reduce   stem       4160   12845056   64x56x56
conv2          stem     110784  346816512   192x56x56
pool2          stem          0          0   192x28x28
inception_3a   body     163696  128049152   256x28x28
inception_3b   body     388736  304267264   480x28x28
pool3          body          0          0   480x14x14
inception_4a   body     376176   73608192   512x14x14
inception_4b   body     449160   87908352   512x14x14
inception_4c   body     510104   99850240   512x14x14
inception_4d   body     605376  118515712   528x14x14
inception_4e   body     868352  169996288   832x14x14
pool4          body          0          0   832x7x7
inception_5a   body    1043456   51079168   832x7x7
inception_5b   body    1444080   70697984   1024x7x7
classifier     head    1025000    1024000   1000
aux1           auxiliary 3188840  4169728   1000
aux2           auxiliary 3190888  4202496   1000
"""
# Of torchvision 0.28.0, models/inception.py, with gamma and beta of its batch normalisation.
TORCHVISION = """
conv1      stem         928   19181664   32x149x149
conv2      stem        9280  199148544   32x147x147
conv3      stem       18560  398297088   64x147x147
conv4      stem        5280   27284480   80x73x73
conv5      stem      138624  696867840   192x71x71
pool2      stem           0          0   192x35x35
mixed_5b   body      255904  312345600   256x35x35
mixed_5c   body      277472  338688000   288x35x35
mixed_5d   body      285152  348096000   288x35x35
mixed_6a   body     1153280  401937408   768x17x17
mixed_6b   body     1297408  374063104   768x17x17
mixed_6c   body     1691008  487702528   768x17x17
mixed_6d   body     1691008  487702528   768x17x17
mixed_6e   body     2141952  617914368   768x17x17
mixed_7a   body     1698304  291004416   1280x8x8
mixed_7b   body     5044608  322437120   2048x8x8
mixed_7c   body     6076800  388497408   2048x8x8
classifier head     2049000    2048000   1000
aux        auxiliary 3326696   5683200   1000
"""


def rows(name: str) -> dict[str, dict[str, str]]:
    """The table of a network by the names of its rows, as its CSV has it."""
    table = csv.DictReader(io.StringIO(ig.load(name).summary().to("csv")))
    return {row["node"]: row for row in table}


@pytest.mark.parametrize(
    ("network", "table"), [("googlenet", CAFFE), ("inception_v3", TORCHVISION)]
)
def test_rows_are_those_of_the_released_network(network: str, table: str) -> None:
    found = rows(network)
    for line in table.strip().splitlines():
        name, *facts = line.split()
        columns = ("section", "parameters", "macs", "output")
        assert [found[name][column] for column in columns] == facts, name


def test_inception_v3_sees_what_was_published() -> None:
    """Araujo, Norris and Sim, Computing Receptive Fields of Convolutional Neural Networks, 2019."""
    last = rows("inception_v3")["mixed_7c"]
    assert (last["receptive_field"], last["stride"]) == ("1311", "32")


def test_a_part_is_what_is_inside_it() -> None:
    network = ig.load("googlenet")
    operations = csv.DictReader(io.StringIO(network.summary("op").to("csv")))
    inside = [row for row in operations if row["node"].split(".")[0] == "inception_3a"]
    whole = rows("googlenet")["inception_3a"]
    for column in ("parameters", "macs", "activations"):
        assert sum(int(row[column]) for row in inside) == int(whole[column])
