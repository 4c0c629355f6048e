"""Gradients as text: every layer of one network, or a line for each of several."""

from __future__ import annotations

from math import exp, log
from typing import TYPE_CHECKING

from inception_graph.analysis.notation import columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from inception_graph.training.gradients import Gradients, Layer

_FIRST, _LAST = 0.1, 0.9
"""Layers up to the one depth are near the input, from the other on near the output."""


def mean(norms: Iterable[float | None]) -> float:
    """The geometric mean of the norms that are above 0; 0 where none is."""
    logs = [log(norm) for norm in norms if norm]
    return exp(sum(logs) / len(logs)) if logs else 0.0


def text(found: Sequence[Gradients], words: str) -> str:
    """What was measured, as a table.

    Args:
        found: One network or several.
        words: On what.
    """
    lines = _layers(found[0]) if len(found) == 1 else _family(found)
    return "\n".join([f"norm of the gradient: {words}", "", *lines])


def _layers(found: Gradients) -> list[str]:
    losses = ", ".join(f"{name} {loss:.3f}" for name, loss in found.losses.items())
    rows: list[Sequence[str] | None] = [
        ("layer", "depth", "weights", "main loss", "with heads", "ratio", "of weights"),
        None,
    ]
    for layer in found.layers:
        share = (layer.main or layer.whole or 0.0) / layer.weights if layer.weights else None
        rows.append(
            (
                layer.name.removesuffix(".weight"),
                f"{layer.depth:.2f}",
                _number(layer.weights),
                _number(layer.main),
                _number(layer.whole),
                f"{layer.whole / layer.main:.2f}" if layer.whole and layer.main else "-",
                _number(share),
            )
        )
    said = [
        "",
        "depth: share of the longest way from the input; of weights: gradient over the norm of the weights",
    ]
    return [f"{found.network}; losses: {losses}", "", *columns(rows, range(1, 7)), *said]


def _family(found: Sequence[Gradients]) -> list[str]:
    rows: list[Sequence[str] | None] = [
        (
            "network",
            "layers",
            "near input",
            "near output",
            "input/output",
            "heads",
            "near input with heads",
            "ratio",
        ),
        None,
    ]
    for one in found:
        first = [layer for layer in one.trunk if layer.depth <= max(_FIRST, one.trunk[0].depth)]
        low, high = _main(first), _main([layer for layer in one.trunk if layer.depth >= _LAST])
        whole = mean(layer.whole for layer in first)
        heads = (str(len(one.heads)), _number(whole), f"{whole / low:.2f}" if low else "-")
        rows.append(
            (
                one.network,
                str(len(one.trunk)),
                _number(low),
                _number(high),
                f"{low / high:.2g}" if high else "-",
                *(heads if one.heads else ("0", "-", "-")),
            )
        )
    said = ["", "geometric means over layers in the first and in the last tenth of the way"]
    return [*columns(rows, range(1, 8)), *said]


def _main(layers: Iterable[Layer]) -> float:
    return mean(layer.main for layer in layers)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"
