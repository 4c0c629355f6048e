"""Heads that do not learn."""

from __future__ import annotations

import math
from typing import Any

_MARGIN, _RECORDS = 0.01, 3


class Alarm:
    """Tells of heads whose loss stays at chance.

    Who has learned nothing gives all K classes the same probability, which costs ln K whatever the labels are, and
    with smoothed labels too, since they also sum to 1. The rule: the head's loss was no more than 1 % below ln K (or
    above it) in each of the last 3 records of training, and at least ``after`` steps are done.
    """

    def __init__(self, classes: int, after: int) -> None:
        self.chance, self.after = math.log(classes), after
        self.records: dict[str, int] = {}
        self.told: set[str] = set()
        self.classes = classes

    def check(self, record: dict[str, Any]) -> list[dict[str, Any]]:
        """The alarms that a record of training sets off; each head has one in a run."""
        found: list[dict[str, Any]] = []
        for name, meters in record["heads"].items():
            chance = meters["loss"] >= (1 - _MARGIN) * self.chance
            self.records[name] = self.records.get(name, 0) + 1 if chance else 0
            if (
                record["step"] >= self.after
                and self.records[name] >= _RECORDS
                and name not in self.told
            ):
                self.told.add(name)
                found.append(self._alarm(name, meters["loss"], record["step"]))
        return found

    def _alarm(self, head: str, loss: float, step: int) -> dict[str, Any]:
        message = (
            f"head '{head}' has learned nothing after {step} steps: its loss is {loss:.3f}, and guessing costs "
            f"ln {self.classes} = {self.chance:.3f}; try another learning rate or warm-up, and look at the labels"
        )
        return {
            "kind": "alarm", "step": step, "head": head, "loss": loss, "chance": self.chance, "message": message,
        }  # fmt: skip
