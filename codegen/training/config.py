"""What a run is told: config.yaml, one `name: value` a line, every value written as JSON."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from training.errors import RunError

_SECTION = "training."
_AT_LEAST_ONE = ("epochs", "batch", "accumulate", "log_every", "keep", "alarm_after")
_ABOVE_ZERO = ("learning_rate", "schedule_every")
EXECUTION = (
    "channels_last", "compile", "accumulate", "gradient_checkpointing", "deterministic", "workers",
    "log_every", "checkpoint_every", "keep", "unreadable", "alarm_after",
)  # fmt: skip
"""What may change when a run is resumed without making it another run."""
FIXED = (
    "name", "network", "digest", "input", "classes", "preprocess", "batch", "optimizer",
    "weight_decay_on", "ema", "precision", "seed", "holdout",
)  # fmt: skip
"""What positions and states of a checkpoint mean something by only as long as it stays."""


class Config(SimpleNamespace):
    """Values by name, in the order of the file. What each means stands beside it there."""

    def changed_since(self, earlier: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
        """Values before and now of what was another in an earlier part of the run and makes another result."""
        now = vars(self)
        names = [name for name in now if name not in EXECUTION]
        return {n: (earlier.get(n), now[n]) for n in names if earlier.get(n) != now[n]}


def read_config(path: Path, overrides: Iterable[str] = ()) -> Config:
    """The values of a file, some of them replaced.

    Args:
        path: Usually config.yaml of the run's directory.
        overrides: `name=value` pairs; a value is JSON or a bare word, and names may be written as in a spec,
            `training.name`.

    Raises:
        RunError: The file cannot be read, a line is none of ours, or an override fits nothing.
    """
    values: dict[str, Any] = {}
    for number, line in enumerate(_text(path).splitlines(), 1):
        name, colon, value = line.partition(":")
        if not line.strip() or line.startswith("#"):
            continue
        if not colon or not name.isidentifier():
            raise RunError(f"{path.name}:{number}: write 'name: value', the value as JSON")
        values[name] = _value(value)
    for override in overrides:
        name, equals, value = override.removeprefix(_SECTION).partition("=")
        if not equals:
            raise RunError(f"'--set {override}' is not of the form name=value")
        _check_known(name, values)
        values[name] = _alike(name, values[name], _value(value))
    _check_bounds(values)
    return Config(**values)


def _check_bounds(values: dict[str, Any]) -> None:
    for name, value in values.items():
        if name in _AT_LEAST_ONE and not value >= 1:
            raise RunError(f"'{name}' is {value}: it must be 1 or more")
        if name in _ABOVE_ZERO and not value > 0:
            raise RunError(f"'{name}' is {value}: it must be above 0")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(f"'{path}' cannot be read: {error}") from error


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text.strip()


def _check_known(name: str, values: dict[str, Any]) -> None:
    if name in values:
        return
    near = difflib.get_close_matches(name, values, 1)
    hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(values)}"
    raise RunError(f"the recipe has no '{name}': {hint}")


def _alike(name: str, before: Any, after: Any) -> Any:
    """A new value of the kind that was there; what was null may become anything."""
    kinds = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "a word",
        list: "a list",
    }
    for kind, words in kinds.items():
        if isinstance(before, kind):
            fits = isinstance(after, int | float if kind in (int, float) else kind)
            if not fits or isinstance(after, bool) != isinstance(before, bool):
                raise RunError(f"'{name}' must be {words}, not {after!r}")
            break
    return after
