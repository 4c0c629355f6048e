"""Operations that move, pick or multiply values: flatten, pad, narrow, scale."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, ClassVar

from inception_graph.diagnostics.codes import Code
from inception_graph.ops.base import Example, Operation, ShapeFault, as_map
from inception_graph.ops.code import Call, Helper
from inception_graph.ops.fields import Number, Sides, Span  # noqa: TC001  pydantic reads annotations
from inception_graph.ops.window import Window

if TYPE_CHECKING:
    from inception_graph.ops.window import Shape


class Flatten(Operation):
    """A map as a vector, channel by channel and row by row."""

    key: ClassVar = "flatten"
    argument: ClassVar = None
    family: ClassVar = "shape"
    examples: ClassVar = (Example({"flatten": None}, ((4, 3, 5),), (60,)),)

    def shape(self, *inputs: Shape) -> Shape:
        return (prod(inputs[0]),)

    def module(self, x: Shape) -> Call:
        del x
        return Call("nn.Flatten")

    def label(self) -> str:
        return "flatten"


class Pad(Operation):
    """Cells of a constant around a map."""

    key: ClassVar = "pad"
    argument: ClassVar = "sides"
    family: ClassVar = "shape"
    examples: ClassVar = (
        Example({"pad": 1}, ((4, 3, 5),), (4, 5, 7)),
        Example({"pad": [0, 1, 2, 3], "value": -1.5}, ((4, 3, 5),), (4, 4, 10)),
    )

    sides: Sides
    """A number, [height, width] or [top, bottom, left, right]."""
    value: Number = 0
    """The constant."""

    def shape(self, *inputs: Shape) -> Shape:
        channels, height, width = as_map(inputs[0], self.key)
        return channels, height + sum(self.sides[0]), width + sum(self.sides[1])

    def window(self, x: Shape) -> Window:
        del x
        return Window((1, 1), (1, 1), (1, 1), self.sides)

    def module(self, x: Shape) -> Call:
        del x
        (top, bottom), (left, right) = self.sides
        around = (left, right, top, bottom)
        if self.value == 0:
            return Call("nn.ZeroPad2d", (around,))
        return Call("nn.ConstantPad2d", (around, self.value))

    def label(self) -> str:
        return "pad"


_NARROW = Helper(
    "Narrow",
    '''\
class {name}(nn.Module):
    """Channels that follow one another."""

    def __init__(self, start: int, length: int) -> None:
        super().__init__()
        self.start, self.length = start, length

    def forward(self, x: Tensor) -> Tensor:
        return x.narrow(1, self.start, self.length)''',
)


class Narrow(Operation):
    """Channels that follow one another, without a copy (torch.narrow)."""

    key: ClassVar = "narrow"
    argument: ClassVar = "channels"
    family: ClassVar = "shape"
    examples: ClassVar = (
        Example({"narrow": [1, 2]}, ((4, 3, 5),), (2, 3, 5)),
        Example({"narrow": [0, 4]}, ((9,),), (4,)),
    )

    channels: Span
    """The first channel, counted from 0, and how many: [start, length]."""

    @property
    def behind(self) -> int:
        """The channel behind the last."""
        return self.channels[0] + self.channels[1]

    def shape(self, *inputs: Shape) -> Shape:
        (x,) = inputs
        if self.behind > x[0]:
            start, length = self.channels
            message = f"there are no {length} channels from channel {start} on in {x[0]}"
            rest = max(x[0] - start, 1)
            hint = f"write {{narrow: [{x[0] - rest}, {rest}]}}"
            raise ShapeFault(Code.OPERATION_SHAPE, message, field="channels", hint=hint)
        return self.channels[1], *x[1:]

    def module(self, x: Shape) -> Call:
        del x
        return Call(_NARROW.name, self.channels, helper=_NARROW)

    def label(self) -> str:
        return f"{self.channels[1]} channels from {self.channels[0]}"


_SCALE = Helper(
    "Scale",
    '''\
class {name}(nn.Module):
    """Multiplies by a constant."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        return self.factor * x''',
)


class Scale(Operation):
    """Multiplies by a constant, as the residuals of Inception-ResNet are."""

    key: ClassVar = "scale"
    argument: ClassVar = "factor"
    family: ClassVar = "shape"
    examples: ClassVar = (Example({"scale": 0.17}, ((4, 3, 5),), (4, 3, 5)),)

    factor: Number
    """The constant."""

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def module(self, x: Shape) -> Call:
        del x
        return Call(_SCALE.name, (self.factor,), helper=_SCALE)

    def label(self) -> str:
        return f"x {self.factor:g}"
