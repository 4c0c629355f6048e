"""Our Inception v3 is torchvision's, number for number, but for the average pools that count padding there."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import inception_graph as ig


def pair(module: Any, spec: str) -> tuple[nn.Module, nn.Module]:
    """Ours and torchvision's with the same random weights; both declare their layers in the same order."""
    torch.manual_seed(0)
    ours = ig.create_model(spec)
    theirs = module.models.inception_v3(weights=None, init_weights=False, transform_input=False)
    mine, other = ours.state_dict(), theirs.state_dict()
    # Theirs has the head in the middle, where it is read; ours at the end.
    head = [key for key in other if key.startswith("AuxLogits.")]
    order = [key for key in other if key not in head] + head
    assert len(order) == len(mine)
    for ours_key, theirs_key in zip(mine, order, strict=True):
        assert mine[ours_key].shape == other[theirs_key].shape, (ours_key, theirs_key)
        if "norm" in ours_key and mine[ours_key].is_floating_point():
            mine[ours_key].uniform_(0.5, 1.5)  # statistics and affine terms that show
        other[theirs_key] = mine[ours_key]
    theirs.load_state_dict(other)
    return ours, theirs


def relative(one: torch.Tensor, other: torch.Tensor) -> float:
    return ((one - other).norm() / other.norm()).item()


@pytest.fixture
def without_padding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Average pools as TensorFlow has them."""
    average = F.avg_pool2d

    def exclusive(*arguments: Any, **options: Any) -> torch.Tensor:
        if len(arguments) > 1:  # a layer of ours, which says for itself what it counts
            return average(*arguments, **options)
        return average(*arguments, **{**options, "count_include_pad": False})

    monkeypatch.setattr(F, "avg_pool2d", exclusive)


@pytest.mark.usefixtures("without_padding")
@pytest.mark.parametrize("size", [299, 193])
def test_inception_v3_in_evaluation(torchvision: Any, size: int) -> None:
    ours, theirs = pair(torchvision, "inception_v3")
    x = torch.randn(2, 3, size, size)
    with torch.inference_mode():
        assert relative(ours.eval()(x), theirs.eval()(x)) < 1e-5


@pytest.mark.usefixtures("without_padding")
def test_inception_v3_in_training(torchvision: Any) -> None:
    ours, theirs = pair(torchvision, "inception_v3")
    for model in (ours, theirs):
        for layer in model.train().modules():
            if isinstance(layer, nn.Dropout):
                layer.p = 0.0
    x, labels = torch.randn(2, 3, 299, 299), torch.tensor([3, 7])
    losses, gradients = [], []
    for model in (ours, theirs):
        logits, aux = model(x)
        loss = F.cross_entropy(logits, labels) + 0.4 * F.cross_entropy(aux, labels)
        loss.backward()
        losses.append(loss.item())
        first = next(model.parameters()).grad
        gradients.append(first)
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    assert relative(gradients[0], gradients[1]) < 1e-3


def test_padding_is_the_difference(torchvision: Any) -> None:
    ours, theirs = pair(torchvision, "inception_v3")
    x = torch.randn(1, 3, 299, 299)
    with torch.inference_mode():
        assert relative(ours.eval()(x), theirs.eval()(x)) > 1e-3
