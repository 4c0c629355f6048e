"""The measurement for a GPU runs where there is none, so that it will run where there is one."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_it_runs_and_says_what_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(ROOT)
    found = tmp_path / "found.json"
    benchmark = importlib.import_module("benchmarks.gpu_training")
    benchmark.main(["--device", "cpu", "--smoke", "-o", str(found)])
    rows = json.loads(found.read_text(encoding="utf-8"))["rows"]
    assert [row["what"] for row in rows] == [
        "bare loop",
        "loop of train.py, on the device",
        "loop of train.py, JPEGs",
        "reading the JPEGs alone",
    ]
    assert all(row["rate"] > 0 for row in rows)
    assert "bounds" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("reading", "said"),
    [(2600.0, "The network bounds: 16 workers read 1.30"), (1000.0, "about 32 workers")],
)
def test_the_bound_is_what_is_slower(
    reading: float, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(ROOT)
    benchmark = importlib.import_module("benchmarks.gpu_training")
    rows = [benchmark.Row("bare loop", 2000.0, 1.0), benchmark.Row("reading", reading)]
    assert said in benchmark.bound(rows, 16)
