"""Whether a run begins, goes on, or must not."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from training.config import FIXED, Config
from training.errors import RunError
from training.processes import Place


@contextmanager
def begin(folder: Path, place: Place, *, resume: bool) -> Generator[bool]:
    """Enter a run; gives whether to go on from its newest checkpoint.

    Processes that torchrun starts again go on by themselves. What stopped the run for a reason that will be there
    again is noted, so that they do not try in vain.

    Raises:
        RunError: The folder holds a run, and nobody asked to go on; or an earlier start was stopped.
    """
    restarted = int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")) > 0
    stopped = folder / ".stopped"
    if restarted and stopped.exists():
        raise RunError(stopped.read_text(encoding="utf-8"))
    if not restarted and place.first:
        stopped.unlink(missing_ok=True)
    if not (resume or restarted) and (folder / "metrics.jsonl").exists():
        raise RunError(
            f"'{folder}' holds a run already: say --resume to go on, or take another folder"
        )
    try:
        yield resume or restarted
    except RunError as error:
        if "TORCHELASTIC_RUN_ID" in os.environ:
            stopped.write_text(str(error), encoding="utf-8")
        raise


def agree(step: int, place: Place) -> None:
    """Make sure that all processes go on from the same step.

    Raises:
        RunError: They see different checkpoints.
    """
    # The sum of steps is the same for all; where one differs from the mean, so does another.
    if place.any(
        float(place.sum(torch.tensor(float(step), device=place.device))) != step * place.world
    ):
        raise RunError(
            "the processes found different checkpoints: put the run's folder on a disk that all machines share"
        )


def check_same_run(
    state: dict[str, Any],
    config: Config,
    data: dict[str, Any],
    given: list[str],
    say: Callable[[str], None],
) -> None:
    """Make sure that a checkpoint is of this network, recipe and data.

    Args:
        state: The checkpoint's.
        config: The recipe now.
        data: Classes and number of images now.
        given: Overrides of this very start: a value that was changed by one of them was meant.
        say: Told what was changed.

    Raises:
        RunError: Something else differs.
    """
    meant = {override.removeprefix("training.").partition("=")[0] for override in given}
    for name, (before, now) in config.changed_since(state["config"]).items():
        if name == "digest":
            raise RunError("the checkpoints are of another spec: take another folder for this one")
        was = f"'{name}' was {before!r} when the run began and is {now!r}"
        if name in FIXED:
            raise RunError(f"{was}: it cannot change on the way, take another folder")
        if name not in meant:
            raise RunError(f"{was}: say --set training.{name}=... if it is to change")
        say(f"'{name}' was {before!r} until step {state['step']}, and is {now!r} from there")
    if state["data"] != data:
        before, now = (
            f"{d['images']} images of {len(d['classes'])} classes" for d in (state["data"], data)
        )
        raise RunError(f"the run began with other data: {before} then, {now} now")


@contextmanager
def interruptible(stop: Callable[[int], None]) -> Generator[None]:
    """Pass SIGTERM and Ctrl-C on to somebody who ends the run in good order."""
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, lambda number, _: stop(number)) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
