"""From a compiled spec to advice with what it would gain, and to the spec rewritten by it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from inception_graph.advice.editing import CannotEdit, Edit, Put, Remove, edited
from inception_graph.advice.rules import RULES
from inception_graph.advice.subject import Subject
from inception_graph.analysis.costs import costs
from inception_graph.compiler import compile_text
from inception_graph.diagnostics.report import MOST_SHOWN, Related, Report
from inception_graph.spec.resolve import written
from inception_graph.spec.tree import Mapping
from inception_graph.spec.yaml_text import document_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

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
        extent: Height and width of the objects of interest in pixels, or None for half of the image's shorter side.
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

    def rewrites(self, code: Code) -> bool:
        """Whether a spec may be rewritten by an advice: all may but those that have to be asked for by code."""
        rule = next(rule for rule in RULES if rule.code is code)
        return not rule.on_request or (self.select is not None and code in self.select)


@dataclass(frozen=True)
class Weighed:
    """What would come of following an advice.

    Attributes:
        change: The change of each cost of ``COUNTED``, by name; empty where nothing can be rewritten.
        text: The spec rewritten, or None where that takes more than an edit of its own text.
        obstacle: Why there is no text.
    """

    change: dict[str, int]
    text: str | None
    obstacle: str | None


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
        """The spec in full, without what it extends; edits of it tell what an edit anywhere would gain."""
        document = self.compilation.document
        if document is None or not isinstance(document.tree, Mapping):
            raise AssertionError(self.compilation.name)
        values = written(document.tree)
        return document_text({k: v for k, v in values.items() if k not in _OF_THE_ORIGINAL})

    def _compiled(self, text: str) -> Compilation:
        """Another text in place of the spec's own."""
        made, program = self.compilation, self.typed.program
        name, folder = made.sources[0].name, made.files[0].parent
        return compile_text(text, dict(program.variables), made.limits, name=name, folder=folder)

    def weighed(self, finding: Finding) -> Weighed:
        """What would come of following an advice: the spec is rewritten and compiled."""
        if not finding.edits:
            return Weighed({}, None, finding.obstacle)
        limits = self.compilation.limits
        try:
            after = self._compiled(edited(self._whole, finding.edits, limits))
        except CannotEdit as obstacle:
            return Weighed({}, None, str(obstacle))
        if after.typed is None:
            message = f"in the rewritten network {after.report.sorted()[0].message}"
            return Weighed({}, None, message)
        change = _change(costs(self.typed), costs(after.typed))
        return self._rewritten(finding, change)

    def _rewritten(self, finding: Finding, change: dict[str, int]) -> Weighed:
        """The same edits in the spec's own text, where they have to make the same difference."""
        own = self.compilation.sources[0]
        where = self.typed.program.places.key(finding.path).source
        if where is not own and len(self.compilation.sources) > 1:
            return Weighed(change, None, f"it stands in {where.name}, which this spec extends")
        try:
            text = edited(own.text, finding.edits, self.compilation.limits)
        except CannotEdit as obstacle:
            return Weighed(change, None, str(obstacle))
        after = self._compiled(text)
        new = _warnings(after.report) - _warnings(self.compilation.report)
        if after.typed is None or new:
            found = after.report.sorted()
            fault = next(f for f in found if f.code.severity == "error" or f.code in new)
            return Weighed(change, None, f"then {fault.message}")
        if _change(costs(self.typed), costs(after.typed)) != change:
            return Weighed(change, None, "part of it stands in what this spec extends")
        return Weighed(change, text, None)

    def tell(self, finding: Finding, report: Report) -> None:
        """Add an advice to a report, with what it would gain."""
        room = len(report.found) < MOST_SHOWN
        weighed = self.weighed(finding) if room else Weighed({}, None, None)
        rule = next(rule for rule in RULES if rule.code is finding.code)
        gain = gained(weighed.change, costs(self.typed))
        message = f"{finding.claim}: {gain}" if gain else finding.claim
        notes = (*finding.notes, f"source: {rule.source}")
        fixable = weighed.text is not None
        hint = finding.remedy
        if fixable and self.choice.rewrites(finding.code):
            hint += "; '--fix' does it"
        elif fixable:
            hint += f"; '--select {finding.code.value} --fix' does it"
        elif weighed.obstacle is not None:
            hint += f"; '--fix' cannot: {weighed.obstacle}"
        report.add(
            finding.code,
            message,
            self.typed.program.places.key(finding.path),
            related=tuple(map(Related, notes)),
            hint=hint,
            facts={
                **weighed.change,
                "uses": len(finding.nodes),
                "fixable": fixable,
                "source": rule.source,
            },
        )


