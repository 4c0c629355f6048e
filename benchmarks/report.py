"""Measurements as a page: a section for each part, from what was kept of its last run."""

from __future__ import annotations

import importlib.metadata
import json
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from inception_graph.benchmarking.running import machine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

KEPT = Path(__file__).with_name("measured")
"""Where the last run of each part is kept, so that one part can be measured anew."""


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


@dataclass(frozen=True)
class Part:
    """Measurements that were made together.

    Attributes:
        name: The part.
        title: What is measured, in words.
        rows: What was found.
        notes: More of it, as Markdown.
        facts: When and where, a line each.
    """

    name: str
    title: str
    rows: tuple[Measurement, ...]
    notes: tuple[str, ...] = ()
    facts: tuple[str, ...] = field(default=())

    @property
    def met(self) -> bool:
        """Whether all targets are met."""
        return all(row.met for row in self.rows)

    def keep(self) -> None:
        """Write it down in place of its last run."""
        KEPT.mkdir(exist_ok=True)
        text = json.dumps(asdict(self), indent=1)
        (KEPT / f"{self.name}.json").write_text(f"{text}\n", encoding="utf-8")


def kept(name: str) -> Part | None:
    """The last run of a part; None where there was none."""
    file = KEPT / f"{name}.json"
    if not file.exists():
        return None
    found = json.loads(file.read_text(encoding="utf-8"))
    found["rows"] = tuple(Measurement(**row) for row in found["rows"])
    return Part(**{key: tuple(v) if isinstance(v, list) else v for key, v in found.items()})


def facts(packages: Iterable[str]) -> tuple[str, ...]:
    """Today, this machine, and the versions of packages."""
    here = machine()
    versions = (f"{name} {importlib.metadata.version(name)}" for name in packages)
    return (
        f"{date.today().isoformat()}; {here['processor']}, {here['cores']} cores, {here['system']}",
        f"Python {here['python']}, {', '.join(versions)}",
    )


def markdown(parts: Iterable[Part]) -> str:
    """The results as a page."""
    return "\n".join(_lines(parts))


def _lines(parts: Iterable[Part]) -> Iterator[str]:
    yield "# Results"
    yield ""
    yield "Written by `make bench`. Ours and the peer's run in turn; a ratio is the median over the rounds."
    for part in parts:
        yield from ("", f"## {part.title}", "")
        yield from (f"* {fact}" for fact in part.facts)
        yield ""
        yield "| what | ours | peer or bound | ratio | target | |"
        yield "| --- | ---: | ---: | ---: | ---: | --- |"
        for row in part.rows:
            verdict = "met" if row.met else "**missed**"
            numbers = f"{row.ratio:.2f} | {row.target:.2f}"
            yield f"| {row.name} | {row.ours} | {row.other} | {numbers} | {verdict} |"
        yield from part.notes
    yield ""
