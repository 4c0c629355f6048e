"""For programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inception_graph.diagnostics.report import Diagnostic, Report
    from inception_graph.diagnostics.source import Place

_VERSION = 1
"""Of the layout; raised when a key changes its meaning."""


def as_json(reports: Sequence[Report]) -> str:
    """One object; lines and columns count from 1, the end is exclusive."""
    found = [diagnostic for report in reports for diagnostic in report.sorted()]
    severities = [diagnostic.code.severity for diagnostic in found]
    document = {
        "version": _VERSION,
        "diagnostics": [_diagnostic(diagnostic) for diagnostic in found],
        "summary": {
            "files": len(reports),
            "errors": severities.count("error"),
            "warnings": severities.count("warning"),
            "advice": severities.count("advice"),
            "not_shown": sum(report.dropped for report in reports),
        },
    }
    return json.dumps(document, indent=2) + "\n"


def _diagnostic(found: Diagnostic) -> dict[str, Any]:
    return {
        "code": found.code.value,
        "severity": found.code.severity,
        "title": found.code.title,
        "message": found.message,
        **_span(found.place),
        "related": [
            {"message": other.message, **(_span(other.place) if other.place else {})}
            for other in found.related
        ],
        "help": found.hint,
        **({"facts": dict(found.facts)} if found.facts else {}),
    }


def _span(place: Place) -> dict[str, Any]:
    (line, column), (end_line, end_column) = place.position, place.end_position
    return {
        "file": place.source.name,
        "start": {"line": line, "column": column},
        "end": {"line": end_line, "column": end_column},
    }
