"""GraphML and JSON: the whole network for other tools, told the same way in both."""

from __future__ import annotations

import io
import json
from typing import Any

import networkx as nx
import pytest
from drawn import HOSTILE, NAMES, layout, titled, typed

from inception_graph.analysis.costs import costs
from inception_graph.backends.pictures.graphml_writer import graphml_text
from inception_graph.backends.pictures.json_writer import json_text
from inception_graph.files import MAKER
from inception_graph.ops.base import size

COSTS = ("parameters", "macs", "activations")


def graph_of(name: str) -> nx.DiGraph:
    return nx.read_graphml(io.BytesIO(graphml_text(typed(name)).encode()))


def document(name: str, level: str = "block") -> dict[str, Any]:
    return json.loads(json_text(typed(name), layout(typed(name), level)))


@pytest.mark.parametrize("name", NAMES)
def test_networkx_reads_back_the_graph_that_there_is(name: str) -> None:
    read, ours = graph_of(name), typed(name).networkx
    assert list(read) == list(ours)
    assert list(read.edges) == list(ours.edges)
    for node, facts in list(ours.nodes(data=True))[1:]:
        assert read.nodes[node]["operation"] == facts["operation"]
        assert read.nodes[node]["shape"] == size(facts["shape"])
        assert read.nodes[node]["section"] == facts["section"]


@pytest.mark.parametrize("name", ["googlenet", "inception_resnet_v2"])
def test_costs_add_up_in_both(name: str) -> None:
    network, read = document(name)["network"], graph_of(name)
    for cost in COSTS:
        total = sum(getattr(node, cost) for node in costs(typed(name)).nodes)
        assert sum(node[cost] for node in network["nodes"]) == total
        assert sum(read.nodes[node].get(cost, 0) for node in read) == total
    assert network["parameters_with_auxiliary"] == sum(n["parameters"] for n in network["nodes"])


def test_a_node_is_told_in_the_words_of_its_spec() -> None:
    node = next(n for n in document("inception_v3")["network"]["nodes"] if n["name"] == "conv1")
    fields = {name: node["fields"][name] for name in ("channels", "kernel", "stride", "norm")}
    assert fields == {
        "channels": 32,
        "kernel": 3,
        "stride": 2,
        "norm": {"batch_norm": {"eps": 0.001}},
    }
    inside = graph_of("inception_v3").nodes["mixed_5d.branch3x3.expand2"]
    assert (inside["block"], inside["use"]) == ("inception_a", "mixed_5d")


def test_blocks_and_heads_are_told_with_their_uses() -> None:
    network = document("googlenet")["network"]
    (block,) = network["blocks"]
    assert block["arguments"] == ["b1", "b3_reduce", "b3", "b5_reduce", "b5", "pool"]
    assert block["uses"][0] == "inception_3a"
    assert len(block["uses"]) == 9
    assert [(h["reads"], h["loss_weight"]) for h in network["auxiliary"]] == [
        ("inception_4a", 0.3),
        ("inception_4d", 0.3),
    ]


@pytest.mark.parametrize("level", ["network", "block", "op"])
def test_the_picture_is_told_with_all_its_places(level: str) -> None:
    shown = layout(typed("googlenet"), level)
    picture = json.loads(json_text(typed("googlenet"), shown))["picture"]
    known = {box["id"] for box in picture["boxes"]}
    assert known == {box.id for box in shown.drawing.boxes}
    assert len(picture["wires"]) == len(shown.drawing.wires)
    for wire in picture["wires"]:
        assert {wire["source"], wire["target"]} <= known
        assert all(
            0 <= x <= picture["width"] and 0 <= y <= picture["height"] for x, y in wire["points"]
        )


def test_fields_of_the_document_stay_what_they_are() -> None:
    """A change here is one of the format: raise its version and say so in the page about drawing."""
    found = document("googlenet")
    shape = {
        "": sorted(found),
        "network": sorted(found["network"]),
        "node": sorted(found["network"]["nodes"][0]),
        "edge": sorted(found["network"]["edges"][0]),
        "picture": sorted(found["picture"]),
        "box": sorted(found["picture"]["boxes"][0]),
        "frame": sorted(found["picture"]["frames"][0]),
        "wire": sorted(found["picture"]["wires"][0]),
    }
    assert {name: " ".join(fields) for name, fields in shape.items()} == {
        "": "made_by network picture version",
        "network": "auxiliary blocks edges input macs macs_with_auxiliary name nodes output parameters "
        "parameters_with_auxiliary title units",
        "node": "activations block family fields label macs name operation parameters receptive_field "
        "section shape stride use",
        "edge": "position shape source target",
        "picture": "boxes caption frames height title width wires",
        "box": "dashed frames height id labels mark name style times width x y",
        "frame": "dashed frames height id left mark times title top width",
        "wire": "channels dashed mark points shape source target",
    }


@pytest.mark.parametrize("title", HOSTILE)
def test_texts_come_back_as_they_were(title: str) -> None:
    network = titled(title)
    read = json.loads(json_text(network, layout(network)))
    assert read["network"]["title"] == title


def test_both_say_who_made_them_where_it_is_looked_for() -> None:
    assert MAKER in graphml_text(typed("googlenet"))[:4096]
    assert MAKER in json_text(typed("googlenet"), layout(typed("googlenet")))[:4096]
