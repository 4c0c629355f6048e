"""What a picture of a faulty spec says: where it fails, what cannot be reached, and the diagnostics."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from inception_graph.backends.pictures.marking import Marking
from inception_graph.backends.pictures.words import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from inception_graph.backends.pictures.drawing import Mark
    from inception_graph.diagnostics.report import Diagnostic
    from inception_graph.diagnostics.source import Path, Place
    from inception_graph.ir.partial import PartialGraph

_LINE, _MOST = 116, 8
"""Characters of a line of the caption, and diagnostics in it."""


def broken_marking(partial: PartialGraph, diagnostics: Sequence[Diagnostic]) -> Marking:
    """Marks for what fails and for what follows from it, each failing node with the number of its diagnostic.

    Args:
        partial: The graph, as far as it goes.
        diagnostics: Of the spec, in the order in which they are listed under the title.
    """
    failing = {index for index in range(len(partial.nodes)) if partial.fails(index)}
    blamed = _blamed(partial, diagnostics)
    marks: dict[int, Mark] = {}
    for index, shape in enumerate(partial.shapes):
        if index in failing or (index in blamed and not _of_shapes(diagnostics[blamed[index]])):
            marks[index] = "failed"
        elif shape is None:
            marks[index] = "unreached"
    wires: dict[tuple[int, int], Mark] = {
        (source, index): "unreached"
        for index, node in enumerate(partial.nodes)
        for source in node.inputs
        if partial.shape(source) is None
    }
    words = {
        index: plain(f"({number + 1}) {diagnostics[number].message}", 2 * _LINE)
        for index, number in blamed.items()
        if marks.get(index) == "failed"
    }
    return Marking(marks, wires, words, tuple(_caption(diagnostics)))


def _blamed(partial: PartialGraph, diagnostics: Sequence[Diagnostic]) -> Mapping[int, int]:
    """For each node the first error that stands in its own text, not in that of a node inside it."""
    places = partial.program.places
    nodes: dict[Path, list[int]] = {}
    for index, node in enumerate(partial.nodes):
        nodes.setdefault(node.path, []).append(index)
    spans = {path: (places.key(path), places.value(path)) for path in nodes}
    found: dict[int, int] = {}
    for number, each in enumerate(diagnostics):
        if each.code.severity != "error":
            continue
        around = [
            path
            for path, (key, value) in spans.items()
            if _holds(key, each.place) or _holds(value, each.place)
        ]
        for index in nodes[max(around, key=len)] if around else ():
            found.setdefault(index, number)
    return found


def _of_shapes(diagnostic: Diagnostic) -> bool:
    """Whether a fault is only there for what a node is given: other uses of its block may be sound."""
    return diagnostic.code.value.startswith("H")


def _holds(span: Place, place: Place) -> bool:
    return span.source is place.source and span.start <= place.start < span.end


def _caption(diagnostics: Sequence[Diagnostic]) -> Iterator[str]:
    """The diagnostics, numbered, with where they stand and what to do, in lines that fit."""
    for number, each in enumerate(diagnostics[:_MOST]):
        line, _ = each.place.position
        text = f"({number + 1}) {each.code.severity} {each.code.value}, line {line}: {each.message}"
        yield from _wrapped(plain(f"{text} — {each.hint}" if each.hint else text, 4 * _LINE))
    if len(diagnostics) > _MOST:
        yield f"and {len(diagnostics) - _MOST} more"


def _wrapped(text: str) -> Iterator[str]:
    yield from wrap(text, _LINE, subsequent_indent="    ")
