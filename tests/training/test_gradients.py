"""Gradients with auxiliary heads and without them, held to derivatives by hand; and the command and plots of them."""

from __future__ import annotations

import json
import math
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn import functional

import inception_graph as ig
from inception_graph.backends.figures.writing import svg_text
from inception_graph.training import gradient_plot, gradient_tables
from inception_graph.training.batches import Batch, noise, pictures
from inception_graph.training.errors import TrainingError
from inception_graph.training.gradients import Gradients, gradients

TINY = """\
inception_graph: 1
name: tiny
input: {channels: 3, height: 16, width: 16}
stem:
  first: {conv: 4, kernel: 3, stride: 2, padding: 1, activation: relu}
  fork:
    concat:
      near: {conv: 4, kernel: 1}
      far: {down: {conv: 2, kernel: 1, activation: relu}, up: {conv: 4, kernel: 3, padding: 1}}
body:
  blocks: {unit: {}, repeat: 2}
blocks:
  unit:
    nodes:
      conv: {conv: 8, kernel: 3, padding: 1, norm: batch_norm, activation: relu}
head:
  pool: {avg_pool: global}
  dropout: {dropout: 0.5}
  classifier: {linear: 3}
auxiliary:
  side:
    from: fork
    loss_weight: 0.3
    nodes: {pool: {avg_pool: global}, scores: {linear: 3}}
"""
DEPTHS = {
    "first.conv": 1, "fork.near": 2, "fork.far.down.conv": 2, "fork.far.up": 3, "blocks.0.conv.conv": 4,
    "blocks.1.conv.conv": 5, "classifier": 6, "side.scores": 4,
}  # fmt: skip
"""Layers with weights up to each layer, along the longest way."""


def measured(text: str) -> tuple[ig.Network, torch.nn.Module, Batch, Gradients]:
    network = ig.load(text)
    torch.manual_seed(0)
    model, batch = network.create_model(), noise(network.program, 3, 8, seed=1)
    return network, model, batch, gradients(network.typed, model, batch.images, batch.labels)


@pytest.fixture(scope="module")
def tiny() -> tuple[ig.Network, torch.nn.Module, Batch, Gradients]:
    return measured(TINY)


def test_norms_are_those_of_two_passes_by_hand(tiny: Any) -> None:
    _, model, batch, found = tiny
    norms: dict[str, list[float]] = {}
    for weight in (0.0, 0.3):
        model.zero_grad()
        torch.manual_seed(0)
        outputs = model.train()(batch.images)
        main, side = (functional.cross_entropy(scores, batch.labels) for scores in outputs)
        (main + weight * side if weight else main).backward()
        for name, parameter in model.named_parameters():
            if parameter.dim() > 1 and parameter.grad is not None:
                norms.setdefault(name, []).append(parameter.grad.norm().item())
    assert found.losses == pytest.approx({"logits": main.item(), "side": side.item()})
    for layer in found.layers:
        by_hand = norms[layer.name]
        assert layer.whole == pytest.approx(by_hand[-1], rel=1e-5)
        assert layer.main == (pytest.approx(by_hand[0], rel=1e-5) if len(by_hand) == 2 else None)
        assert layer.weights == pytest.approx(model.get_parameter(layer.name).norm().item())


def test_layers_stand_in_the_order_of_the_network_with_their_depth(tiny: Any) -> None:
    found: Gradients = tiny[3]
    depths = {layer.name.removesuffix(".weight"): 6 * layer.depth for layer in found.layers}
    assert depths == {name: pytest.approx(depth) for name, depth in DEPTHS.items()}
    assert [layer.stage for layer in found.layers] == [
        "first", "fork", "fork", "fork", "blocks.0", "blocks.1", "classifier", "side",
    ]  # fmt: skip
    assert [layer.auxiliary for layer in found.layers] == [False] * 7 + [True]
    (start,) = found.heads
    assert (start.head, start.weight, start.stage, start.depth) == ("side", 0.3, "fork", 0.5)


def test_heads_change_only_what_they_read(tiny: Any) -> None:
    found: Gradients = tiny[3]
    for layer in found.trunk:
        assert (layer.whole != layer.main) == layer.stage.startswith(("first", "fork")), layer.name


def test_without_heads_both_are_the_same() -> None:
    *_, found = measured(TINY[: TINY.index("auxiliary:")])
    assert found.heads == ()
    assert all(layer.whole == layer.main for layer in found.layers)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("count", [1, 5])
