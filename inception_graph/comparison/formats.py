"""A difference for readers, for pull requests and for machines."""

from __future__ import annotations

import json
import re
import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from inception_graph.analysis.notation import PIXELS, UNITS, columns
from inception_graph.comparison.edits import Added, Changed, Note, Removed, Rewired, Setting
from inception_graph.comparison.ledger import Change, Entry, Ledger, ledger
from inception_graph.comparison.tables import NODE_HEADINGS, costs, nodes, signed, totals
from inception_graph.diagnostics.terminal import visible
from inception_graph.files import MAKER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inception_graph.comparison.edits import Difference, Edit, Pair
    from inception_graph.comparison.tables import Row

LEVELS = ("network", "op")
_WIDTH, _BEGINNING = 100, 60


def formatted(difference: Difference, form: str, level: str) -> str:
    """A difference as a text that ends in a line end.

    Args:
        difference: What differs.
        form: ``text``, ``markdown`` or ``json``.
        level: ``network`` for a row for each node at the top of the network, ``op`` for every operation.
    """
    makers = {"text": _text, "markdown": _markdown, "json": _json}
    if form not in makers:
        message = f"there is no format '{form}': use {', '.join(makers)}"
        raise ValueError(message)
    if level not in LEVELS:
        message = f"there is no level '{level}': use {' or '.join(LEVELS)}"
        raise ValueError(message)
    pairs = difference.parts if level == "network" else difference.nodes
    return makers[form](difference, ledger(difference), pairs)


def _heading(difference: Difference, found: Ledger) -> str:
    count = len(found.entries)
    said = f"{count} difference{'s' if count > 1 else ''}" if count else "no differences"
    return f"{difference.before} -> {difference.after}: {said}"


def _following(found: Ledger) -> str:
    """What follows in nodes that did not change themselves."""
    words = "1 node without a difference of its own reads something else"
    if found.followers > 1:
        words = f"{found.followers} nodes without a difference of their own read something else"
    return f"{words}{_costs(found.following)}"


def _costs(change: Change) -> str:
    """A change of costs in brackets, with a space before."""
    numbers = ((change.parameters, "parameters"), (change.macs, "MACs"))
    words = ", ".join(f"{signed(number)} {unit}" for number, unit in numbers if number)
    return f" ({words})" if words else ""


def _text(difference: Difference, found: Ledger, pairs: Sequence[Pair]) -> str:
    if not found.entries:
        return f"{_heading(difference, found)}\n"
    lines = [_heading(difference, found), ""]
    heading = ("", difference.before, difference.after, "change")
    lines += columns([heading, *totals(difference)], range(1, len(heading)))
    kind, known = "", set[Note]()
    for entry in found.entries:
        if entry.fold.kind != kind:
            kind = entry.fold.kind
            lines += ["", "settings" if kind == "setting" else kind]
        lines += _told(entry, known)
    if found.followers:
        lines += ["", "what follows", *_wrapped(_following(found), 2)]
    rows = list(nodes(pairs))
    if rows:
        lines += ["", *columns([NODE_HEADINGS, *rows], range(1, len(NODE_HEADINGS)))]
    return "\n".join([*lines, ""])


def _told(entry: Entry, known: set[Note]) -> Iterator[str]:
    """A difference as lines; of a note that was told before only the beginning."""
    fold = entry.fold
    yield from _wrapped(f"{fold.where}: {fold.what}{_costs(entry.change)}", 2)
    if fold.listed:
        yield from _wrapped("; ".join(fold.listed), 6)
    for note in entry.notes:
        said = f"notes: {note.text}"
        if note in known:
            said = f"notes, as above: {textwrap.shorten(note.text, _BEGINNING, placeholder=' ...')}"
        yield from _wrapped(f"{note.spec} {said}", 6)
        known.add(note)


