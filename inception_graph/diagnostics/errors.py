"""The exception that carries a report to whoever calls from Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.diagnostics.render import render

if TYPE_CHECKING:
    from inception_graph.diagnostics.report import Diagnostic, Report


class SpecError(Exception):
    """A spec that cannot become a network. Its text is what ``check`` would print.

    Attributes:
        report: All that is wrong with the spec.
    """

    def __init__(self, report: Report) -> None:
        super().__init__(report)
        self.report = report

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The problems in the order of the text."""
        return self.report.sorted()

    def __str__(self) -> str:
        return render([self.report])
