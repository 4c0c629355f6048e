"""One line a diagnostic: for editors and grep, and for annotations on GitHub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.diagnostics.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inception_graph.diagnostics.report import Report


def concise(reports: Sequence[Report]) -> str:
    """``file:line:column: error[H402] message``."""
    return "".join(f"{line}\n" for report in reports for line in _concise(report))


def _concise(report: Report) -> Iterator[str]:
    for found in report.sorted():
        yield visible(f"{found.place}: {found.code.severity}[{found.code.value}] {found.message}")
    if report.dropped:
        yield visible(f"{report.found[0].place.source.name}: {more(report)}")


_COMMANDS = {"error": "error", "warning": "warning", "advice": "notice"}
"""GitHub's commands, by severity."""


def github(reports: Sequence[Report]) -> str:
    """Workflow commands that annotate the lines of a pull request."""
    return "".join(f"{line}\n" for report in reports for line in _github(report))


def _github(report: Report) -> Iterator[str]:
    for found in report.sorted():
        (line, column), (end_line, end_column) = found.place.position, found.place.end_position
        properties = {
            "file": visible(found.place.source.name),
            "line": line,
            "col": column,
            "endLine": end_line,
            # GitHub shows columns of a single line only, and counts the last one in.
            **({"endColumn": max(end_column - 1, column)} if end_line == line else {}),
            "title": f"{found.code.value}: {found.code.title}",
        }
        texts = [found.message, f"help: {found.hint}"] if found.hint else [found.message]
        message = "\n".join(map(visible, texts))
        yield _command(_COMMANDS[found.code.severity], properties, message)
    if report.dropped:
        yield _command("error", {"file": visible(report.found[0].place.source.name)}, more(report))


def _command(severity: str, properties: dict[str, str | int], message: str) -> str:
    written = ",".join(
        f"{name}={_escaped_property(str(value))}" for name, value in properties.items()
    )
    return f"::{severity} {written}::{_escaped(message)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped_property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def more(report: Report) -> str:
    """That there are problems which are not shown."""
    return f"{report.dropped:,} more problems are not shown"
