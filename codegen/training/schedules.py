"""The learning rate at every step."""

from __future__ import annotations

import math
from collections.abc import Callable

from training.config import Config
from training.errors import RunError


class Schedule:
    """The rate of a recipe: warm-up, then one of the curves of ``SCHEDULES``.

    A rate moves at every step, or only where an epoch begins. What is counted (the warm-up, how often the rate falls)
    is counted in epochs or in steps; an epoch of so many steps may be counted in fractions.
    """

    def __init__(self, config: Config, steps_per_epoch: int) -> None:
        if config.schedule not in SCHEDULES:
            raise RunError(f"there is no schedule '{config.schedule}': {', '.join(SCHEDULES)}")
        self.config, self.steps_per_epoch = config, steps_per_epoch
        self.unit = steps_per_epoch if config.schedule_unit == "epoch" else 1
        self.length = config.epochs * steps_per_epoch / self.unit

    def __call__(self, step: int) -> float:
        """The rate of a step, counted from 0."""
        config = self.config
        if config.schedule_update == "epoch":
            step -= step % self.steps_per_epoch
        time = step / self.unit
        if time < config.warmup:
            # The first step already learns a little.
            begun = step + (1 if config.schedule_update == "step" else self.steps_per_epoch)
            return config.learning_rate * min(begun / self.unit / config.warmup, 1)
        share = min((time - config.warmup) / max(self.length - config.warmup, 1e-12), 1)
        return SCHEDULES[config.schedule](config, time - config.warmup, share)


def _constant(config: Config, time: float, share: float) -> float:
    return config.learning_rate


def _exponential(config: Config, time: float, share: float) -> float:
    return config.learning_rate * config.schedule_factor ** (time / config.schedule_every)


def _step(config: Config, time: float, share: float) -> float:
    return config.learning_rate * config.schedule_factor ** math.floor(time / config.schedule_every)


def _cosine(config: Config, time: float, share: float) -> float:
    fall = config.learning_rate - config.schedule_end
    return config.schedule_end + fall * (1 + math.cos(math.pi * share)) / 2


def _poly(config: Config, time: float, share: float) -> float:
    fall = config.learning_rate - config.schedule_end
    return config.schedule_end + fall * (1 - share) ** config.schedule_power


SCHEDULES: dict[str, Callable[[Config, float, float], float]] = {
    "constant": _constant,
    "exponential": _exponential,
    "step": _step,
    "cosine": _cosine,
    "poly": _poly,
}
"""Curves: of the recipe, the time since the warm-up in the schedule's unit, and the share of the run that is over."""
