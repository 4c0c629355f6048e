"""The journal of a run, and what is shown of it while it runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from inception_graph.training import standalone

journal = standalone.module("journal")
progress = standalone.module("progress")


def train(step: int, loss: float = 1.0, **more: Any) -> dict[str, Any]:
    heads = {"logits": {"loss": loss, "top1": 0.5}, "aux": {"loss": 2 * loss, "top1": 0.25}}
    record = {"kind": "train", "step": step, "epoch": step / 100, "loss": loss, "heads": heads}
    return record | {"images_per_second": 80.0, **more}


def steps(folder: Path) -> list[int]:
    return [record["step"] for record in journal.read(folder / "metrics.jsonl")]


def test_records_are_in_the_file_at_once_and_come_back_as_they_were(tmp_path: Path) -> None:
    kept = journal.Journal(tmp_path, 0)
    kept.write(train(20))
    assert journal.read(tmp_path / "metrics.jsonl") == [train(20)]
    kept.close()


def test_steps_that_will_be_done_again_are_dropped(tmp_path: Path) -> None:
    first = journal.Journal(tmp_path, 0)
    for step in (20, 40, 60):
        first.write(train(step))
    first.close()
    with (tmp_path / "metrics.jsonl").open("a") as file:
        file.write('{"kind": "train", "step": 8')  # the process was killed while it wrote
    again = journal.Journal(tmp_path, 40)
    again.write(train(60, loss=0.5))
    again.close()
    assert steps(tmp_path) == [20, 40, 60]
    assert journal.read(tmp_path / "metrics.jsonl")[-1]["loss"] == 0.5
    assert not list(tmp_path.glob(".*")), "nothing is left beside it"


@pytest.mark.parametrize("line", ['{"kind"', "[1, 2]", '{"step": 3}', "\x00\xff", ""])
def test_lines_that_are_no_records_are_left_out(tmp_path: Path, line: str) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text(f"{line}\n{json.dumps(train(20))}\n", encoding="utf-8")
    assert steps(tmp_path) == [20]


def test_what_is_not_finite_is_null_since_json_has_no_word_for_it(tmp_path: Path) -> None:
    kept = journal.Journal(tmp_path, 0)
    kept.write(train(20, gradient_norm=float("inf"), stages={"conv1": float("nan"), "conv2": 1.0}))
    kept.close()
    (line,) = (tmp_path / "metrics.jsonl").read_text().splitlines()
    record = json.loads(line, parse_constant=pytest.fail)
    assert record["gradient_norm"] is None
    assert record["stages"] == {"conv1": None, "conv2": 1.0}


def test_tensorboard_is_told_where_it_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: dict[str, float] = {}

    class Board:
        def add_scalar(self, name: str, number: float, step: int) -> None:
            told[f"{name}@{step}"] = number

        def close(self) -> None:
            told["closed"] = 1

    monkeypatch.setattr(journal, "_board", lambda folder, step: Board())
    kept = journal.Journal(tmp_path, 0)
    kept.write(train(20))
    kept.write({"kind": "resumed", "step": 20})
    kept.close()
    assert told["train/heads/aux/loss@20"] == 2
    assert not any("resumed" in name or "step" in name for name in told)
    assert told["closed"]


def test_the_environment_names_versions_and_processes() -> None:
    record = journal.environment(40, 2, torch.device("cpu"))
    assert (record["kind"], record["step"]) == ("environment", 40)
    assert record["facts"]["processes"] == 2
    assert record["facts"]["torch"] == torch.__version__
    json.dumps(record)


def test_progress_names_every_head(capsys: pytest.CaptureFixture[str]) -> None:
    shown = progress.Progress(400, 100, 0)
    shown.show(train(120))
    shown.show(train(200))
    shown.show({**train(200, top5=1), "kind": "validation", "averaged": True})
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("epoch 2/4  step 120/400  80 images/s  ")
    assert "logits 1.000 50.0 %  aux 2.000 25.0 %" in lines[0]
    assert lines[1].startswith("epoch 2/4  step 200/400")
    assert lines[2].startswith("epoch 2/4  validation with averaged weights  logits")


def test_a_terminal_has_one_live_line_no_wider_than_itself(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress.sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(progress.sys.stderr, "fileno", lambda: 2, raising=False)
    monkeypatch.setattr(
        progress.os, "get_terminal_size", lambda _: progress.os.terminal_size((40, 20))
    )
    shown = progress.Progress(400, 100, 0)
    for step in (20, 40):
        shown.show(train(step))
    shown.say("head 'a\x1b[31mb' has learned nothing")
    live, message, _ = capsys.readouterr().err.split("\n")
    assert [len(part) for part in live.split("\r\x1b[K")] == [0, 39, 39]
    assert message == "head 'a\\x1b[31mb' has learned nothing"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "0 s"), (59.6, "1 min 00 s"), (61, "1 min 01 s"), (7500, "2 h 05 min")],
)
def test_durations(seconds: float, words: str) -> None:
    assert progress.duration(seconds) == words
