"""The commands of ``weights`` as a user meets them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from tiny_weights import SPEC, same

import inception_graph as ig
from inception_graph.cli import main


class Result(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.yaml").write_bytes(SPEC.read_bytes())

    def call(*arguments: str) -> Result:
        monkeypatch.setattr(sys, "argv", ["inception-graph", "weights", *arguments])
        with pytest.raises(SystemExit) as leaving:
            main()
        captured = capsys.readouterr()
        return Result(int(leaving.value.code or 0), captured.out, captured.err)

    return call


def test_there_and_back(run, saved: Path, model, tmp_path: Path) -> None:
    there = run(
        "export", "saved.pth", "--spec", "tiny.yaml", "--to", "torchvision", "-o", "theirs.pth"
    )
    assert there == (
        0, "", "saved.pth (torch file, our own names) for tiny\n  matched     42 tensors\nwrote theirs.pth\n"
    )  # fmt: skip
    assert "stem.bn.weight" in torch.load(tmp_path / "theirs.pth")
    back = run("convert", "theirs.pth", "--to", "tiny.yaml", "-o", "ours.safetensors", "--strict")
    assert back.status == 0
    assert back.err.startswith("theirs.pth (torch file, names of torchvision) for tiny\n")
    assert same(model, ig.create_model("tiny.yaml", weights="ours.safetensors", strict=True))
    again = run("convert", "theirs.pth", "--to", "tiny.yaml", "-o", "ours.safetensors")
    assert again.status == 0  # what we made is ours to replace


def test_slim_is_exported_as_arrays(run, saved: Path, model, tmp_path: Path) -> None:
    assert (
        run("export", "saved.pth", "--spec", "tiny.yaml", "--to", "slim", "-o", "x.npz").status == 0
    )
    with np.load(tmp_path / "x.npz") as arrays:
        assert arrays["Tiny/Logits/weights"].shape == (1, 1, 8, 5)
        depthwise = arrays["Tiny/sep/depthwise_weights"]
    assert (depthwise[1, 2, 3, 0] == model.state_dict()["sep.depthwise.weight"][3, 0, 1, 2]).all()


def test_strict_writes_nothing(run, saved: Path, tmp_path: Path) -> None:
    arguments = ("saved.pth", "--to", "tiny.yaml", "--set", "classes=7", "-o", "x.safetensors")
    strict = run("convert", *arguments, "--strict")
    assert strict.status == 1
    assert strict.err.endswith("error: not all of it fits, and --strict allows nothing less\n")
    assert not (tmp_path / "x.safetensors").exists()
    assert run("convert", *arguments).status == 0
    held = json.loads(run("inspect", "x.safetensors", "--format", "json").out)["tensors"]
    assert "conv1.conv.weight" in held
    assert "classifier.weight" not in held


def test_inspect_names_network_and_source(run, tmp_path: Path) -> None:
    state = ig.create_model("googlenet_torchvision", classes=12, auxiliary=False).state_dict()
    torch.save({f"module.{name}": tensor for name, tensor in state.items()}, tmp_path / "x.pth")
    found = run("inspect", "x.pth")
    assert (found.status, found.err) == (0, "")
    lines = dict(line.split(maxsplit=1) for line in found.out.splitlines())
    assert lines["format"] == "torch file"
    assert lines["network"] == "googlenet_torchvision (344 of 344 tensors fit)"
    assert lines["source"] == "none: names are our own"
    assert lines["prefix"] == "module."
    assert lines["other"] == "shape  module.classifier.weight, module.classifier.bias"
    document = json.loads(run("inspect", "x.pth", "--format", "json").out)
    assert document["match"]["spec"] == "googlenet_torchvision"
    assert document["match"]["adapted"] == ["module.classifier.weight", "module.classifier.bias"]
    assert document["tensors"]["module.conv1.conv.weight"] == {
        "shape": [64, 3, 7, 7], "dtype": "float32",
    }  # fmt: skip
    assert document["numbers"] == sum(t.numel() for t in state.values() if t.is_floating_point())


def test_inspect_believes_what_a_file_says_of_itself(run, tmp_path: Path) -> None:
    """Two networks of the same names and shapes cannot be told apart otherwise."""
    state = ig.create_model("inception_v3_torchvision", auxiliary=False).state_dict()
    save_file(state, tmp_path / "x.safetensors", {"spec": "inception_v3_torchvision"})
    lines = dict(
        line.split(maxsplit=1) for line in run("inspect", "x.safetensors").out.splitlines()
    )
    assert lines["network"].startswith("inception_v3_torchvision ")


def test_inspect_of_something_else(run, tmp_path: Path) -> None:
    torch.save({"a\x1b[2J": torch.ones(2)}, tmp_path / "x.pth")
    found = run("inspect", "x.pth").out
    assert "network  none of the shipped ones has tensors of these names and shapes" in found
    assert "a\\x1b[2J" in found


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("inspect", "none.pth"), "error: No such file or directory: none.pth"),
        (
            ("convert", "saved.pth", "--to", "tiny.yaml", "-o", "x.npz"),
            "error: 'x.npz': weights in the layout of torch are written to a file that ends in .saf",
        ),
        (
            ("export", "saved.pth", "--spec", "tiny.yaml", "--to", "keras", "-o", "x.weights.h5"),
            "error: 'x.weights.h5': weights in the layout of keras are written to a .h5 file, but",
        ),
        (
            ("export", "saved.pth", "--spec", "tiny.yaml", "--to", "timm", "-o", "x.pth"),
            "error: 'tiny' has no checkpoint source 'timm' to export to: it has torchvision, keras, s",
        ),
        (
            ("export", "saved.pth", "--spec", "tiny.yaml", "--to", "keras", "-o", "x.h5"),
            "error: 'saved.pth': 'conv1.norm.weight' scales, and batch norms of keras do not",
        ),
        (
            ("convert", "saved.pth", "--from", "timm", "--to", "tiny.yaml", "-o", "x.safetensors"),
            "error: 'saved.pth': 'tiny' has no checkpoint source 'timm': it has torchvision, keras, s",
        ),
        (
            ("convert", "saved.pth", "--to", "tiny.yaml", "-o", "tiny.yaml.safetensors/x.pt"),
            "error: there is no folder 'tiny.yaml.safetensors'",
        ),
        (
            ("convert", "--from", "torchvision", "--to", "tiny.yaml", "-o", "x.safetensors"),
            "Error: name a FILE, or say with --from what to fetch, such as torchvision:IMAGENET1K_V1",
        ),
        (
            ("export", "part.pth", "--spec", "tiny.yaml", "--to", "slim", "-o", "x.npz"),
            "error: 'part.pth': it lacks 'classifier.bias' and 'classifier.weight': only whole net",
        ),
    ],
)
def test_what_is_refused(
    arguments: tuple[str, ...], message: str, run, saved: Path, model, tmp_path: Path
) -> None:
    state = {k: v for k, v in model.state_dict().items() if not k.startswith("classifier")}
    torch.save(state, tmp_path / "part.pth")
    before = set(tmp_path.iterdir())
    refused = run(*arguments)
    assert refused.status == 2
    assert message in refused.err
    assert set(tmp_path.iterdir()) == before


def test_a_file_that_is_not_ours_stays(run, saved: Path, tmp_path: Path) -> None:
    (tmp_path / "x.safetensors").write_text("mine", encoding="utf-8")
    arguments = ("convert", "saved.pth", "--to", "tiny.yaml", "-o", "x.safetensors")
    assert "use --force to replace it" in run(*arguments).err
    assert (tmp_path / "x.safetensors").read_text(encoding="utf-8") == "mine"
    assert run(*arguments, "--force").status == 0


def test_a_damaged_file_leaves_nothing_half_written(run, model, tmp_path: Path) -> None:
    state = model.state_dict()
    state["sep.norm.bias"][0] = float("nan")
    torch.save(state, tmp_path / "nan.pth")
    refused = run("convert", "nan.pth", "--to", "tiny.yaml", "-o", "x.safetensors")
    assert refused.status == 2
    assert "'sep.norm.bias' holds numbers that are infinite or not a number" in refused.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["nan.pth", "tiny.yaml"]


def test_without_torch(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inception_graph.cli.weights.find_spec", lambda name: None)
    assert (
        "torch is not installed: pip install 'inception-graph[torch,weights]'"
        in run("inspect", "x").err
    )
