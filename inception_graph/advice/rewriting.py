"""From advice to the spec rewritten by it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inception_graph.advice.editing import CannotEdit, Edit, Put, Remove, edited, moved
from inception_graph.advice.review import COUNTED, Choice, Review, change, in_words
from inception_graph.analysis.costs import costs
from inception_graph.compiler import compile_text
from inception_graph.diagnostics.codes import Code
from inception_graph.diagnostics.report import MOST_SHOWN

if TYPE_CHECKING:
    from pathlib import Path as FilePath

    from inception_graph.advice.finding import Finding
    from inception_graph.advice.review import Weighed
    from inception_graph.compiler import Compilation
    from inception_graph.diagnostics.source import Path


@dataclass(frozen=True)
class Rewriting:
    """A spec rewritten by advice.

    Attributes:
        text: The spec; what was not rewritten is as its author wrote it.
        followed: Codes of the advice that was followed, in order.
        change: The change of each cost of ``COUNTED``, by name.
        gain: The same in words.
        compilation: What comes of the text where it is to stand.
        lost: Why its checkpoints were left out, or None where they were not.
    """

    text: str
    followed: tuple[Code, ...]
    change: dict[str, int]
    gain: str
    compilation: Compilation
    lost: str | None


def rewrite(
    compilation: Compilation,
    choice: Choice | None = None,
    *,
    name: str | None = None,
    folder: FilePath | None = None,
) -> Rewriting:
    """Follow all advice for a spec that can be followed by editing its own text.

    What a rewritten node would be advised of in its turn is left alone: nothing is done that was not said. Expectations
    become those of the rewritten network; checkpoints that no longer fit it are left out.

    Args:
        compilation: A sound spec.
        choice: Which advice is wanted.
        name: What the text is to be called, if not as the spec.
        folder: Where it is to stand, if not where the spec stands.
    """
    review = first = Review(compilation, choice or Choice())
    followed: list[Code] = []
    wanted = {_key(finding) for finding in first.findings[:MOST_SHOWN]}
    while (step := _next(review, wanted)) is not None:
        finding, weighed = step
        wanted.discard(_key(finding))
        for edit in weighed.edits:
            wanted = {(code, to) for code, path in wanted for to in moved(path, edit)}
        followed.append(finding.code)
        review = Review(review.compiled(weighed.text or ""), review.choice)
    text = review.compilation.sources[0].text
    difference = change(costs(first.typed), costs(review.typed))
    gain = in_words(difference, costs(first.typed))
    limits, place = compilation.limits, folder or compilation.files[0].parent
    called = name or compilation.sources[0].name

    def read(text: str) -> Compilation:
        return compile_text(text, limits=limits, name=called, folder=place)

    made, lost = read(text), None
    if reason := _lost_checkpoints(made):
        try:
            made = read(edited(text, (Remove(("checkpoints",)),), limits))
            lost = reason
        except CannotEdit:
            pass  # they are inherited
    if edits := _expected(made):
        text = made.sources[0].text
        for edit in edits:
            with suppress(CannotEdit):  # written over several lines, or with an alias; checks tell
                text = edited(text, (edit,), limits)
        made = read(text)
    return Rewriting(made.sources[0].text, tuple(followed), difference, gain, made, lost)


def _key(finding: Finding) -> tuple[Code, Path]:
    return finding.code, finding.path


def _next(review: Review, wanted: set[tuple[Code, Path]]) -> tuple[Finding, Weighed] | None:
    """The next advice that can be followed, with what comes of it; what cannot be is wanted no more."""
    for finding in review.findings:
        if _key(finding) not in wanted:
            continue
        if review.choice.follows(finding.code):
            weighed = review.weighed(finding)
            if weighed.text is not None:
                return finding, weighed
        wanted.discard(_key(finding))
    return None


def _lost_checkpoints(made: Compilation) -> str | None:
    """Why the checkpoints of a spec are none of its own, or None where nothing is wrong with them."""
    for found in made.report.found:
        if found.code.value.startswith("C"):
            return "they are those of other layers"
        if found.code is Code.UNREADABLE:
            return "their file cannot be found from there"
    return None


def _expected(made: Compilation) -> list[Edit]:
    """Edits that make a spec expect what it is."""
    if made.typed is None or made.program is None or made.program.expect is None:
        return []
    totals: dict[str, Any] = {name: getattr(costs(made.typed), name) for name in COUNTED}
    totals["output"] = list(made.typed.shape(made.typed.graph.output))
    expect = made.program.expect.model_dump()
    given = {name: total for name, total in totals.items() if expect[name] is not None}
    return [Put(("expect", name), total) for name, total in given.items() if expect[name] != total]
