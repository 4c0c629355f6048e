"""Training on a GPU: the loop of ``train.py`` against a bare one, and whether reading images keeps up with it.

    python -m benchmarks.gpu_training -o gpu_training.json
    python -m benchmarks.gpu_training --optimize train --compile
    python -m benchmarks.gpu_training --device cpu --smoke     # no numbers to believe, only that it runs

Inception v3 at 299, bfloat16, channels last, SGD, with its auxiliary head: a bare loop on a batch that lies on the
device, in turn with the loop of a run, first on images that lie there too, then on JPEGs of 500x375 from disk. Last,
the images are read alone. What is slower, reading or computing, bounds a run; the last line says which.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean, median
from typing import TYPE_CHECKING

import torch
from PIL import Image

from benchmarks.training import compared, opened, run_quietly, synthetic, wait, written
from inception_graph.files import write_atomically

if TYPE_CHECKING:
    from benchmarks.training import Compared

_DISTINCT = 64
"""JPEGs that differ; the others are copies under names of their own, each read and decoded like any."""


@dataclass(frozen=True)
class Row:
    """What a loop did.

    Attributes:
        what: The loop, and its images.
        rate: Images a second, the median.
        ratio: That rate over the bare loop's of the same turns; None for reading alone.
        busy: Share of the time in which the GPU had work, as its driver counts it; None where that is not told.
        memory: Peak of what tensors take on the device, in bytes, the bare loop's weights with them; None on a CPU.
    """

    what: str
    rate: float
    ratio: float | None = None
    busy: float | None = None
    memory: int | None = None


class Watch(contextlib.AbstractContextManager["Watch"]):
    """Watches the GPU while entered, from one time to the next: how busy it is, how much memory is taken."""

    def __init__(self) -> None:
        self.program = shutil.which("nvidia-smi") if torch.cuda.is_available() else None
        self.seen: list[float] = []

    def __enter__(self) -> Watch:
        if self.program is not None:
            ask = ["--query-gpu=utilization.gpu", "--format=csv,noheader,nounits", "-lms", "200"]
            self.sampler = subprocess.Popen([self.program, *ask], stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self.program is not None:
            self.sampler.terminate()
            text, _ = self.sampler.communicate()
            self.seen += [float(line) / 100 for line in text.split() if line.isdigit()]

    @property
    def busy(self) -> float | None:
        """The mean over all that was seen."""
        return mean(self.seen) if self.seen else None


def measure(given: argparse.Namespace, folder: Path) -> list[Row]:
    """All rows."""
    config = written(folder / "run", given.network, vars(given.recipe), given.optimize)
    on_device = compared(folder / "run", config, synthetic(config, given.steps), given.device)
    rows = _rows(on_device, "on the device", given)
    del on_device
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    photographs(folder / "images", given.steps * given.recipe.batch, given.recipe.batch)
    config = written(folder / "read", given.network, vars(given.recipe), given.optimize)
    data = opened(str(folder / "images"), config)
    from_disk = compared(folder / "read", config, data, given.device)
    rows += _rows(from_disk, "JPEGs", given)[1:]
    rows.append(Row("reading the JPEGs alone", _read_alone(from_disk, given.recipe.batch)))
    return rows


def _rows(run: Compared, images: str, given: argparse.Namespace) -> list[Row]:
    """The bare loop's and the run's."""
    run.watch = Watch()
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()
    turns = run_quietly(run)
    memory = torch.cuda.max_memory_allocated() if torch.cuda.is_available() else None
    bare = median(given.steps * given.recipe.batch / seconds for seconds in turns.bare)
    rate = _steady(run)
    return [
        Row("bare loop", bare, 1.0),
        Row(f"loop of train.py, {images}", rate, rate / bare, run.watch.busy, memory),
    ]


def _steady(run: Compared) -> float:
    """Images a second as the run tells them, without the first of each epoch, when workers begin with nothing made."""
    lines = (run.folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    records = [one for one in map(json.loads, lines) if one["kind"] == "train"]
    steps, often = run.loader.steps, run.config.log_every
    later = [one for one in records if one["step"] > steps and (one["step"] - 1) % steps >= often]
    return median(one["images_per_second"] for one in later or records)


def _read_alone(run: Compared, batch: int) -> float:
    """Images a second that workers make and the device normalises, after the first from each worker."""
    batches = iter(run.loader.epoch(0))
    first = min(2 * run.config.workers, run.loader.steps // 2)
    for _ in range(first):
        next(batches)
    wait()
    begin = time.perf_counter()
    count = sum(len(one.labels) for one in batches)
    wait()
    return (count or batch) / (time.perf_counter() - begin)


def photographs(folder: Path, count: int, held: int) -> None:
    """JPEGs of 500x375 pixels and about 60 kB in two class folders, to train on and to hold out."""
    numbers = random.Random(0)
    made = [_photograph(numbers) for _ in range(_DISTINCT)]
    for part, images in (("train", count), ("val", held)):
        for name in "ab":
            (folder / part / name).mkdir(parents=True)
        for number in range(images):
            path = folder / part / "ab"[number % 2] / f"{number:06}.jpg"
            path.write_bytes(made[number % _DISTINCT])


def _photograph(numbers: random.Random) -> bytes:
    """Something with as much detail as photographs have: coarse patches of colour under fine grain."""
    coarse = Image.frombytes("RGB", (24, 18), numbers.randbytes(24 * 18 * 3))
    fine = Image.frombytes("RGB", (250, 188), numbers.randbytes(250 * 188 * 3))
    size = (500, 375)
    picture = Image.blend(
        coarse.resize(size, Image.Resampling.BICUBIC), fine.resize(size, Image.Resampling.BICUBIC), 0.2
    )  # fmt: skip
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=90)
    return file.getvalue()


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    lines = [
        "| what | images/s | of the bare loop | GPU busy | peak memory |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.3f}"
        busy = "" if row.busy is None else f"{row.busy:.0%}"
        memory = "" if row.memory is None else f"{row.memory / 2**30:.1f} GiB"
        lines.append(f"| {row.what} | {row.rate:.4g} | {ratio} | {busy} | {memory} |")
    return "\n".join(lines)


def bound(rows: list[Row], workers: int) -> str:
    """What a run on JPEGs waits for."""
    bare, reading = rows[0].rate, rows[-1].rate
    if reading >= bare:
        return f"The network bounds: {workers} workers read {reading / bare:.2f} times as many images as it takes."
    needed = -(-workers * bare // reading)
    return (
        f"Reading bounds: {workers} workers read {reading / bare:.2f} of what the network takes; it would need about "
        f"{needed:.0f} workers, with a core each"
    )


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--network", default="inception_v3")
    parser.add_argument("--optimize", help="optimise first: train, or names of passes")
    parser.add_argument("--compile", action="store_true", help="torch.compile both networks")
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--steps", type=int, default=100, help="steps of a turn")
    parser.add_argument("--turns", type=int, default=3, help="turns, after one that warms up")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--smoke", action="store_true", help="a tiny network: does it run?")
    parser.add_argument("-o", "--output", type=Path, help="where to write JSON")
    given = parser.parse_args(arguments)
    if given.device.startswith("cuda") and not torch.cuda.is_available():
        sys.exit(
            "error: there is no GPU that torch can use; --device cpu --smoke shows that it runs"
        )
    if given.smoke:
        given.network, given.batch, given.steps, given.turns, given.workers = "digits", 4, 2, 1, 0
    given.recipe = argparse.Namespace(
        batch=given.batch, epochs=given.turns + 1, precision="bfloat16", workers=given.workers,
        compile=given.compile, log_every=max(given.steps // 10, 1),
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(given, Path(folder))
    print(table(rows))
    print(f"\n{bound(rows, given.workers)}")
    if given.output is not None:
        facts = {
            "device": torch.cuda.get_device_name() if torch.cuda.is_available() else given.device,
            "torch": torch.__version__,
            "cuda": torch.version.cuda,
            "network": given.network,
            "optimize": given.optimize,
            **vars(given.recipe),
            "steps": given.steps,
            "rows": [asdict(row) for row in rows],
        }
        write_atomically(given.output, json.dumps(facts, indent=2) + "\n")


if __name__ == "__main__":
    main()
