"""Nodes whose work is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.diagnostics.codes import Code
from inception_graph.ir.elaborate import block_uses

if TYPE_CHECKING:
    from inception_graph.diagnostics.report import Report
    from inception_graph.ir.graph import Graph


def report_unread(graph: Graph, report: Report) -> None:
    """Report every node whose output no node, head or user reads."""
    kept = {graph.output, *(head.output for head in graph.heads)}
    for index, readers in enumerate(graph.readers):
        if not readers and index not in kept:
            node = graph.nodes[index]
            where = graph.program.places.key(node.path)
            message = f"nothing reads the output of '{node.name}'"
            report.add(
                Code.UNREAD_OUTPUT,
                message,
                where,
                related=block_uses(graph.program, node.frames),
                hint="remove the node, or let another read it with 'from'",
            )
