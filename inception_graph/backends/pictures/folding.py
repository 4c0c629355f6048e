"""Equal instances that follow one another: they are drawn once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inception_graph.ir.program import Leaf, Use

if TYPE_CHECKING:
    from collections.abc import Callable

    from inception_graph.backends.pictures.marking import Marking
    from inception_graph.ir.graph import Instance, TypedGraph
    from inception_graph.ir.partial import PartialGraph


def nodes_of(instance: Instance) -> list[int]:
    """Ids of the nodes inside an instance."""
    return [inside.node for inside in instance.walk() if inside.node is not None]


@dataclass(frozen=True, slots=True)
class Folding:
    """Finds the runs of a chain.

    Attributes:
        typed: The network.
        closed: Whether an instance at a depth is drawn as one box.
        marking: What sets nodes and wires off: what is marked otherwise is not equal.
    """

    typed: TypedGraph | PartialGraph
    closed: Callable[[Instance, int], bool]
    marking: Marking

    def runs(self, chain: Instance, depth: int) -> list[list[Instance]]:
        """The children, those together that are equal and follow one another."""
        runs: list[list[Instance]] = []
        for child in chain.children:
            if runs and self._repeats(runs[-1][-1], child, depth, copies=chain.copies):
                runs[-1].append(child)
            else:
                runs.append([child])
        return runs

    def _repeats(self, before: Instance, after: Instance, depth: int, *, copies: bool) -> bool:
        """Whether an instance does again what the one before it does, to nothing but its output."""
        if after.reads != before.output:
            return False
        if not copies:
            one, two = before.element, after.element
            if not (isinstance(one, Use) and isinstance(two, Use) and one.block == two.block):
                return False
        earlier, later = nodes_of(before), nodes_of(after)
        if not earlier or len(earlier) != len(later):
            return False
        closed = self.closed(before, depth)
        if closed != self.closed(after, depth):
            return False
        signature = self._outside if closed else self._inside
        if signature(before, earlier) != signature(after, later):
            return False
        readers, known = self.typed.graph.readers, {*earlier, *later}
        return all(reader in known for node in earlier for reader in readers[node])

    def _outside(self, instance: Instance, nodes: list[int]) -> object:
        """All that two closed uses must share: what they are told, and what they give."""
        first = instance.children[0] if instance.children else instance
        element = instance.element
        told = (
            [first.environment.get(name) for name in element.arguments]
            if isinstance(element, Use)
            else []
        )
        local = {*nodes, instance.reads}
        read = [v for node in nodes for v in self.typed.nodes[node].inputs if v not in local]
        return (
            len(instance.children), told, read, self.typed.shape(instance.output),
            self._marks(nodes), instance.output in local,
        )  # fmt: skip

    def _inside(self, instance: Instance, nodes: list[int]) -> object:
        """All that two open instances must share."""
        typed = self.typed
        local = {node: place for place, node in enumerate(nodes)}
        local[instance.reads] = -1
        done = [
            (
                typed.operation(node),
                typed.shape(node),
                [local.get(value, ("outside", value)) for value in typed.nodes[node].inputs],
            )
            for node in nodes
        ]
        opened = [self.closed(i, 1) for i in instance.walk() if not isinstance(i.element, Leaf)]
        return (
            typed.shape(instance.reads),
            local[instance.output],
            done,
            opened[1:],
            self._marks(nodes),
        )

    def _marks(self, nodes: list[int]) -> object:
        marking = self.marking
        if not marking.nodes and not marking.wires:
            return ()
        wires = [
            marking.wires.get((v, node)) for node in nodes for v in self.typed.nodes[node].inputs
        ]
        return [(marking.nodes.get(node), marking.words.get(node)) for node in nodes], wires
