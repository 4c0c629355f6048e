"""The loop beside one that is written out here: its losses, its weights, their average, and what is kept of them."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="training runs a network")

import torch
from runs_to_break import BreakableRun
from torch import Tensor
from torch.nn.functional import cross_entropy

from inception_graph.training import standalone

RATE, CLIP, DECAY, SMOOTHING = 0.05, 0.5, 0.9, 0.1
RECIPE: dict[str, Any] = {
    "dropout": 0, "optimizer": "sgd", "learning_rate": RATE, "schedule": "constant",
    "clip_norm": CLIP, "ema": DECAY, "label_smoothing": SMOOTHING,
}  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> BreakableRun:
    made = BreakableRun(tmp_path_factory.mktemp("loop"), **RECIPE)
    assert made.run().status == 0
    return made


class ByHand:
    """The same run: SGD with momentum on a clipped gradient, and a running average, all as in a textbook."""

    def __init__(self, run: BreakableRun) -> None:
        config = standalone.module("config").read_config(run.folder / "config.yaml")
        place = standalone.module("processes").Place(0, 1, torch.device("cpu"))
        data, loading = standalone.module("data"), standalone.module("loading")
        images = data.open_data(str(run.data), None, config)
        torch.manual_seed(config.seed)
        self.model, _ = standalone.module("modules").create(run.folder, config, place)
        self.trained = loading.Loader(images.train, config, place, training=True)
        self.held_out = loading.Loader(images.validation, config, place, training=False)
        self.velocities = {name: torch.zeros_like(w) for name, w in self.model.named_parameters()}
        self.average = {name: t.clone() for name, t in self.model.state_dict().items()}
        self.losses: list[float] = []

    def step(self, images: Tensor, labels: Tensor) -> None:
        self.model.train()
        logits, aux = self.model(images)
        losses = [cross_entropy(s, labels, label_smoothing=SMOOTHING) for s in (logits, aux)]
        loss = losses[0] + 0.3 * losses[1]
        weights = dict(self.model.named_parameters())
        gradients = dict(zip(weights, torch.autograd.grad(loss, weights.values()), strict=True))
        norm = torch.cat([gradient.flatten() for gradient in gradients.values()]).norm()
        for name, weight in weights.items():
            clipped = gradients[name] * min(1.0, CLIP / float(norm))
            self.velocities[name] = 0.9 * self.velocities[name] + clipped
            weight.data -= RATE * self.velocities[name]
        decay = min(DECAY, (1 + len(self.losses)) / (10 + len(self.losses)))
        for name, tensor in self.model.state_dict().items():
            if tensor.is_floating_point():
                self.average[name] = decay * self.average[name] + (1 - decay) * tensor
        self.losses.append(loss.item())

    def validation(self) -> tuple[float, float]:
        """Loss and share of right answers of the averaged weights."""
        kept = {name: tensor.clone() for name, tensor in self.model.state_dict().items()}
        self.model.load_state_dict({**kept, **self.average})
        batches = list(self.held_out.epoch(0))
        labels = torch.cat([batch.labels for batch in batches])
        with torch.no_grad():
            scores = torch.cat([self.model.eval()(batch.images) for batch in batches])
        self.model.load_state_dict(kept)
        loss = cross_entropy(scores, labels, label_smoothing=SMOOTHING)
        return float(loss), float((scores.argmax(1) == labels).float().mean())


def test_it_makes_the_steps_of_one_that_is_written_out(run: BreakableRun) -> None:
    hand, validations = ByHand(run), []
    for epoch in range(5):
        for batch in hand.trained.epoch(epoch):
            hand.step(batch.images, batch.labels)
        validations.append(hand.validation())
    assert run.losses() == pytest.approx(hand.losses, rel=1e-4)
    told = [record["heads"]["logits"] for record in run.records("validation")]
    assert [head["loss"] for head in told] == pytest.approx(
        [loss for loss, _ in validations], rel=1e-4
    )
    assert [head["top1"] for head in told] == pytest.approx([share for _, share in validations])
    state = run.outcome()
    for kept, own in (
        (state["model"], hand.model.state_dict()),
        (state["average"]["model"], hand.average),
    ):
        for name, tensor in kept.items():
            if tensor.is_floating_point():
                torch.testing.assert_close(tensor, own[name], rtol=1e-3, atol=1e-5)


def test_the_best_epoch_is_kept(run: BreakableRun) -> None:
    validations = {
        record["step"]: record["heads"]["logits"] for record in run.records("validation")
    }
    best = max(
        validations, key=lambda step: (validations[step]["top1"], -validations[step]["loss"])
    )
    state = torch.load(run.folder / "checkpoints" / f"step-{best:08}.pt", weights_only=True)
    weights = torch.load(run.folder / "weights.pt", weights_only=True)
    assert run.outcome()["best"]["step"] == best
    assert all(torch.equal(tensor, state["average"]["model"][n]) for n, tensor in weights.items())
    shares = [head["top1"] for head in validations.values()]
    assert len(set(shares)) < len(shares), "equal shares are what the loss decides between"


def test_what_the_recipe_says_when_a_run_goes_on_holds(tmp_path: Path) -> None:
    run = BreakableRun(tmp_path, **RECIPE)
    run.interrupted(signal.SIGTERM, 6)
    assert run.run("--resume", "--set", "training.weight_decay=0.25").status == 0
    assert {group["weight_decay"] for group in run.outcome()["optimizer"]["param_groups"]} == {0.25}


def test_gradients_of_scaled_losses_are_told_as_they_are(run: BreakableRun, tmp_path: Path) -> None:
    scaled = BreakableRun(tmp_path, **{**RECIPE, "precision": "float16", "epochs": 1})
    assert scaled.run().status == 0
    norms = [made.records("train")[0]["gradient_norm"] for made in (scaled, run)]
    assert norms[0] == pytest.approx(norms[1], rel=0.02)


def test_the_last_checkpoints_and_the_best_stay(tmp_path: Path) -> None:
    checkpoints = standalone.module("checkpoints").Checkpoints(tmp_path, keep=2)
    for step in range(1, 7):
        checkpoints.save(step, {"step": step}, best=2)
    assert [path.name for path in checkpoints.all()] == [
        f"step-0000000{step}.pt" for step in (2, 5, 6)
    ]
    assert len(list(tmp_path.glob("*.sha256"))) == 3
