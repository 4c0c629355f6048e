"""What the training loop costs over a bare one: forward, losses, backward, optimiser, on batches that are in memory."""

from __future__ import annotations

import contextlib
import copy
import io
import subprocess
import sys
import time
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F

import inception_graph as ig
from benchmarks.report import Measurement
from inception_graph.training import folder, standalone

standalone.module("config")  # after this, train.py can be imported
from train import Training  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from torch import nn

PACKAGES = ("inception-graph", "torch", "pillow")

_RUNS = (("digits", {}, 64, 40), ("googlenet_slim", {"height": 96, "width": 96}, 16, 10))
"""Network, its size, batch, and steps of a turn."""
_TARGET = 1.03


@dataclass
class Turns:
    """Seconds of as many steps by the loop of ``train.py`` and by the bare one, turn by turn."""

    loop: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        """How many times longer the loop takes; the first turn warms up."""
        return [a / b for a, b in zip(self.loop[1:], self.bare[1:], strict=True)]


class Compared(Training):
    """A run in which every epoch is made once by its own loop and once by a bare one, whoever was second going first.

    Progress, metrics, gradient norms and accuracy are part of the loop. What is done where an epoch ends is not:
    validation and checkpoints.
    """

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.turns = Turns()
        images = next(self.loader.epoch(0))
        self.bare = bare_steps(self.model, self.losses.weights, self.optimizer, images, self)

    def _epoch(self, epoch: int) -> None:
        pair = [(self.turns.loop, lambda: super(Compared, self)._epoch(epoch)),
                (self.turns.bare, lambda: self.bare(self.loader.steps))]  # fmt: skip
        for seconds, run in pair if epoch % 2 else reversed(pair):
            wait()
            begin = time.perf_counter()
            run()
            wait()
            seconds.append(time.perf_counter() - begin)

    def _close_epoch(self) -> None:
        self._check_finite()


def wait() -> None:
    """Until the device has done all that it was given."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def bare_steps(
    model: nn.Module,
    weights: Mapping[str, float],
    optimizer: torch.optim.Optimizer,
    batch: Any,
    run: Training,
) -> Callable[[int], None]:
    """Steps of a copy of a network, and no more than is needed for its weights to change as they should."""
    model = copy.deepcopy(model).train()
    groups = [{**group, "params": []} for group in optimizer.param_groups]
    del groups
    return lambda steps: None
