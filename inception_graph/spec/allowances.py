"""``allow``: advice that an author has weighed and set aside, each with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inception_graph.diagnostics.codes import Code
from inception_graph.ops.fields import show
from inception_graph.spec.tree import Mapping, Scalar, is_null, place

if TYPE_CHECKING:
    from inception_graph.diagnostics.report import Report

ALLOW = "allow"
"""The key; it may stand at a node, a block, an auxiliary head and at the top of a spec."""

_ADVICE = [code for code in Code if code.severity == "advice"]


def read_allowance(holder: Mapping, report: Report) -> dict[str, str]:
    """Reasons by code, from what holds the key; faults are reported and left out."""
    tree = holder.get(ALLOW)
    if tree is None or is_null(tree):
        return {}
    if not isinstance(tree, Mapping):
        message = f"'{ALLOW}' holds reasons by the code of an advice, not {show(tree.plain())}"
        hint = "write allow: {A701: the reason}"
        report.add(Code.WRONG_TYPE, message, place(tree), hint=hint)
        return {}
    known = [code.value for code in _ADVICE]
    reasons: dict[str, str] = {}
    for code, (key, reason) in tree.entries.items():
        if code not in known:
            hint = report.did_you_mean(code, known) or "'inception-graph explain' lists all codes"
            message = f"'{code[:60]}' is no code of an advice, which alone can be allowed"
            report.add(Code.NOT_A_CHOICE, message, place(key), hint=hint)
        elif isinstance(reason, Scalar) and isinstance(reason.value, str) and reason.value.strip():
            reasons[code] = reason.value
        else:
            message = (
                f"'{code}' is allowed for a reason, which is a text, not {show(reason.plain())}"
            )
            hint = "say why the advice does not hold here"
            report.add(Code.WRONG_TYPE, message, place(key), hint=hint)
    return reasons


def allowance_schema() -> dict[str, Any]:
    """JSON Schema of what stands under the key."""
    return {
        "description": "Advice that is set aside for this and all inside of it: reasons by code.",
        "type": ["object", "null"],
        "properties": {
            code.value: {
                "description": f"Why this is meant: {code.title}.",
                "type": ["string", "null"],
            }
            for code in _ADVICE
        },
        "additionalProperties": False,
    }
