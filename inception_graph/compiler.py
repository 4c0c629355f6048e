"""The whole pipeline on one page: text, tree, program, graph, typed graph; and who is told of what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inception_graph.analysis.expectations import check_expectations
from inception_graph.diagnostics.report import Report
from inception_graph.diagnostics.source import Source
from inception_graph.ir.elaborate import elaborate
from inception_graph.ir.graph import TypedGraph
from inception_graph.ir.infer import infer
from inception_graph.limits import DEFAULT_LIMITS, Limits
from inception_graph.resources import specs
from inception_graph.spec.lower import lower
from inception_graph.spec.reader import read_file, read_tree
from inception_graph.analysis.unread import report_unread

if TYPE_CHECKING:
    from inception_graph.ir.expressions import Value
    from inception_graph.ir.program import Program


@dataclass(frozen=True)
class Compilation:
    """What came of a text.

    Attributes:
        name: What the user called it: a name, a path or ``<text>``.
        report: All that is wrong with it.
        source: The text, or None where none could be read.
        program: The network as written, or None.
        typed: The network with all its shapes, or None where the report has an error.
    """

    name: str
    report: Report
    source: Source | None
    program: Program | None
    typed: TypedGraph | None


def compile_spec(
    spec: str | Path, settings: dict[str, Value] | None = None, limits: Limits = DEFAULT_LIMITS
) -> Compilation:
    """Compile a shipped network by its name, or a file by its path."""
    report = Report()
    shipped = specs().get(str(spec))
    path = Path(spec) if shipped is None or Path(spec).is_file() else shipped
    source = read_file(path, report, limits)
    if source is None:
        return Compilation(str(spec), report, None, None, None)
    return _compile(str(spec), source, settings or {}, report, limits)


def compile_text(
    text: str, settings: dict[str, Value] | None = None, limits: Limits = DEFAULT_LIMITS, *, name: str = "<text>"
) -> Compilation:
    """Compile a text."""
    return _compile(name, Source(name, text), settings or {}, Report(), limits)


def _compile(
    name: str, source: Source, settings: dict[str, Value], report: Report, limits: Limits
) -> Compilation:
    tree = read_tree(source, report, limits)
    program = lower(tree, settings, report, limits) if tree is not None else None
    graph = elaborate(program, report, limits) if program is not None else None
    typed = infer(graph, report, limits) if graph is not None else None
    if typed is not None and not report.failed:
        report_unread(typed.graph, report)
        check_expectations(typed, report)
    return Compilation(name, report, source, program, None if report.failed else typed)
