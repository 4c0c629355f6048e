"""Activations, constants and initial weights against formulas that were written without torch's names for them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from build import AT_HAND, module_of, operation_of
from torch import Tensor, nn

import inception_graph as ig
from inception_graph.ops.activation import applied

X = torch.linspace(-9, 9, 2 * 3 * 4 * 5, dtype=torch.double).reshape(2, 3, 4, 5)


def _each(formula: Callable[[float], float]) -> Callable[[Tensor], Tensor]:
    return lambda x: torch.tensor([formula(v) for v in x.flatten().tolist()]).reshape(x.shape)


def _softmax(x: Tensor) -> Tensor:
    """Over the channels."""
    return x.exp() / x.exp().sum(dim=1, keepdim=True)


FORMULAS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": _each(lambda v: max(v, 0)),
    "relu6": _each(lambda v: min(max(v, 0), 6)),
    "silu": _each(lambda v: v / (1 + math.exp(-v))),
    "gelu": _each(lambda v: v * (1 + math.erf(v / math.sqrt(2))) / 2),
    "sigmoid": _each(lambda v: 1 / (1 + math.exp(-v))),
    "tanh": _each(math.tanh),
    "softmax": _softmax,
}


@pytest.mark.parametrize("name", FORMULAS)
def test_an_activation_is_its_formula(name: str) -> None:
    wanted = FORMULAS[name](X).double()
    module = module_of(operation_of({"activation": name}).module((3, 4, 5)))
    torch.testing.assert_close(module(X.clone()), wanted, rtol=1e-6, atol=1e-6)
    inside = eval(applied(name, "x"), {**AT_HAND, "x": X.clone()})
    torch.testing.assert_close(inside, wanted, rtol=1e-6, atol=1e-6)


def test_scale_and_pad_use_their_constants() -> None:
    scale = module_of(operation_of({"scale": -0.5}).module((3, 4, 5)))
    torch.testing.assert_close(scale(X), X / -2)
    for value in (0, 1.5, -2):
        node = {"pad": [1, 0, 2, 1], "value": value}
        padded = module_of(operation_of(node).module((3, 4, 5)))(X)
        wanted = torch.full((2, 3, 5, 8), float(value), dtype=torch.double)
        wanted[:, :, 1:, 2:7] = X
        assert torch.equal(padded, wanted)


def test_the_defaults_of_batch_normalisation_are_torchs() -> None:
    theirs = nn.BatchNorm2d(4)
    for node in ({"batch_norm": None}, {"batch_norm": None, "scale": False}):
        operation: Any = operation_of(node)
        module: Any = module_of(operation.module((4, 5, 5)))
        assert (operation.eps, operation.momentum) == (theirs.eps, theirs.momentum)
        assert (module.eps, module.momentum) == (theirs.eps, theirs.momentum)


IN, OUT, WINDOW = 40, 60, 9
VARIANCES = {
    "he_normal": 2 / (IN * WINDOW),
    "he_uniform": 2 / (IN * WINDOW),
    "lecun_normal": 1 / (IN * WINDOW),
    "lecun_uniform": 1 / (IN * WINDOW),
    "xavier_normal": 2 / ((IN + OUT) * WINDOW),
    "xavier_uniform": 2 / ((IN + OUT) * WINDOW),
    "{normal: 0.03}": 0.03**2,
    "{truncated_normal: 0.03}": 0.7737413 * 0.03**2,  # what is left of it within two deviations
}


@pytest.mark.parametrize("scheme", VARIANCES)
def test_weights_start_with_the_variance_of_their_scheme(scheme: str) -> None:
    """He et al. 2015, LeCun et al. 1998, Glorot and Bengio 2010; a uniform one ends at sqrt(3) deviations."""
    torch.manual_seed(0)
    model: Any = ig.create_model(
        f"inception_graph: 1\nname: start\ninput: {{channels: {IN}, height: 4, width: 4}}\n"
        f"body: {{a: {{conv: {OUT}, kernel: 3, init: {scheme}, bias_init: 0.25}}}}\n"
    )
    weight, deviation = model.a.weight.detach(), math.sqrt(VARIANCES[scheme])
    assert weight.std().item() == pytest.approx(deviation, rel=0.03)
    assert weight.mean().item() == pytest.approx(0, abs=0.03 * deviation)
    furthest = weight.abs().max().item() / deviation
    if "uniform" in scheme:
        assert furthest == pytest.approx(math.sqrt(3), rel=0.01)
    elif "truncated" in scheme:
        assert furthest == pytest.approx(2 / math.sqrt(0.7737413), rel=0.01)
    else:
        assert furthest > 3
    assert model.a.bias.detach().eq(0.25).all()
