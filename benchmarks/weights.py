"""Weights of Inception-ResNet v2, 55.8 million parameters, from timm's layout to ours, against torch alone."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import torch

import inception_graph as ig
from benchmarks.report import Measurement
from benchmarks.whole_process import peak_memory, ratio
from inception_graph.checkpoints import expected
from inception_graph.weights.converting import facts, ours
from inception_graph.weights.fitting import fitted
from inception_graph.weights.opening import opened
from inception_graph.weights.writing import write

if TYPE_CHECKING:
    from collections.abc import Callable

_SPEC, _SOURCE = "inception_resnet_v2", "timm"
_THROUGH_TORCH = "import sys, torch; torch.save(torch.load(sys.argv[1]), sys.argv[2])"


def measure(folder: Path, rounds: int) -> list[Measurement]:
    """All measurements on files of weights; they go to a folder that may be thrown away."""
    theirs, out = folder / "theirs.pth", folder / "ours.safetensors"
    network = ig.load(_SPEC)
    state = network.without_auxiliary().create_model().state_dict()
    entries = expected(network.typed, network.program.checkpoints[_SOURCE])
    torch.save({e.theirs: state[e.tensor.name] for e in entries if e.tensor.name in state}, theirs)
    del state
    convert = [
        str(Path(sys.executable).parent / "inception-graph"), "weights", "convert", str(theirs),
        "--to", _SPEC, "-o", str(out),
    ]  # fmt: skip
    through_torch = [sys.executable, "-c", _THROUGH_TORCH, str(theirs), str(folder / "again.pth")]
    size, memory = theirs.stat().st_size / 2**20, peak_memory(convert)
    return [
        ratio("weights convert / torch.load + torch.save, processes", convert, through_torch, 2.0, rounds),
        _in_process(network, theirs, out, rounds),
        Measurement(
            "weights convert, peak memory of the process / file", f"{memory:.0f} MB", f"{size:.0f} MB",
            memory / size, 2.5,
        ),
    ]  # fmt: skip


def _in_process(network: ig.Network, theirs: Path, out: Path, rounds: int) -> Measurement:
    """The same without the time to start Python, import torch and compile the spec."""

    def convert() -> None:
        with opened(theirs) as file:
            fit = fitted(network.typed, file)
            write(out, ours(fit), facts(fit), lambda written: None)

    def through_torch() -> None:
        torch.save(torch.load(theirs), out.with_name("again.pth"))

    def seconds(function: Callable[[], None]) -> float:
        begin = time.perf_counter()
        function()
        return time.perf_counter() - begin

    for function in (convert, through_torch):
        function()
    pairs = [(seconds(convert), seconds(through_torch)) for _ in range(rounds)]
    mine, other = median(a for a, _ in pairs), median(b for _, b in pairs)
    name = "converting in one process / torch.load + torch.save"
    value = median(a / b for a, b in pairs)
    return Measurement(name, f"{mine:.2f} s", f"{other:.2f} s", value, 2.0)
