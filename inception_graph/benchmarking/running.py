"""A benchmark from beginning to end: networks made, contenders started, outputs compared, turns taken."""

from __future__ import annotations

import os
import platform
import tempfile
import time
from dataclasses import replace
from fnmatch import fnmatchcase
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
import torch

from inception_graph.benchmarking.contenders import RUNTIMES, Foreign, lineup
from inception_graph.benchmarking.preparing import Preparation, export
from inception_graph.benchmarking.results import Benchmark, Result
from inception_graph.benchmarking.worker import Worker, WorkerError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inception_graph.benchmarking.contenders import Contender
    from inception_graph.benchmarking.settings import Settings
    from inception_graph.network import Network

_FEWEST = 3
"""Rounds, however little time there is."""


class BenchmarkError(Exception):
    """What is asked for cannot be measured; says why in a line."""


def benchmark(
    network: Network,
    settings: Settings,
    patterns: Sequence[str] = (),
    progress: Callable[[str], None] = lambda line: None,
) -> Benchmark:
    """Measure a network and what is installed that computes the same.

    Args:
        network: Ours; auxiliary heads are left out.
        settings: What is measured, and how often.
        patterns: Names of contenders, as a shell would match them; see ``lineup`` for what is measured without any.
        progress: Told what is being done, in a few words.

    Raises:
        BenchmarkError: No contender is of such a name, torch has no such device, or the network cannot be trained as a
            classifier.
    """
    try:
        torch.empty(0, device=settings.device)
    except (RuntimeError, AssertionError) as error:
        why = str(error).strip().partition("\n")[0]
        message = f"torch cannot use the device '{settings.device}': {why}"
        raise BenchmarkError(message) from None
    if settings.mode == "train" and len(network.output) != 1:
        message = (
            f"'{network.name}' gives no classes: only a classifier can be measured in training"
        )
        raise BenchmarkError(message)
    with tempfile.TemporaryDirectory(prefix="inception-graph-") as folder:
        preparation = Preparation(network, settings, Path(folder))
        candidates = preparation.candidates(
            lambda source: _wanted(source, patterns), lambda name: progress(f"making {name}")
        )
        contenders = lineup(candidates, settings, patterns)
        if not contenders:
            known = ", ".join(one.name for one in lineup(candidates, settings, ["*"]))
            message = f"no contender is called {' or '.join(patterns)}: there are {known}"
            raise BenchmarkError(message)
        notes = [*preparation.absent, *_refusals(settings)]
        if not any(isinstance(candidate, Foreign) for candidate in candidates):
            notes.append(f"nothing that is installed computes the same as '{network.name}'")
        results = _raced(contenders, settings, preparation.images, progress)
        packages = {package for one in contenders for package in _packages(one)}
        return Benchmark(
            network.name,
            settings,
            machine(),
            {name: _version(name) for name in sorted({"inception-graph", "torch", *packages})},
            tuple(results),
            tuple(notes),
        )


def _wanted(source: str, patterns: Sequence[str]) -> bool:
    names = [f"{source}/{runtime.name}" for runtime in RUNTIMES]
    return not patterns or any(fnmatchcase(name, p) for name in names for p in patterns)


def _refusals(settings: Settings) -> list[str]:
    """Runtimes that cannot run what is asked for, and why."""
    refused = ((runtime.name, runtime.refusal(settings)) for runtime in RUNTIMES)
    return [f"{name}: {why}" for name, why in refused if why is not None]


def _packages(contender: Contender) -> list[str]:
    peer = contender.candidate
    return [contender.runtime.packages[0]] + (
        [peer.peer.distribution] if isinstance(peer, Foreign) else []
    )


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unknown"


def machine() -> dict[str, str]:
    """Facts about this machine that decide on its speed."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def _processor() -> str:
    """What the processor calls itself, with the numbers that say what it is where its name does not."""
    file = Path("/proc/cpuinfo")
    if not file.exists():
        return platform.processor() or platform.machine()
    lines = file.read_text(encoding="utf-8", errors="replace").partition("\n\n")[0].splitlines()
    facts = {
        key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)
    }
    name = facts.get("model name", platform.machine())
    numbers = [f"{key} {facts[key]}" for key in ("cpu family", "model") if key in facts]
    return f"{name} ({', '.join(numbers)})" if numbers else name


def _raced(
    contenders: Sequence[Contender],
    settings: Settings,
    images: Path,
    progress: Callable[[str], None],
) -> list[Result]:
    """Start each contender in a process of its own, hold its first result against ours, then let all take turns."""
    results: dict[str, Result] = {}
    workers: dict[str, Worker] = {}
    try:
        for one in contenders:
            progress(f"starting {one.name}")
            plain = Result(one.name, one.candidate.title, one.candidate.ours)
            try:
                if one.runtime.runs_onnx and not one.candidate.onnx.exists():
                    export(one.candidate, images)
                workers[one.name] = Worker(one, settings, images)
                results[one.name] = _checked(plain, one, workers[one.name], settings)
            except WorkerError as error:
                results[one.name] = replace(plain, failure=str(error))
            if results[one.name].failure and one.name in workers:
                workers.pop(one.name).close()
        times = _turns(workers, settings, progress)
        for name, worker in workers.items():
            results[name] = replace(
                results[name], rounds=tuple(times[name]), memory=worker.memory()
            )
    finally:
        for worker in workers.values():
            worker.close()
    return list(results.values())


def _checked(plain: Result, one: Contender, worker: Worker, settings: Settings) -> Result:
    """What a contender's first result says."""
    started = worker.started()
    expected = np.load(one.candidate.expected)
    unit = np.abs(expected) if settings.mode == "train" else np.abs(expected).max()
    error = float((np.abs(started.given - expected) / unit).max())
    found = replace(plain, error=error, first=started.seconds)
    if error <= settings.tolerance:
        return found
    what = "loss or gradient" if settings.mode == "train" else "outputs"
    why = f"{what} differ by {error:.1e} from those of the plain module in float32"
    return replace(found, failure=why)


def _turns(
    workers: dict[str, Worker], settings: Settings, progress: Callable[[str], None]
) -> dict[str, list[float]]:
    """Seconds for a call by contender, one for each round; each round begins with another contender."""
    names = list(workers)
    times: dict[str, list[float]] = {name: [] for name in names}
    begin, done = time.perf_counter(), 0

    def over() -> bool:
        if settings.seconds is None:
            return done >= settings.rounds
        return done >= _FEWEST and time.perf_counter() - begin >= settings.seconds

    while names and not over():
        progress(f"round {done + 1}" + ("" if settings.seconds else f" of {settings.rounds}"))
        first = done % len(names)
        for name in (*names[first:], *names[:first]):
            times[name].append(median(workers[name].turn()))
        done += 1
    return times
