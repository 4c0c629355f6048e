"""What the training loop costs over a bare one, and what the example takes and reaches."""

from __future__ import annotations

import contextlib
import io
import json
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

# The loop of a run, from the folder that runs copy it from: its parts make it known.
_parts = {name: standalone.module(name) for name in ("config", "data", "loading", "modules", "processes")}  # fmt: skip
from train import Training  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

PACKAGES = ("inception-graph", "torch", "pillow")

PLAIN = {
    "optimizer": "sgd", "learning_rate": 0.001, "momentum": 0.9, "schedule": "constant",
    "warmup": None, "weight_decay": None, "bias_rate": None, "clip_norm": None, "ema": None,
    "norm_decay": None,
}  # fmt: skip
"""A recipe that a few lines carry out; None drops what the network's own says."""
_SMALL = (
    "inception_graph: 1\nname: {0}\nextends: {0}\ninput: {{channels: 3, height: 96, width: 96}}\n"
)
_SUBJECTS = (
    ("digits", "digits", 64),
    ("googlenet_slim at 96x96", _SMALL.format("googlenet_slim"), 16),
)
_STEPS = 20
_TARGET = 1.03


@dataclass
class Turns:
    """Seconds of as many steps by the loop of ``train.py`` and by the bare one, turn by turn."""

    loop: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)

    def warm(self) -> Turns:
        """Without the first turn."""
        return Turns(self.loop[1:], self.bare[1:])

    @property
    def ratios(self) -> list[float]:
        """How many times longer the loop takes."""
        return [a / b for a, b in zip(self.loop, self.bare, strict=True)]


class Compared(Training):
    """A run in which every epoch is followed, or preceded in turn, by as many steps of a bare loop.

    Progress, metrics, accuracy and gradient norms belong to the loop. What is done where an epoch ends does not:
    validation and checkpoints.

    Attributes:
        turns: What both took.
        watch: Entered while the loop has its turn.
    """

    def __init__(self, path: Path, config: Any, place: Any, data: Any) -> None:
        super().__init__(path, config, place, data)
        self.turns = Turns()
        self.watch: contextlib.AbstractContextManager[Any] = contextlib.nullcontext()
        self.bare = bare_loop(path, config, place)

    def _epoch(self, epoch: int) -> None:
        turns = [(self.turns.loop, self._watched), (self.turns.bare, self._bare)]
        for seconds, run in turns if epoch % 2 else reversed(turns):
            wait()
            begin = time.perf_counter()
            run(epoch)
            wait()
            seconds.append(time.perf_counter() - begin)

    def _watched(self, epoch: int) -> None:
        with self.watch:
            super()._epoch(epoch)

    def _bare(self, epoch: int) -> None:
        for _ in range(self.loader.steps):
            self.bare()

    def _close_epoch(self) -> None:
        pass


def wait() -> None:
    """Until the device has done all that it was given."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def bare_loop(path: Path, config: Any, place: Any) -> Callable[[], None]:
    """A step of the same network as people write it: forward, losses, backward, SGD; always on the same batch."""
    model, weights = _parts["modules"].create(path, config, place)
    if config.compile:
        model.compile()
    optimizer = torch.optim.SGD(model.parameters(), config.learning_rate, 0.9, fused=True)
    images = torch.randn(config.batch, *config.input, device=place.device)
    images = images.contiguous(memory_format=torch.channels_last)
    labels = torch.randint(config.classes, (config.batch,), device=place.device)
    dtype = {"bfloat16": torch.bfloat16}.get(config.precision)

    def loss_of(scores: torch.Tensor) -> torch.Tensor:
        return F.cross_entropy(scores.float(), labels, label_smoothing=config.label_smoothing)

    def step() -> None:
        model.train()
        with torch.autocast(place.device.type, dtype, enabled=dtype is not None):
            outputs = model(images)
        logits, *others = outputs if isinstance(outputs, tuple) else (outputs,)
        loss = loss_of(logits)
        for weight, scores in zip(weights.values(), others, strict=True):
            loss = loss + weight * loss_of(scores)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()

    return step


def written(path: Path, spec: str, changes: Mapping[str, Any], optimize: str | None = None) -> Any:
    """Write the folder of a run, and give its recipe."""
    network = ig.load(spec)
    network = network.optimised(optimize) if optimize else network
    folder.write(folder.files(network, {**PLAIN, **changes}), path)
    return _parts["config"].read_config(path / "config.yaml")


def synthetic(config: Any, steps: int) -> Any:
    """Random numbers on the device, so many batches an epoch."""
    classes = tuple(map(str, range(config.classes)))
    split = _parts["loading"].SyntheticSplit(classes, steps * config.batch)
    return _parts["data"].Data(classes, split, split)


def opened(images: str, config: Any) -> Any:
    """A folder of images to train on."""
    return _parts["data"].open_data(images, None, config)


def compared(path: Path, config: Any, data: Any, device: str) -> Compared:
    """A run on data beside a bare loop, not begun yet."""
    place = _parts["processes"].Place(0, 1, torch.device(device))
    with contextlib.redirect_stderr(io.StringIO()):
        return Compared(path, config, place, data)


def run_quietly(run: Compared) -> Turns:
    """Make a run; its progress is worded, and shown to nobody."""
    with contextlib.redirect_stderr(io.StringIO()):
        run.run()
    return run.turns.warm()


def measure(path: Path, rounds: int) -> list[Measurement]:
    """All measurements."""
    return [*(_overhead(path, *subject, rounds) for subject in _SUBJECTS), *_digits(path)]


def _overhead(path: Path, name: str, spec: str, batch: int, rounds: int) -> Measurement:
    run = path / f"loop-{batch}"
    config = written(run, spec, {"batch": batch, "epochs": rounds + 1})
    turns = run_quietly(compared(run, config, synthetic(config, _STEPS), "cpu"))
    mine, other = (f"{1e3 * median(one) / _STEPS:.1f} ms" for one in (turns.loop, turns.bare))
    words = f"step of the loop, {name}, batch {batch} / bare step ({_quartiles(turns.ratios)})"
    return Measurement(words, mine, other, median(turns.ratios), _TARGET)


def _quartiles(ratios: list[float]) -> str:
    lower, _, upper = quantiles(ratios, n=4)
    return f"quartiles {lower:.3f} to {upper:.3f}"


def _digits(path: Path) -> Iterable[Measurement]:
    """The example from one command: how long it takes, and how many of the digits held out it gets wrong."""
    program = [sys.executable, "-m", "inception_graph"]
    subprocess.run([*program, "data", "digits", "-o", "digits"], cwd=path, check=True)
    begin = time.perf_counter()
    train = [*program, "train", "digits", "--data", "digits", "-o", "run"]
    subprocess.run(train, cwd=path, check=True, stderr=subprocess.DEVNULL)
    seconds = time.perf_counter() - begin
    lines = (path / "run" / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    last = [one for one in map(json.loads, lines) if one["kind"] == "validation"][-1]
    wrong = 1 - last["heads"]["logits"]["top1"]
    yield Measurement(
        "train digits, seconds / 240", f"{seconds:.0f} s", "240 s", seconds / 240, 1.0
    )
    yield Measurement(
        "digits held out that it gets wrong / 1.5 %", f"{wrong:.2%}", "1.5 %", wrong / 0.015, 1.0
    )
