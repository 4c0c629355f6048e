"""Reports as text: for people, for editors, for programs and for code scanning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inception_graph.diagnostics.report import Report

Format: TypeAlias = Literal["text", "concise", "json", "github", "sarif"]
FORMATS: tuple[Format, ...] = get_args(Format)


def render(reports: Sequence[Report], format: Format = "text", *, colour: bool = False) -> str:  # noqa: A002
    """The diagnostics of one run.

    Args:
        reports: One report a file, also where nothing is wrong with it: files are counted.
        format: ``text`` for people, ``concise`` one line a problem, ``json``, ``github`` workflow
            commands, or ``sarif`` 2.1.0.
        colour: Whether ``text`` may hold ANSI colours; other formats never do.

    Returns:
        Whole lines, each with its end; nothing at all where a line-based format has no problem to
        tell of. No control character of a file is among them but for JSON's own escapes. Texts may
        hold characters that a terminal's encoding lacks: write them with ``backslashreplace``.
    """
    # Formats are imported when asked for: json and urllib are no part of a quick start.
    match format:
        case "text":
            from inception_graph.diagnostics.formats.text import text

            return text(reports, colour=colour)
        case "concise":
            from inception_graph.diagnostics.formats.lines import concise

            return concise(reports)
        case "github":
            from inception_graph.diagnostics.formats.lines import github

            return github(reports)
        case "json":
            from inception_graph.diagnostics.formats.json_object import as_json

            return as_json(reports)
        case "sarif":
            from inception_graph.diagnostics.formats.sarif import sarif

            return sarif(reports)
