"""Names and shapes of public weights, condensed: ``names/SOURCE.SPEC.txt``.

A line is what names begin with and what they end in, by shape; ``{0-9}`` stands for each of these numbers::

    repeat.{0-9}.branch0.bn. weight,bias,running_mean,running_var=32 num_batches_tracked=
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "names"
TABLES = sorted(FOLDER.glob("*.txt"))

_KERAS = re.compile(r"(conv2d|batch_normalization)(?:_(\d+))?(/.*)")
_RANGE = re.compile(r"\{(\d+)-(\d+)\}")


@cache
def held(path: Path) -> dict[str, tuple[int, ...]]:
    """The names in a table with their shapes."""
    found: dict[str, tuple[int, ...]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        start, *groups = line.split(" ")
        for prefix in _expanded(start):
            for group in groups:
                ends, _, sizes = group.partition("=")
                shape = tuple(int(size) for size in sizes.split("x") if size)
                found.update({f"{prefix}{end}": shape for end in ends.split(",")})
    return found


def _expanded(text: str) -> list[str]:
    numbers = _RANGE.search(text)
    if numbers is None:
        return [text]
    first, last = int(numbers[1]), int(numbers[2])
    return [f"{text[: numbers.start()]}{n}{text[numbers.end() :]}" for n in range(first, last + 1)]


def numbered_from_zero(names: dict[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """The names with the numbers of Keras' layers (``conv2d_188/kernel``) counted from the first of their kind."""
    found: dict[str, tuple[int, ...]] = {}
    first: dict[str, int] = {}
    for kind, number in (_number(name) for name in names):
        first[kind] = min(first.get(kind, number), number)
    for name, shape in names.items():
        kind, number = _number(name)
        rank = number - first[kind]
        found[_KERAS.sub(rf"\1_{rank}\3" if rank else r"\1\3", name)] = shape
    return found


def _number(name: str) -> tuple[str, int]:
    """What is numbered, and its number."""
    numbered = _KERAS.fullmatch(name)
    return (numbered[1], int(numbered[2] or 0)) if numbered else (name, 0)
