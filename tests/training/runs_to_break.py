"""A small run, and processes that carry it out as ``python train.py`` would, a second of importing torch saved."""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerProcess

SPEC = """\
inception_graph: 1
name: breakable
input: {channels: 3, height: 8, width: 8}
variables: {classes: 3}
defaults: {conv: {padding: same, norm: NORM, activation: relu}}
stem: {conv1: {conv: 8, kernel: 3}}
body:
  inception:
    concat:
      branch1: {conv: 4}
      branch3: {conv: 8, kernel: 3}
  pool: {avg_pool: global}
head:
  dropout: {dropout: DROPOUT}
  classifier: {linear: $classes}
auxiliary:
  aux:
    from: conv1
    loss_weight: 0.3
    nodes: {pool: {avg_pool: global}, classifier: {linear: $classes}}
training:
  epochs: 5
  batch: 4
  optimizer: rmsprop
  learning_rate: 0.01
  schedule: cosine
  ema: 0.9
  clip_norm: 2
  log_every: 1
  checkpoint_every: 2
  workers: 0
"""
STEPS = 50
"""Five epochs of ten steps: of 3 x 16 images two of each class are held out."""

WHOLE = 120
"""Seconds in which all that is started here must have ended, on a machine however busy."""


class Ended(NamedTuple):
    """A run that ended: its exit status, negative for the signal that killed it, and all that it has said so far."""

    status: int
    said: str


class BreakableRun:
    """A run directory, and starts of it.

    Attributes:
        folder: The directory.
        data: The images.
    """

    def __init__(
        self, folder: Path, *, norm: str = "batch_norm", dropout: float = 0.3, **changes: Any
    ) -> None:
        import inception_graph as ig
        from inception_graph.training.folder import files, write

        self.folder, self.data = folder / "run", folder / "images"
        spec = SPEC.replace("NORM", norm).replace("DROPOUT", str(dropout))
        write(files(ig.load(spec), changes), self.folder)
        if not self.data.exists():
            _write_images(self.data)

    def start(
        self,
        *options: str,
        environment: Mapping[str, str] | None = None,
        largest_file: int | None = None,
    ) -> ForkServerProcess:
        """Start a process of it; ``largest_file`` in bytes is what the disk takes, for it."""
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["torch.distributed.nn", "torch._inductor", "PIL.Image"])
        arguments = [f"--data={self.data}", f"--folder={self.folder}", *options]
        given = (self.log, arguments, dict(environment or {}), largest_file)
        process = context.Process(target=_train, args=given)
        process.start()
        return process

    def end(self, process: ForkServerProcess) -> Ended:
        """Wait for a process to end."""
        process.join(WHOLE)
        if process.exitcode is None:
            process.kill()
            raise AssertionError(f"it does not end: {self.log.read_text()}")
        return Ended(process.exitcode, self.log.read_text(encoding="utf-8"))

    def run(self, *options: str, **surroundings: Any) -> Ended:
        """Carry it out as far as it gets."""
        return self.end(self.start(*options, **surroundings))

    def run_on_two(self, *options: str) -> list[Ended]:
        """Carry it out on two processes, as torchrun would start them."""
        shared = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port())}
        ranks = ({"RANK": rank, "LOCAL_RANK": rank} for rank in "01")
        started = [self.start(*options, environment={**shared, **rank}) for rank in ranks]
        return [self.end(process) for process in started]

    def agent(self, *options: str) -> subprocess.Popen[bytes]:
        """Start torchrun, as one of several machines would or alone; its options come before the script."""
        environment = {
            **os.environ, "OMP_NUM_THREADS": "1", "TORCH_DISABLE_SHARE_RDZV_TCP_STORE": "1",
        }  # fmt: skip
        script = (str(self.folder / "train.py"), f"--data={self.data}", "--resume")
        command = [sys.executable, "-m", "torch.distributed.run", *options, *script]
        with self.log.open("ab") as log:
            return subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def wait_for_records(self, count: int, alive: Callable[[], bool]) -> None:
        """Wait until the journal has so many records, or nobody is alive to write them."""
        deadline = time.monotonic() + WHOLE
        while alive() and len(self.records()) < count:
            assert time.monotonic() < deadline, self.log.read_text(encoding="utf-8")
            time.sleep(0.003)

    def interrupted(self, number: int, records: int, *options: str, pause: float = 0) -> Ended:
        """Carry it out until it has written so many more records, and a moment more; then send it a signal."""
        before = len(self.records())
        process = self.start(*options)
        self.wait_for_records(before + records, process.is_alive)
        time.sleep(pause)
        if process.is_alive():
            os.kill(process.pid or 0, number)
        return self.end(process)

    @property
    def log(self) -> Path:
        return self.folder / "said.txt"

    @property
    def checkpoints(self) -> list[Path]:
        """Its checkpoints, oldest first."""
        return sorted((self.folder / "checkpoints").glob("*.pt"))

    def records(self, kind: str | None = None) -> list[dict[str, Any]]:
        """The whole lines of its journal, of one kind if one is given."""
        path = self.folder / "metrics.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []
        records = [json.loads(line) for line in lines if line.endswith("\n")]
        return [record for record in records if kind in (None, record["kind"])]

    def losses(self) -> list[float]:
        """The loss of every step."""
        return [record["loss"] for record in self.records("train")]

    def outcome(self) -> dict[str, Any]:
        """All that must be the same however often it was interrupted: weights, states, and what was seen on the way."""
        import torch

        state = torch.load(self.checkpoints[-1], weights_only=True)
        best = torch.load(self.folder / "weights.pt", weights_only=True)
        told = ("kind", "step", "loss", "heads", "learning_rate", "gradient_norm", "stages")
        seen = [
            {name: value for name, value in record.items() if name in told}
            for record in self.records()
            if record["kind"] in ("train", "validation")
        ]
        return {**state, "weights": best, "seen": seen}


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def children(process: int) -> list[int]:
    """The processes that a process has started; Linux says."""
    path = Path(f"/proc/{process}/task/{process}/children")
    return [int(word) for word in path.read_text(encoding="ascii").split()]


def _train(
    log: Path, arguments: list[str], environment: Mapping[str, str], largest_file: int | None
) -> None:
    import torch

    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644), 2)
    os.environ.update(environment)
    torch.set_num_threads(1)
    multiprocessing.set_start_method("fork", force=True)  # for workers, as without a server
    if largest_file is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # what is written then raises instead
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    folder = next(
        word.removeprefix("--folder=") for word in arguments if word.startswith("--folder")
    )
    sys.path.insert(0, folder)
    import train

    sys.exit(train.main(arguments))


def _write_images(folder: Path) -> None:
    """Noise of three brightnesses: each class can be told, and none at once."""
    from PIL import Image

    draw = Random(0)
    for number in range(48):
        name = str(number % 3)
        (folder / name).mkdir(parents=True, exist_ok=True)
        shades = bytes(draw.randrange(40 * int(name), 256) for _ in range(3 * 64))
        Image.frombytes("RGB", (8, 8), shades).save(folder / name / f"{number}.png")


def assert_same(one: Any, other: Any, where: str = "") -> None:
    """To the bit, tensors, mappings and lists alike."""
    import torch

    if isinstance(one, torch.Tensor):
        assert torch.equal(one, other), where
    elif isinstance(one, dict):
        assert one.keys() == other.keys(), where
        for name, value in one.items():
            assert_same(value, other[name], f"{where}.{name}")
    elif isinstance(one, list | tuple):
        assert len(one) == len(other), where
        for number, value in enumerate(one):
            assert_same(value, other[number], f"{where}.{number}")
    else:
        assert one == other, where
