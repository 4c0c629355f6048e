"""``inception-graph bench`` as a user meets it, with networks that are small or few."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import inception_graph as ig
from inception_graph.benchmarking.contenders import Foreign
from inception_graph.benchmarking.preparing import Preparation
from inception_graph.benchmarking.settings import Settings
from inception_graph.peers import PeerMissing, importing

TINY = str(Path(__file__).with_name("tiny.yaml"))
BACKBONE = """\
inception_graph: 1
name: backbone
input: {channels: 3, height: 16, width: 16}
body:
  conv: {conv: 4, kernel: 3}
"""


def _needs_torchvision() -> None:
    try:
        importing.torchvision()
    except PeerMissing as error:
        pytest.skip(str(error))


def test_ours_alone(command_line: Any, tmp_path: Path) -> None:
    plot = tmp_path / "plot.svg"
    found = command_line(
        "bench", TINY, "--rounds", "2", "--threads", "1", "--batch", "2",
        "--contenders", "plain/eager", "--contenders", "optimised/ch*", "-o", str(plot),
    )  # fmt: skip
    assert found.status == 0, found.out + found.err
    heading, *lines = found.out.splitlines()
    assert heading == "tiny: inference, batch 2, float32, cpu (1 threads)"
    assert any(line.startswith("plain/eager ") for line in lines)
    assert any(line.startswith("optimised/channels_last ") for line in lines)
    assert "not measured: nothing that is installed computes the same as 'tiny'" in lines
    assert "there is no peer" in found.out
    assert "tiny: inference" in plot.read_text(encoding="utf-8")


def test_a_step_of_training_beside_a_peer(command_line: Any) -> None:
    _needs_torchvision()
    found = command_line(
        "bench", "googlenet_torchvision", "--mode", "train", "--batch", "2", "--rounds", "1",
        "--contenders", "plain/eager", "--contenders", "torchvision/eager", "--format", "json",
    )  # fmt: skip
    assert found.status == 0, found.out + found.err
    values = json.loads(found.out)
    plain, peer = values["contenders"]
    assert (plain["name"], peer["name"]) == ("plain/eager", "torchvision/eager")
    assert values["best_peer"] == "torchvision/eager"
    assert peer["ratio"] == 1
    assert plain["difference"] < 1e-3
    assert plain["images_per_second"] == 2 / plain["seconds"]["median"]
    assert "torchvision" in values["versions"]


def test_what_differs_is_not_measured(command_line: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Settings, "tolerance", property(lambda settings: -1.0))
    found = command_line("bench", TINY, "--contenders", "plain/eager")
    assert found.status == 1
    assert (
        "NOT MEASURED: plain/eager: outputs differ by 0.0e+00 from those of the plain" in found.out
    )
    assert "images/s" not in found.out.splitlines()[-1]


def test_a_network_that_only_looks_like_a_peer_is_none(tmp_path: Path) -> None:
    _needs_torchvision()
    text = """\
inception_graph: 1
name: mine
extends: googlenet_torchvision
stem:
  pool1: {ceil: false, padding: 1}
"""
    preparation = Preparation(ig.load(text), Settings(), tmp_path)
    found = preparation.candidates(lambda source: source == "torchvision", lambda name: None)
    assert [candidate.name for candidate in found] == ["plain", "optimised"]
    (note,) = preparation.absent
    assert note.startswith("torchvision.models.googlenet is another network: with equal weights")


def test_peers_are_filled_with_equal_weights(tmp_path: Path) -> None:
    _needs_torchvision()
    preparation = Preparation(ig.load("googlenet_torchvision"), Settings(), tmp_path)
    *ours, peer = preparation.candidates(lambda source: source == "torchvision", lambda name: None)
    assert isinstance(peer, Foreign)
    assert {tuple(sorted(path.name for path in tmp_path.iterdir()))} == {
        ("images.npy", "optimised.npy", "optimised.pt", "plain.npy", "plain.pt", "torchvision.npy",
         "torchvision.pt")
    }  # fmt: skip
    kernels = [candidate.module().state_dict() for candidate in (ours[0], peer)]
    assert (kernels[0]["conv1.conv.weight"] == kernels[1]["conv1.conv.weight"]).all()


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ((TINY, "--contenders", "nobody/*"), 2, "error: no contender is called nobody/*: there are"),
        ((TINY, "--device", "mars"), 2, "error: torch cannot use the device 'mars': Expected one of"),
        ((TINY, "-o", "plot.txt"), 2, "a plot is written to .svg, .png, .pdf"),
        ((TINY, "-o", "nowhere/plot.svg"), 2, "there is no folder 'nowhere'"),
        (("nothing",), 1, "there is no network and no file 'nothing'"),
    ],
)  # fmt: skip
def test_what_cannot_be_measured(
    arguments: tuple[str, ...], status: int, message: str, command_line: Any
) -> None:
    found = command_line("bench", *arguments)
    assert found.status == status
    assert message in found.err


def test_only_classifiers_are_trained(command_line: Any, tmp_path: Path) -> None:
    spec = tmp_path / "backbone.yaml"
    spec.write_text(BACKBONE, encoding="utf-8")
    found = command_line("bench", str(spec), "--mode", "train")
    assert found.status == 2
    assert "'backbone' gives no classes" in found.err
