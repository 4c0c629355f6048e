"""What runs in a contender's own process: a network is made, then called as often as it is told."""

from __future__ import annotations

import os
import pickle
import sys
import time
from typing import TYPE_CHECKING

import numpy as np

from inception_graph.benchmarking.sessions import forget_peak, give_back, resident, start
from inception_graph.benchmarking.settings import TURN
from inception_graph.benchmarking.worker import Memory, Started, WorkerError

if TYPE_CHECKING:
    from inception_graph.benchmarking.sessions import Session


def _serve() -> None:
    """Make the network of the first message, then do as told until the wire is cut."""
    wire = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)

    def send(message: object) -> None:
        pickle.dump(message, wire)
        wire.flush()

    try:
        contender, settings, images = pickle.load(sys.stdin.buffer)
        make = start(contender, settings, np.load(images))
        give_back()
        before = resident(peak=False)
        begin = time.perf_counter()
        session: Session = make()
        given = session.first()
        seconds = time.perf_counter() - begin
        forget_peak()
        send(Started(seconds, given))
        while True:
            told = pickle.load(sys.stdin.buffer)
            send(
                _turn(session)
                if told == "turn"
                else Memory(before, resident(peak=True), session.memory())
            )
    except EOFError:
        return
    except Exception as error:
        line = next((line for line in str(error).splitlines() if line.strip()), "")
        send(WorkerError(f"{type(error).__name__}: {line.strip()}".rstrip(": ")))


def _turn(session: Session) -> list[float]:
    """Calls for the length of a turn; the first is to warm up, if there is time for others."""
    seconds: list[float] = []
    while sum(seconds) < TURN:
        begin = time.perf_counter()
        session.call()
        seconds.append(time.perf_counter() - begin)
    return seconds[1:] or seconds


if __name__ == "__main__":
    _serve()
