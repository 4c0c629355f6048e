"""Axes of a plot: from numbers to places, with round numbers to write beside them."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDE = 12
"""Largest to smallest number from which on an axis is logarithmic."""
_STEPS, _MOST_TICKS = 6, 10


@dataclass(frozen=True)
class Axis:
    """A direction of a plot.

    Attributes:
        low: The number at its beginning.
        high: The number at its end.
        logarithmic: Whether equal ways are equal factors.
        ticks: Numbers to write.
    """

    low: float
    high: float
    logarithmic: bool
    ticks: tuple[float, ...]

    def share(self, number: float) -> float:
        """How far along the axis a number stands, from 0 to 1."""
        if self.logarithmic:
            return log10(number / self.low) / log10(self.high / self.low)
        return (number - self.low) / (self.high - self.low)


def axis(numbers: Sequence[float]) -> Axis:
    """The axis for some numbers, none of them negative, with round numbers at both ends."""
    least, most = min(numbers, default=0), max(numbers, default=1)
    if least > 0 and most >= _WIDE * least:
        return _logarithmic(least, most)
    # Where all numbers are the same, the scale is that of the number itself.
    step = max(_round((most - least or most or 1) / _STEPS), 1)
    first, last = max(ceil(least / step) - 1, 0), floor(most / step) + 1
    ticks = tuple(step * index for index in range(first, last + 1))
    return Axis(ticks[0], ticks[-1], False, ticks)


def _logarithmic(least: float, most: float) -> Axis:
    decades = range(floor(log10(least)), ceil(log10(most)) + 1)
    round_numbers = [factor * 10**decade for decade in decades for factor in (1, 2, 5)]
    first = max(index for index, number in enumerate(round_numbers) if number <= least)
    last = min(index for index, number in enumerate(round_numbers) if number >= most)
    ticks = round_numbers[first : last + 1]
    ends = ticks[0], ticks[-1]
    if len(ticks) > _MOST_TICKS:
        ticks = [10**decade for decade in decades if ends[0] <= 10**decade <= ends[1]]
    return Axis(*ends, True, tuple(ticks[:: ceil(len(ticks) / _MOST_TICKS)]))


def _round(step: float) -> float:
    """The smallest of 1, 2, 2.5 and 5 times a power of ten that is no smaller."""
    power = 10.0 ** floor(log10(step))
    return next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= step)
