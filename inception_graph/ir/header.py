"""What a spec says of itself beside its nodes."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainValidator, WithJsonSchema

from inception_graph.ops.fields import (
    Count,
    is_int,
    is_number,
    listed,
    not_a_choice,
    out_of_range,
    whole,
    wrong_type,
)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise wrong_type("a text", value)
    return value


def _texts(value: Any) -> tuple[str, ...]:
    items = listed(value)
    if items is None or not all(isinstance(item, str) for item in items):
        raise wrong_type("a list of texts", value)
    return tuple(items)


def _entries(value: Any) -> tuple[Any, ...]:
    items = listed(value)
    if items is None:
        raise wrong_type("a list", value)
    return tuple(items)


def _per_channel(value: Any) -> tuple[float, ...]:
    items = listed(value)
    if not items or not all(is_number(item) for item in items):
        raise wrong_type("a list of numbers, one a channel", value)
    return tuple(float(item) for item in items)


def _deviations(value: Any) -> tuple[float, ...]:
    numbers = _per_channel(value)
    if min(numbers) <= 0:
        raise out_of_range("greater than 0", min(numbers))
    return numbers


def _range(value: Any) -> tuple[float, float]:
    items = listed(value)
    if items is None or len(items) != 2 or not all(is_number(item) for item in items):
        raise wrong_type("[value of black, value of white]", value)
    return float(items[0]), float(items[1])


def _year(value: Any) -> int:
    if not is_int(value):
        raise wrong_type("a year", value)
    return value


def _shape(value: Any) -> tuple[int, ...]:
    items = listed(value)
    if not items or not all(is_int(item) for item in items):
        raise wrong_type("a list of whole numbers", value)
    return tuple(items)


def _share(value: Any) -> float:
    if not is_number(value):
        raise wrong_type("a number", value)
    if not 0 <= value <= 100:
        raise out_of_range("from 0 to 100", value)
    return float(value)


def choice(*words: str) -> Any:
    """A check for one of a few words."""

    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in words:
            raise not_a_choice(list(words), value)
        return value

    return PlainValidator(check)


Text: TypeAlias = Annotated[str, PlainValidator(_text), WithJsonSchema({"type": "string"})]
Texts: TypeAlias = Annotated[
    tuple[str, ...],
    PlainValidator(_texts),
    WithJsonSchema({"type": "array", "items": {"type": "string"}}),
]
_NUMBERS = WithJsonSchema({"type": "array", "items": {"type": "number"}, "minItems": 1})
PerChannel: TypeAlias = Annotated[tuple[float, ...], PlainValidator(_per_channel), _NUMBERS]
Deviations: TypeAlias = Annotated[tuple[float, ...], PlainValidator(_deviations), _NUMBERS]
Range: TypeAlias = Annotated[
    tuple[float, float],
    PlainValidator(_range),
    WithJsonSchema({"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}),
]
Interpolation: TypeAlias = Annotated[
    Literal["nearest", "bilinear", "bicubic"],
    choice("nearest", "bilinear", "bicubic"),
    WithJsonSchema({"enum": ["nearest", "bilinear", "bicubic"]}),
]
ChannelOrder: TypeAlias = Annotated[
    Literal["rgb", "bgr"], choice("rgb", "bgr"), WithJsonSchema({"enum": ["rgb", "bgr"]})
]
Year: TypeAlias = Annotated[int, PlainValidator(_year), WithJsonSchema({"type": "integer"})]
Share: TypeAlias = Annotated[
    float,
    PlainValidator(_share),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100}),
]
Total: TypeAlias = Annotated[
    int, PlainValidator(whole(0)), WithJsonSchema({"type": "integer", "minimum": 0})
]


class Section(BaseModel):
    """What stands under one key: plain values by name."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def section_in(annotation: object) -> type[Section] | None:
    """The section that a field holds, alone or several of them, or None where it holds none."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    inner = (section_in(argument) for argument in get_args(annotation))
    return next((section for section in inner if section is not None), None)


class Accuracy(Section):
    """How many of ImageNet's validation images were classified correctly."""

    top1: Share | None = None
    """Share of images whose class comes first, in percent."""
    top5: Share | None = None
    """Share of images whose class is among the first five, in percent."""
    crops: Count | None = None
    """How many crops of each image were averaged; one unless given."""
    source: Text
    """Where it is published."""


class Meta(Section):
    """What the network is and where it comes from."""

    title: Text | None = None
    """The name that people know it by."""
    class_name: Text | None = None
    """What the emitted class is called; made from the spec's name unless given."""
    paper: Text | None = None
    """Where it was published, such as arXiv:1409.4842."""
    year: Year | None = None
    """When it was published."""
    source: Text | None = None
    """What the numbers were taken from."""
    notes: Texts = ()
    """Where paper and code differ, and other things to know."""
    accuracy: Annotated[tuple[Accuracy, ...], BeforeValidator(_entries)] = ()
    """What the network reaches as published."""


class Input(Section):
    """The size of one image."""

    channels: Count
    """Number of channels."""
    height: Count
    """Height in pixels."""
    width: Count
    """Width in pixels."""


class Preprocess(Section):
    """How an image becomes an input: resize, crop, scale to a range, then (value - mean) / std."""

    resize: Count | None = None
    """Length of the shorter side, in pixels, before the crop."""
    crop: Count | None = None
    """Side of the centred square that is cut out, in pixels."""
    interpolation: Interpolation = "bilinear"
    """How the image is resized."""
    channel_order: ChannelOrder = "rgb"
    """Order of the colours."""
    range: Range = (0.0, 1.0)
    """Values of black and white."""
    mean: PerChannel | None = None
    """Subtracted from each channel, in units of the range."""
    std: Deviations | None = None
    """Each channel is divided by it."""


class Expect(Section):
    """What must come out: a spec tests itself."""

    parameters: Total | None = None
    """Trained weights of the network without auxiliary heads."""
    parameters_with_auxiliary: Total | None = None
    """Trained weights with them."""
    macs: Total | None = None
    """Multiply-accumulates of convolutions and linear layers for one image, without heads."""
    macs_with_auxiliary: Total | None = None
    """The same with them."""
    output: (
        Annotated[
            tuple[int, ...],
            PlainValidator(_shape),
            WithJsonSchema({"type": "array", "items": {"type": "integer", "minimum": 1}}),
        ]
        | None
    ) = None
    """Shape of the output of one image."""
