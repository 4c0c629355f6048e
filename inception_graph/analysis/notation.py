"""How costs are written: units, sizes along two axes, and columns of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

_BYTES = 4
"""Size of an element in float32."""
PIXELS = "pixels of the input"
UNITS = {
    "macs": "multiply-accumulates of convolutions and linear layers for one image; FLOPs = 2 x MACs",
    "activations": "elements for one image",
    "receptive_field": PIXELS,
}
"""The units of costs, for documents that machines read."""


def square(pair: tuple[int, int]) -> str:
    """Height and width, as one number where they are equal."""
    return str(pair[0]) if pair[0] == pair[1] else f"{pair[0]}x{pair[1]}"


def mebibytes(activations: int) -> float:
    """What activations take in float32."""
    return activations * _BYTES / 2**20


def columns(rows: Sequence[Sequence[str] | None], numeric: Container[int]) -> list[str]:
    """Rows of a table as lines of text.

    Args:
        rows: Cells, as many in every row; None is a rule.
        numeric: Positions of the columns that are set to the right.
    """
    filled = [row for row in rows if row is not None]
    widths = [max(map(len, cells)) for cells in zip(*filled, strict=True)]
    rule = ["-" * width for width in widths]
    return [
        "  ".join(
            cell.rjust(width) if at in numeric else cell.ljust(width)
            for at, (cell, width) in enumerate(
                zip(rule if row is None else row, widths, strict=True)
            )
        ).rstrip()
        for row in rows
    ]
