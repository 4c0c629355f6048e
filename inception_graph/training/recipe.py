"""The recipe of a run: that of a spec, with what the command line says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from inception_graph.diagnostics.report import did_you_mean, listed
from inception_graph.ir.training import Training
from inception_graph.training.errors import TrainingError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


_OF_THE_OPTIMISER = ("momentum", "decay", "epsilon")


def recipe(own: Training | None, changes: Mapping[str, Any]) -> Training:
    """The recipe of a spec with some fields changed.

    With another optimiser, momentum, decay and epsilon of the spec's are dropped: they mean something else there.

    Args:
        own: That of the spec, if it has one.
        changes: Plain values by field; None drops what the spec says.

    Raises:
        TrainingError: The spec has no recipe and the changes make none, or a change is not possible.
    """
    values = {name: getattr(own, name) for name in own.model_fields_set} if own else {}
    if changes.get("optimizer", values.get("optimizer")) != values.get("optimizer"):
        values = {name: value for name, value in values.items() if name not in _OF_THE_OPTIMISER}
    values = {name: value for name, value in {**values, **changes}.items() if value is not None}
    try:
        return Training.model_validate(values)
    except ValidationError as error:
        raise TrainingError(_message(error)) from None


def _message(error: ValidationError) -> str:
    """The first fault in a sentence; a word that is no field goes before what is missing."""
    faults = error.errors(include_url=False)
    for fault in faults:
        name = str(fault["loc"][0])
        if fault["type"] == "extra_forbidden":
            hint = did_you_mean(name, list(Training.model_fields)) or "its fields are in the schema"
            return f"a recipe has no '{name[:60]}': {hint}"
    missing = [str(fault["loc"][0]) for fault in faults if fault["type"] == "missing"]
    if missing:
        examples = " ".join(f"--set training.{name}=..." for name in missing)
        return (
            f"the spec has no 'training:' that says {listed(missing)}: add it, or give {examples}"
        )
    fault = faults[0]
    context = fault.get("ctx", {})
    near = did_you_mean(str(context["word"]), context["known"]) if "known" in context else None
    said = f"training.{fault['loc'][0]}: {fault['msg']}"
    return f"{said}: {near}" if near else said


def advice(own: Training | None, changes: Mapping[str, Any]) -> Iterator[str]:
    """What else should be changed with what was, in sentences."""
    if own is None or "learning_rate" in changes:
        return
    rate, batch = own.learning_rate, changes.get("batch", own.batch)
    if changes.get("optimizer", own.optimizer) != own.optimizer:
        yield (
            f"the learning rate of {rate:g} is that of {own.optimizer}: "
            "--set training.learning_rate=... gives another"
        )
    elif batch != own.batch:
        scaled = f"{rate * batch / own.batch:.3g}"
        yield (
            f"the learning rate of {rate:g} is for a batch of {own.batch}; scaled linearly it would be {scaled} "
            f"for {batch}: --set training.learning_rate={scaled}"
        )
