"""Diagnostics, gathered."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from inception_graph.diagnostics.codes import Code
    from inception_graph.diagnostics.source import Place, Source


@dataclass(frozen=True)
class Related:
    """Another place that the reader of a diagnostic needs to see, and why."""

    message: str
    place: Place | None = None


@dataclass(frozen=True)
class Diagnostic:
    """One problem: what, where, what else to look at, and what to do.

    Attributes:
        code: The kind of problem.
        message: One sentence, lower case, without a full stop.
        place: Where the fault is.
        related: Other places, in the order in which they are read.
        hint: An action that mends the fault, or None where none can be named.
        facts: Numbers behind the message, for programs.
    """

    code: Code
    message: str
    place: Place
    related: tuple[Related, ...] = ()
    hint: str | None = None
    facts: Mapping[str, int | bool | str] = field(default_factory=dict[str, int | bool | str])


MOST_SHOWN = 100
"""Diagnostics of a severity kept of one file; a list of more is not read to its end by anybody."""


@dataclass
class Report:
    """The problems of one spec. One place is blamed once for one kind of problem.

    What cannot be read (codes S1xx) is not judged any further: nothing more is said of its place.

    Attributes:
        found: The problems that are kept.
        dropped: How many more there are.
        failed: Whether a network cannot be made: some diagnostic is an error.
    """

    found: list[Diagnostic] = field(default_factory=list[Diagnostic])
    dropped: int = 0
    failed: bool = False
    _seen: set[tuple[Code, Source, int]] = field(default_factory=set[tuple["Code", "Source", int]])
    _unread: set[tuple[Source, int]] = field(default_factory=set[tuple["Source", int]])
    _kept: Counter[str] = field(default_factory=Counter[str])

    def add(
        self,
        code: Code,
        message: str,
        place: Place,
        *,
        related: tuple[Related, ...] = (),
        hint: str | None = None,
        facts: Mapping[str, int | bool | str] | None = None,
    ) -> None:
        """Record a problem, unless its place has been blamed for it already."""
        key = (code, place.source, place.start)
        if key in self._seen or key[1:] in self._unread:
            return
        self._seen.add(key)
        if code.value.startswith("S1"):
            self._unread.add(key[1:])
        self.failed |= code.severity == "error"
        if self._kept[code.severity] >= MOST_SHOWN:
            self.dropped += 1
            return
        self._kept[code.severity] += 1
        self.found.append(Diagnostic(code, message, place, related, hint, facts or {}))

    @property
    def full(self) -> bool:
        """Whether another error would not be kept, so that nothing need be computed for it."""
        return self._kept["error"] >= MOST_SHOWN

    def did_you_mean(self, word: str, known: Iterable[str]) -> str | None:
        """A hint that names the nearest known word, or None where none is near."""
        return None if self.full else did_you_mean(word, known)

    def sorted(self) -> tuple[Diagnostic, ...]:
        """The diagnostics in the order of the text; one text after the other."""
        sources = {found.place.source: None for found in self.found}
        order = {source: index for index, source in enumerate(sources)}
        return tuple(
            sorted(
                self.found,
                key=lambda found: (order[found.place.source], found.place.start, found.code.value),
            )
        )


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was meant, or None where none is near."""
    from difflib import get_close_matches

    word, known = word[:64], list(known)
    for other in known:
        if other.casefold() == word.casefold():
            return other
    if near := get_close_matches(word, known, n=1, cutoff=0.65):
        return near[0]
    longer = [other for other in known if len(other) > 1 and word.startswith(other)]
    return longer[0] if longer else None


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A hint that names the nearest known word, or None where none is near."""
    near = nearest(word, known)
    return f"did you mean '{near}'?" if near else None


def listed(words: Iterable[str]) -> str:
    """Words in a sentence: ``'a', 'b' and 'c'``."""
    *first, last = [f"'{word}'" for word in words]
    return f"{', '.join(first)} and {last}" if first else last
