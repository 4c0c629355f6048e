"""The Python interface."""

from __future__ import annotations

import inspect
from pathlib import Path

import networkx as nx
import pytest
import torch

import inception_graph as ig

TEXT = """\
inception_graph: 1
name: tiny
input: {channels: 3, height: 16, width: 16}
variables: {classes: 4}
stem:
  conv1: {conv: 8, kernel: 3, activation: relu}
head:
  pool: {avg_pool: global}
  classifier: {linear: $classes}
"""


def test_load_by_name_path_and_text(tmp_path: Path) -> None:
    path = tmp_path / "tiny.yaml"
    path.write_text(TEXT, encoding="utf-8")
    assert (
        ig.load(path).parameters == ig.load(str(path)).parameters == ig.load(TEXT).parameters == 260
    )
    assert ig.load("googlenet").macs == 1_582_671_872
    assert ig.load(TEXT, classes=9).output == (9,)


def test_faulty_specs_raise_all_diagnostics() -> None:
    with pytest.raises(ig.SpecError) as failure:
        ig.load(TEXT.replace("kernel", "kernal").replace("linear", "linaer"))
    assert [d.code.value for d in failure.value.diagnostics] == ["S201", "S207"]
    assert "did you mean 'kernel'?" in str(failure.value)
    with pytest.raises(ig.SpecError, match="no network and no file"):
        ig.load("nothing_of_this_name")
    with pytest.raises(ig.SettingError, match="did you mean 'classes'"):
        ig.load(TEXT, clases=3)


def test_network_shows_itself() -> None:
    network = ig.load(TEXT)
    assert repr(network) == "<Network tiny: input 3x16x16, 260 parameters, 55,328 MACs>"
    assert network.check() == ()
    assert [node.name for node in network.nodes] == ["conv1", "pool", "classifier"]
    assert network._repr_svg_().startswith("<")
    assert "<table>" in network.summary()._repr_html_()
    assert str(network.summary("op")).startswith("tiny\n")


def test_networkx_is_a_frozen_view() -> None:
    graph = ig.load("googlenet").to_networkx()
    assert nx.is_frozen(graph)
    assert nx.is_directed_acyclic_graph(graph)
    assert graph.has_edge("inception_3a.branch1", "inception_3a")
    assert graph.nodes["conv1"]["operation"] == "conv"
    assert graph.nodes["conv1"]["shape"] == (64, 112, 112)


def test_create_model_and_emit() -> None:
    model = ig.create_model(TEXT, classes=7)
    assert model.training
    assert model(torch.zeros(2, 3, 16, 16)).shape == (2, 7)
    network = ig.load(TEXT)
    assert ig.emit(network) == ig.emit(TEXT) == network.emit()
    with pytest.raises(TypeError, match="compiled already"):
        ig.emit(network, classes=3)
    torch.manual_seed(1)
    first = ig.create_model("googlenet", auxiliary=False).state_dict()
    torch.manual_seed(1)
    second = ig.create_model("googlenet", auxiliary=False).state_dict()
    assert all(torch.equal(first[key], second[key]) for key in first)


def test_render_keeps_files_of_others(tmp_path: Path) -> None:
    target = tmp_path / "picture.svg"
    target.write_text("mine", encoding="utf-8")
    with pytest.raises(Exception, match="not made by inception-graph"):
        ig.render(TEXT, target)
    ig.render(TEXT, target, level="op", force=True)
    assert target.read_text(encoding="utf-8").startswith("<svg")


def test_public_names_are_documented() -> None:
    for name in ig.__all__:
        if name != "__version__":
            assert inspect.getdoc(getattr(ig, name)), name


def test_choices_that_there_are_not_are_named(tmp_path: Path) -> None:
    network = ig.load(TEXT)
    with pytest.raises(ValueError, match="network or op"):
        network.summary("block")
    with pytest.raises(ValueError, match="csv"):
        network.summary().to("xml")
    with pytest.raises(Exception, match="network, block, op"):
        network.render(tmp_path / "picture.svg", level="all")  # type: ignore[arg-type]
    with pytest.raises(ig.SettingError, match="must be a number or a text"):
        ig.load(TEXT, classes=None)  # type: ignore[arg-type]


def test_the_command_in_a_source_can_be_pasted(tmp_path: Path) -> None:
    path = tmp_path / "a b$(id).yaml"
    path.write_text(TEXT, encoding="utf-8")
    source = ig.load(path, limits=ig.Limits(nodes=77), classes=9).emit()
    assert "inception-graph emit 'a b$(id).yaml' --set classes=9 --limit nodes=77" in source


def test_examples_have_names_and_are_no_networks_of_the_family() -> None:
    assert ig.load("digits").output == (10,)
    assert "digits" not in ig.list_models()
