"""A spec tests itself: what it expects against what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.analysis.costs import costs
from inception_graph.diagnostics.codes import Code
from inception_graph.ops.base import size

if TYPE_CHECKING:
    from inception_graph.diagnostics.report import Report
    from inception_graph.ir.graph import TypedGraph

_TOTALS = {
    "parameters": Code.PARAMETERS_EXPECTED,
    "parameters_with_auxiliary": Code.PARAMETERS_EXPECTED,
    "macs": Code.MACS_EXPECTED,
    "macs_with_auxiliary": Code.MACS_EXPECTED,
}


def check_expectations(typed: TypedGraph, report: Report) -> None:
    """Report every expectation that the network does not meet.

    Expectations are those of the variables as written: a variant made by other values is held to none.
    """
    program = typed.program
    if program.expect is None or program.varied:
        return
    totals = costs(typed)
    for name, code in _TOTALS.items():
        expected: int | None = getattr(program.expect, name)
        found: int = getattr(totals, name)
        if expected is not None and expected != found:
            message = f"'{name}' is {found:,}, not {expected:,} as expected ({found - expected:+,})"
            where = program.places.value(("expect", name))
            report.add(
                code, message, where, hint=f"if the change is meant, write '{name}: {found}'"
            )
    output = typed.shape(typed.graph.output)
    if program.expect.output is not None and program.expect.output != output:
        message = f"the output is {size(output)}, not {size(program.expect.output)} as expected"
        where = program.places.value(("expect", "output"))
        hint = f"if the change is meant, write 'output: {list(output)}'"
        report.add(Code.OUTPUT_EXPECTED, message, where, hint=hint)
