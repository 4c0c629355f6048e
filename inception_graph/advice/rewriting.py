"""From advice to the spec rewritten by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inception_graph.advice.editing import CannotEdit, Edit, Put, Remove, edited, moved
from inception_graph.advice.review import COUNTED, Choice, Review, change, in_words
from inception_graph.analysis.costs import costs
from inception_graph.compiler import compile_text
from inception_graph.diagnostics.codes import Code

if TYPE_CHECKING:
    from pathlib import Path as FilePath

    from inception_graph.advice.finding import Finding
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
        unfit: Whether its checkpoints were left out, as they are those of other layers or cannot be found from there.
    """

    text: str
    followed: tuple[Code, ...]
    change: dict[str, int]
    gain: str
    compilation: Compilation
    unfit: bool


def rewrite(
    compilation: Compilation, choice: Choice | None = None, folder: FilePath | None = None
) -> Rewriting:
    """Follow all advice for a spec that can be followed by editing its own text.

    What a rewritten node would be advised of in its turn is left alone: nothing is done that was not said. Expectations
    become those of the rewritten network; checkpoints that no longer fit it are left out.

    Args:
        compilation: A sound spec.
        choice: Which advice is wanted.
        folder: Where the text is to stand, if that is not where the spec stands.
    """
    review = first = Review(compilation, choice or Choice())
    followed: list[Code] = []
    wanted = {_key(finding) for finding in first.findings}
    while (step := _next(review, wanted)) is not None:
        finding, text = step
        wanted.discard(_key(finding))
        for edit in finding.edits:
            wanted = {(code, to) for code, path in wanted for to in moved(path, edit)}
        followed.append(finding.code)
        review = Review(review.compiled(text), review.choice)
    text = review.compilation.sources[0].text
    difference = change(costs(first.typed), costs(review.typed))
    where = folder or compilation.files[0].parent
    settled, unfit = _settled(review, text, where)
    made = _as_written(review, settled, where)
    gain = in_words(difference, costs(first.typed))
    return Rewriting(settled, tuple(followed), difference, gain, made, unfit)


def _key(finding: Finding) -> tuple[Code, Path]:
    return finding.code, finding.path


def _next(review: Review, wanted: set[tuple[Code, Path]]) -> tuple[Finding, str] | None:
    """The next advice that can be followed, with the text after it; what cannot be is wanted no more."""
    for finding in review.findings:
        if _key(finding) not in wanted:
            continue
        if review.choice.follows(finding.code):
            weighed = review.weighed(finding)
            if weighed.text is not None:
                return finding, weighed.text
        wanted.discard(_key(finding))
    return None


def _as_written(review: Review, text: str, folder: FilePath) -> Compilation:
    """What comes of a text in a folder, with the variables as they are written."""
    made = review.compilation
    return compile_text(text, limits=made.limits, name=made.sources[0].name, folder=folder)


def _settled(review: Review, text: str, folder: FilePath) -> tuple[str, bool]:
    """The text with its expectations brought up to date, and whether its checkpoints had to be left out."""
    limits = review.compilation.limits
    made = _as_written(review, text, folder)
    unfit = any(_is_of_checkpoints(found.code) for found in made.report.found)
    if unfit:
        try:
            text = edited(text, (Remove(("checkpoints",)),), limits)
        except CannotEdit:  # they are inherited
            unfit = False
        else:
            made = _as_written(review, text, folder)
    return edited(text, _expected(made), limits), unfit


def _is_of_checkpoints(code: Code) -> bool:
    return code.value.startswith("C") or code is Code.UNREADABLE


def _expected(made: Compilation) -> list[Edit]:
    """Edits that make a spec expect what it is."""
    if made.typed is None or made.program is None or made.program.expect is None:
        return []
    totals: dict[str, Any] = {name: getattr(costs(made.typed), name) for name in COUNTED}
    totals["output"] = list(made.typed.shape(made.typed.graph.output))
    expect = made.program.expect.model_dump()
    given = {name: total for name, total in totals.items() if expect[name] is not None}
    return [Put(("expect", name), total) for name, total in given.items() if expect[name] != total]