def advise(
    compilation: Compilation,
    choice: Choice,
    progress: Callable[[Iterable[Finding]], Iterable[Finding]] = iter,
) -> Report:
    """All advice for a sound spec.

    Args:
        compilation: The spec.
        choice: Which advice is wanted.
        progress: Is given the findings and yields them; between them it may show how far the work is.
    """
    review, report = Review(compilation, choice), Report()
    for finding in progress(review.findings):
        review.tell(finding, report)
    return report


@dataclass(frozen=True)
class Rewriting:
    """A spec rewritten by advice.

    Attributes:
        text: The spec; what was not rewritten is as its author wrote it.
        followed: Codes of the advice that was followed, in order.
        review: The rewritten spec under review.
        change: The change of each cost of ``COUNTED``, by name.
    """

    text: str
    followed: tuple[Code, ...]
    review: Review
    change: dict[str, int]


def rewrite(compilation: Compilation, choice: Choice) -> Rewriting:
    """Follow all advice that can be followed by editing the spec's own text, and what it leads to, until none is left.

    Expectations become those of the rewritten network; checkpoints that no longer fit it are left out.

    Args:
        compilation: A sound spec.
        choice: Which advice is wanted.
    """
    review = first = Review(compilation, choice)
    followed: list[Code] = []
    tried: set[tuple[Code, tuple[str | int, ...]]] = set()
    while len(followed) < MOST_SHOWN:
        step = _next(review, tried)
        if step is None:
            break
        finding, text = step
        followed.append(finding.code)
        review = Review(review._compiled(text), choice)
    text = review.compilation.sources[0].text
    if followed:
        text = _settled(review, text)
        review = Review(review._compiled(text), choice)
    change = _change(costs(first.typed), costs(review.typed))
    return Rewriting(text, tuple(followed), review, change)


def _next(
    review: Review, tried: set[tuple[Code, tuple[str | int, ...]]]
) -> tuple[Finding, str] | None:
    """The next advice that can be followed, with the text after it; what cannot be is noted as tried."""
    for finding in review.findings:
        key = (finding.code, finding.path)
        if key in tried or not review.choice.rewrites(finding.code):
            continue
        weighed = review.weighed(finding)
        if weighed.text is not None:
            return finding, weighed.text
        tried.add(key)
    return None


def _settled(review: Review, text: str) -> str:
    """The text with expectations and checkpoints brought up to date."""
    made = review.compilation
    plain = compile_text(
        text, limits=made.limits, name=made.sources[0].name, folder=made.files[0].parent
    )
    expect = plain.program.expect if plain.program else None
    edits: list[Edit] = []
    if plain.typed is not None and expect is not None:
        found = costs(plain.typed)
        totals = {name: getattr(found, name) for name in COUNTED}
        totals["output"] = list(plain.typed.shape(plain.typed.graph.output))
        edits += [
            Put(("expect", name), total)
            for name, total in totals.items()
            if getattr(expect, name) is not None and name in expect.model_fields_set
        ]
    if any(code.value.startswith("C") for code in _all(plain.report)):
        edits.append(Remove(("checkpoints",)))
    try:
        return edited(text, edits, made.limits)
    except CannotEdit:
        return text


def _all(report: Report) -> Counter[Code]:
    return Counter(found.code for found in report.found)


def _warnings(report: Report) -> Counter[Code]:
    """What a rewritten spec must not have more of."""
    return Counter(
        {code: n for code, n in _all(report).items() if code.value[0] not in _TO_BE_UPDATED}
    )


def _change(before: Costs, after: Costs) -> dict[str, int]:
    return {name: getattr(after, name) - getattr(before, name) for name in COUNTED}


def gained(change: dict[str, int], before: Costs) -> str:
    """A change of costs in words; empty where there is none to speak of."""
    if not change:
        return ""
    words: list[str] = []
    for name, unit in (("parameters", "parameters"), ("macs", "MACs")):
        aside = "" if change[name] else " with auxiliary heads"
        full = name if change[name] else f"{name}_with_auxiliary"
        if change[full]:
            more = "more" if change[full] > 0 else "fewer"
            share = 100 * change[full] / max(getattr(before, full), 1)
            words.append(f"{abs(change[full]):,} {more} {unit}{aside} ({share:+.1f} %)")
    return ", ".join(words) or "at no cost"
