"""Types of operations' fields: how YAML values are checked, and what an editor says of them.

The checks keep the very number that they are given, so that a traced number stays traced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, TypeGuard, cast

from pydantic import PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from inception_graph.ops.window import Padding, Pads

if TYPE_CHECKING:
    from collections.abc import Callable


def show(value: object) -> str:
    """A value in a message: short, as YAML would have it."""
    words = {None: "nothing", True: "true", False: "false"}
    if value is None or isinstance(value, bool):
        return words[value]
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list"
    text = f"'{value}'" if isinstance(value, str) else str(value)
    return text if len(text) <= 40 else text[:36] + "...'"


def wrong_type(expected: str, value: object) -> PydanticCustomError:
    """The error for a value of another kind."""
    said = {"expected": expected, "found": show(value)}
    return PydanticCustomError("wrong_type", "expected {expected}, found {found}", said)


def out_of_range(expected: str, value: object) -> PydanticCustomError:
    """The error for a number outside its bounds."""
    said = {"expected": expected, "found": show(value)}
    return PydanticCustomError("out_of_range", "must be {expected}, not {found}", said)


def not_a_choice(choices: list[str], value: object) -> PydanticCustomError:
    """The error for a word that is not one of those known."""
    return PydanticCustomError(
        "not_a_choice",
        "expected one of {choices}, found {found}",
        {"choices": ", ".join(choices), "found": show(value), "word": value, "known": choices},
    )


def is_int(value: object) -> TypeGuard[int]:
    """Whether a value is a whole number; true and false are not."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a value is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def listed(value: object) -> list[Any] | None:
    """The items of a list, or None where a value is no list."""
    return list(cast("list[Any]", value)) if isinstance(value, list | tuple) else None


def keyed(value: object) -> dict[str, Any] | None:
    """The entries of a mapping, or None where a value is no mapping."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def whole(at_least: int) -> Callable[[Any], int]:
    """A check for whole numbers from a bound on."""

    def check(value: Any) -> int:
        if not is_int(value):
            raise wrong_type("a whole number", value)
        if value < at_least:
            bound = f"at least {at_least}"
            raise out_of_range(bound, value)
        return value

    return check


def _pair(at_least: int) -> Callable[[Any], tuple[int, int]]:
    single = whole(at_least)

    def check(value: Any) -> tuple[int, int]:
        cells = listed(value) or [value, value]
        if len(cells) != 2 or not all(is_int(cell) for cell in cells):
            raise wrong_type("a whole number or [height, width]", value)
        return single(cells[0]), single(cells[1])

    return check


def _span(value: Any) -> tuple[int, int]:
    ends = listed(value) or []
    if len(ends) != 2 or not all(is_int(end) for end in ends):
        raise wrong_type("[start, length]", value)
    return whole(0)(ends[0]), whole(1)(ends[1])


def _number(check_range: Callable[[float], bool], expected: str) -> Callable[[Any], float]:
    def check(value: Any) -> float:
        if not is_number(value):
            raise wrong_type("a number", value)
        if not check_range(value):
            raise out_of_range(expected, value)
        return value

    return check


_PADDING = "'same', 'valid', a whole number, [height, width] or [top, bottom, left, right]"


def sides(value: Any) -> Pads:
    """Cells around a map, from a number, [height, width] or [top, bottom, left, right]."""
    items = listed(value) or [value] * 4
    if len(items) == 2 and all(isinstance(item, tuple) for item in items):
        return value  # already in its final form
    if len(items) not in (2, 4) or not all(is_int(item) for item in items):
        raise wrong_type(_PADDING, value)
    if min(items) < 0:
        raise out_of_range("at least 0", min(items))
    top, bottom, left, right = items if len(items) == 4 else [*items[:1] * 2, *items[1:] * 2]
    return (top, bottom), (left, right)


def _padding(value: Any) -> Padding:
    if value in ("same", "valid"):
        return value
    if isinstance(value, str):
        raise not_a_choice(["same", "valid"], value)
    return sides(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise wrong_type("true or false", value)
    return value


OPTIONS_OF = "optionsOf"
"""In the schema of a field: here stand the fields of the operation of this key."""

SIZE: dict[str, Any] = {"type": "integer", "minimum": 1}
_CELLS = {"type": "integer", "minimum": 0}


def or_pair(single: dict[str, Any]) -> dict[str, Any]:
    """The schema of a value or of two such, for height and width."""
    return {"anyOf": [single, {"type": "array", "items": single, "minItems": 2, "maxItems": 2}]}


_SIDES = [_CELLS, {"type": "array", "items": _CELLS, "minItems": 2, "maxItems": 2},
          {"type": "array", "items": _CELLS, "minItems": 4, "maxItems": 4}]  # fmt: skip

Count: TypeAlias = Annotated[int, PlainValidator(whole(1)), WithJsonSchema(SIZE)]
Pair: TypeAlias = Annotated[
    tuple[int, int], PlainValidator(_pair(1)), WithJsonSchema(or_pair(SIZE))
]
Span: TypeAlias = Annotated[
    tuple[int, int],
    PlainValidator(_span),
    WithJsonSchema({"type": "array", "items": _CELLS, "minItems": 2, "maxItems": 2}),
]
Flag: TypeAlias = Annotated[bool, PlainValidator(_flag), WithJsonSchema({"type": "boolean"})]
Number: TypeAlias = Annotated[
    float, PlainValidator(_number(lambda _: True, "a number")), WithJsonSchema({"type": "number"})
]
Positive: TypeAlias = Annotated[
    float,
    PlainValidator(_number(lambda value: value > 0, "greater than 0")),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0}),
]
Rate: TypeAlias = Annotated[
    float,
    PlainValidator(_number(lambda value: 0 <= value < 1, "at least 0 and less than 1")),
    WithJsonSchema({"type": "number", "minimum": 0, "exclusiveMaximum": 1}),
]
Sides: TypeAlias = Annotated[Pads, PlainValidator(sides), WithJsonSchema({"anyOf": _SIDES})]
WindowPadding: TypeAlias = Annotated[
    Padding,
    PlainValidator(_padding),
    WithJsonSchema({"anyOf": [{"enum": ["same", "valid"]}, *_SIDES]}),
]
