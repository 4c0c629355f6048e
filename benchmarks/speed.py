"""The five networks, optimised, against the best that is installed: ``inception-graph bench`` for each target."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

import inception_graph as ig
from benchmarks.report import KEPT, Measurement
from inception_graph.benchmarking.report import values
from inception_graph.benchmarking.running import benchmark
from inception_graph.benchmarking.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from inception_graph.benchmarking.settings import Mode, Precision

PACKAGES = ("inception-graph", "torch", "torchvision", "timm", "onnxruntime", "openvino")
_PEERS = {
    "googlenet_torchvision": "torchvision",
    "inception_v3_torchvision": "torchvision",
    "inception_v4": "timm",
    "inception_resnet_v2": "timm",
    "xception_timm": "timm",
}
"""The networks, and whose module is theirs."""
_FOLDER = KEPT / "speed"
_SERVED = {"float32": ("compiled", "onnxruntime", "openvino"), "bfloat16": ("openvino",)}
"""What a peer may be served by: in bfloat16 OpenVINO is aimed at, and compiling takes its time."""


@dataclass(frozen=True)
class _Cell:
    """One run."""

    network: str
    mode: Mode
    batch: int
    dtype: Precision

    @property
    def file(self) -> Path:
        return _FOLDER / f"{self.network}-{self.mode}-{self.batch}-{self.dtype}.json"

    @property
    def contenders(self) -> list[str]:
        peer = _PEERS[self.network]
        served = _SERVED[self.dtype] if self.mode == "inference" else ("compiled",)
        ours = [f"{name}/channels_last" for name in ("plain", "optimised")]
        return [
            *ours,
            "optimised/compiled",
            *(f"{peer}/{runtime}" for runtime in ("channels_last", *served)),
        ]

    def run(self, rounds: int) -> None:
        settings = Settings(self.mode, self.batch, self.dtype, threads=_threads(), rounds=rounds)
        found = benchmark(ig.load(self.network), settings, self.contenders, _tell)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(json.dumps(values(found), indent=1) + "\n", encoding="utf-8")


def _threads() -> int:
    import torch

    return torch.get_num_threads()


def _tell(line: str) -> None:
    print(f"  {line}", file=sys.stderr, flush=True)


_PRECISIONS: tuple[Precision, ...] = ("float32", "bfloat16")
_CELLS = [
    *(_Cell(network, "inference", batch, dtype)
      for dtype in _PRECISIONS for batch in (1, 8) for network in _PEERS),
    *(_Cell(network, "train", 8, "float32")
      for network in ("googlenet_torchvision", "inception_v3_torchvision")),
]  # fmt: skip


def forget() -> None:
    """Drop what is known, so that all is measured anew."""
    for cell in _CELLS:
        cell.file.unlink(missing_ok=True)


def measure(folder: Path, rounds: int) -> list[Measurement]:
    """All targets; runs that are kept are not made again, so that what was interrupted can go on."""
    for number, cell in enumerate(_CELLS):
        print(f"{number + 1} of {len(_CELLS)}: {cell.file.stem}", file=sys.stderr, flush=True)
        if not cell.file.exists():
            cell.run(rounds)
    return known(folder, rounds)


def known(folder: Path, rounds: int) -> list[Measurement]:
    """The targets of the runs that are kept; nothing is run."""
    del folder, rounds
    return [row for cell in _kept() for row in _targets(cell, _read(cell))]


def _kept() -> list[_Cell]:
    return [cell for cell in _CELLS if cell.file.exists()]


def _read(cell: _Cell) -> dict[str, Any]:
    found = json.loads(cell.file.read_text(encoding="utf-8"))
    return {entry["name"]: entry for entry in found["contenders"] if "seconds" in entry}


def _wrong(cell: _Cell) -> set[str]:
    """Contenders of a run that gave other outputs than the plain module, and were not timed."""
    found = json.loads(cell.file.read_text(encoding="utf-8"))
    return {
        entry["name"]
        for entry in found["contenders"]
        if "difference" in entry and "seconds" not in entry
    }


def _targets(cell: _Cell, found: Mapping[str, Any]) -> Iterator[Measurement]:
    """The ratios of a run that have a target."""
    peer, form = _PEERS[cell.network], f"{cell.network}, batch {cell.batch}, {cell.dtype}"
    eager, theirs = "optimised/channels_last", f"{peer}/channels_last"
    if cell.mode == "train":
        for ours, other in ((eager, theirs), ("optimised/compiled", f"{peer}/compiled")):
            yield _ratio(f"training step, {form}", found, ours, other, 0.90)
        yield _memory(f"training step, {form}: memory", found[eager], found[theirs], 0.95)
        return
    names = (f"{peer}/{runtime}" for runtime in _SERVED[cell.dtype])
    served = [name for name in names if name in found]
    best = min(served, key=lambda name: _seconds(found[name]), default=theirs)
    ours = min((eager, "optimised/compiled"), key=lambda name: _seconds(found[name]))
    if cell.dtype == "bfloat16":
        yield _ratio(form, found, ours, best, 1.05)
        return
    yield _ratio(form, found, eager, theirs, 0.90)
    yield _ratio(form, found, ours, best, 1.00)


def _seconds(entry: Mapping[str, Any]) -> float:
    return entry["seconds"]["median"]


def _ratio(
    what: str, found: Mapping[str, Any], ours: str, other: str, target: float
) -> Measurement:
    rounds = (found[name]["seconds"]["rounds"] for name in (ours, other))
    ratio = median(mine / theirs for mine, theirs in zip(*rounds, strict=True))
    mine, theirs = (f"{1e3 * _seconds(found[name]):.1f} ms" for name in (ours, other))
    return Measurement(f"{what}: {ours} against {other}", mine, theirs, ratio, target)


def _memory(
    what: str, ours: Mapping[str, Any], other: Mapping[str, Any], target: float
) -> Measurement:
    """What a step needs beyond the process with the network made."""
    mine, theirs = (e["memory"]["peak"] - e["memory"]["before"] for e in (ours, other))
    shown = (f"{grown / 2**20:.0f} MiB" for grown in (mine, theirs))
    return Measurement(f"{what} beyond the network", *shown, mine / theirs, target)


_COLUMNS: dict[str, Callable[[str], str]] = {
    "plain, channels last": lambda _: "plain/channels_last",
    "optimised": lambda _: "optimised/channels_last",
    "optimised, compiled": lambda _: "optimised/compiled",
    "peer, channels last": lambda peer: f"{peer}/channels_last",
    "peer, compiled": lambda peer: f"{peer}/compiled",
    "ONNX Runtime": lambda peer: f"{peer}/onnxruntime",
    "OpenVINO": lambda peer: f"{peer}/openvino",
}


def tables() -> Iterator[str]:
    """Milliseconds a call of every contender, for runs that are kept, and how far results are from float32."""
    yield from (
        "",
        "Milliseconds a call; *difference*: the largest of optimised, compiled, to plain float32, in units",
    )
    yield from (
        "of the largest output; *wrong*: outputs that are not those of the plain module, not timed.",
        "",
    )
    yield f"| run | {' | '.join(_COLUMNS)} | difference |"
    yield f"| --- |{' ---: |' * (len(_COLUMNS) + 1)}"
    for cell in _kept():
        found, peer = _read(cell), _PEERS[cell.network]
        entries = [found.get(called(peer)) for called in _COLUMNS.values()]
        wrong = _wrong(cell)
        cells = [
            f"{1e3 * _seconds(entry):.1f}" if entry else "wrong" * (called(peer) in wrong)
            for entry, called in zip(entries, _COLUMNS.values(), strict=True)
        ]
        differences = [found[name]["difference"] for name in found if name.startswith("optimised")]
        name = f"{cell.network}, {cell.mode}, batch {cell.batch}, {cell.dtype}"
        yield f"| {name} | {' | '.join(cells)} | {max(differences, default=0):.0e} |"
    if missing := [cell.file.stem for cell in _CELLS if not cell.file.exists()]:
        yield from (
            "",
            f"Not measured yet (`python -m benchmarks speed --missing`): {', '.join(missing)}.",
        )
