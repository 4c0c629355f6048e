"""From pydantic's errors to diagnostics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inception_graph.diagnostics.codes import Code
from inception_graph.diagnostics.report import Related, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pydantic import BaseModel, ValidationError

    from inception_graph.diagnostics.report import Report
    from inception_graph.diagnostics.source import Path, Places

_CODES = {
    "wrong_type": Code.WRONG_TYPE,
    "out_of_range": Code.OUT_OF_RANGE,
    "not_a_choice": Code.NOT_A_CHOICE,
    "literal_error": Code.NOT_A_CHOICE,
}


def report_faults(
    error: ValidationError,
    model: type[BaseModel],
    what: str,
    report: Report,
    places: Places,
    path_of: Callable[[Path], Path],
    *,
    known: Iterable[str] = (),
    symbolic: frozenset[str] = frozenset(),
    related: tuple[Related, ...] = (),
) -> bool:
    """Report every fault of a validation at the key or value to blame; whether there was any.

    Args:
        error: What pydantic found.
        model: The class that was to be made.
        what: The thing in words, such as ``conv``.
        report: Where to report.
        places: Where values stand.
        path_of: The document's path for pydantic's ``loc``.
        known: Keys that may stand beside the model's fields.
        symbolic: Fields whose value is not known yet; that they are missing is no fault.
        related: Places that every one of the diagnostics is to show.
    """
    found = False
    for fault in error.errors(include_url=False, include_input=False):
        location: Path = fault["loc"]
        context: dict[str, Any] = fault.get("ctx", {})
        kind = fault["type"]
        if kind == "missing":
            if len(location) == 1 and location[0] in symbolic:
                continue
            place = places.key(path_of(location[:-1]))
            message, hint = f"{what} needs '{location[-1]}'", f"add '{location[-1]}:'"
            report.add(Code.MISSING_KEY, message, place, hint=hint, related=related)
        elif kind == "extra_forbidden":
            fields = [*model.model_fields, *known] if len(location) == 1 else _nested_fields(model, location)
            hint = did_you_mean(str(location[-1]), fields) or f"known here: {', '.join(fields)}"
            message = f"{what} has no '{str(location[-1])[:60]}'"
            report.add(Code.UNKNOWN_KEY, message, places.key(path_of(location)), hint=hint, related=related)
        else:
            message = f"'{location[-1]}': {fault['msg'][:1].lower()}{fault['msg'][1:]}" if location else fault["msg"]
            hint = did_you_mean(str(context["word"]), context["known"]) if "known" in context else None
            code = _CODES.get(kind, Code.WRONG_TYPE)
            report.add(code, message, places.value(path_of(location)), hint=hint, related=related)
        found = True
    return found


def _nested_fields(model: type[BaseModel], location: Path) -> list[str]:
    """Names that may stand where a nested fault was found."""
    from inception_graph.ops.registry import operations

    inner = operations().get(str(location[-2]))
    return list(inner.model_fields) if inner else list(operations())
