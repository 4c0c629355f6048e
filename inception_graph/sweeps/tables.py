"""A sweep as a table, for reading and for machines."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from inception_graph.analysis.notation import PIXELS, UNITS, mebibytes, square
from inception_graph.diagnostics.terminal import visible
from inception_graph.ops.base import size
from inception_graph.spec.yaml_text import flow
from inception_graph.sweeps.sweep import pareto_front

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inception_graph.analysis.totals import Totals
    from inception_graph.sweeps.sweep import Variant

_HEADINGS = ("parameters", "MACs", "activations", "in float32", "field", "smallest", "front")
_COUNTS = (
    "parameters", "parameters_with_auxiliary", "macs", "macs_with_auxiliary", "activations",
)  # fmt: skip
_FIELDS = ("receptive_field", "smallest_input")


def called(column: str) -> str:
    """A column in words."""
    return {"macs": "MACs", "receptive_field": "receptive field"}.get(column, column)


def shown(value: object) -> str:
    """The value of a variable in words."""
    return flow(value, bracketed=False)


def text(variants: Sequence[Variant], x: str, y: str) -> str:
    """A table for readers, in which the variants on the front of ``y`` against ``x`` are marked."""
    knobs, front = _knobs(variants), set(pareto_front(variants, x, y))
    rows = [("spec", *knobs, "input", *_HEADINGS)]
    rows += [
        (*_names(variant, knobs), *_words(variant.totals, index in front))
        for index, variant in enumerate(variants)
    ]
    widths = [max(len(row[at]) for row in rows if at < len(row)) for at in range(len(rows[0]))]
    failures = [None, *(variant.failure for variant in variants)]
    lines: list[str] = []
    for row, failure in zip(rows, failures, strict=True):
        first, *others = zip(row, widths, strict=False)
        cells = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
        lines.append("  ".join([*cells, visible(failure or "")]).rstrip())
    costs = "numbers are for one image, without auxiliary heads; field in pixels"
    least = "smallest: the smallest input in pixels, at which auxiliary heads work too"
    meaning = f"front: variants that no other beats in {called(y)} without more {called(x)}"
    return "\n".join([*lines, "", costs, least, meaning, ""])


def _knobs(variants: Sequence[Variant]) -> list[str]:
    """The variables that are swept."""
    return list(variants[0].settings) if variants else []


def _names(variant: Variant, knobs: Sequence[str]) -> tuple[str, ...]:
    values = (shown(variant.settings[knob]) for knob in knobs)
    return variant.spec, *values, size(variant.input or ())


def _words(totals: Totals | None, chosen: bool) -> tuple[str, ...]:
    if totals is None:
        return ()
    return (
        f"{totals.parameters:,}",
        f"{totals.macs:,}",
        f"{totals.activations:,}",
        f"{mebibytes(totals.activations):.3g} MiB",
        square(totals.receptive_field),
        square(totals.smallest_input),
        "*" if chosen else "",
    )


def comma_separated(variants: Sequence[Variant], x: str, y: str) -> str:
    """A row for each variant with all its numbers; those that cannot be built say why in the last column."""
    knobs, front = _knobs(variants), set(pareto_front(variants, x, y))
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["spec", *knobs, "input", *_COUNTS, *_FIELDS, "front", "failure"])
    for index, variant in enumerate(variants):
        numbers = [""] * (len(_COUNTS) + len(_FIELDS))
        if variant.totals:
            numbers = [str(getattr(variant.totals, name)) for name in _COUNTS]
            numbers += [square(getattr(variant.totals, name)) for name in _FIELDS]
        chosen = "true" if index in front else "false"
        writer.writerow([*_names(variant, knobs), *numbers, chosen, variant.failure or ""])
    return stream.getvalue()


def as_json(variants: Sequence[Variant], x: str, y: str) -> str:
    """All of a sweep as one document."""
    front = set(pareto_front(variants, x, y))
    document: dict[str, Any] = {
        "front": {"x": x, "y": y},
        "variants": [
            {
                "spec": variant.spec,
                "settings": dict(variant.settings),
                "input": variant.input,
                **(asdict(variant.totals) if variant.totals else {}),
                "front": index in front,
                "failure": variant.failure,
            }
            for index, variant in enumerate(variants)
        ],
        "units": {**UNITS, "smallest_input": PIXELS},
    }
    return json.dumps(document, indent=2) + "\n"
