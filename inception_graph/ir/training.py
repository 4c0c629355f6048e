"""How a network is trained: the recipe of a spec, with every default and every bound."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import PlainValidator, ValidationInfo, WithJsonSchema, field_validator
from pydantic_core import PydanticCustomError

from inception_graph.ir.header import Section, Text, choice
from inception_graph.ops.fields import (
    Count,
    Flag,
    is_number,
    listed,
    out_of_range,
    whole,
    wrong_type,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def _number(expected: str, holds: Callable[[float], bool]) -> Callable[[Any], float]:
    """A check for finite numbers within bounds."""

    def check(value: Any) -> float:
        if not is_number(value) or not math.isfinite(value):
            raise wrong_type("a number", value)
        if not holds(value):
            raise out_of_range(expected, value)
        return float(value)

    return check


def _ascending(expected: str, most: float) -> Callable[[Any], tuple[float, float]]:
    """A check for two numbers, the smaller first, above 0 and up to a bound."""

    def check(value: Any) -> tuple[float, float]:
        ends = listed(value) or []
        if len(ends) != 2 or not all(is_number(end) and math.isfinite(end) for end in ends):
            raise wrong_type("[smallest, largest]", value)
        low, high = float(ends[0]), float(ends[1])
        if not 0 < low <= high <= most:
            said = {"expected": expected, "found": f"[{low:g}, {high:g}]"}
            raise PydanticCustomError("out_of_range", "must be {expected}, not {found}", said)
        return low, high

    return check


def _schema(**bounds: float) -> WithJsonSchema:
    return WithJsonSchema({"type": "number", **bounds})


def _pair(**bounds: float) -> WithJsonSchema:
    ends = {"type": "number", "exclusiveMinimum": 0, **bounds}
    return WithJsonSchema({"type": "array", "items": ends, "minItems": 2, "maxItems": 2})


def _seed(value: Any) -> int:
    if whole(0)(value) > _LARGEST_SEED:
        bound = f"at most {_LARGEST_SEED}"
        raise out_of_range(bound, value)
    return value


_LARGEST_SEED = 2**31 - 1
_Seed: TypeAlias = Annotated[
    int,
    PlainValidator(_seed),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": _LARGEST_SEED}),
]
_Whole: TypeAlias = Annotated[
    int, PlainValidator(whole(0)), WithJsonSchema({"type": "integer", "minimum": 0})
]
_Positive: TypeAlias = Annotated[
    float,
    PlainValidator(_number("greater than 0", lambda value: value > 0)),
    _schema(exclusiveMinimum=0),
]
_Amount: TypeAlias = Annotated[
    float, PlainValidator(_number("at least 0", lambda value: value >= 0)), _schema(minimum=0)
]
_AtLeastOne: TypeAlias = Annotated[
    float, PlainValidator(_number("at least 1", lambda value: value >= 1)), _schema(minimum=1)
]
_Share: TypeAlias = Annotated[
    float,
    PlainValidator(_number("from 0 to 1", lambda value: 0 <= value <= 1)),
    _schema(minimum=0, maximum=1),
]
_Part: TypeAlias = Annotated[
    float,
    PlainValidator(_number("between 0 and 1", lambda value: 0 < value < 1)),
    _schema(exclusiveMinimum=0, exclusiveMaximum=1),
]
_Decay: TypeAlias = Annotated[
    float,
    PlainValidator(_number("at least 0 and less than 1", lambda value: 0 <= value < 1)),
    _schema(minimum=0, exclusiveMaximum=1),
]
_Area: TypeAlias = Annotated[
    tuple[float, float],
    PlainValidator(_ascending("two ascending shares above 0 and up to 1", 1.0)),
    _pair(maximum=1),
]
_Ratio: TypeAlias = Annotated[
    tuple[float, float],
    PlainValidator(_ascending("two ascending numbers above 0", math.inf)),
    _pair(),
]


def _word(*words: str) -> tuple[Any, WithJsonSchema]:
    return choice(*words), WithJsonSchema({"enum": list(words)})


_Optimizer: TypeAlias = Annotated[
    Literal["sgd", "rmsprop", "adamw"], *_word("sgd", "rmsprop", "adamw")
]
_Schedule: TypeAlias = Annotated[
    Literal["constant", "exponential", "step", "cosine", "poly"],
    *_word("constant", "exponential", "step", "cosine", "poly"),
]
_Moment: TypeAlias = Annotated[Literal["epoch", "step"], *_word("epoch", "step")]
_Decayed: TypeAlias = Annotated[Literal["all", "weights"], *_word("all", "weights")]
_Precision: TypeAlias = Annotated[
    Literal["float32", "bfloat16", "float16"], *_word("float32", "bfloat16", "float16")
]


class Training(Section):
    """How the network is trained: optimiser, schedule, augmentation, and how a run is carried out."""

    source: Text | None = None
    """Where the recipe is published, and what of it is not."""
    epochs: Count
    """How often every image is seen."""
    batch: Count
    """Images of one step of the optimiser, over all processes and accumulations."""
    optimizer: _Optimizer
    """SGD with momentum, RMSProp as TensorFlow computes it (epsilon inside of the root), or AdamW."""
    learning_rate: _Positive
    """The rate before any schedule."""
    momentum: _Decay | None = None
    """Momentum, beta1 for AdamW; 0.9 unless given."""
    decay: _Decay | None = None
    """Decay of the mean square: 0.9 for RMSProp, 0.999 (beta2) for AdamW unless given; SGD has none."""
    epsilon: _Positive | None = None
    """Added to the mean square: 1.0 for RMSProp, 1e-8 for AdamW (to its root) unless given; SGD has none."""
    weight_decay: _Amount = 0.0
    """Decay of weights: part of the gradient, but for AdamW, which keeps it apart."""
    weight_decay_on: _Decayed = "all"
    """Whether all parameters decay, or weights only: no biases and nothing of normalisations."""
    bias_rate: _Amount = 1.0
    """The learning rate of biases is this many times that of the rest (Caffe's lr_mult)."""
    schedule: _Schedule = "constant"
    """How the rate falls: exponential smoothly, step in jumps; cosine and poly end with the last epoch."""
    schedule_factor: _Share = 0.1
    """What exponential and step multiply the rate by each time."""
    schedule_every: _Positive = 1.0
    """How far apart these times are, counted in schedule_unit."""
    schedule_power: _Positive = 1.0
    """The power of poly."""
    schedule_end: _Amount = 0.0
    """The rate at which cosine and poly end."""
    schedule_unit: _Moment = "epoch"
    """What schedule_every and warmup count."""
    schedule_update: _Moment = "step"
    """Whether the rate moves with every step or with every epoch."""
    warmup: _Amount = 0.0
    """How long the rate rises from 0, counted in schedule_unit."""
    label_smoothing: _Decay = 0.0
    """Share e of the target that is spread over all K classes: 1 - e for the label, and e / K for each."""
    clip_norm: _Positive | None = None
    """The norm that the gradient of all parameters together is cut down to."""
    ema: _Decay | None = None
    """Decay of a running (Polyak) average of the weights, which is what is evaluated and kept."""
    norm_decay: _Decay | None = None
    """Decay of the running statistics of batch normalisation, as TensorFlow counts it; the spec's own unless given."""
    crop_area: _Area = (0.08, 1.0)
    """Smallest and largest share of an image's area that a training crop takes."""
    crop_ratio: _Ratio = (0.75, 4 / 3)
    """Smallest and largest aspect, width by height, of a training crop."""
    flip: Flag = True
    """Whether half of the training images are mirrored."""
    color_jitter: _Share = 0.0
    """How far brightness, contrast and saturation of training images may move, as a share."""
    random_interpolation: Flag = True
    """Whether each training image is resized in a way drawn by chance, or as the spec's preprocess says."""
    seed: _Seed = 0
    """What all chance follows from: weights, order of images, augmentation, dropout."""
    precision: _Precision = "float32"
    """What convolutions and products are computed in; float16 scales the loss."""
    channels_last: Flag = True
    """Whether maps stand in memory with their channels last."""
    compile: Flag = False
    """Whether torch.compile compiles the network."""
    sync_norm: Flag = False
    """Whether batch normalisation takes its statistics over all processes."""
    accumulate: Count = 1
    """Passes of which the gradients are added up for one step of the optimiser."""
    gradient_checkpointing: Flag = False
    """Whether maps are computed again for the gradient instead of kept: less memory, more time."""
    deterministic: Flag = False
    """Whether only operations are used whose results are the same every time, also on a GPU."""
    workers: _Whole = 2
    """Processes that read images, for each process that trains."""
    log_every: Count = 20
    """Steps between two lines of metrics.jsonl."""
    checkpoint_every: Count | None = None
    """Steps between two checkpoints; the end of an epoch always has one."""
    keep: Count = 3
    """How many of the newest checkpoints are kept; the best is kept as well."""
    unreadable: _Share = 0.01
    """Share of the images that may be unreadable before the run stops."""
    enlarge: _AtLeastOne = 2.0
    """The most that an image may be enlarged to fill the input."""
    holdout: _Part = 0.1
    """Share of the images that is held out for validation where there is no folder `val`."""
    alarm_after: Count = 1000
    """Steps after which a head that is still at chance raises an alarm."""

    @field_validator("accumulate")
    @classmethod
    def _divides_the_batch(cls, value: int, info: ValidationInfo) -> int:
        batch = info.data.get("batch", value)
        if batch % value:
            bound = f"a divisor of the batch of {batch}"
            raise out_of_range(bound, value)
        return value
