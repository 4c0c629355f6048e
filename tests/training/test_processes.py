"""A run on several processes is the run on one; and a process that is lost is started again."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="training runs a network")

from runs_to_break import STEPS, WHOLE, BreakableRun, children, free_port

from inception_graph.training.evaluation import evaluate
from inception_graph.training.runs import Run

CLOSE = 1e-4
"""How far losses may be apart, in units of their size."""

ACROSS = {"norm": "batch_norm", "sync_norm": True, "clip_norm": 2}
ALONE = {"norm": "none", "clip_norm": 2}
"""Without normalisation over a batch it does not matter how a batch is cut."""


@pytest.mark.parametrize("settings", [ACROSS, ALONE], ids=["synchronised norms", "no norms"])
def test_two_processes_make_the_steps_of_one(settings: dict[str, Any], tmp_path: Path) -> None:
    alone = BreakableRun(tmp_path / "alone", dropout=0, **settings)
    assert alone.run().status == 0
    together = BreakableRun(tmp_path / "together", dropout=0, **settings)
    assert [ended.status for ended in together.run_on_two()] == [0, 0]
    assert together.losses() == pytest.approx(alone.losses(), rel=CLOSE)
    validated = [run.records("validation")[-1]["loss"] for run in (together, alone)]
    assert validated[0] == pytest.approx(validated[1], rel=CLOSE)


@pytest.mark.parametrize("two", [False, True])
def test_parts_of_a_batch_add_up_to_it(two: bool, tmp_path: Path) -> None:
    whole = BreakableRun(tmp_path / "whole", dropout=0, **ALONE)
    assert whole.run().status == 0
    parts = BreakableRun(tmp_path / "parts", dropout=0, accumulate=2, **ALONE)
    ended = parts.run_on_two() if two else [parts.run()]
    assert {one.status for one in ended} == {0}
    assert parts.losses() == pytest.approx(whole.losses(), rel=CLOSE)


def test_a_run_goes_on_with_another_number_of_processes(tmp_path: Path) -> None:
    alone = BreakableRun(tmp_path / "alone", dropout=0, **ACROSS)
    assert alone.run().status == 0
    changing = BreakableRun(tmp_path / "changing", dropout=0, **ACROSS)
    assert changing.interrupted(signal.SIGTERM, 12).status == 128 + signal.SIGTERM
    assert [ended.status for ended in changing.run_on_two("--resume")] == [0, 0]
    assert len(changing.records("resumed")) == 1
    assert changing.losses() == pytest.approx(alone.losses(), rel=CLOSE)
    assert len(changing.losses()) == STEPS


@pytest.mark.skipif(sys.platform != "linux", reason="nobody else says what a process has started")
def test_two_machines_lose_a_process_and_go_on(tmp_path: Path) -> None:
    """Two agents that meet at an address are two machines to torchrun, though they are one."""
    alone = BreakableRun(tmp_path / "alone", dropout=0, **ACROSS)
    assert alone.run().status == 0
    run = BreakableRun(tmp_path / "together", dropout=0, **ACROSS)
    meeting = (
        "--nnodes=2", "--nproc-per-node=1", "--max-restarts=3", "--rdzv-id=test",
        "--rdzv-backend=c10d", f"--rdzv-endpoint=127.0.0.1:{free_port()}",
    )  # fmt: skip
    agents = [run.agent(*meeting), run.agent(*meeting)]
    try:
        run.wait_for_records(6, lambda: all(agent.poll() is None for agent in agents))
        os.kill(children(agents[1].pid)[0], signal.SIGKILL)
        assert [agent.wait(WHOLE) for agent in agents] == [0, 0], run.log.read_text()
    finally:
        for agent in agents:
            agent.kill()
    assert len(run.records("resumed")) == 1
    assert run.losses() == pytest.approx(alone.losses(), rel=CLOSE)


def test_processes_validate_the_weights_that_are_saved(tmp_path: Path) -> None:
    """Each has running statistics of its own, and the first one's are kept: all must validate with those."""
    run = BreakableRun(tmp_path, epochs=1)
    assert [ended.status for ended in run.run_on_two()] == [0, 0]
    (told,) = run.records("validation")
    alone = evaluate(
        Run(run.folder),
        str(run.data),
        split="val",
        checkpoint="last",
        device="cpu",
        seen=lambda *_: None,
    )
    losses = {head.name: head.loss for head in alone.exits}
    assert losses == pytest.approx({name: one["loss"] for name, one in told["heads"].items()})
