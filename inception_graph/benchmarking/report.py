"""A benchmark as text for readers and as plain values for machines."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inception_graph.benchmarking.results import Benchmark, Result

_HEADINGS = ("contender", "ms", "quartiles", "images/s", "ratio", "first result", "memory", "difference")  # fmt: skip


def text(found: Benchmark) -> str:
    """A table, the fastest first, with what its columns mean."""
    return "".join(f"{line}\n" for line in _lines(found))


def title(found: Benchmark) -> str:
    """What was measured, in a line."""
    settings = found.settings
    what = "training steps" if settings.mode == "train" else "inference"
    where = settings.device
    where += f" ({settings.threads} threads)" if settings.device == "cpu" else ""
    return f"{found.network}: {what}, batch {settings.batch}, {settings.dtype}, {where}"


def machine(found: Benchmark) -> str:
    """Where it was measured, in a line."""
    facts = found.machine
    return (
        f"{facts['processor']}, {facts['cores']} cores, {facts['system']}, Python {facts['python']}"
    )


def versions(found: Benchmark) -> str:
    """What was installed, in a line."""
    return ", ".join(f"{name} {version}" for name, version in found.versions.items())


def by_speed(found: Benchmark) -> list[Result]:
    """Those that were measured, the fastest first."""
    return sorted(found.measured, key=lambda result: result.seconds)


def _lines(found: Benchmark) -> Iterator[str]:
    yield title(found)
    yield machine(found)
    yield versions(found)
    yield ""
    rows = [_HEADINGS, *(_row(found, result) for result in by_speed(found))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    for first, *others in rows:
        cells = (cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))
        yield "  ".join([first.ljust(widths[0]), *cells]).rstrip()
    yield ""
    yield from _meaning(found)
    titles = {r.name.partition("/")[0]: r.title for r in found.results if not r.ours}
    yield from (f"{name}: {words}" for name, words in titles.items())
    failed = (result for result in found.results if result.failure)
    yield from (f"NOT MEASURED: {result.name}: {result.failure}" for result in failed)
    yield from (f"not measured: {note}" for note in found.notes)


def _row(found: Benchmark, result: Result) -> tuple[str, ...]:
    low, high = result.quartiles
    reference = found.reference or result
    memory = result.memory and (result.memory.device or result.memory.peak)
    return (
        result.name,
        f"{1e3 * result.seconds:.1f}",
        f"{1e3 * low:.1f} - {1e3 * high:.1f}",
        f"{found.settings.batch / result.seconds:.1f}",
        f"{found.ratio(result, reference):.2f}",
        "" if result.first is None else f"{result.first:.1f} s",
        "" if memory is None else f"{memory / 2**20:.0f} MiB",
        "" if result.error is None else f"{result.error:.0e}",
    )


def _meaning(found: Benchmark) -> Iterator[str]:
    if found.reference is None:
        return
    rounds = len(found.reference.rounds)
    yield f"ms: for a call, median and quartiles of {rounds} rounds in which all contenders took turns"
    whose = "the best peer" if found.best_peer else "there is no peer"
    yield f"ratio: time in units of {found.reference.name} ({whose}), median over the rounds"
    yield "first result: from a network with its weights, compilation included"
    yield "memory: the most that its process held from the second call on"
    what = "loss and length of the gradient" if found.settings.mode == "train" else "outputs"
    yield f"difference: of {what} to the plain module's in float32, in units of the largest"


def values(found: Benchmark) -> dict[str, Any]:
    """Plain values; times are in seconds, memory in bytes."""
    reference = found.reference
    return {
        "network": found.network,
        "settings": asdict(found.settings),
        "machine": dict(found.machine),
        "versions": dict(found.versions),
        "best_peer": found.best_peer.name if found.best_peer else None,
        "reference": reference.name if reference else None,
        "contenders": [_values(found, result) for result in found.results],
        "notes": list(found.notes),
        "units": {"seconds": "s", "first_result": "s", "memory": "bytes"},
    }


def _values(found: Benchmark, result: Result) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": result.name, "network": result.title, "ours": result.ours}
    entry |= {"failure": result.failure, "difference": result.error, "first_result": result.first}
    if not result.rounds or found.reference is None:
        return entry
    low, high = result.quartiles
    return entry | {
        "seconds": {"median": result.seconds, "quartiles": [low, high], "rounds": result.rounds},
        "images_per_second": found.settings.batch / result.seconds,
        "ratio": found.ratio(result, found.reference),
        "memory": asdict(result.memory) if result.memory else None,
    }
