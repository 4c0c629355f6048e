"""The table of a network, for reading, for documents and for machines."""

from __future__ import annotations

import csv
import html
import io
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from inception_graph.analysis.costs import NodeCost, costs, together
from inception_graph.analysis.notation import PIXELS, UNITS, columns, mebibytes, square
from inception_graph.files import MAKER
from inception_graph.ir.program import Use
from inception_graph.ops.base import size

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inception_graph.ir.graph import Instance, TypedGraph

LEVELS = ("network", "op")
_HEADINGS = (
    "node",
    "operation",
    "output",
    "parameters",
    "MACs",
    "MACs %",
    "activations",
    "field",
    "stride",
)
_NUMERIC = range(2, len(_HEADINGS))


@dataclass(frozen=True)
class Row:
    """A node or a use of a block.

    Attributes:
        name: Full name.
        section: stem, body, head or auxiliary.
        operation: In words.
        output: Shape for one image.
        cost: What it costs, all inside of it taken together.
    """

    name: str
    section: str
    operation: str
    output: tuple[int, ...]
    cost: NodeCost


@dataclass(frozen=True)
class Summary:
    """A network as a table. ``str`` gives text; notebooks show it as HTML."""

    name: str
    title: str
    input: tuple[int, int, int]
    output: tuple[int, ...]
    rows: tuple[Row, ...]
    parameters: int
    parameters_with_auxiliary: int
    macs: int
    macs_with_auxiliary: int
    activations: int

    def to(self, form: str) -> str:
        """The table as ``text``, ``markdown``, ``csv`` or ``json``, ending in a line end."""
        makers = {
            "text": self._text,
            "markdown": self._markdown,
            "csv": self._csv,
            "json": self._json,
        }
        if form not in makers:
            message = f"there is no format '{form}': use {', '.join(makers)}"
            raise ValueError(message)
        return makers[form]()

    def __str__(self) -> str:
        return self._text()

    def _cells(self) -> list[tuple[str, ...]]:
        return [
            (
                row.name,
                row.operation,
                size(row.output),
                f"{row.cost.parameters:,}" if row.cost.parameters else "",
                f"{row.cost.macs:,}" if row.cost.macs else "",
                f"{100 * row.cost.macs / self.macs:.1f}" if row.cost.macs and self.macs else "",
                f"{row.cost.activations:,}",
                square(row.cost.receptive_field),
                square(row.cost.stride),
            )
            for row in self.rows
        ]

    def _facts(self) -> list[str]:
        def total(main: int, both: int, unit: str) -> str:
            return f"{main:,} {unit}" + (
                f" ({both:,} with auxiliary heads)" if both != main else ""
            )

        macs = total(self.macs, self.macs_with_auxiliary, "MACs")
        memory = f"{mebibytes(self.activations):.1f} MiB in float32"
        return [
            f"input {size(self.input)}, output {size(self.output)}",
            total(self.parameters, self.parameters_with_auxiliary, "parameters"),
            f"{macs}: multiply-accumulates of convolutions and linear layers (FLOPs = 2 x MACs: {2 * self.macs:,})",
            f"{self.activations:,} activations: outputs of all nodes, {memory}",
            "MACs, FLOPs and activations are for one image; field and stride are in pixels of the input",
        ]

    def _text(self) -> str:
        lines: list[tuple[str, ...] | None] = [_HEADINGS]
        section = ""
        for row, cells in zip(self.rows, self._cells(), strict=True):
            lines += [cells] if row.section == section else [None, cells]
            section = row.section
        table = columns([*lines, None], _NUMERIC)
        return "\n".join([self.title, "", *table, *self._facts(), ""])

    def _markdown(self) -> str:
        def line(values: Iterable[str]) -> str:
            return f"| {' | '.join(value.replace('|', chr(92) + '|') for value in values)} |"

        marks = ["---:" if column in _NUMERIC else "---" for column in range(len(_HEADINGS))]
        lines = [
            f"# {_markdown_text(self.title)}",
            "",
            *(f"* {fact}" for fact in self._facts()),
            "",
        ]
        table = [line(_HEADINGS), line(marks), *(line(cells) for cells in self._cells())]
        return "\n".join([*lines, *table, "", f"<!-- {MAKER} -->", ""])

    def _csv(self) -> str:
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        names = ["node", "section", "operation", "output", "parameters", "macs", "activations",
                 "receptive_field", "stride"]  # fmt: skip
        writer.writerow(names)
        for row in self.rows:
            values = (
                row.name,
                row.section,
                row.operation,
                size(row.output),
                row.cost.parameters,
                row.cost.macs,
            )
            writer.writerow(
                [
                    *values,
                    row.cost.activations,
                    square(row.cost.receptive_field),
                    square(row.cost.stride),
                ]
            )
        return stream.getvalue()

    def _json(self) -> str:
        document: dict[str, Any] = asdict(self)
        for row in document["rows"]:
            row |= row.pop("cost")
        document["units"] = {**UNITS, "stride": PIXELS}
        return json.dumps(document, indent=2) + "\n"

    def _repr_html_(self) -> str:
        heads = "".join(f"<th>{html.escape(heading)}</th>" for heading in _HEADINGS)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>"
            for cells in self._cells()
        )
        facts = "".join(f"<li>{html.escape(fact)}</li>" for fact in self._facts())
        title = html.escape(self.title)
        return f"<b>{title}</b><ul>{facts}</ul><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def _markdown_text(text: str) -> str:
    flat = " ".join(text.split())
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#|" else c for c in flat)


def summarise(typed: TypedGraph, level: str = "network") -> Summary:
    """The table of a network.

    Args:
        typed: The network.
        level: ``network`` for a row for each node at the top, a use of a block in one; ``op`` for every operation.
    """
    if level not in LEVELS:
        message = f"there is no level '{level}': use {' or '.join(LEVELS)}"
        raise ValueError(message)
    totals = costs(typed)
    graph = typed.graph
    if level == "op":
        rows = [_op_row(typed, index, cost) for index, cost in enumerate(totals.nodes)]
    else:
        tops = [child for section in graph.root.children for child in section.children]
        rows = [_top_row(typed, instance, totals.nodes) for instance in tops]
        rows += [_top_row(typed, head.instance, totals.nodes) for head in graph.heads]
    meta = typed.program.meta
    return Summary(
        name=typed.program.name,
        title=meta.title or typed.program.name,
        input=typed.program.input,
        output=typed.shape(graph.output),
        rows=tuple(rows),
        parameters=totals.parameters,
        parameters_with_auxiliary=totals.parameters_with_auxiliary,
        macs=totals.macs,
        macs_with_auxiliary=totals.macs_with_auxiliary,
        activations=totals.activations,
    )


def _op_row(typed: TypedGraph, index: int, cost: NodeCost) -> Row:
    node = typed.nodes[index]
    return Row(node.name, node.section, typed.operation(index).label(), typed.shapes[index], cost)


def _top_row(typed: TypedGraph, instance: Instance, nodes: tuple[NodeCost, ...]) -> Row:
    inside = [nodes[found.node] for found in instance.walk() if found.node is not None]
    cost = together(nodes[instance.output], inside)
    words, section = _in_words(typed, instance), str(instance.element.path[0])
    return Row(instance.name, section, words, typed.shape(instance.output), cost)


def _in_words(typed: TypedGraph, instance: Instance) -> str:
    element = instance.element
    if isinstance(element, Use):
        return element.block + (f" x{len(instance.children)}" if instance.copies else "")
    if instance.node is None:
        return "auxiliary head"
    return typed.operation(instance.node).label()
