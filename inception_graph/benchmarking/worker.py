"""A contender in a process of its own, and the wire to it.

Runtimes would otherwise share threads, allocators and settings, and nobody could say whose memory it is. Messages are
pickled over the standard streams; all else that a library prints goes to a log.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

    from inception_graph.benchmarking.contenders import Contender
    from inception_graph.benchmarking.settings import Settings


class WorkerError(Exception):
    """A contender cannot be run; says why in a line."""


@dataclass(frozen=True)
class Started:
    """A contender that is ready.

    Attributes:
        seconds: From a network with its weights to its first result: compiling, repacking of weights, the call itself.
        given: The first result.
    """

    seconds: float
    given: np.ndarray


@dataclass(frozen=True)
class Memory:
    """Memory of a contender in bytes; None where the system does not tell.

    Attributes:
        before: Of its process with the network made, before it is made ready.
        peak: The most that its process held while it was measured.
        device: The most that was held on another device.
    """

    before: int | None
    peak: int | None
    device: int | None


class Worker:
    """This side of a contender's process."""

    def __init__(self, contender: Contender, settings: Settings, images: Path) -> None:
        one = contender.candidate
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(
            [sys.executable, "-m", "inception_graph.benchmarking.serving"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            start_new_session=True,  # an interruption is ours to handle
            # An empty cache of its own, so that compiling takes what it takes the first time.
            env=os.environ | {"TORCHINDUCTOR_CACHE_DIR": str(one.folder / "compiled" / one.name)},
        )
        self._send((contender, settings, images))

    def started(self) -> Started:
        """Wait until the first result is there.

        Raises:
            WorkerError: It will not come.
        """
        return self._received()

    def turn(self) -> list[float]:
        """Seconds of each call of a turn.

        Raises:
            WorkerError: A call failed.
        """
        self._send("turn")
        return self._received()

    def memory(self) -> Memory:
        """What it held since its first result.

        Raises:
            WorkerError: The process has ended.
        """
        self._send("memory")
        return self._received()

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()
        self._log.close()

    def _send(self, message: object) -> None:
        stream = cast("IO[bytes]", self._process.stdin)
        try:
            pickle.dump(message, stream)
            stream.flush()
        except BrokenPipeError:
            raise WorkerError(self._last_words()) from None

    def _received(self) -> Any:
        try:
            found = pickle.load(cast("IO[bytes]", self._process.stdout))
        except EOFError:
            raise WorkerError(self._last_words()) from None
        if isinstance(found, WorkerError):
            raise found
        return found

    def _last_words(self) -> str:
        status = self._process.wait()
        self._log.seek(0)
        lines = self._log.read().decode(errors="replace").split("\n")
        said = [line.strip() for line in lines if line.strip()]
        return f"its process ended with status {status}" + (f": {said[-1]}" if said else "")
