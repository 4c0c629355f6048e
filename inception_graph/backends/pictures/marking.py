"""What a picture sets off from the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from inception_graph.backends.pictures.drawing import Mark


@dataclass(frozen=True, slots=True)
class Marking:
    """Marks of the nodes and wires of a graph.

    Attributes:
        nodes: The marks of nodes, by id.
        wires: Those of wires, by the id of the value and that of the node that reads it.
        words: What a box says below its labels, by the id of its node.
        caption: What stands under the title instead of what the network costs.
    """

    nodes: Mapping[int, Mark] = field(default_factory=dict[int, "Mark"])
    wires: Mapping[tuple[int, int], Mark] = field(default_factory=dict[tuple[int, int], "Mark"])
    words: Mapping[int, str] = field(default_factory=dict[int, str])
    caption: tuple[str, ...] = ()

    def together(self, nodes: Iterable[int]) -> Mark | None:
        """The mark of what holds nodes: theirs where they share one, else that something in it differs or failed."""
        found: set[Mark | None] = {self.nodes.get(node) for node in nodes} if self.nodes else {None}
        if len(found) == 1:
            return next(iter(found))
        return "failed" if "failed" in found else "changed"
