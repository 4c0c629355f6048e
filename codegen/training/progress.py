"""How far a run is, on stderr: one live line in a terminal, a line now and then elsewhere."""

from __future__ import annotations

import math
import os
import sys
import time
from typing import Any

from training.names import visible


class Progress:
    """Shows records of training and validation as they come."""

    def __init__(self, total_steps: int, steps_per_epoch: int, step: int) -> None:
        """Begin to show.

        Args:
            total_steps: Of the whole run.
            steps_per_epoch: Optimiser steps in an epoch.
            step: Steps done before; the time left is worked out from those that follow.
        """
        self.total_steps, self.steps_per_epoch = total_steps, steps_per_epoch
        self.first, self.began = step, time.monotonic()
        self.live = sys.stderr.isatty()
        self.shown = False

    def show(self, record: dict[str, Any]) -> None:
        """Show a record; one of validation stays where it is in a terminal too."""
        words = self._words(record)
        if not self.live or record["kind"] == "validation":
            self.say(words)
            return
        room = os.get_terminal_size(sys.stderr.fileno()).columns - 1
        print(f"\r\x1b[K{visible(words)[:room]}", end="", file=sys.stderr, flush=True)
        self.shown = True

    def say(self, message: str) -> None:
        """Print a line of its own."""
        self.close()
        print(visible(message), file=sys.stderr, flush=True)

    def close(self) -> None:
        """Leave the live line as it is, so that what comes next stands below it."""
        if self.shown:
            print(file=sys.stderr, flush=True)
        self.shown = False

    def _words(self, record: dict[str, Any]) -> str:
        step, epochs = record["step"], self.total_steps // self.steps_per_epoch
        heads = [f"{name} {_head(meters)}" for name, meters in record["heads"].items()]
        if record["kind"] == "validation":
            whose = "validation with averaged weights" if record["averaged"] else "validation"
            return "  ".join([f"epoch {record['epoch']:g}/{epochs}  {whose}", *heads])
        epoch = math.ceil(record["epoch"])
        return "  ".join(
            [
                f"epoch {epoch}/{epochs}  step {step}/{self.total_steps}",
                f"{record['images_per_second']:.0f} images/s",
                f"{self._left(step)} left",
                *([f"loss {_short(record['loss'])}"] if len(heads) > 1 else []),
                *heads,
            ]
        )

    def _left(self, step: int) -> str:
        done = step - self.first
        if done <= 0:
            return "?"
        return duration((time.monotonic() - self.began) / done * (self.total_steps - step))


def duration(seconds: float) -> str:
    """A time in two parts: ``2 h 05 min``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def _head(meters: dict[str, Any]) -> str:
    more = f" (top-5 {_percent(meters['top5'])})" if "top5" in meters else ""
    return f"{_short(meters['loss'])} {_percent(meters['top1'])}{more}"


def _short(number: float) -> str:
    return f"{number:.3f}" if number < 100 else f"{number:.3g}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
