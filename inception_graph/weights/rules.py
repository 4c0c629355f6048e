"""Rules of names, before weights are read or written by them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from inception_graph.checkpoints.naming import naming
from inception_graph.weights.errors import WeightsError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inception_graph.checkpoints import Expected
    from inception_graph.ir.graph import TypedGraph


def check_rules(typed: TypedGraph, source: str, entries: Iterable[Expected]) -> None:
    """Refuse rules that are broken, or that give one tensor of a source to two of ours.

    Args:
        typed: The network.
        source: One of its checkpoint sources.
        entries: What the source's rules make of it.

    Raises:
        WeightsError: The rules are not to be relied on.
    """
    program = typed.program
    asked = Counter(entry.theirs for entry in entries if entry.theirs is not None)
    twice = next((name for name, count in asked.items() if count > 1), None)
    faults = naming(typed, program.checkpoints[source]).faults
    # A variant may have layers that the rules of its parent were not written for.
    inherited = program.places.key(("checkpoints",)).source is not program.places.value(()).source
    if twice is None and (not faults or inherited):
        return
    what = f"name '{twice}' twice" if twice is not None else f"are broken at '{next(iter(faults))}'"
    message = (
        f"the rules of '{program.name}' for '{source}' {what}: 'inception-graph check' says where"
    )
    raise WeightsError(message)
