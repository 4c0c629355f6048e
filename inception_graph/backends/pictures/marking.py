"""What a picture sets off from the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inception_graph.backends.pictures.drawing import Mark


@dataclass(frozen=True, slots=True)
class Marking:
    """Marks of the nodes and wires of a graph.

    Attributes:
        nodes: The marks of nodes, by id.
        wires: Those of wires, by the id of the value and that of the node that reads it.
        words: What a box says below its labels, by the id of its node.
    """

    nodes: Mapping[int, Mark] = field(default_factory=dict[int, "Mark"])
    wires: Mapping[tuple[int, int], Mark] = field(default_factory=dict[tuple[int, int], "Mark"])
    words: Mapping[int, str] = field(default_factory=dict[int, str])
