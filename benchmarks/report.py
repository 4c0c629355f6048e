"""Measurements as a table."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass


@dataclass(frozen=True)
class Measurement:
    """A ratio of ours to a peer's or to a bound, with the target that it is to stay under."""

    name: str
    ours: str
    other: str
    ratio: float
    target: float

    @property
    def met(self) -> bool:
        """Whether the target is met."""
        return self.ratio <= self.target


def markdown(measurements: list[Measurement], versions: dict[str, str], when: str) -> str:
    """The results as a page."""
    lines = [
        "# Results",
        "",
        "Written by `make bench`. Ours and the peer's run in turn; a ratio is the median over the rounds.",
        "",
        f"* {when}; {platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        f"* Python {platform.python_version()}",
        f"* {', '.join(f'{name} {version}' for name, version in versions.items())}",
        "",
        "| what | ours | peer or bound | ratio | target | |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
    ]
    for row in measurements:
        verdict = "met" if row.met else "**missed**"
        lines.append(
            f"| {row.name} | {row.ours} | {row.other} | {row.ratio:.2f} | {row.target:.2f} | {verdict} |"
        )
    return "\n".join([*lines, ""])
