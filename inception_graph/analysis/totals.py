"""What a network is in a few numbers: the columns of comparisons and sweeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inception_graph.analysis.costs import costs
from inception_graph.analysis.sizes import smallest_input

if TYPE_CHECKING:
    from inception_graph.ir.graph import TypedGraph


@dataclass(frozen=True, slots=True)
class Totals:
    """The costs of a network for one image, without auxiliary heads unless it says so.

    Attributes:
        parameters: Trained weights.
        parameters_with_auxiliary: Those of the heads among them.
        macs: Multiply-accumulates of convolutions and linear layers.
        macs_with_auxiliary: Those of the heads among them.
        activations: Elements of the outputs of all nodes.
        receptive_field: Height and width, in pixels of the input, that a cell of the last map sees.
        smallest_input: Height and width of the smallest image that every node, auxiliary heads included, can read.
    """

    parameters: int
    parameters_with_auxiliary: int
    macs: int
    macs_with_auxiliary: int
    activations: int
    receptive_field: tuple[int, int]
    smallest_input: tuple[int, int]


def totals(typed: TypedGraph) -> Totals:
    """The totals of a network."""
    counted = costs(typed)
    _, height, width = smallest_input(typed)
    maps = [index for index in typed.graph.main if len(typed.shapes[index]) == 3]
    fields = [counted.nodes[index].receptive_field for index in maps]
    return Totals(
        parameters=counted.parameters,
        parameters_with_auxiliary=counted.parameters_with_auxiliary,
        macs=counted.macs,
        macs_with_auxiliary=counted.macs_with_auxiliary,
        activations=counted.activations,
        receptive_field=(
            max((rows for rows, _ in fields), default=1),
            max((columns for _, columns in fields), default=1),
        ),
        smallest_input=(height, width),
    )
