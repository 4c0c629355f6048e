"""What the tests of faults do in seconds, for as long as one likes: ``make soak``.

Hundreds of kills at random moments with damaged checkpoints in between, a disk that is really full, and two agents
that lose processes. Every run must end with the very bits (on several processes: the very losses) of one that was left
alone.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from random import Random

from runs_to_break import WHOLE, BreakableRun, assert_same, children, free_port

EPOCHS = 60
SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
CLOSE = 1e-4


def kills(folder: Path, count: int, draw: Random) -> str:
    """Runs that are killed again and again, until so many kills have been survived."""
    alone = BreakableRun(folder / "alone", epochs=EPOCHS)
    assert alone.run().status == 0
    survived, resumed, damaged, runs = 0, 0, 0, 0
    while survived < count:
        runs += 1
        run = BreakableRun(folder / f"killed-{runs}", epochs=EPOCHS)
        status = 1
        while status != 0:
            options = ("--resume", "--set", f"workers={draw.choice([0, 0, 2])}")
            number = draw.choice(SIGNALS)
            records = draw.randrange(
                number != signal.SIGKILL, 40
            )  # before the first, nobody listens
            status = run.interrupted(number, records, *options, pause=draw.uniform(0, 0.03)).status
            assert status in (0, -signal.SIGKILL, 128 + number), run.log.read_text()
            survived += status != 0
            if status != 0 and len(run.checkpoints) > 1 and draw.random() < 0.2:
                damage(run.checkpoints[-1], draw)
                damaged += 1
        resumed += len(run.records("resumed"))
        same(run, alone)
    return f"{survived} kills in {runs} runs, {resumed} resumptions, {damaged} checkpoints damaged"


def damage(path: Path, draw: Random) -> None:
    """Change a byte, or cut the end off."""
    content = bytearray(path.read_bytes())
    place = draw.randrange(len(content))
    content[place] ^= 1 << draw.randrange(8)
    path.write_bytes(content[: place + 1] if draw.random() < 0.5 else content)


def same(run: BreakableRun, other: BreakableRun) -> None:
    """Two runs ended alike, whatever read their images."""
    one, two = run.outcome(), other.outcome()
    for outcome in (one, two):
        outcome["config"].pop("workers")
    assert_same(one, two)


def full_disk(folder: Path, count: int, draw: Random) -> str:
    """A disk of its own for the run that is full again and again, at another place each time; root may make one."""
    disk = folder / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)]
    if os.getuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        return "not tried: only root mounts a small disk"
    with ExitStack() as stack:
        stack.callback(subprocess.run, ["umount", str(disk)], check=True)
        alone, run = (BreakableRun(place, epochs=EPOCHS) for place in (folder / "roomy", disk))
        assert alone.run().status == 0
        assert run.interrupted(signal.SIGTERM, 12).status == 128 + signal.SIGTERM
        ballast = disk / "ballast"
        for _ in range(count):
            free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
            ballast.write_bytes(bytes(max(0, free - draw.randrange(8_000, 200_000))))
            ended = run.run("--resume")
            assert ended.status == 1, ended.said
            assert "No space left on device" in ended.said.splitlines()[-1], ended.said
            assert "Traceback" not in ended.said
            ballast.unlink()
            sums = [path.with_suffix(".sha256").name for path in run.checkpoints]
            subprocess.run(
                ["sha256sum", "--check", "--quiet", *sums],
                cwd=run.checkpoints[0].parent,
                check=True,
            )
            run.interrupted(signal.SIGTERM, 5, "--resume")
        assert run.run("--resume").status == 0
        same(run, alone)
    return f"full {count} times"


def two_agents(folder: Path, count: int, draw: Random) -> str:
    """Two agents that lose one of their processes again and again."""
    settings = {"norm": "batch_norm", "dropout": 0, "sync_norm": True, "epochs": EPOCHS}
    alone, run = (BreakableRun(folder / name, **settings) for name in ("one", "two"))
    assert alone.run().status == 0
    meeting = (
        "--nnodes=2", "--nproc-per-node=1", f"--max-restarts={count}", "--rdzv-id=soak",
        "--rdzv-backend=c10d", f"--rdzv-endpoint=127.0.0.1:{free_port()}",
    )  # fmt: skip
    agents = [run.agent(*meeting) for _ in range(2)]
    try:
        for _ in range(count):
            more = len(run.records()) + draw.randrange(10, 40)
            run.wait_for_records(more, lambda: all(agent.poll() is None for agent in agents))
            for process in children(draw.choice(agents).pid)[:1]:
                os.kill(process, signal.SIGKILL)
        statuses = [agent.wait(WHOLE) for agent in agents]
    finally:
        for agent in agents:
            agent.kill()
    assert statuses == [0, 0], run.log.read_text()
    worst = max(abs(a / b - 1) for a, b in zip(run.losses(), alone.losses(), strict=True))
    assert worst <= CLOSE, worst
    return f"{len(run.records('resumed'))} resumptions, losses within {worst:.1e}"


def main() -> None:
    """Try everything, say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=300, help="of one process, at random moments")
    parser.add_argument(
        "--times", type=int, default=20, help="that a disk is full, or an agent loses a process"
    )
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    draw = Random(options.seed)
    for attempt, count in (
        (kills, options.kills),
        (full_disk, options.times),
        (two_agents, options.times),
    ):
        with tempfile.TemporaryDirectory() as folder:
            print(f"{attempt.__name__}: {attempt(Path(folder), count, draw)}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
