"""What each difference costs: every change in a total is credited to one of them, or follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inception_graph.comparison.edits import Added, Changed, Removed, Rewired
from inception_graph.ops.base import ShapeFault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inception_graph.analysis.costs import NodeCost
    from inception_graph.comparison.edits import Difference
    from inception_graph.comparison.folding import Fold
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
class Credits:
    """Where the changes of the totals come from.

    Attributes:
        folds: What the nodes of each fold cost more. A node in several folds counts in the one that names the fewest
            nodes, among those whose fields bear on its cost.
        following: What all other nodes cost more: they read something else now.
        followers: How many these are.
    """

    folds: tuple[Change, ...]
    following: Change
    followers: int


def credit(folds: Sequence[Fold], difference: Difference) -> Credits:
    """Share the changes in costs among differences."""
    found = [Change()] * len(folds)
    told: set[int | None] = set()
    for index in sorted(range(len(folds)), key=lambda index: len(folds[index].edits)):
        for edit in folds[index].edits:
            match edit:
                case Added(part):
                    found[index] += change(None, part.cost)
                case Removed(part):
                    found[index] += change(part.cost, None)
                case Changed() | Rewired() if edit.after.node not in told:
                    if _bears(edit, folds[index].fields):
                        found[index] += change(edit.before.node_cost, edit.after.node_cost)
                        told.add(edit.after.node)
                case _:
                    pass
    rest = [
        change(pair.before.cost, pair.after.cost)
        for pair in difference.nodes
        if pair.before and pair.after and pair.after.node not in told
    ]
    return Credits(tuple(found), sum(rest, Change()), sum(map(bool, rest)))


def _bears(edit: Changed | Rewired, names: Sequence[str]) -> bool:
    """Whether a difference bears on what its node costs: whether the old node, so changed, would cost anything else."""
    old, new, x = edit.before.operation, edit.after.operation, edit.before.reads
    if old is None or new is None or x is None or type(old) is not type(new) or old.many:
        return True
    if isinstance(edit, Rewired):
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
