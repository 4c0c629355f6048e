"""From a compiled spec to advice, each with what it would gain."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from inception_graph.advice.editing import CannotEdit, Rename, edited
from inception_graph.advice.patching import patches
from inception_graph.advice.rules import RULES
from inception_graph.advice.subject import Subject
from inception_graph.analysis.costs import costs
from inception_graph.compiler import compile_text, finish
from inception_graph.diagnostics.report import MOST_SHOWN, Related, Report
from inception_graph.spec.resolve import written
from inception_graph.spec.tree import Mapping
from inception_graph.spec.yaml_text import document_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from inception_graph.advice.editing import Edit
    from inception_graph.advice.finding import Finding
    from inception_graph.advice.rules import Rule
    from inception_graph.analysis.costs import Costs
    from inception_graph.compiler import Compilation
    from inception_graph.diagnostics.codes import Code
    from inception_graph.ir.graph import TypedGraph

COUNTED = ("parameters", "parameters_with_auxiliary", "macs", "macs_with_auxiliary")
"""Costs that advice changes."""
_OF_THE_ORIGINAL = ("extends", "checkpoints", "expect")
"""Sections that say nothing of what a network costs."""
_TO_BE_UPDATED = ("E", "C")
"""Families of warnings that a rewritten spec may give: its totals and layers are no longer those of the original."""


@dataclass(frozen=True)
class Choice:
    """Which advice is wanted.

    Attributes:
        select: Codes, or None for all of them.
        ignore: Codes that are not wanted after all.
        extent: Side of the objects of interest in pixels, or None for half of the image's shorter side.
    """

    select: Collection[Code] | None = None
    ignore: Collection[Code] = ()
    extent: int | None = None

    def rules(self) -> Iterator[Rule]:
        """The rules that are wanted."""
        for rule in RULES:
            wanted = self.select is None or rule.code in self.select
            if wanted and rule.code not in self.ignore:
                yield rule

    def follows(self, code: Code) -> bool:
        """Whether specs are rewritten by an advice: by all but those that have to be asked for by code."""
        return not _rule(code).on_request or (self.select is not None and code in self.select)


def _rule(code: Code) -> Rule:
    return next(rule for rule in RULES if rule.code is code)


@dataclass(frozen=True)
class Weighed:
    """What would come of following an advice.

    Attributes:
        change: The change of each cost of ``COUNTED``, by name; empty where nothing can be rewritten.
        text: The spec rewritten, or None where that takes more than an edit of its own text.
        obstacle: Why there is no text.
        edits: What was done to the whole of the spec.
    """

    change: dict[str, int]
    text: str | None
    obstacle: str | None
    edits: tuple[Edit, ...] = ()


class Review:
    """A sound spec under review."""

    def __init__(self, compilation: Compilation, choice: Choice) -> None:
        if compilation.typed is None:
            raise AssertionError(compilation.name)
        self.compilation, self.choice = compilation, choice
        self.typed: TypedGraph = compilation.typed

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """All advice, the rules in their order."""
        extent = self.choice.extent or min(self.typed.program.input[1:]) // 2
        subject = Subject(self.typed, extent)
        return tuple(
            finding
            for rule in self.choice.rules()
            for finding in rule.find(subject)
            if not subject.allows(finding.code, finding.path)
        )

    @cached_property
    def _whole(self) -> str:
        """The spec with all that it extends; edits of it tell what an edit anywhere would gain."""
        document = self.compilation.document
        if document is None or not isinstance(document.tree, Mapping):
            raise AssertionError(self.compilation.name)
        values = written(document.tree)
        return document_text({k: v for k, v in values.items() if k not in _OF_THE_ORIGINAL})

    def compiled(self, text: str) -> Compilation:
        """What comes of another text in place of the spec's own."""
        made, program = self.compilation, self.typed.program
        after = compile_text(
            text,
            dict(program.variables),
            made.limits,
            name=made.sources[0].name,
            folder=made.files[0].parent,
            size=program.input,
        )
        if made.stripped and after.program:
            return finish(after.program.without_auxiliary(), after)
        return after

    def weighed(self, finding: Finding) -> Weighed:
        """What would come of following an advice: the spec is rewritten and compiled."""
        edits = finding.edits
        if not edits:
            return Weighed({}, None, finding.obstacle)
        own, *parents = self.compilation.sources
        done, made = self._tried(edits, own.text)
        if done.change and not parents:
            return done
        whole, meant = self._tried(edits, self._whole)
        if done.text is not None and _alike(made, meant):
            return done
        if not parents or whole.text is None:
            return Weighed(whole.change, None, done.obstacle or whole.obstacle)
        patch = self._patched(edits)
        inherited = "where it stands depends on what this spec extends"
        return patch or Weighed(whole.change, None, done.obstacle or inherited)

    def _patched(self, edits: tuple[Edit, ...]) -> Weighed | None:
        """The same where a variant has to say what is different in what it inherits; those nodes keep their names."""
        edits = tuple(edit for edit in edits if not (isinstance(edit, Rename) and edit.node))
        limits = self.compilation.limits
        _, meant = self._tried(edits, self._whole)
        try:
            own = tuple(patches(edits, self._whole, limits))
        except CannotEdit:
            return None
        done, made = self._tried(own, self.compilation.sources[0].text)
        return replace(done, edits=edits) if done.text and _alike(made, meant) else None

    def _tried(self, edits: tuple[Edit, ...], text: str) -> tuple[Weighed, TypedGraph | None]:
        """What comes of edits of a text that describes this network, and the network then."""
        try:
            text = edited(text, edits, self.compilation.limits)
        except CannotEdit as obstacle:
            return Weighed({}, None, str(obstacle)), None
        after = self.compiled(text)
        new = _faults(after.report) - _faults(self.compilation.report)
        fault = next((found for found in after.report.sorted() if found.code in new), None)
        obstacle = f"then {fault.message}" if fault else None
        if after.typed is None:
            return Weighed({}, None, obstacle), None
        difference = change(costs(self.typed), costs(after.typed))
        return Weighed(difference, None if new else text, obstacle, edits), after.typed

    def tell(self, finding: Finding, report: Report) -> None:
        """Add an advice to a report, with what it would gain."""
        shown = len(report.found) < MOST_SHOWN
        weighed = self.weighed(finding) if shown else Weighed({}, None, None)
        fixable, rule = weighed.text is not None, _rule(finding.code)
        gain = in_words(weighed.change, costs(self.typed))
        hint = finding.remedy
        if fixable:
            select = "" if self.choice.follows(rule.code) else f"--select {rule.code.value} "
            hint += f"; '{select}--fix' does it"
        elif weighed.obstacle is not None:
            hint += f"; '--fix' cannot: {weighed.obstacle}"
        report.add(
            finding.code,
            f"{finding.claim}: {gain}" if gain else finding.claim,
            self.typed.program.places.key(finding.path),
            related=tuple(map(Related, (*finding.notes, f"source: {rule.source}"))),
            hint=hint,
            facts={
                **weighed.change,
                "uses": len(finding.nodes),
                "fixable": fixable,
                "source": rule.source,
            },
        )


