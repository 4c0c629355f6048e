"""The picture of what differs between two networks: both as one, what they share quiet, what they do not marked."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from inception_graph.backends.pictures.picture import Picture
from inception_graph.backends.pictures.union import union
from inception_graph.backends.pictures.words import amount, plain
from inception_graph.comparison.folding import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inception_graph.backends.pictures.options import View
    from inception_graph.backends.pictures.union import Union
    from inception_graph.comparison.edits import Difference
    from inception_graph.ir.graph import TypedGraph

_LONGEST_LINE = 150
_MOST_LINES = 6


def picture_of(one: TypedGraph, other: TypedGraph, difference: Difference, view: View) -> Picture:
    """Both networks as one picture.

    At level ``op`` every operation is drawn. At the others a part in which nothing differs is one box, a part that
    differs inside is open, and no block is drawn apart.
    """
    whole = union(one, other, difference)
    if view.level != "op":
        view = replace(view, level="network", expand=(*view.expand, *whole.opened))
    title = view.title or f"{difference.before} → {difference.after}"
    caption = tuple(plain(line, _LONGEST_LINE) for line in _caption(difference, whole))
    marking = replace(whole.marking, caption=caption)
    return Picture(whole.graph, replace(view, title=title), marking)


def _caption(difference: Difference, whole: Union) -> Iterator[str]:
    counts = Counter(whole.marking.nodes.values())
    said = [f"{counts[mark]} {mark}" for mark in ("added", "removed", "changed") if counts[mark]]
    yield f"nodes: {' · '.join(said)}" if said else "no node differs"
    one, other = difference.totals_before, difference.totals_after
    yield (
        f"parameters {_change(one.parameters, other.parameters)} · "
        f"multiply-accumulates {_change(one.macs, other.macs)}"
    )
    settings = [found for found in fold(difference) if found.kind == "setting"]
    told = [f"{found.where}: {found.what}" for found in (*whole.everywhere, *settings)]
    yield from (line.replace("->", "→") for line in told[:_MOST_LINES])
    if len(told) > _MOST_LINES:
        yield f"and {len(told) - _MOST_LINES} more"


def _change(before: int, after: int) -> str:
    if before == after:
        return amount(before)
    share = f" ({100 * (after - before) / before:+.1f} %)" if before else ""
    return f"{amount(before)} → {amount(after)}{share}"
