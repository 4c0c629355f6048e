"""Whatever happens to a run, nothing of it is lost: it goes on to the very bits that it would have had."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

pytest.importorskip("torch", reason="training runs a network")

from runs_to_break import STEPS, BreakableRun, assert_same


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What becomes of the run when nothing happens to it."""
    run = BreakableRun(tmp_path_factory.mktemp("undisturbed"))
    assert run.run().status == 0
    assert len(run.losses()) == STEPS
    return run.outcome()


@pytest.fixture
def run(tmp_path: Path) -> BreakableRun:
    return BreakableRun(tmp_path)


def test_killed_at_ten_random_moments(run: BreakableRun, undisturbed: dict[str, Any]) -> None:
    draw = Random(7)
    for _ in range(10):
        records, pause = draw.randrange(6), draw.uniform(0, 0.01)
        assert run.interrupted(signal.SIGKILL, records, "--resume", pause=pause).status == -9
    assert len(run.records("resumed")) > 3
    assert run.run("--resume").status == 0
    assert_same(run.outcome(), undisturbed)


def test_killed_with_workers(run: BreakableRun, undisturbed: dict[str, Any]) -> None:
    workers = ("--resume", "--set", "workers=2")
    assert run.interrupted(signal.SIGKILL, 8, *workers).status == -9
    assert run.run(*workers).status == 0
    assert run.records("resumed")
    state = run.outcome()
    assert state["config"].pop("workers") == 2
    assert_same(state | {"config": {**state["config"], "workers": 0}}, undisturbed)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_run_after_a_step(
    number: int, run: BreakableRun, undisturbed: dict[str, Any]
) -> None:
    ended = run.interrupted(number, 5)
    assert ended.status == 128 + number
    step = run.records("train")[-1]["step"]
    assert run.checkpoints[-1].name == f"step-{step:08}.pt"
    assert f"after step {step}: --resume goes on from there" in ended.said
    assert run.run("--resume").status == 0
    assert_same(run.outcome(), undisturbed)


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a bit is another": _flip,
    "its end is missing": lambda path: path.write_bytes(path.read_bytes()[:-100]),
    "it is empty": lambda path: path.write_bytes(b""),
    "its checksum is missing": lambda path: path.with_suffix(".sha256").unlink(),
    "its checksum is empty": lambda path: path.with_suffix(".sha256").write_bytes(b""),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_checkpoint_is_passed_over(
    damage: str, run: BreakableRun, undisturbed: dict[str, Any]
) -> None:
    run.interrupted(signal.SIGTERM, 12)
    *_, before, newest = run.checkpoints
    DAMAGES[damage](newest)
    ended = run.run("--resume")
    assert ended.status == 0
    assert f"checkpoint '{newest.name}' is not used: " in ended.said
    (resumed,) = run.records("resumed")
    assert before.name == f"step-{resumed['step']:08}.pt"
    assert_same(run.outcome(), undisturbed)


def test_without_a_whole_checkpoint_a_run_does_not_begin_anew(run: BreakableRun) -> None:
    run.interrupted(signal.SIGTERM, 8)
    for path in run.checkpoints:
        _flip(path)
    ended = run.run("--resume")
    assert ended.status == 1
    assert ended.said.splitlines()[-1].startswith("error: none of the ")


def test_a_full_disk(run: BreakableRun, undisturbed: dict[str, Any]) -> None:
    """A limit of the size of files stands for it: every write beyond fails, in the middle of a checkpoint."""
    run.interrupted(signal.SIGTERM, 8)
    *_, last = run.checkpoints
    ended = run.run("--resume", largest_file=last.stat().st_size - 1000)
    assert ended.status == 1
    error = ended.said.splitlines()[-1]
    assert error.startswith("error: no checkpoint could be written: File too large")
    assert f"'{last.name}' is intact" in error
    assert "Traceback" not in ended.said
    kept = [path.with_suffix(".sha256").name for path in run.checkpoints]
    subprocess.run(["sha256sum", "--check", "--quiet", *kept], cwd=last.parent, check=True)
    assert run.run("--resume").status == 0
    assert_same(run.outcome(), undisturbed)


def test_a_loss_that_is_no_number_names_its_batch(tmp_path: Path) -> None:
    run = BreakableRun(tmp_path, learning_rate=1e30, clip_norm=None, log_every=4)
    ended = run.run()
    assert ended.status == 1
    error = ended.said.splitlines()[-1]
    assert error.startswith("error: the loss of step ")
    assert ".png, " in error
    assert "Traceback" not in ended.said
    assert run.losses() == []


def test_no_checkpoint_holds_what_a_bad_step_left(tmp_path: Path) -> None:
    changes = {"learning_rate": 1e30, "clip_norm": None, "log_every": 10, "checkpoint_every": 1}
    run = BreakableRun(tmp_path, **changes)
    assert run.run().said.splitlines()[-1].startswith("error: the loss of step 1 is ")
    assert [path.name for path in run.checkpoints] == ["step-00000001.pt"]


def test_weights_are_averaged_at_every_step(undisturbed: dict[str, Any]) -> None:
    average = undisturbed["average"]
    assert average["steps"] == STEPS
    assert all(
        (average["model"][name] != weight).any()
        for name, weight in undisturbed["model"].items()
        if name.endswith("weight")
    )


def test_a_validation_that_was_cut_off_is_told_once(
    run: BreakableRun, undisturbed: dict[str, Any]
) -> None:
    """A signal in the middle of it; then a kill when it was made up for, and not yet saved."""
    loop = run.folder / "train.py"
    sound = loop.read_text(encoding="utf-8")
    for method, number, status in (("_validate", 15, 143), ("_save", 9, -9)):
        head = f"    def {method}(self) -> None:\n"
        assert head in sound
        raising = f"{head}        os.kill(os.getpid(), {number})\n"
        loop.write_text(sound.replace(head, raising), encoding="utf-8")
        assert run.run("--resume").status == status
    assert len(run.records("validation")) == 1
    loop.write_text(sound, encoding="utf-8")
    assert run.run("--resume").status == 0
    assert_same(run.outcome(), undisturbed)
