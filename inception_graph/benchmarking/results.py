"""What was measured, and the numbers that stand for it."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median, quantiles
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inception_graph.benchmarking.settings import Settings
    from inception_graph.benchmarking.worker import Memory


@dataclass(frozen=True)
class Result:
    """What came of a contender.

    Attributes:
        name: The contender.
        title: Its network, in words.
        ours: Whether its network is ours.
        failure: Why it was not measured; None where it was.
        error: The largest difference to the plain module in float32, in units of the largest output; in training of the
            loss and of the length of the gradient, each in units of itself.
        first: Seconds from a network with its weights to its first result, compilation included.
        memory: What it held.
        rounds: Seconds for a call, the median of each round.
    """

    name: str
    title: str
    ours: bool
    failure: str | None = None
    error: float | None = None
    first: float | None = None
    memory: Memory | None = None
    rounds: tuple[float, ...] = ()

    @property
    def seconds(self) -> float:
        """Seconds for a call."""
        return median(self.rounds)

    @property
    def quartiles(self) -> tuple[float, float]:
        """Seconds that a quarter and three quarters of the rounds stayed under."""
        if len(self.rounds) < 2:
            return self.seconds, self.seconds
        low, _, high = quantiles(self.rounds, n=4, method="inclusive")
        return low, high


@dataclass(frozen=True)
class Benchmark:
    """A run in which contenders took turns.

    Attributes:
        network: What our network is called.
        settings: What they had in common.
        machine: Facts about the machine by their names.
        versions: What is installed, by distribution.
        results: Contenders in the order in which they were made.
        notes: What did not take part, and why.
    """

    network: str
    settings: Settings
    machine: Mapping[str, str]
    versions: Mapping[str, str]
    results: tuple[Result, ...]
    notes: tuple[str, ...]

    @property
    def measured(self) -> list[Result]:
        """Those that were measured."""
        return [result for result in self.results if result.rounds]

    @property
    def best_peer(self) -> Result | None:
        """The fastest that is not ours; None where there is none."""
        peers = [result for result in self.measured if not result.ours]
        return min(peers, key=lambda result: result.seconds, default=None)

    @property
    def reference(self) -> Result | None:
        """What others are compared with: the best peer, or the first of ours where there is no peer."""
        return self.best_peer or next(iter(self.measured), None)

    def ratio(self, result: Result, other: Result) -> float:
        """Time of one in units of the time of another: the median over rounds, in which both ran close together."""
        pairs = zip(result.rounds, other.rounds, strict=True)
        return median(mine / theirs for mine, theirs in pairs)

    def named(self, name: str) -> Result:
        """The result of a contender.

        Raises:
            KeyError: It did not take part.
        """
        for result in self.results:
            if result.name == name:
                return result
        raise KeyError(name)
