"""Rules of names are held to what they say: each matches, none twice, and every layer has a name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inception_graph.checkpoints.layouts import leaves, separator
from inception_graph.checkpoints.naming import Search, convolutions, naming
from inception_graph.checkpoints.patterns import NOTHING
from inception_graph.checkpoints.tensors import layers
from inception_graph.diagnostics.codes import Code
from inception_graph.diagnostics.report import Related, listed

if TYPE_CHECKING:
    from inception_graph.checkpoints.naming import Named, Naming, Rule
    from inception_graph.diagnostics.report import Report
    from inception_graph.diagnostics.source import Path, Place
    from inception_graph.ir.checkpoints import CheckpointSource
    from inception_graph.ir.graph import TypedGraph


_MOST_TRIALS = 2_000_000
"""Rules times layers: real networks need some ten thousand."""
_MOST_SEARCHES = 10
"""Rules of a source for which it is found out why they name nothing."""


def check_checkpoints(typed: TypedGraph, report: Report) -> None:
    """Report every rule that names nothing or something twice, and layers without a name.

    Rules are those of the network as written: one made by other values of variables is held to none, and a variant to
    none that it inherits.
    """
    program = typed.program
    if program.varied or not program.checkpoints:
        return
    places = program.places
    if places.key(("checkpoints",)).source is not places.value(()).source:
        return  # all inherited
    rules = sum(len(source.names) for source in program.checkpoints.values())
    if rules * len(layers(typed)) > _MOST_TRIALS:
        message = f"{rules:,} rules of names are too many for {len(layers(typed)):,} layers"
        hint = "write rules that hold for many layers, with holes such as {m}"
        report.add(Code.FILE_LIMIT, message, places.key(("checkpoints",)), hint=hint)
        return
    for name, source in program.checkpoints.items():
        _Check(typed, source, ("checkpoints", name), report).all()


@dataclass
class _Check:
    """The rules of one source; ``path`` is where they stand in the document, ``searches`` counts those for reasons."""

    typed: TypedGraph
    source: CheckpointSource
    path: Path
    report: Report
    searches: int = 0

    def all(self) -> None:
        found = naming(self.typed, self.source)
        places = self.typed.program.places
        for ours, fault in found.faults.items():
            if self._own("names", ours):
                path = (*self.path, "names", ours)
                where = places.value(path) if fault.theirs else places.key(path)
                self.report.add(Code.BAD_RULE, fault.message, where, hint=fault.hint)
        for rule in found.rules:
            if rule.index not in found.used and self._own("names", rule.ours):
                self._unmatched(rule, found)
        self._twice(found)
        if self._own() and not found.faults:  # a fault may be why a layer has no name
            self._unnamed(found)
        self._parts()
        self._convolutions()

    def _key(self, *path: str) -> Place:
        return self.typed.program.places.key((*self.path, *path))

    def _own(self, *path: str) -> bool:
        """Whether a key stands in the network's own text, or in the file of rules that it names."""
        return self._key(*path).source is self.typed.program.places.value(("checkpoints",)).source

    def _unmatched(self, rule: Rule, found: Naming) -> None:
        """Report a rule that names nothing, and for the first few of them why."""
        where = self._key("names", rule.ours)
        self.searches += 1
        if self.searches > _MOST_SEARCHES:
            message = f"'{rule.ours}' names no layer"
            self.report.add(Code.UNMATCHED_RULE, message, where, hint="remove it")
            return
        search, ours = Search([rule]), layers(self.typed)
        taken = next((layer for layer in ours if search.first(layer) is not None), None)
        if taken is None:
            nodes = dict.fromkeys(layer.node for layer in ours)
            hint = self.report.did_you_mean(rule.ours, nodes) or "remove it"
            message = f"no layer with weights is called '{rule.ours}'"
            self.report.add(Code.UNMATCHED_RULE, message, where, hint=hint)
            return
        won = Search(found.rules).first(taken)
        related = (Related("this one", self._key("names", won[0].ours)),) if won else ()
        message = f"rules before it name all that '{rule.ours}' matches, such as '{taken.node}'"
        hint = "the first rule that matches counts: put this one before the other, or remove it"
        self.report.add(Code.UNMATCHED_RULE, message, where, related=related, hint=hint)

    def _twice(self, found: Naming) -> None:
        """Report rules that give a name which another tensor has."""
        first: dict[str, Named] = {}
        ends: dict[str, dict[str, Named]] = {}
        for named in found.named:
            other = first.setdefault(named.prefix, named)
            if other is named:
                continue
            taken = ends.setdefault(
                named.prefix, dict.fromkeys(leaves(self.source, other.layer), other)
            )
            for end in leaves(self.source, named.layer):
                if taken.setdefault(end, named) is not named and self._own(
                    "names", named.rule.ours
                ):
                    self._blame(named, taken[end], end)
                    break

    def _blame(self, named: Named, other: Named, end: str) -> None:
        name = f"{named.prefix}{separator(self.source)}{end}"
        message = f"'{named.layer.name}' and '{other.layer.name}' would both be '{name}'"
        same = named.rule is other.rule
        first = Related("the first one's rule", self._key("names", other.rule.ours))
        hint = "put a hole such as {m} into the name" if same else "one of the two is another layer"
        where = self._key("names", named.rule.ours)
        related = () if same else (first,)
        self.report.add(Code.FOREIGN_NAME_TAKEN, message, where, related=related, hint=hint)

    def _unnamed(self, found: Naming) -> None:
        """Report layers that no rule names; a release without auxiliary heads is common."""
        unnamed = [layer for layer in found.unnamed if not layer.auxiliary]
        if not unnamed:
            return
        parts = Counter(layer.node for layer in layers(self.typed))
        parts.subtract(layer.node for layer in unnamed)
        missed = [
            *dict.fromkeys(layer.name if parts[layer.node] else layer.node for layer in unnamed)
        ]
        shown = listed(missed[:3])
        more = f", nor {len(missed) - 3} more" if len(missed) > 3 else ""
        first = missed[0]
        hint = f"add a rule '{first}: their_name', or '{first}: {NOTHING}' if they have none"
        where = self._key("names")
        self.report.add(Code.UNNAMED_LAYER, f"no rule names {shown}{more}", where, hint=hint)

    def _parts(self) -> None:
        if not self.source.parts:
            return
        known = dict.fromkeys(layer.part for layer in layers(self.typed) if layer.part)
        for part in self.source.parts:
            if part not in known and self._own("parts", part):
                hint = self.report.did_you_mean(part, known) or f"parts: {', '.join(known)}"
                message = f"no layer has a part '{part[:60]}'"
                self.report.add(Code.UNMATCHED_RULE, message, self._key("parts", part), hint=hint)

    def _convolutions(self) -> None:
        if not self.source.convolutions:
            return
        search, faults = convolutions(self.source)
        linear = [layer for layer in layers(self.typed) if layer.linear]
        used = {won[0].index for layer in linear if (won := search.first(layer))}
        for index, ours in enumerate(self.source.convolutions):
            where = self.typed.program.places.value((*self.path, "convolutions", index))
            if not self._own("convolutions") or index in used:
                continue
            if ours in faults:
                self.report.add(Code.BAD_RULE, faults[ours].message, where, hint=faults[ours].hint)
                continue
            hint = self.report.did_you_mean(ours, [layer.node for layer in linear])
            message = f"no linear layer is called '{ours}'"
            self.report.add(Code.UNMATCHED_RULE, message, where, hint=hint or "remove it")
