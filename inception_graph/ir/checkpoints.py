"""Public weights that fit a network: where they come from, and what its layers are called there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from inception_graph.ir.header import (
    Preprocess,
    Section,
    Share,
    Text,
    Texts,
    choice,
)
from inception_graph.ops.fields import Flag, keyed, wrong_type

if TYPE_CHECKING:
    from collections.abc import Callable

LAYOUTS = ("torch", "keras", "tensorflow")


def _mapping(expected: str) -> Callable[[Any], dict[str, Any]]:
    def check(value: Any) -> dict[str, Any]:
        entries = keyed(value)
        if entries is None:
            raise wrong_type(expected, value)
        return entries

    return check


def _word(value: Any) -> str:
    """A text; none at all is the empty one."""
    if value is not None and not isinstance(value, str):
        raise wrong_type("a text", value)
    return value or ""


Layout: TypeAlias = Annotated[
    Literal["torch", "keras", "tensorflow"],
    choice(*LAYOUTS),
    WithJsonSchema({"enum": list(LAYOUTS)}),
]
_Word: TypeAlias = Annotated[
    str, PlainValidator(_word), WithJsonSchema({"type": ["string", "null"]})
]


class Release(Section):
    """Weights that somebody published, with the accuracy that they state."""

    top1: Share | None = None
    """Share of ImageNet's validation images whose class comes first, in percent."""
    top5: Share | None = None
    """Share of those whose class is among the first five, in percent."""
    source: Text | None = None
    """Where the accuracy is published."""
    url: Text | None = None
    """Where the weights are, as their publisher gives it."""


class CheckpointSource(Section):
    """A library whose weights fit: how its tensors are called and laid out."""

    layout: Layout
    """How a layer's tensors are called and laid out: torch, keras or tensorflow."""
    parts: Annotated[
        dict[str, _Word], BeforeValidator(_mapping("a mapping of our parts to theirs"))
    ] = Field(default_factory=dict[str, str])
    """What the parts of a layer are called there, such as norm: bn."""
    scale: Flag = True
    """Whether its batch normalisations have a scale (gamma)."""
    convolutions: Texts = ()
    """Linear layers of ours that are 1x1 convolutions there."""
    background: Flag = False
    """Whether class 0 is "background", so that there is one class more."""
    preprocess: Preprocess | None = None
    """How its images become inputs, where that differs from the spec's."""
    released: Annotated[
        dict[str, Release], BeforeValidator(_mapping("a mapping of releases by name"))
    ] = Field(default_factory=dict[str, Release])
    """Weights that were published, by name."""
    names: Annotated[dict[str, Text], BeforeValidator(_mapping("a mapping of our names to theirs"))]
    """Rules, ours to theirs; the first that matches a layer names it, as nothing where it says none."""
