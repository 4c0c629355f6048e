"""Inference, live module and emitted file: what one of them has otherwise is found."""

from __future__ import annotations

from pathlib import Path

import pytest

import inception_graph as ig
from inception_graph.network import Network
from inception_graph.verification.own import check_network

BASE = Path(__file__).parent / "base.yaml"


@pytest.fixture(scope="module")
def made() -> Network:
    return ig.load(BASE)


def faults(made: Network, source: str) -> dict[str, list[str]]:
    checks = check_network(made.typed, source, outputs=True)
    return {check.what: list(check.faults) for check in checks if check.faults}


def test_they_agree(made: Network) -> None:
    checks = check_network(made.typed, made.emit(), outputs=True)
    assert not any(check.faults for check in checks)
    found = {check.what: check.found for check in checks}
    assert found["parameters"] == f"{made.costs.parameters_with_auxiliary:,}"
    assert found["MACs while training"] == f"{made.costs.macs_with_auxiliary:,}"
    assert found["shapes of outputs"] == "2"


def test_without_outputs_nothing_is_computed(made: Network) -> None:
    source = made.emit().replace("torch.cat(", "torch.cat(1 / 0 * ")
    with pytest.raises(ZeroDivisionError):
        check_network(made.typed, source, outputs=False)  # shapes are
    checks = check_network(made.typed, made.emit(), outputs=False)
    assert "outputs" not in {check.what for check in checks}


CHANGES = {
    "classes": (
        ("self.classifier = nn.Linear(16, 10)", "self.classifier = nn.Linear(16, 12)"),
        {
            "names and shapes of tensors": "classifier.weight: 10x16 as inferred, 12x16 in the emitted file",
            "parameters": "2,020 as inferred, 2,054 in the live module",
            "shapes of nodes": "classifier: 10 as inferred, 12 in the live module",
            "shapes of outputs": "logits: 10 as inferred, 12 in the emitted file",
        },
    ),
    "a name": (
        ("self.conv1", "self.conv_1"),
        {"names and shapes of tensors": "conv_1.conv.weight: nothing as inferred, 8x3x3x3 in the live module"},
    ),
    "rounding": (
        ("stride=2, ceil_mode=True", "stride=2"),
        {
            "MACs": "46,752 as inferred, 43,168 in the live module",
            "shapes of nodes": "pool1: 16x4x4 as inferred, 16x3x3 in the live module",
        },
    ),
    "chance": (
        ("self.pool1(mixed)", "self.pool1(mixed) * torch.rand(1, device=x.device)"),
        {"outputs": "the emitted file gives other outputs than the live module"},
    ),
    "not a number": (
        ("self.pool1(mixed)", 'self.pool1(mixed) * float("inf")'),
        {"outputs": "some outputs are not finite numbers"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_what_does_not_agree_is_said(change: str, made: Network) -> None:
    (before, after), wanted = CHANGES[change]
    assert before in made.emit()
    found = faults(made, made.emit().replace(before, after))
    for what, sentence in wanted.items():
        assert sentence in found[what], found
