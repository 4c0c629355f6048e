"""The proof of a build finds a live module that is not the network that was inferred."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

import inception_graph as ig
from inception_graph.backends.pytorch import proof
from inception_graph.backends.pytorch.proof import prove, table

SPEC = str(Path(__file__).parent / "specs" / "heads.yaml")


def narrow(model: nn.Module) -> None:
    model.classifier = nn.Linear(model.classifier.in_features, 3)


def empty(model: nn.Module) -> None:
    with torch.no_grad():
        model.classifier.weight.fill_(float("nan"))


def heavier(model: nn.Module) -> None:
    """As many weights and the same output, but more work."""
    cell = torch.zeros(1, 1, 1, 1)

    def waste(*arguments: object) -> None:
        del arguments
        torch.conv2d(cell, cell)

    model.register_forward_hook(waste)


def fatter(model: nn.Module) -> None:
    model.register_parameter("spare", nn.Parameter(torch.zeros(1)))


def other_head(model: nn.Module) -> None:
    head = model.low.classifier
    model.low.classifier = nn.Sequential(head, nn.ZeroPad1d((0, 1)))


def test_a_sound_module_agrees() -> None:
    network = ig.load(SPEC)
    found = prove(network.typed, network.create_model(), None)
    assert found.agrees
    assert found.finite
    assert found.parameters == network.costs.parameters_with_auxiliary
    assert found.macs == network.macs
    assert found.outputs == {"logits": (7,), "low": (7,), "crossed": (7,)}
    assert "all agree; run on " in table(network.typed, found, [], [])


@pytest.mark.parametrize("change", [narrow, empty, heavier, fatter, other_head])
def test_another_module_does_not(change: Callable[[nn.Module], None]) -> None:
    network = ig.load(SPEC)
    model = network.create_model()
    change(model)
    found = prove(network.typed, model, None)
    assert not found.agrees
    assert found.finite is (change is not empty)
    assert "THEY DIFFER" in table(network.typed, found, [], [])


def test_a_build_that_differs_says_so_and_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from inception_graph.cli import main

    def lies(*arguments: object) -> proof.Proof:
        del arguments
        return proof.Proof("a lie", 1, 2, {}, finite=True, agrees=False)

    monkeypatch.setattr(proof, "prove", lies)
    monkeypatch.setattr("sys.argv", ["inception-graph", "build", SPEC, "-o", str(tmp_path / "out")])
    with pytest.raises(SystemExit) as leaving:
        main()
    assert leaving.value.code == 1
    captured = capsys.readouterr()
    assert "THEY DIFFER; run on a lie" in captured.out
    assert "is not the network that was inferred" in captured.err
