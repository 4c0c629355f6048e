"""All that there is to tell of a difference: what is alike told once, with its cost and its source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inception_graph.comparison.crediting import Change, credit
from inception_graph.comparison.folding import Fold, fold
from inception_graph.comparison.notes import Notes

if TYPE_CHECKING:
    from inception_graph.comparison.edits import Difference, Note


@dataclass(frozen=True)
class Entry:
    """One line of a ledger.

    Attributes:
        fold: What differs.
        change: What it costs; see ``crediting``.
        notes: What the specs say of it.
    """

    fold: Fold
    change: Change
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Ledger:
    """The differences between two networks as a list for readers.

    Attributes:
        entries: What differs, kind by kind.
        following: What nodes without a difference of their own cost more, since they read something else.
        followers: How many these are.
    """

    entries: tuple[Entry, ...]
    following: Change
    followers: int


def ledger(difference: Difference) -> Ledger:
    """The ledger of a difference."""
    folds, notes = fold(difference), Notes(difference)
    shares = credit(folds, difference)
    entries = tuple(
        Entry(found, change, notes.of(found))
        for found, change in zip(folds, shares.folds, strict=True)
    )
    return Ledger(entries, shares.following, shares.followers)
