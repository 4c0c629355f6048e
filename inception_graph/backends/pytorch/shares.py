"""A join's entry whose channels are shared out to the branches: one layer in place of several, and a split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inception_graph.ir.graph import Instance
from inception_graph.ir.program import Chain
from inception_graph.ops.reshaping import Narrow

if TYPE_CHECKING:
    from inception_graph.ir.graph import TypedGraph


@dataclass(frozen=True, eq=False)
class Shares:
    """How a join shares out its entry.

    Attributes:
        entry: The instance of the entry.
        widths: Channels of each share, by the name of the branch that gets it, in the order of the channels.
        outputs: Ids of the shares, in the same order.
        branches: The branches, each from behind its share on.
    """

    entry: Instance
    widths: dict[str, int]
    outputs: tuple[int, ...]
    branches: tuple[Instance, ...]


def shares_of(typed: TypedGraph, fork: Instance) -> Shares | None:
    """The shares of a join, or None where it has no entry, or one that is not shared out in order and to its end."""
    entry = fork.entry
    if entry is None or entry.output < 0:
        return None
    widths: dict[str, int] = {}
    outputs: list[int] = []
    branches: list[Instance] = []
    behind = 0
    for branch in fork.children:
        share = _share(typed, branch, entry.output)
        if share is None:
            branches.append(branch)
            continue
        operation = typed.operation(share.output)
        if not isinstance(operation, Narrow) or operation.channels[0] != behind:
            return None
        behind = operation.behind
        widths[branch.element.name] = operation.channels[1]
        outputs.append(share.output)
        branches.append(_behind(branch, share))
    whole = behind == typed.shape(entry.output)[0]
    if not whole or list(typed.graph.readers[entry.output]) != outputs:
        return None
    return Shares(entry, widths, tuple(outputs), tuple(branches))


def _share(typed: TypedGraph, branch: Instance, entry: int) -> Instance | None:
    """The slice of the entry with which a branch begins."""
    first = branch.children[0] if isinstance(branch.element, Chain) and branch.children else branch
    if first.node is None or first.reads != entry:
        return None
    return first if isinstance(typed.operation(first.node), Narrow) else None


def _behind(branch: Instance, share: Instance) -> Instance:
    """A branch from behind its share on."""
    rest = branch.children[1:] if branch is not share else []
    element = Chain(branch.element.name, branch.element.path, tuple(e.element for e in rest))
    return Instance(
        branch.name,
        element,
        share.output,
        branch.output,
        children=rest,
        environment=branch.environment,
    )
