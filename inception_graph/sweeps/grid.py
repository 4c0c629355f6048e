"""Values that are written in short: ``0.25:1.5:0.25``, ``10,1000``."""

from __future__ import annotations

import re
from decimal import Decimal
from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_NUMBER = re.compile(r"[+-]?\d{1,12}(\.\d{1,12})?")


class GridError(ValueError):
    """Values that cannot be read, or too many of them."""


def values(text: str, most: int) -> list[str]:
    """The values of a list whose items are values or ranges ``first:last:step``, both ends included.

    Args:
        text: The list; a range without a step goes up by 1.
        most: How many values there may be.

    Raises:
        GridError: A range is none, or there are more values.
    """
    found: list[str] = []
    for item in text.split(","):
        if not item.strip():
            message = f"'{text}' has an empty place between its commas"
            raise GridError(message)
        found += _range(item.strip(), most) if ":" in item else [item.strip()]
        check_count([len(found)], most)
    return found


def check_count(counts: Iterable[int], most: int) -> None:
    """Make sure that all combinations together are not too many.

    Raises:
        GridError: They are.
    """
    count = prod(counts)
    if count > most:
        message = f"that makes {count:,} variants, more than {most:,}: take fewer values, or raise the bound"
        message += f": --limit variants={count}"
        raise GridError(message)


def _range(text: str, most: int) -> list[str]:
    ends = [part.strip() for part in text.split(":")]
    if len(ends) not in (2, 3) or not all(_NUMBER.fullmatch(end) for end in ends):
        message = f"'{text}' is not of the form first:last:step, such as 0.25:1.5:0.25"
        raise GridError(message)
    first, last, step = (*map(Decimal, ends), Decimal(1))[:3]
    if step == 0 or (last - first) * step < 0:
        message = f"'{text}' never gets from {first} to {last}"
        raise GridError(message)
    count = int((last - first) / step) + 1
    check_count([count], most)
    return [f"{(first + step * index).normalize():f}" for index in range(count)]
