"""An operation of somebody else's: all that inception-graph needs to know of it is in one class."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from inception_graph.diagnostics.codes import Code
from inception_graph.ops.base import Example, Operation, ShapeFault, Weight, as_map
from inception_graph.ops.code import Call, Helper
from inception_graph.ops.fields import Count, Flag
from inception_graph.ops.window import Window

if TYPE_CHECKING:
    from inception_graph.ops.window import Shape

_SOURCE = '''\
class {name}(nn.Module):
    """Weighs each channel by what the whole map holds."""

    def __init__(self, channels: int, hidden: int, bias: bool = True) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(channels, hidden, 1, bias=bias)
        self.excite = nn.Conv2d(hidden, channels, 1, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        squeezed = F.relu(self.squeeze(x.mean(dim=(2, 3), keepdim=True)), inplace=True)
        return x * torch.sigmoid(self.excite(squeezed))'''


class SqueezeExcite(Operation):
    """Weighs each channel by what the whole map holds (Hu et al., 2018)."""

    key: ClassVar = "squeeze_excite"
    argument: ClassVar = "reduction"
    family: ClassVar = "activation"
    examples: ClassVar = (
        Example({"squeeze_excite": 4}, ((16, 5, 7),), (16, 5, 7)),
        Example({"squeeze_excite": 2, "bias": False}, ((6, 3, 3),), (6, 3, 3)),
    )

    reduction: Count
    """Number of channels for each one of the bottleneck."""
    bias: Flag = True
    """Whether both convolutions add a bias."""

    def shape(self, *inputs: Shape) -> Shape:
        x = as_map(inputs[0], self.key)
        if x[0] % self.reduction:
            message = f"{x[0]} channels cannot be reduced {self.reduction} times"
            raise ShapeFault(Code.OPERATION_SHAPE, message, field=self.key)
        return x

    def window(self, x: Shape) -> Window:
        rows, columns = int(x[1]) - 1, int(x[2]) - 1
        kernel = (2 * rows + 1, 2 * columns + 1)
        return Window(kernel, (1, 1), (1, 1), ((rows, rows), (columns, columns)))

    def weights(self, x: Shape) -> tuple[Weight, ...]:
        channels, hidden = x[0], x[0] // self.reduction
        kept = (
            Weight("squeeze.weight", (hidden, channels, 1, 1)),
            Weight("squeeze.bias", (hidden,)),
            Weight("excite.weight", (channels, hidden, 1, 1)),
            Weight("excite.bias", (channels,)),
        )
        return kept if self.bias else kept[::2]

    def macs(self, x: Shape) -> int:
        return 2 * x[0] * (x[0] // self.reduction)

    def module(self, x: Shape) -> Call:
        helper = Helper("SqueezeExcite", _SOURCE)
        options = {} if self.bias else {"bias": False}
        return Call(helper.name, (x[0], x[0] // self.reduction), options, helper)

    def label(self) -> str:
        return f"squeeze-excite /{self.reduction}"
