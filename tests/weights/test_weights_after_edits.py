"""Weights of a network in an edited one: what fits is taken, and all else is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_weights import random_model

import inception_graph as ig
from inception_graph.weights.converting import theirs
from inception_graph.weights.errors import WeightsError
from inception_graph.weights.fitting import fitted
from inception_graph.weights.loading import load
from inception_graph.weights.opening import opened
from inception_graph.weights.report import report
from inception_graph.weights.values import other_channels

RENAMED = [
    ("      branch3:\n", "      tower:\n"),
    ("branch3.{m}: mixed.b3_{m}", "tower.{m}: x_{m}"),
    ("mixed_a.branch3.{m}: Tiny", "mixed_a.tower.{m}: Tiny"),
]
EDITS: dict[str, tuple[list[tuple[str, str]], str]] = {
    "nothing": ([], "matched     42 tensors"),
    "renamed node": (
        [("mixed_a", "block_a")],
        """\
matched     21 tensors
renamed     21 tensors
  mixed_a -> block_a""",
    ),
    "renamed branch": (
        RENAMED,
        """\
matched     28 tensors
renamed     14 tensors
  mixed_a.branch3 -> mixed_a.tower""",
    ),
    "wider": (
        [("reduce: {conv: 3", "reduce: {conv: 5")],
        """\
matched     35 tensors
reshaped     7 tensors
  mixed_a.branch3.reduce.conv: 3x6x1x1 in the file, 5x6x1x1 would fit: not taken
  mixed_a.branch3.reduce.norm: 3 in the file, 5 would fit: not taken
  mixed_a.branch3.expand.conv: 4x3x3x3 in the file, 4x5x3x3 would fit: not taken""",
    ),
    "new node": (
        [("  sep: {", "  more: {conv: 8, kernel: 1}\n  sep: {")],
        """\
matched     42 tensors
new          7 tensors
  more (7 tensors)""",
    ),
    "removed node": (
        [("  hidden: {linear: 8, activation: relu}\n", "")],
        """\
matched     39 tensors
reshaped     1 tensor
  classifier: 5x8 in the file, 5x63 would fit: not taken
unused       2 tensors
  hidden (2 tensors)""",
    ),
    "other operation": (
        [("  sep: {separable_conv: 7,", "  sepp: {conv: 7,")],
        """\
matched     34 tensors
new          7 tensors
  sepp (7 tensors); 'sep' of the file is unused
unused       8 tensors
  sep (8 tensors)""",
    ),
    "classes": (
        [("{classes: 5}", "{classes: 9}")],
        """\
matched     38 tensors
reshaped     4 tensors
  classifier: 5x8 in the file, 9x8 would fit: not taken
  aux.classifier: 5x8 in the file, 9x8 would fit: not taken""",
    ),
    "grey": (
        [("{channels: 3,", "{channels: 1,"), ("mean: [0.5, 0.5, 0.5]", "mean: [0.5]")],
        """\
