"""When a head is said to have learned nothing."""

from __future__ import annotations

import math

import pytest
import torch

from inception_graph.training import standalone

alarm = standalone.module("alarm")
LN10 = math.log(10)
LEARNING = [LN10, 2.0, 1.5, 1.0, 0.5, 0.4]

CASES = {
    "stays at chance": ([LN10] * 6, 200),
    "a little below chance is chance": ([0.995 * LN10] * 6, 200),
    "worse than chance": ([3.0] * 6, 200),
    "learns": (LEARNING, None),
    "has just begun to learn": ([0.985 * LN10] * 6, None),
    "one unlucky record": ([LN10, 2.0, 2.0, LN10, 2.0, 2.0], None),
    "falls back to chance": ([LN10, 2.0, 1.5, LN10, LN10, LN10], 300),
}


@pytest.mark.parametrize(("losses", "at"), CASES.values(), ids=list(CASES))
def test_when_it_is_given(losses: list[float], at: int | None) -> None:
    """Records come every 50 steps; nothing is said before step 200."""
    watch = alarm.Alarm(10, 200)
    given = [
        found["step"]
        for number, loss in enumerate(losses, 1)
        for found in watch.check({"step": 50 * number, "heads": {"aux": {"loss": loss}}})
    ]
    assert given == ([] if at is None else [at])


def test_each_head_has_one_of_its_own() -> None:
    watch = alarm.Alarm(10, 0)
    records = [
        {"step": step, "heads": {name: {"loss": LN10} for name in names}}
        for step, names in enumerate((["a"], ["a", "b"], ["a", "b"], ["a", "b"], ["a", "b"]), 1)
    ]
    found = [one for record in records for one in watch.check(record)]
    assert [(one["head"], one["step"]) for one in found] == [("a", 3), ("b", 4)]
    assert found[0]["kind"] == "alarm"
    assert found[0]["chance"] == pytest.approx(LN10)
    assert "ln 10 = 2.303" in found[0]["message"]


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5])
def test_guessing_costs_ln_k_with_smoothed_labels_too(smoothing: float) -> None:
    losses = standalone.module("heads").Losses({}, smoothing)
    scores = {"logits": torch.zeros(4, 10)}
    cost = losses(scores, torch.tensor([0, 3, 3, 9]))["logits"].item()
    assert cost == pytest.approx(alarm.Alarm(10, 0).chance)