def _wrapped(text: str, indent: int) -> list[str]:
    return textwrap.wrap(
        visible(text),
        _WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + 2),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _markdown(difference: Difference, found: Ledger, pairs: Sequence[Pair]) -> str:
    heading = _escaped(_heading(difference, found))
    lines = [f"### {heading}", ""]
    if found.entries:
        names = ("", difference.before, difference.after, "change")
        lines += [*_grid(names, totals(difference), 1), ""]
        lines += _folded("Differences", _entries(found))
        rows = list(nodes(pairs))
        if rows:
            lines += _folded("Costs by node", _grid(NODE_HEADINGS, rows, 1))
    return "\n".join([*lines, f"<!-- {MAKER} -->", ""])


def _entries(found: Ledger) -> list[str]:
    rows: list[Row] = []
    for entry in found.entries:
        fold = entry.fold
        where = fold.where + (f" ({'; '.join(fold.listed)})" if fold.listed else "")
        notes = " ".join(f"{note.text} ({note.spec})" for note in entry.notes)
        more = costs(entry.change)[:2]
        rows.append((fold.kind, where, fold.what, *more, notes))
    if found.followers:
        rows.append(("", _following(found).partition(" (")[0], "", *costs(found.following)[:2], ""))
    headings = ("kind", "where", "what", "parameters", "MACs", "source")
    return _grid(headings, rows, 3, 5)


def _folded(title: str, table: list[str]) -> list[str]:
    return ["<details>", f"<summary>{title}</summary>", "", *table, "", "</details>", ""]


def _grid(
    headings: Row, rows: Sequence[Row] | Iterator[Row], first: int, last: int | None = None
) -> list[str]:
    """A table; the columns from the first to the last hold numbers."""
    numeric = range(first, len(headings) if last is None else last)
    marks = ["---:" if column in numeric else "---" for column in range(len(headings))]
    escaped = ([_escaped(cell) for cell in row] for row in (headings, *rows))
    head, *body = (f"| {' | '.join(cells)} |" for cells in escaped)
    return [head, f"| {' | '.join(marks)} |", *body]


def _escaped(text: str) -> str:
    # An @ would call whoever bears the name to a pull request.
    plain = visible(text).replace("->", "→").replace("@", "(at)").strip()
    return re.sub(r"([\\`*_{}\[\]<>#|])", r"\\\1", plain)


def _json(difference: Difference, found: Ledger, pairs: Sequence[Pair]) -> str:
    document = {
        "before": difference.before,
        "after": difference.after,
        "equal": difference.equal,
        "totals": {
            "before": asdict(difference.totals_before),
            "after": asdict(difference.totals_after),
        },
        "differences": [_entry(entry) for entry in found.entries],
        "following": {"nodes": found.followers, **asdict(found.following)},
        "edits": [_edit(edit) for edit in difference.edits],
        "nodes": [_row(pair) for pair in pairs],
        "units": {**UNITS, "smallest_input": PIXELS},
    }
    return json.dumps(document, indent=2) + "\n"


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "kind": entry.fold.kind,
        "where": entry.fold.where,
        "what": entry.fold.what,
        "nodes": [_names(edit) for edit in entry.fold.edits],
        "change": asdict(entry.change),
        "notes": [asdict(note) for note in entry.notes],
    }


def _edit(edit: Edit) -> dict[str, Any]:
    match edit:
        case Setting():
            return {"kind": "setting", **asdict(edit)}
        case Changed():
            fields = [asdict(field) for field in edit.fields]
            return {"kind": "changed", **_names(edit), "fields": fields}
        case Rewired(_, _, before, after):
            return {"kind": "rewired", **_names(edit), "reads_before": before, "reads_after": after}
        case _:
            return {"kind": type(edit).__name__.lower(), **_names(edit)}


def _names(edit: Edit) -> dict[str, str | None]:
    """The name of what an edit is about, in either network."""
    match edit:
        case Added(part):
            return {"before": None, "after": part.name}
        case Removed(part):
            return {"before": part.name, "after": None}
        case Setting(name):
            return {"before": name, "after": name}
        case _:
            return {"before": edit.before.name, "after": edit.after.name}


def _row(pair: Pair) -> dict[str, Any]:
    return {
        side: part
        and {
            "name": part.name,
            "operation": part.words,
            "output": part.shape,
            **asdict(part.cost),
        }
        for side, part in (("before", pair.before), ("after", pair.after))
    }
