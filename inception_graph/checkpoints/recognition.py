"""Which network and source a file of weights is from, by the names and shapes in it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from inception_graph.checkpoints.patterns import SERIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from inception_graph.checkpoints.naming import Expected
    from inception_graph.ops.window import Shape

_OUTPUT = re.compile(r":[0-9]+$")
"""What TensorFlow puts behind the name of a variable."""
_SEPARATOR = re.compile(r"[./]")
_SEGMENT = re.compile(r"([^./]+?)(?:_([0-9]{1,9}))?(?=[./]|$)")
"""A segment of a name, its number apart."""
_LONGEST = 500
"""Characters of a name of which parts are looked at."""
_MOST_OFFSETS = 64
"""Beginnings of a numbered series that are tried in a file that holds more of it than the network has."""

_Numbers: TypeAlias = "dict[str, dict[int, dict[str, str]]]"
"""Names by what stands before their segment, by its number, and by what stands behind it."""


@dataclass(frozen=True)
class Candidate:
    """A network with a source whose weights fit it.

    Attributes:
        spec: Name of the network.
        source: Name of the source, or None for our own names.
        expected: What a file of that source holds for it.
    """

    spec: str
    source: str | None
    expected: tuple[Expected, ...]


@dataclass(frozen=True)
class Match:
    """How a file fits a candidate.

    Attributes:
        candidate: The network and the source.
        prefix: What stands before every name in the file, such as ``module.``.
        found: Tensors that are there and have the right shape, each with its name in the file.
        adapted: Those whose shape differs by the number of classes or of input channels only.
        reshaped: Those whose shape differs otherwise.
        missing: Those that are not there and should be.
        unused: Names in the file that nothing asks for.
    """

    candidate: Candidate
    prefix: str
    found: tuple[tuple[Expected, str], ...]
    adapted: tuple[tuple[Expected, str], ...]
    reshaped: tuple[tuple[Expected, str], ...]
    missing: tuple[Expected, ...]
    unused: tuple[str, ...]

    @property
    def share(self) -> float:
        """How much of the file and of the network are the same: 1 where all names and shapes fit."""
        same = len(self.found) + len(self.adapted)
        others = len(self.reshaped) + len(self.missing) + len(self.unused)
        return same / (same + others) if same else 0.0

    @property
    def complete(self) -> bool:
        """Whether all that the network needs is there, but for another number of classes or channels."""
        return not self.reshaped and not self.missing


def recognise(held: Mapping[str, Shape], candidates: Iterable[Candidate]) -> Match | None:
    """The candidate that a file fits best, the first among equals; None where it fits none at all.

    Args:
        held: Names in the file with their shapes.
        candidates: Networks with their sources.
    """
    file = _File(held)
    best: Match | None = None
    for candidate in candidates:
        fitting = file.match(candidate)
        if fitting.share > (best.share if best else 0.0):
            best = fitting
    return best


def match(held: Mapping[str, Shape], candidate: Candidate) -> Match:
    """How a file fits one candidate; arguments as for ``recognise``."""
    return _File(held).match(candidate)


class _File:
    """The names of a file, by what they end in: what stands before that may be a prefix."""

    def __init__(self, held: Mapping[str, Shape]) -> None:
        self.held = held
        self.names = {_OUTPUT.sub("", name): name for name in held}
        self.prefixes: dict[str, list[str]] = {}
        for name in self.names:
            for start in _starts(name):
                self.prefixes.setdefault(name[start:], []).append(name[:start])

    @cached_property
    def numbered(self) -> dict[str, _Numbers]:
        """Names by a segment of them without its number, then by what stands before it, then by the number."""
        found: dict[str, _Numbers] = {}
        for name in self.names:
            for start in _starts(name):
                segment = _SEGMENT.match(name, start)
                if segment is None or segment.end() == len(name):
                    continue
                number = int(segment[2] or 0)
                numbers = found.setdefault(segment[1], {}).setdefault(name[:start], {})
                numbers.setdefault(number, {})[name[segment.end() :]] = self.names[name]
        return found

    def match(self, candidate: Candidate) -> Match:
        plain = [e for e in candidate.expected if e.theirs is not None and e.series is None]
        series: dict[str, list[tuple[Expected, str]]] = {}
        for entry in candidate.expected:
            if entry.series is not None:
                base, _, tail = entry.series.partition(SERIES)
                series.setdefault(base, []).append((entry, tail))
        prefix = self._prefix(plain, series)
        names = {entry: self.names.get(f"{prefix}{entry.theirs}") for entry in plain}
        for base, entries in series.items():
            names.update(self._aligned(entries, self._numbers(base).get(prefix, {})))
        there = [(entry, name) for entry, name in names.items() if name is not None]
        absent = [entry for entry, name in names.items() if name is None]
        found, adapted, reshaped = _sorted(there, self.held)
        missing = tuple(entry for entry in absent if entry.kept and not entry.optional)
        used = {name for _, name in there}
        unused = tuple(name for name in self.held if name not in used)
        return Match(candidate, prefix, found, adapted, reshaped, missing, unused)

    def _prefix(self, plain: list[Expected], series: dict[str, list[tuple[Expected, str]]]) -> str:
        """What most of the names that are asked for have before them; the shortest of several."""
        votes: Counter[str] = Counter()
        for entry in plain:
            votes.update(self.prefixes.get(entry.theirs or "", ()))
        for base, entries in series.items():
            tails = {tail for _, tail in entries}
            for prefix, numbers in self._numbers(base).items():
                votes[prefix] += sum(tail in tails for held in numbers.values() for tail in held)
        return min(votes, key=lambda prefix: (-votes[prefix], len(prefix), prefix), default="")

    def _numbers(self, base: str) -> _Numbers:
        """Names of a series, by what stands before it and by number."""
        start = max(_starts(base))
        head, word = base[:start], base[start:]
        return {
            prefix.removesuffix(head): numbers
            for prefix, numbers in self.numbered.get(word, {}).items()
            if prefix.endswith(head)
        }

    def _aligned(
        self, entries: list[tuple[Expected, str]], numbers: dict[int, dict[str, str]]
    ) -> dict[Expected, str | None]:
        """Names of the tensors of a series: by rank, from the number on from which most shapes fit."""
        longest = max(entry.rank for entry, _ in entries) + 1
        best: dict[Expected, str | None] = {}
        most = -1
        for layers in _ways(numbers, longest):
            names = {entry: layers.get(entry.rank, {}).get(tail) for entry, tail in entries}
            fits = sum(name is not None and _fits(e, self.held[name]) for e, name in names.items())
            if fits > most:
                best, most = names, fits
            if most == len(entries):
                break
        return best


def _ways(numbers: dict[int, dict[str, str]], longest: int) -> Iterator[dict[int, dict[str, str]]]:
    """Ways in which numbered layers of a file may be those of a network, by rank.

    By their order, from any of them on, since numbers may have gaps where other layers were made; and by their
    numbers, since some layers may be missing.
    """
    held = [numbers[number] for number in sorted(numbers)]
    for offset in range(max(1, min(len(held) - longest + 1, _MOST_OFFSETS))):
        yield dict(enumerate(held[offset : offset + longest]))
    for least in sorted({0, min(numbers, default=0)}):
        yield {number - least: layer for number, layer in numbers.items()}


def _starts(name: str) -> list[int]:
    """Where the segments of a name start; one of strange length is taken as a whole."""
    return (
        [0] if len(name) > _LONGEST else [0, *(found.end() for found in _SEPARATOR.finditer(name))]
    )


def _sorted(
    pairs: list[tuple[Expected, str]], held: Mapping[str, Shape]
) -> list[tuple[tuple[Expected, str], ...]]:
    """Pairs that fit, those that fit but for the number of classes or channels, and the others."""
    kinds: list[list[tuple[Expected, str]]] = [[], [], []]
    for entry, name in pairs:
        shape = held[name]
        kinds[0 if _fits(entry, shape) else 1 if _adapts(entry, shape) else 2].append((entry, name))
    return [tuple(kind) for kind in kinds]


def _fits(entry: Expected, shape: Shape) -> bool:
    """Whether a tensor has the right shape; a 1x1 convolution is as good as a linear layer."""
    if shape == entry.shape:
        return True
    return len(entry.tensor.shape) == 2 and _core(entry, shape) == _core(entry, entry.shape)


def _core(entry: Expected, shape: Shape) -> Shape:
    """The shape of a linear layer's kernel without the ones of a convolution."""
    if len(shape) != 4:
        return shape
    if entry.axes:
        return shape[2:] if shape[:2] == (1, 1) else shape
    return shape[:2] if shape[2:] == (1, 1) else shape


def _adapts(entry: Expected, shape: Shape) -> bool:
    """Whether a shape differs by the number of classes or of input channels only."""
    free = entry.tensor.free
    ours, theirs = _core(entry, entry.shape), _core(entry, shape)
    if free is None or len(ours) != len(theirs):
        return False
    order = entry.axes or range(len(ours))
    differ = [at for at, axis in enumerate(order) if ours[axis] != theirs[axis]]
    return differ == [free]
