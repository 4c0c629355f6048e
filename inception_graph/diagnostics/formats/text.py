"""For people: each diagnostic with its lines of the file, carets under what is meant."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from inception_graph.diagnostics.terminal import cells, visible, width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inception_graph.diagnostics.report import Diagnostic, Report
    from inception_graph.diagnostics.source import Place

_WIDEST = 100
"""Columns of a source line that are shown; a longer one is cut around what is meant."""
_BEFORE = 30
"""Columns that are kept before what is meant where a line is cut."""
_CUT = "..."

_COLOURS = {
    "error": "1;31",
    "warning": "1;33",
    "advice": "1;35",
    "frame": "1;34",
    "strong": "1",
    "help": "1;36",
}


class _Paint:
    """Colours words, or leaves them as they are."""

    def __init__(self, *, colour: bool) -> None:
        self._colour = colour

    def __call__(self, style: str, text: str) -> str:
        return f"\x1b[{_COLOURS[style]}m{text}\x1b[0m" if self._colour and text else text


def text(reports: Sequence[Report], *, colour: bool) -> str:
    """Every diagnostic in full, and a closing line that counts them."""
    paint = _Paint(colour=colour)
    parts = [_diagnostic(found, paint) for report in reports for found in report.sorted()]
    return "\n".join([*parts, closing(reports) + "\n"])


def closing(reports: Sequence[Report]) -> str:
    """How many problems there are, in one sentence."""
    counts: Counter[str] = Counter()
    for report in reports:
        counts.update(found.code.severity for found in report.found)
    files = _count(len(reports), "file")
    if not counts:
        return f"no problems in {files}"
    words = {"error": "error", "warning": "warning", "advice": "suggestion"}
    kinds = [_count(counts[kind], word) for kind, word in words.items() if counts[kind]]
    dropped = sum(report.dropped for report in reports)
    more = f"; {dropped:,} more not shown" if dropped else ""
    return f"{' and '.join(kinds)} in {files}{more}"


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _diagnostic(found: Diagnostic, paint: _Paint) -> str:
    places = [found.place, *(other.place for other in found.related if other.place)]
    gutter = max(len(str(place.position[0])) for place in places)
    bar = paint("frame", f"{' ' * gutter} |")
    severity, code = found.code.severity, found.code.value
    head = paint(severity, f"{severity}[{code}]") + paint("strong", f": {visible(found.message)}")
    lines = [head, f"{' ' * gutter}{paint('frame', '-->')} {_address(found.place)}"]
    if found.place.source.text:
        lines += [bar, *_excerpt(found.place, "^", severity, "", gutter, paint)]
    for other in found.related:
        if other.place is None:
            lines.append(f"{bar} {visible(other.message)}")
        else:
            lines.append(f"{' ' * gutter}{paint('frame', ':::')} {_address(other.place)}")
            lines += _excerpt(
                other.place, "-", "frame", f" {visible(other.message)}", gutter, paint
            )
    notes = [("help", visible(found.hint))] if found.hint else []
    notes.append(("explain", f"inception-graph explain {code}"))
    lines.append(bar)
    for word, note in notes:
        mark = paint("frame", f"{' ' * gutter} =")
        lines.append(f"{mark} {paint('help', f'{word}:')} {note}")
    return "\n".join(lines) + "\n"


def _address(place: Place) -> str:
    """``file:line:column``; the bare name of a file that holds nothing or could not be read."""
    return visible(str(place) if place.source.text else place.source.name)


def _excerpt(
    place: Place, mark: str, style: str, message: str, gutter: int, paint: _Paint
) -> list[str]:
    """The line of a place, and below it marks under what is meant."""
    number, column = place.position
    shown, before, under = _cut(place.source.line(number), column - 1, place.end - place.start)
    numbered, bar = paint("frame", f"{number:>{gutter}} |"), paint("frame", f"{'':>{gutter}} |")
    return [
        f"{numbered} {shown}".rstrip(),
        f"{bar} {' ' * before}{paint(style, mark * under + message)}",
    ]


def _cut(line: str, start: int, length: int) -> tuple[str, int, int]:
    """A line as shown, the columns before what is meant, and the columns under it."""
    near = max(start - 2 * _WIDEST, 0)  # no more of a huge line is looked at than can be shown
    line, start = line[near : start + 2 * _WIDEST], start - near
    shown = cells(line)
    end = min(max(start + length, start + 1), len(line))
    before = width("".join(shown[:start]))
    under = max(width("".join(shown[start:end])), 1)
    total = width("".join(shown))
    if total <= _WIDEST:
        return "".join(shown), before, under
    first, lead = _from_column(shown, before - _BEFORE) if before + under > _WIDEST else (0, "")
    kept, columns = [lead], width(lead)
    last = first
    while last < len(shown) and columns + width(shown[last]) <= _WIDEST:
        kept.append(shown[last])
        columns += width(shown[last])
        last += 1
    before = width(lead) + width("".join(shown[first:start]))
    under = max(min(under, columns - before), 1)
    return "".join(kept) + (_CUT if last < len(shown) else ""), before, under


def _from_column(shown: list[str], column: int) -> tuple[int, str]:
    """The first character from a column on, and what stands for those before it."""
    passed = 0
    for index, cell in enumerate(shown):
        if passed >= column:
            return index, _CUT if index else ""
        passed += width(cell)
    return len(shown), _CUT
