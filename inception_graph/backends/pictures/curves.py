"""The course of a wire, with its bends rounded."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import hypot
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

Point: TypeAlias = tuple[float, float]

BEND = 6.0
"""How far from a corner a bend starts."""
ARROW = 6.0
"""Length of an arrow's head."""


@dataclass(frozen=True, slots=True)
class Run:
    """A straight run, or where ``bend`` is given a curve that leaves towards it and comes from it."""

    end: Point
    bend: Point | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """What a pen does: where it starts, its runs, and the tip of the arrow behind the last of them."""

    start: Point
    runs: tuple[Run, ...]
    tip: Point


def course(points: Sequence[Point]) -> Course:
    """Straight runs between points, rounded where they meet, that end where the arrow's head starts."""
    corners = [points[0]]
    corners += [point for before, point in pairwise(points) if point != before]
    tip = corners[-1]
    corners[-1] = towards(tip, corners[-2], min(ARROW, _length(tip, corners[-2])))
    runs: list[Run] = []
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        radius = min(BEND, _length(before, corner) / 2, _length(corner, after) / 2)
        runs.append(Run(towards(corner, before, radius)))
        runs.append(Run(towards(corner, after, radius), corner))
    return Course(corners[0], (*runs, Run(corners[-1])), tip)


def _length(one: Point, two: Point) -> float:
    return hypot(two[0] - one[0], two[1] - one[1])


def towards(start: Point, end: Point, distance: float) -> Point:
    """The point at a distance from one point on the way to another."""
    length = _length(start, end)
    share = distance / length if length else 0
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share
