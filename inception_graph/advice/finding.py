"""What a rule finds: a claim about part of a network, and how the spec could be written instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inception_graph.advice.editing import Edit
    from inception_graph.advice.subject import Site
    from inception_graph.diagnostics.codes import Code
    from inception_graph.diagnostics.source import Path


@dataclass(frozen=True)
class Finding:
    """One piece of advice.

    Attributes:
        code: Its kind.
        path: What it is about; the key at this path is shown.
        claim: What could be better, a sentence without a full stop.
        remedy: What to do about it, an action.
        nodes: Ids of the nodes that it is about.
        edits: How the spec would be rewritten; none where that takes more than an edit.
        obstacle: Why there are no edits, or None.
        notes: More to know, each a line.
    """

    code: Code
    path: Path
    claim: str
    remedy: str
    nodes: tuple[int, ...]
    edits: tuple[Edit, ...] = ()
    obstacle: str | None = None
    notes: tuple[str, ...] = ()


class NoEdit(Exception):
    """A spec cannot be rewritten by an edit; says why."""


def found(
    code: Code,
    site: Site,
    claim: str,
    remedy: str,
    edits: Iterable[Edit] = (),
    path: Path | None = None,
) -> Finding:
    """The finding about some nodes of an element.

    Args:
        code: Its kind.
        site: The nodes.
        claim: What could be better; where in the network is added.
        remedy: What to do about it.
        edits: How the spec would be rewritten; they may turn out not to be possible.
        path: What is shown in place of the element.
    """
    made: tuple[Edit, ...] = ()
    obstacle: str | None = None
    try:
        made = tuple(edits)
    except NoEdit as reason:
        obstacle = str(reason)
    where = path or site.element.path
    return Finding(code, where, claim + site.where, remedy, site.nodes, made, obstacle, site.notes)
