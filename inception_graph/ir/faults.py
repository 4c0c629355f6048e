"""From pydantic's errors to diagnostics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inception_graph.diagnostics.codes import Code
from inception_graph.diagnostics.report import Related, listed, nearest
from inception_graph.ir.header import section_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pydantic import BaseModel, ValidationError

    from inception_graph.diagnostics.report import Report
    from inception_graph.diagnostics.source import Path, Place, Places

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
    faults = error.errors(include_url=False, include_input=False)
    missing: dict[Path, list[str]] = {}
    strange: dict[Path, list[str]] = {}
    for fault in faults:
        location: Path = fault["loc"]
        if fault["type"] == "missing" and not (len(location) == 1 and location[0] in symbolic):
            missing.setdefault(location[:-1], []).append(str(location[-1]))
        elif fault["type"] == "extra_forbidden":
            strange.setdefault(location[:-1], []).append(str(location[-1]))
    found = bool(missing)
    for parent, names in missing.items():
        # A misspelt key is not missing as well.
        meant = {nearest(name, names) for name in strange.get(parent, ())}
        if absent := [name for name in names if name not in meant]:
            place = places.key(path_of(parent))
            hint = f"add {', '.join(f'{name}: ...' for name in absent)}"
            message = f"{_owner(what, parent)} needs {listed(absent)}"
            report.add(Code.MISSING_KEY, message, place, hint=hint, related=related)
    for fault in faults:
        location = fault["loc"]
        context: dict[str, Any] = fault.get("ctx", {})
        if fault["type"] == "missing":
            continue
        found = True
        if fault["type"] == "extra_forbidden":
            at_top = len(location) == 1
            fields = [*model.model_fields, *known] if at_top else _nested_fields(model, location)
            hint = (
                report.did_you_mean(str(location[-1]), fields) or f"known here: {', '.join(fields)}"
            )
            message = f"{_owner(what, location[:-1])} has no '{str(location[-1])[:60]}'"
            place = places.key(path_of(location))
            report.add(Code.UNKNOWN_KEY, message, place, hint=hint, related=related)
            continue
        text = "expected fields by name" if fault["type"] == "model_type" else fault["msg"]
        message = f"'{_name(location)}': {text[:1].lower()}{text[1:]}" if location else text
        hint = (
            report.did_you_mean(str(context["word"]), context["known"])
            if "known" in context
            else None
        )
        code = _CODES.get(fault["type"], Code.WRONG_TYPE)
        report.add(code, message, places.value(path_of(location)), hint=hint, related=related)
    return found


def _owner(what: str, parent: Path) -> str:
    """What a key belongs to: the whole thing, or the option inside it."""
    return f"'{_name(parent)}'" if parent else what


def _name(location: Path) -> str:
    """The last key on the way to a value; an index says nothing to a reader."""
    return str(next((step for step in reversed(location) if isinstance(step, str)), ""))


def _nested_fields(model: type[BaseModel], location: Path) -> list[str]:
    """Names that may stand where a nested fault was found."""
    from inception_graph.ops.registry import operations

    section: type[BaseModel] | None = None
    for step in location[:-1]:
        fields = (section or model).model_fields
        section = section_in(fields[step].annotation) if step in fields else section
    inner = section or operations().get(str(location[-2]))
    return list(inner.model_fields) if inner else list(operations())


def blame_removal(name: str, removed: Mapping[str, Place], where: Place, report: Report) -> bool:
    """Report a name that a variant removed though something needs it still; whether that is so."""
    if name not in removed:
        return False
    related = (Related("this needs it", where),)
    message = f"'{name}' is removed here, but something needs it still"
    hint = "remove or change what needs it, too"
    report.add(Code.STILL_NEEDED, message, removed[name], related=related, hint=hint)
    return True
