"""Separable convolutions."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from inception_graph.ops.base import Example, Initialiser, Weight
from inception_graph.ops.code import Call, pair
from inception_graph.ops.convolution import Convolution
from inception_graph.ops.fields import Count  # noqa: TC001  pydantic reads annotations
from inception_graph.ops.initialisation import initialiser

if TYPE_CHECKING:
    from inception_graph.ops.window import Shape


class SeparableConv(Convolution):
    """A depthwise convolution, then a 1x1 convolution of its channels, nothing between them."""

    key: ClassVar = "separable_conv"
    examples: ClassVar = (
        Example({"separable_conv": 8, "kernel": 3}, ((4, 9, 9),), (8, 9, 9)),
        Example({"separable_conv": 8, "kernel": 7, "stride": 2, "multiplier": 2, "bias": False,
                 "norm": "batch_norm", "activation": "relu"}, ((3, 16, 16),), (8, 8, 8)),
        Example({"separable_conv": 8, "kernel": 3, "stride": 2, "padding": 1, "dilation": [1, 2]},
                ((4, 9, 9),), (8, 5, 4)),
        Example({"separable_conv": 8, "bias": False, "folded_norm": "batch_norm"},
                ((4, 5, 5),), (8, 5, 5)),
        Example({"separable_conv": 8, "packed": True, "activation": "relu"},
                ((4, 5, 5),), (8, 5, 5)),
    )  # fmt: skip

    multiplier: Count = 1
    """Channels that the depthwise convolution makes of each input channel."""

    def weights(self, x: Shape) -> tuple[Weight, ...]:
        between = x[0] * self.multiplier
        depthwise = Weight("depthwise.weight", (between, 1, *self.kernel))
        return (depthwise, *self._kept("pointwise.", (self.channels, between, 1, 1)))

    def macs(self, x: Shape) -> int:
        between = x[0] * self.multiplier
        return self._positions(x) * between * (self.kernel[0] * self.kernel[1] + self.channels)

    def module(self, x: Shape) -> Call:
        window = self.window(x)
        between = "in_channels" if self.multiplier == 1 else f"in_channels * {int(self.multiplier)}"
        bias = "" if self._biased else ", bias=False"
        bias += ", relu=True" if self._relu_inside else ""
        depthwise = f"in_channels, {between}, kernel_size, groups=in_channels, bias=False, **kwargs"
        layers = {
            "depthwise": f"{self._layer}(\n            {depthwise}\n        )",
            "pointwise": f"{self._layer}({between}, out_channels, 1{bias})",
        }
        words, output = (
            "depthwise convolution, 1x1 convolution",
            "self.pointwise(self.depthwise(x))",
        )
        unit = self._unit("SeparableConv", words, layers, output, padded=not window.symmetric())
        return Call(
            unit.name, (x[0], self.channels, pair(self.kernel)), self._options(window), unit
        )

    def initialisers(self) -> dict[str, Initialiser]:
        return {
            "depthwise": initialiser(self.init, None),
            "pointwise": initialiser(self.init, self._started_bias()),
        }
