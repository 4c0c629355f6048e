"""What happened in a run: ``metrics.jsonl``, one JSON object a line, and TensorBoard where it is installed."""

from __future__ import annotations

import json
import math
import platform
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import torch

from training.checkpoints import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

METRICS = "metrics.jsonl"


class Journal:
    """Writes what happened, record by record; each is in the file before the next step begins."""

    def __init__(self, folder: Path, step: int, validated: int | None = None) -> None:
        """Open the journal of a run that stands at a step.

        Args:
            folder: The run's.
            step: Steps done. What the journal has of later ones is dropped: they will be done again.
            validated: The step after which it was validated last, where it may be another one.
        """
        path = folder / METRICS
        if path.exists():
            ends = {"validation": step if validated is None else validated}
            kept = [r for r in read(path) if r.get("step", 0) <= ends.get(r["kind"], step)]
            text = "".join(map(_line, kept))
            write_whole(path, lambda file: file.write(text.encode()))
        self._file = path.open("a", encoding="utf-8")
        self._board = _board(folder / "tensorboard", step)

    def write(self, record: dict[str, Any]) -> None:
        """Add a record. Numbers that are not finite, which JSON does not have, become null."""
        self._file.write(_line(record))
        self._file.flush()
        if self._board is not None and record["kind"] in ("train", "validation"):
            for name, number in _numbers(record, record["kind"]):
                self._board.add_scalar(name, number, record["step"])

    def close(self) -> None:
        """Close the files."""
        self._file.close()
        if self._board is not None:
            self._board.close()


def read(path: Path) -> list[dict[str, Any]]:
    """The records of a journal, in order. A line that was cut off in the middle is left out."""
    records: list[dict[str, Any]] = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict) and "kind" in record:
            records.append(record)
    return records


def environment(step: int, world: int, device: torch.device) -> dict[str, Any]:
    """The record that says on what a run was started or continued."""
    cuda = device.type == "cuda"
    facts = {
        "device": torch.cuda.get_device_name(device) if cuda else platform.processor() or "cpu",
        "processes": world,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "cuda": torch.version.cuda if cuda else None,
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
    }
    return {"kind": "environment", "step": step, "facts": facts}


def _line(record: dict[str, Any]) -> str:
    return json.dumps(_finite(record), allow_nan=False) + "\n"


def _finite(value: Any) -> Any:
    match value:
        case float():
            return value if math.isfinite(value) else None
        case dict():
            return {name: _finite(inside) for name, inside in value.items()}
        case list() | tuple():
            return [_finite(inside) for inside in value]
        case _:
            return value


def _numbers(record: dict[str, Any], prefix: str) -> Iterator[tuple[str, float]]:
    """The numbers of a record by their paths, such as ``train/heads/aux1/loss``."""
    for name, value in record.items():
        if isinstance(value, dict):
            yield from _numbers(value, f"{prefix}/{name}")
        elif isinstance(value, int | float) and name != "step" and not isinstance(value, bool):
            yield f"{prefix}/{name}", value


def _board(folder: Path, step: int) -> Any:
    """A writer for TensorBoard, which hides what it was told of later steps; None without TensorBoard."""
    if find_spec("tensorboard") is None:
        return None
    from torch.utils.tensorboard import SummaryWriter

    return SummaryWriter(str(folder), purge_step=step + 1)
