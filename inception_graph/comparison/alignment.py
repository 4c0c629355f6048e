"""Pairing two sequences in order: what is alike first, then what is likest, in bounded time."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

T = TypeVar("T")
Place = tuple[int, int]
"""A position in one sequence and one in another."""

_MOST_CELLS = 400_000
"""Comparisons that all alignments of two networks may make together; beyond them only what is alike is paired."""
_LEAST_GAIN = 0.05


def increasing(pairs: Sequence[Place]) -> list[Place]:
    """The longest subsequence of pairs that increases on both sides, of pairs that increase on the first."""
    lasts: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for index, (_, place) in enumerate(pairs):
        at = bisect_left(lasts, place)
        before.append(ends[at - 1] if at else -1)
        lasts[at : at + 1] = [place]
        ends[at : at + 1] = [index]
    found: list[Place] = []
    index = ends[-1] if ends else -1
    while index >= 0:
        found.append(pairs[index])
        index = before[index]
    return found[::-1]


def gaps(anchors: Sequence[Place], sizes: Place) -> Iterator[tuple[range, range]]:
    """The ranges before, between and behind pairs that increase on both sides, where neither side is empty."""
    one = other = 0
    for ends in (*anchors, sizes):
        if one < ends[0] and other < ends[1]:
            yield range(one, ends[0]), range(other, ends[1])
        one, other = ends[0] + 1, ends[1] + 1


@dataclass
class Aligner(Generic[T]):
    """Aligns sequences by what their items are alike in.

    Attributes:
        form: Equal for items that are alike in everything but their names.
        score: How like two items are, from 0 to 1.
        cells: Comparisons that are left.
    """

    form: Callable[[T], Hashable]
    score: Callable[[T, T], float]
    cells: int = _MOST_CELLS

    def align(self, one: Sequence[T], other: Sequence[T], least: float) -> list[Place]:
        """Pairs of positions, increasing on both sides.

        Args:
            one: The first sequence.
            other: The second.
            least: The least score of a pair.
        """
        forms = [self.form(item) for item in one], [self.form(item) for item in other]
        anchors = _alike(*forms)
        found = list(anchors)
        for left, right in gaps(anchors, (len(one), len(other))):
            cells = len(left) * len(right)
            if cells <= self.cells:
                self.cells -= cells
                found += self._best(one, other, left, right, least)
        return sorted(found)

    def _best(
        self, one: Sequence[T], other: Sequence[T], left: range, right: range, least: float
    ) -> Iterator[Place]:
        """The pairs with the largest sum of scores above the least, as in Needleman and Wunsch (1970)."""
        gain = [[self.score(one[i], other[j]) - least for j in right] for i in left]
        total = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]
        for i in reversed(range(len(left))):
            row, below = total[i], total[i + 1]
            for j in reversed(range(len(right))):
                best = max(below[j], row[j + 1])
                if gain[i][j] >= 0:
                    best = max(best, below[j + 1] + gain[i][j] + _LEAST_GAIN)
                row[j] = best
        i = j = 0
        while i < len(left) and j < len(right):
            paired = total[i + 1][j + 1] + gain[i][j] + _LEAST_GAIN
            if gain[i][j] >= 0 and paired >= total[i][j]:
                yield left[i], right[j]
                i, j = i + 1, j + 1
            elif total[i + 1][j] >= total[i][j + 1]:
                i += 1
            else:
                j += 1


def _alike(one: list[Hashable], other: list[Hashable]) -> list[Place]:
    """Positions of equal values: common ends, then values that either side has once, again and again between them."""
    found: list[Place] = []
    waiting = [(range(len(one)), range(len(other)))]
    while waiting:
        left, right = waiting.pop()
        while left and right and one[left[0]] == other[right[0]]:
            found.append((left[0], right[0]))
            left, right = left[1:], right[1:]
        while left and right and one[left[-1]] == other[right[-1]]:
            found.append((left[-1], right[-1]))
            left, right = left[:-1], right[:-1]
        here, there = _once(one, left), _once(other, right)
        shared = [(place, there[value]) for value, place in here.items() if value in there]
        anchors = increasing(sorted(shared))
        found += anchors
        if anchors:
            shifted = [(a - left.start, b - right.start) for a, b in anchors]
            between = gaps(shifted, (len(left), len(right)))
            waiting += [(left[a.start : a.stop], right[b.start : b.stop]) for a, b in between]
    return sorted(found)


def _once(values: list[Hashable], places: range) -> dict[Hashable, int]:
    """Where the values stand that stand there once."""
    seen: dict[Hashable, int | None] = {}
    for place in places:
        seen[values[place]] = None if values[place] in seen else place
    return {value: place for value, place in seen.items() if place is not None}
