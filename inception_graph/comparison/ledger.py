"""All that there is to tell of a difference: what is alike told once, with its cost and its source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inception_graph.comparison.edits import Added, Changed, Removed, Rewired
from inception_graph.comparison.folding import Fold, fold
from inception_graph.comparison.notes import Notes
from inception_graph.ops.base import ShapeFault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inception_graph.analysis.costs import NodeCost
    from inception_graph.comparison.edits import Difference, Note
    from inception_graph.ops.base import Operation
    from inception_graph.ops.window import Shape


@dataclass(frozen=True, slots=True)
class Change:
    """A change in costs.

    Attributes:
        parameters: Change in trained weights.
        macs: Change in multiply-accumulates for one image.
        activations: Change in elements of outputs for one image.
    """

    parameters: int = 0
    macs: int = 0
    activations: int = 0

    def __add__(self, other: Change) -> Change:
        return Change(
            self.parameters + other.parameters,
            self.macs + other.macs,
            self.activations + other.activations,
        )

    def __bool__(self) -> bool:
        return self != Change()


def change(before: NodeCost | None, after: NodeCost | None) -> Change:
    """The change from one cost to another; what is not there costs nothing."""
    old, new = (
        (cost.parameters, cost.macs, cost.activations) if cost else (0, 0, 0)
        for cost in (before, after)
    )
    return Change(*(b - a for a, b in zip(old, new, strict=True)))


@dataclass(frozen=True)
class Entry:
    """One line of a ledger.

    Attributes:
        fold: What differs.
        change: What its nodes cost more. A node in several entries counts in the one that names the fewest nodes,
            among those whose fields bear on its cost.
        notes: What the specs say of it.
    """

    fold: Fold
    change: Change
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Ledger:
    """The differences between two networks as a list for readers; every change in a total is credited somewhere.

    Attributes:
        entries: What differs, kind by kind.
        following: What nodes without a difference of their own cost more, since they read something else.
        followers: How many these are.
    """

    entries: tuple[Entry, ...]
    following: Change
    followers: int


def ledger(difference: Difference) -> Ledger:
    """The ledger of a difference."""
    folds, notes = fold(difference), Notes(difference)
    credited: set[int | None] = set()
    changes = [Change()] * len(folds)
    for index in sorted(range(len(folds)), key=lambda index: len(folds[index].edits)):
        changes[index] = _credited(folds[index], credited)
    rest = [
        change(pair.before.cost, pair.after.cost)
        for pair in difference.nodes
        if pair.before and pair.after and pair.after.node not in credited
    ]
    entries = (
        Entry(found, more, notes.of(found)) for found, more in zip(folds, changes, strict=True)
    )
    return Ledger(tuple(entries), sum(rest, Change()), sum(map(bool, rest)))


def _credited(found: Fold, credited: set[int | None]) -> Change:
    """What a fold costs more, nodes that are credited elsewhere left out; its own are added to those."""
    total = Change()
    for edit in found.edits:
        match edit:
            case Added(part):
                total += change(None, part.cost)
            case Removed(part):
                total += change(part.cost, None)
            case Changed() | Rewired() if edit.after.node not in credited:
                if _bears(edit, found.fields):
                    total += change(edit.before.node_cost, edit.after.node_cost)
                    credited.add(edit.after.node)
            case _:
                pass
    return total


def _bears(edit: Changed | Rewired, names: Sequence[str]) -> bool:
    """Whether a difference bears on what its node costs: whether the old node, so changed, would cost anything else."""
    if isinstance(edit, Rewired):
        return True
    old, new, x = edit.before.operation, edit.after.operation, edit.before.reads
    if old is None or new is None or x is None or type(old) is not type(new) or old.many:
        return True
    given = {name.partition(".")[0] for name in names}
    tried = old.model_copy(update={name: getattr(new, name) for name in given})
    return _cost(old, x) != _cost(tried, x)


def _cost(operation: Operation, x: Shape) -> tuple[object, ...]:
    """What a node costs, and the shape that it gives; nothing where it cannot read what it is given."""
    try:
        return operation.shape(x), operation.macs(x), operation.weights(x)
    except ShapeFault:
        return ()
