"""What a file of weights holds, and which network it is for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inception_graph.checkpoints import recognise
from inception_graph.compiler import compile_spec
from inception_graph.diagnostics.terminal import visible
from inception_graph.weights.optimised import in_plain_layout
from inception_graph.zoo import candidates

if TYPE_CHECKING:
    from inception_graph.checkpoints import Match
    from inception_graph.weights.tensor_file import TensorFile

_NAMES_SHOWN = 3
_LEAST = 0.05
"""Share that must fit before a network is named; a few names are common to many."""


@dataclass(frozen=True)
class Inspection:
    """What was found without reading the numbers.

    Attributes:
        file: The file; it may be closed.
        dtypes: How many tensors have numbers of each type.
        match: The shipped network and the source that it fits best, or None where it fits none.
    """

    file: TensorFile
    dtypes: dict[str, int]
    match: Match | None

    def plain(self) -> dict[str, Any]:
        """The same in plain values."""
        return {
            "file": str(self.file.path),
            "format": self.file.format,
            "note": self.file.note,
            "tensors": {
                name: {"shape": list(held.shape), "dtype": held.dtype}
                for name, held in self.file.tensors.items()
            },
            "numbers": self.file.numbers,
            "dtypes": self.dtypes,
            "metadata": dict(self.file.metadata),
            "match": _plain(self.match),
        }


def _plain(match: Match | None) -> dict[str, Any] | None:
    if match is None:
        return None
    return {
        "spec": match.candidate.spec,
        "source": match.candidate.source,
        "share": round(match.share, 4),
        "prefix": match.prefix,
        "found": len(match.found),
        "adapted": [name for _, name in match.adapted],
        "reshaped": [name for _, name in match.reshaped],
        "missing": [entry.theirs for entry in match.missing],
        "unused": list(match.unused),
    }


def inspect(file: TensorFile) -> Inspection:
    """What an open file holds; it is held against every shipped network and every source."""
    dtypes = Counter(held.dtype for held in file.tensors.values())
    # Siblings have the same names; a file of ours says which it is for.
    said = file.metadata.get("spec")
    ordered = sorted(candidates(), key=lambda candidate: candidate.spec != said)
    found = recognise(file.shapes, ordered)
    if found is not None and not found.complete:
        typed = compile_spec(found.candidate.spec).typed
        plain = file if typed is None else in_plain_layout(file, typed)
        if plain is not file:
            return Inspection(plain, dict(dtypes), recognise(plain.shapes, ordered))
    return Inspection(file, dict(dtypes), found)


def table(found: Inspection) -> str:
    """An inspection for a terminal."""
    file = found.file
    dtypes = ", ".join(f"{visible(name)} ({count})" for name, count in found.dtypes.items())
    rows = [
        ("file", visible(str(file.path))),
        ("format", file.format),
        ("tensors", f"{len(file.tensors):,}, such as {_some(file)}"),
        ("numbers", f"{file.numbers:,}, statistics among them"),
        ("types", dtypes),
        *((("note", visible(file.note)),) if file.note else ()),
        *((f"says {visible(key)}", visible(text)[:200]) for key, text in file.metadata.items()),
        *_recognised(found.match),
    ]
    column = max(len(name) for name, _ in rows)
    return "\n".join(f"{name.ljust(column)}  {words}" for name, words in rows)


def _some(file: TensorFile) -> str:
    return ", ".join(visible(name)[:60] for name in list(file.tensors)[:_NAMES_SHOWN])


def _recognised(match: Match | None) -> list[tuple[str, str]]:
    if match is None or match.share < _LEAST:
        return [("network", "none of the shipped ones has tensors of these names and shapes")]
    source, fits = match.candidate.source, len(match.found) + len(match.adapted)
    rows = [
        (
            "network",
            f"{match.candidate.spec} ({fits:,} of {len(match.unused) + fits + len(match.reshaped):,} tensors fit)",
        ),
        ("source", source or "none: names are our own"),
    ]
    if match.prefix:
        rows.append(("prefix", visible(match.prefix)))
    words = {
        "other shape": [name for _, name in match.adapted + match.reshaped],
        "missing": [str(entry.theirs) for entry in match.missing],
        "unused": list(match.unused),
    }
    for title, names in words.items():
        if names:
            some = ", ".join(visible(name)[:60] for name in names[:_NAMES_SHOWN])
            more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
            rows.append((title, f"{some}{more}"))
    return rows
