"""Operations that move or multiply values: flatten, pad, scale."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, ClassVar

from inception_graph.ops.base import Example, Operation, as_map
from inception_graph.ops.code import Call, Helper
from inception_graph.ops.fields import Number, Sides  # noqa: TC001  pydantic reads annotations
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
