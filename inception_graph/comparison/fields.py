"""The fields of two operations side by side, as YAML would write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel

from inception_graph.comparison.edits import Field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inception_graph.ops.base import Operation
    from inception_graph.ops.window import Shape
    from inception_graph.spec.yaml_text import Written


def fields(one: Operation, other: Operation, x: tuple[Shape, Shape]) -> tuple[Field, ...]:
    """Where two operations differ.

    Padding and stride count as equal where both come to the same on these inputs, however they are written.

    Args:
        one: The operation before.
        other: The operation after.
        x: What each reads.
    """
    if type(one) is type(other):
        return tuple(_differing(one, other, _settled(one, other, x)))
    words = Field("operation", one.label(), other.label())
    shared = type(one).model_fields.keys() & type(other).model_fields.keys()
    gone = set(type(one).model_fields) - shared
    return (words, *_differing(one, other, gone | _settled(one, other, x)))


def _settled(one: Operation, other: Operation, x: tuple[Shape, Shape]) -> set[str]:
    """Fields of the windows that come to the same."""
    windows = [
        operation.window(shape) if len(shape) == 3 else None
        for operation, shape in zip((one, other), x, strict=True)
    ]
    if windows[0] is None or windows[1] is None:
        return set()
    settled = {"padding"} if windows[0].pads == windows[1].pads else set[str]()
    return settled | ({"stride"} if windows[0].stride == windows[1].stride else set())


def _differing(one: BaseModel, other: BaseModel, settled: set[str]) -> Iterator[Field]:
    for name in type(one).model_fields:
        if name in settled:
            continue
        before, after = getattr(one, name), getattr(other, name)
        if before == after:
            continue
        if isinstance(before, BaseModel) and type(before) is type(after):
            for inner in _differing(before, after, set()):
                yield Field(f"{name}.{inner.name}", inner.before, inner.after)
        else:
            yield Field(name, written(before), written(after))


def written(value: Any) -> Written:
    """A field's value as YAML would hold it, in its shortest form."""
    if isinstance(value, BaseModel):
        options = {
            name: written(getattr(value, name))
            for name, field in type(value).model_fields.items()
            if getattr(value, name) != field.default
        }
        key = getattr(type(value), "key", type(value).__name__)
        return {key: options} if options else key
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, tuple):
        return value
    items = cast("tuple[Any, ...]", value)
    if len(items) == 2 and isinstance(items[0], str):
        return {items[0]: written(items[1])}
    if len(items) == 2 and all(isinstance(item, tuple) for item in items):
        # Sides of a map: (top, bottom) and (left, right).
        sides = [*items[0], *items[1]]
        both = items[0][0] == items[0][1] and items[1][0] == items[1][1]
        return written((sides[0], sides[2])) if both else sides
    if len(items) == 2 and items[0] == items[1]:
        return written(items[0])
    return [written(item) for item in items]