def advise(compilation: Compilation, choice: Choice | None = None) -> Report:
    """All advice for a sound spec."""
    review, report = Review(compilation, choice or Choice()), Report()
    for finding in review.findings:
        review.tell(finding, report)
    return report


def _alike(one: TypedGraph | None, other: TypedGraph | None) -> bool:
    """Whether two networks are the same, node by node."""
    if one is None or other is None:
        return False
    nodes = [
        [(node.name, node.operation, node.inputs) for node in typed.nodes] for typed in (one, other)
    ]
    return nodes[0] == nodes[1]


def _faults(report: Report) -> Counter[Code]:
    """What a rewritten spec must not have more of."""
    return Counter(
        found.code for found in report.found if found.code.value[0] not in _TO_BE_UPDATED
    )


def change(before: Costs, after: Costs) -> dict[str, int]:
    """The change of each cost of ``COUNTED``, by name."""
    return {name: getattr(after, name) - getattr(before, name) for name in COUNTED}


def in_words(change: dict[str, int], before: Costs) -> str:
    """A change of costs in words; empty where none is known."""
    words: list[str] = []
    for name, unit in (("parameters", "parameters"), ("macs", "MACs")):
        full, aside = name, ""
        if not change.get(name):
            full, aside = f"{name}_with_auxiliary", " with auxiliary heads"
        if difference := change.get(full):
            share = 100 * difference / max(getattr(before, full), 1)
            percent = f"{share:+.1f} %" if abs(share) >= 0.05 else "under 0.1 %"
            kind = "more" if difference > 0 else "fewer"
            words.append(f"{abs(difference):,} {kind} {unit}{aside} ({percent})")
    return ", ".join(words) or ("at no cost" if change else "")
