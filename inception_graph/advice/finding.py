"""What a rule finds: a claim about part of a network, and how the spec could be written instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inception_graph.advice.editing import Edit
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