matched     41 tensors
reshaped     1 tensor
  conv1: 3 input channels in the file, 1 here: filters summed over channels""",
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_after_an_edit(name: str, edited: Any, saved: Path) -> None:
    changes, told = EDITS[name]
    with opened(saved) as file:
        fit = fitted(edited(*changes).typed, file)
        lines = report(fit).splitlines()
    assert lines[0] == f"{saved} (torch file, our own names) for tiny"
    assert [line.removeprefix("  ") for line in lines[1:]] == told.splitlines()
    assert fit.exact() == (name == "nothing")


def test_what_fits_is_loaded_and_the_rest_is_as_it_started(
    edited: Any, saved: Path, model: Any
) -> None:
    changed = edited(("reduce: {conv: 3", "reduce: {conv: 5"), ("  sep: {", "  sap: {"))
    torch.manual_seed(1)
    with pytest.warns(UserWarning, match="not taken") as told:
        loaded = changed.create_model(saved).state_dict()
    assert "sep -> sap" in str(told[0].message)
    torch.manual_seed(1)
    fresh, old = changed.create_model().state_dict(), model.state_dict()
    assert torch.equal(loaded["sap.pointwise.weight"], old["sep.pointwise.weight"])
    for name in ("reduce.conv.weight", "reduce.norm.bias", "expand.conv.weight"):
        full = f"mixed_a.branch3.{name}"
        assert torch.equal(loaded[full], fresh[full])
    assert torch.equal(loaded["conv1.conv.weight"], old["conv1.conv.weight"])


def test_strict_allows_nothing_less(edited: Any, saved: Path, tiny: ig.Network) -> None:
    tiny.create_model(saved, strict=True)
    with pytest.raises(WeightsError, match=r"'strict' allows nothing less:\n(.*\n)*.*would fit"):
        edited(("{classes: 5}", "{classes: 9}")).create_model(saved, strict=True)


def test_heads_that_are_not_built_are_no_leftovers(tiny: ig.Network, saved: Path) -> None:
    stripped = ig.create_model(tiny, weights=saved, strict=True, auxiliary=False)
    assert not any(name.startswith("aux") for name in stripped.state_dict())


def test_heads_that_a_file_does_not_have(tiny: ig.Network, model: Any, tmp_path: Path) -> None:
    path = tmp_path / "headless.pth"
    state = {k: v for k, v in model.state_dict().items() if not k.startswith("aux")}
    torch.save(state, path)
    tiny.without_auxiliary().create_model(path, strict=True)
    with pytest.warns(UserWarning, match=r"aux \(2 tensors\)"):
        tiny.create_model(path)
    with pytest.raises(WeightsError, match="'strict'"):
        tiny.create_model(path, strict=True)


def test_a_thousand_classes_of_1001(tiny: ig.Network, edited: Any, tmp_path: Path) -> None:
    """Only there is it known which class is which: the first is background."""
    path = tmp_path / "background.pth"
    large = random_model(ig.load(tiny.compilation.name, classes=1001))
    torch.save(large.state_dict(), path)
    small = ig.load(tiny.compilation.name, classes=1000)
    loaded = small.create_model()
    fit = load(loaded, small.typed, path)
    assert "classifier: 1001 classes in the file, 1000 here: class 0, background, left" in report(
        fit
    )
    assert not fit.background
    for layer in ("classifier", "aux.classifier"):
        for kind in ("weight", "bias"):
            name = f"{layer}.{kind}"
            assert torch.equal(loaded.state_dict()[name], large.state_dict()[name][1:])
    same = ig.load(tiny.compilation.name, classes=1001)
    assert load(same.create_model(), same.typed, path).background


@pytest.mark.parametrize("channels", [1, 3, 6])
def test_other_channels_give_the_same_for_grey_images(channels: int) -> None:
    kernel, grey = torch.rand(5, 3, 3, 3), torch.rand(1, 1, 8, 8)
    expected = torch.nn.functional.conv2d(grey.expand(1, 3, 8, 8), kernel)
    made = other_channels(kernel, channels)
    found = torch.nn.functional.conv2d(grey.expand(1, channels, 8, 8), made)
    assert torch.allclose(found, expected, rtol=1e-5)


def test_a_fourth_channel_is_like_the_first() -> None:
    kernel = torch.rand(5, 3, 3, 3)
    red, green, blue = (kernel[:, [channel]] for channel in range(3))
    assert torch.equal(other_channels(kernel, 4), torch.cat([red, green, blue, red], dim=1) * 0.75)


def test_another_network_is_named(saved: Path, tmp_path: Path) -> None:
    with pytest.raises(
        WeightsError, match="nothing in it fits 'googlenet' by name and shape; it beg"
    ):
        ig.create_model("googlenet", weights=saved)
    network = ig.load("googlenet_torchvision", classes=10)
    path = tmp_path / "googlenet.pth"
    torch.save(network.create_model().state_dict(), path)
    message = "it is not for 'tiny': it fits 'googlenet_torchvision' in our own names"
    with pytest.raises(WeightsError, match=message):
        ig.create_model(Path(__file__).with_name("tiny.yaml"), weights=path)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (
            "mixed_a.branch3.reduce: mixed.b1",
            "name 'mixed.b1.conv.weight' twice: 'inception-graph ch",
        ),
        (
            "mixed_a.branch{m}.expand: x{n}",
            "are broken at 'mixed_a.branch{m}.expand': 'inception-g",
        ),
    ],
)
def test_broken_rules_are_not_read_by(
    rule: str, message: str, edited: Any, saved: Path, tmp_path: Path
) -> None:
    """Our own names need no rules."""
    network = edited(("      conv1: stem\n", f"      conv1: stem\n      {rule}\n"))
    network.create_model(saved, strict=True)
    path = tmp_path / "theirs.pth"
    torch.save({"stem.conv.weight": torch.ones(6, 3, 3, 3)}, path)
    with pytest.raises(WeightsError, match=f"the rules of 'tiny' for 'torchvision' {message}"):
        network.create_model(path)
    with opened(saved) as file, pytest.raises(WeightsError, match=message):
        theirs(fitted(network.typed, file), "torchvision")


def test_scales_that_the_network_has_not_must_be_one(edited: Any, tmp_path: Path) -> None:
    whole = edited()
    state = random_model(whole).state_dict()
    foreign = {
        name.replace("conv1.", "stem.").replace("norm", "bn"): tensor
        for name, tensor in state.items()
    }
    without = edited(("norm: batch_norm, a", "norm: {batch_norm: {scale: false}}, a"))
    path = tmp_path / "scaled.pth"
    torch.save(foreign, path)
    with pytest.raises(
        WeightsError, match=r"'stem.bn.weight' scales, and 'tiny' has no scale there"
    ):
        without.create_model(path)
    torch.save(
        {k: torch.ones_like(v) if k.endswith("bn.weight") else v for k, v in foreign.items()}, path
    )
    fit = load(without.create_model(), without.typed, path, source="torchvision")
    assert "stem.bn.weight" in fit.ones