def test_plots_show_every_network_and_head(tiny: Any, theme: Any, count: int) -> None:
    found = [tiny[3]] * count
    drawing = svg_text(gradient_plot.scene(found, "8 images <of> noise", theme=theme))
    words = [element.text or "" for element in ElementTree.fromstring(drawing).iter()]
    assert "8 images <of> noise" in words
    assert words.count("tiny") == (count if count > 1 else 0)
    if count == 1:
        stages = ["first", "fork", "blocks.0", "blocks.1", "classifier", "side"]
        assert [word for word in words if word in stages] == stages
        assert "side reads here, × 0.3" in words
        assert sum("of the weights" in word for word in words) == 7 + 8


def test_of_long_networks_a_row_is_several_stages() -> None:
    long = TINY.replace("repeat: 2", "repeat: 150")
    network = ig.load(long)
    layers = [
        layer.__class__(**{**vars(layer), "stage": f"blocks.{number}"})
        for layer in measured(TINY)[3].layers[4:5]
        for number in range(150)
    ]
    drawing = svg_text(gradient_plot.scene([Gradients(network.name, tuple(layers), (), {})], ""))
    assert "blocks.0 … blocks.2" in drawing
    assert "blocks.147 … blocks.149" in drawing


def test_means_are_geometric_and_leave_out_what_has_no_gradient() -> None:
    assert gradient_tables.mean([1, 100, None, 0]) == pytest.approx(10)
    assert gradient_tables.mean([None]) == 0


def test_noise_fills_the_range_of_the_preprocessing() -> None:
    program = ig.load("googlenet").program
    batch = noise(program, 1000, 2, seed=0)
    assert batch.images.shape == (2, 3, 224, 224)
    lowest = [channel.min().item() for channel in batch.images.unbind(1)]
    assert lowest == [-104, -117, -123]
    assert noise(program, 1000, 2, seed=0).images.equal(batch.images)
    assert not noise(program, 1000, 2, seed=1).images.equal(batch.images)


def test_pictures_are_of_as_many_classes_as_can_be(folders: Path) -> None:
    program = ig.load(TINY).program
    batch = pictures(folders, program, 3, 3, seed=0)
    assert sorted(batch.labels.tolist()) == [0, 1, 2]
    every = pictures(folders, program, 3, 50, seed=0)
    assert sorted(every.labels.tolist()) == [0] * 2 + [1] * 2 + [2] * 2
    assert batch.words == "3 images of 3 classes"
    assert pictures(folders, program, 3, 3, seed=0).images.equal(batch.images)
    with pytest.raises(TrainingError, match="--set classes=3"):
        pictures(folders, program, 2, 3, seed=0)


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    from PIL import Image

    for label in "abc":
        for number in range(2):
            path = tmp_path / "data" / "train" / label / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (20, 18), (80 * number, ord(label), 50)).save(path)
    return tmp_path / "data"


def test_the_command(command_line: Any, tmp_path: Path, folders: Path) -> None:
    spec, plot = tmp_path / "tiny.yaml", tmp_path / "plot.svg"
    spec.write_text(TINY)
    table = command_line("gradients", str(spec), "-o", str(plot))
    assert table.status == 0
    assert table.out.startswith(
        "norm of the gradient: 8 images of noise, weights as they start, seed 0\n"
    )
    assert [line for line in table.out.splitlines() if line.startswith("fork.far.up")]
    assert plot.read_text().startswith("<svg")
    several = command_line(
        "gradients", str(spec), str(spec), "--data", str(folders), "--batch", "4"
    )
    rows = [line.split() for line in several.out.splitlines() if line.startswith("tiny ")]
    assert len(rows) == 2
    assert rows[0] == rows[1]
    document = json.loads(command_line("gradients", str(spec), "--format", "json").out)
    (network,) = document["networks"]
    assert [layer["name"].split(".")[0] for layer in network["layers"]][:2] == ["first", "fork"]
    assert all(math.isfinite(layer["whole"]) for layer in network["layers"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["inception_resnet_v1_facenet"], "scores"),
        (["googlenet", "-o", "plot.gif"], "'-o plot.gif': a plot is written to .svg, .png, .pdf"),
        (["googlenet", "--data", "no/where"], "'no/where' does not exist"),
        (["googlenet", "--batch", "1"], "1 is not in the range"),
    ],
)
def test_what_cannot_be_measured_is_said_in_a_line(
    command_line: Any, arguments: list[str], says: str
) -> None:
    result = command_line("gradients", *arguments)
    assert result.status == 2
    assert says in result.err
    assert "Traceback" not in result.err
