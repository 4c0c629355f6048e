"""Checkpoints go from plain modules to optimised ones and back, whoever wrote them and whoever reads them."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import inception_graph as ig

CASES = Path(__file__).parent / "cases"
NAMES = (
    "merge_in_a_block",
    "merge_inside_of_a_residual",
    "fold_through_pools",
    "project",
    "fold_scale",
)
PRESETS = ("train", "inference", "fold_norm,merge_siblings")


def _saved(model: nn.Module, path: Path) -> Path:
    generator = torch.Generator().manual_seed(3)
    for name, tensor in model.state_dict().items():
        if tensor.dim():  # values that no start has; variances stay above zero
            tensor.uniform_(0.5 if "var" in name else -0.5, 1, generator=generator)
    torch.save(model.state_dict(), path)
    return path


def _outputs(model: nn.Module, network: ig.Network) -> torch.Tensor:
    torch.manual_seed(5)
    with torch.inference_mode():
        return model.eval()(torch.randn(2, *network.input))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("preset", PRESETS)
def test_any_module_loads_what_any_module_wrote(name: str, preset: str, tmp_path: Path) -> None:
    network = ig.load(CASES / f"{name}.yaml").without_auxiliary()
    made = network.optimised(preset)
    plain, optimised = network.create_model(), made.create_model()
    for writer in (plain, optimised):
        file = _saved(writer, tmp_path / "weights.pth")
        for reader in (network.create_model(file), made.create_model(file)):
            expected = _outputs(writer, network)
            torch.testing.assert_close(_outputs(reader, network), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("preset", ["train", "inference"])
def test_what_an_optimised_module_wrote_is_recognised(
    preset: str, tmp_path: Path, command_line: Any
) -> None:
    file = tmp_path / "weights.pth"
    torch.save(ig.create_model("googlenet", optimize=preset).state_dict(), file)
    status, out, _ = command_line("weights", "inspect", str(file))
    assert status == 0
    assert "googlenet (1" in out
    assert "optimised module" in out


def test_a_plain_module_does_not_misread_it() -> None:
    network = ig.load(CASES / "merge_in_a_block.yaml")
    state = network.optimised("merge_siblings").create_model().state_dict()
    with pytest.raises(RuntimeError, match=r"Missing key.*first.branch1.conv.weight"):
        network.create_model().load_state_dict(state)


def test_packed_kernels_follow_their_weights() -> None:
    network = ig.load(CASES / "pack.yaml")
    plain, packed = network.create_model().eval(), network.optimised("inference").create_model()
    packed.load_state_dict(plain.state_dict())
    first = _outputs(packed, network)
    torch.testing.assert_close(first, _outputs(plain, network))
    for model in (plain, packed):
        with torch.no_grad():
            model.get_parameter("stem.conv.weight").mul_(2)  # behind the packed kernel's back
    torch.testing.assert_close(_outputs(packed, network), _outputs(plain, network))
    other = network.create_model().eval()
    packed.load_state_dict(other.state_dict())
    torch.testing.assert_close(_outputs(packed, network), _outputs(other, network))


def test_a_packed_module_is_copied_pickled_and_cast() -> None:
    network = ig.load(CASES / "pack.yaml")
    model = network.optimised("inference").create_model()
    expected = _outputs(model, network)
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        torch.testing.assert_close(_outputs(twin, network), expected)
    torch.testing.assert_close(
        _outputs(model.double().float(), network), expected, rtol=1e-6, atol=1e-6
    )
    x = torch.randn(2, *network.input, dtype=torch.double)
    assert model.double()(x).dtype == torch.double


def test_gradients_flow_through_a_packed_module() -> None:
    network = ig.load(CASES / "pack.yaml")
    model = network.optimised("inference").create_model().eval()
    x = torch.randn(1, *network.input, requires_grad=True)
    model(x).sum().backward()
    assert x.grad is not None
    assert x.grad.abs().sum() > 0
