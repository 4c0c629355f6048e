"""SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from inception_graph.diagnostics.formats.lines import more
from inception_graph.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inception_graph.diagnostics.codes import Code
    from inception_graph.diagnostics.report import Diagnostic, Report
    from inception_graph.diagnostics.source import Place

_LEVELS = {"error": "error", "warning": "warning", "advice": "note"}
"""SARIF's levels, by severity."""
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(reports: Sequence[Report]) -> str:
    """A log of one run, with the page of every code that it names."""
    found = [diagnostic for report in reports for diagnostic in report.sorted()]
    codes = list(dict.fromkeys(diagnostic.code for diagnostic in found))
    driver = {
        "name": "inception-graph",
        "version": __version__,
        "rules": [_rule(code) for code in codes],
    }
    notes = [_note(report) for report in reports if report.dropped]
    invocation = {"executionSuccessful": True, "toolExecutionNotifications": notes}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [invocation],
        "results": [_result(diagnostic, codes.index(diagnostic.code)) for diagnostic in found],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(code: Code) -> dict[str, Any]:
    return {
        "id": code.value,
        "name": code.name.title().replace("_", ""),
        "shortDescription": {"text": code.title},
        "help": {"text": code.page, "markdown": code.page},
        "defaultConfiguration": {"level": _LEVELS[code.severity]},
    }


def _result(found: Diagnostic, rule: int) -> dict[str, Any]:
    message = found.message if found.hint is None else f"{found.message}\nhelp: {found.hint}"
    related = [
        {"id": index, "message": {"text": other.message}, **_location(other.place)}
        for index, other in enumerate(found.related)
        if other.place
    ]
    return {
        "ruleId": found.code.value,
        "ruleIndex": rule,
        "level": _LEVELS[found.code.severity],
        "message": {"text": message},
        "locations": [_location(found.place)],
        "relatedLocations": related,
    }


def _location(place: Place) -> dict[str, Any]:
    (line, column), (end_line, end_column) = place.position, place.end_position
    region = {
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": end_column,
    }
    artifact = {"uri": _uri(place.source.name)}
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}


def _uri(name: str) -> str:
    path = Path(name)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def _note(report: Report) -> dict[str, Any]:
    location = {
        "physicalLocation": {"artifactLocation": {"uri": _uri(report.found[0].place.source.name)}}
    }
    return {"level": "warning", "message": {"text": more(report)}, "locations": [location]}
