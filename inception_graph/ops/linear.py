"""Operations on vectors: linear layers, and dropout before them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from inception_graph.ops.activation import ActivationName, applied, in_class_name
from inception_graph.ops.base import Example, Initialiser, Operation, Weight, as_vector
from inception_graph.ops.code import Argument, Call, Helper
from inception_graph.ops.fields import Count, Flag, Number, Rate  # noqa: TC001  pydantic reads annotations
from inception_graph.ops.initialisation import WeightInit, initialiser

if TYPE_CHECKING:
    from inception_graph.ops.window import Shape


class Linear(Operation):
    """A fully connected layer."""

    key: ClassVar = "linear"
    argument: ClassVar = "features"
    family: ClassVar = "linear"
    examples: ClassVar = (
        Example({"linear": 10}, ((64,),), (10,)),
        Example({"linear": 10, "bias": False, "activation": "relu"}, ((64,),), (10,)),
    )

    features: Count
    """Number of outputs."""
    bias: Flag = True
    """Whether a bias is added."""
    activation: ActivationName = "none"
    """Applied to the output."""
    init: WeightInit = None
    """How the weights start."""
    bias_init: Number | None = None
    """Constant at which the bias starts."""

    def shape(self, *inputs: Shape) -> Shape:
        as_vector(inputs[0], self.key)
        return (self.features,)

    def _prefix(self) -> str:
        return "" if self.activation == "none" else "linear."

    def weights(self, x: Shape) -> tuple[Weight, ...]:
        weight = Weight(f"{self._prefix()}weight", (self.features, x[0]))
        return (
            (weight, Weight(f"{self._prefix()}bias", (self.features,))) if self.bias else (weight,)
        )

    def macs(self, x: Shape) -> int:
        return self.features * x[0]

    def module(self, x: Shape) -> Call:
        options: dict[str, Argument] = {} if self.bias else {"bias": False}
        if self.activation == "none":
            return Call("nn.Linear", (x[0], self.features), options)
        helper = self._helper()
        return Call(helper.name, (x[0], self.features), options, helper)

    def _helper(self) -> Helper:
        return Helper(
            f"Linear{in_class_name(self.activation)}",
            f'''\
class {{name}}(nn.Module):
    """Linear layer, {in_class_name(self.activation)}."""

    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        super().__init__()
        self.linear = nn.Linear(in_features, out_features, bias)

    def forward(self, x: Tensor) -> Tensor:
        return {applied(self.activation, "self.linear(x)")}''',
        )

    def initialisers(self) -> dict[str, Initialiser]:
        return {
            self._prefix().rstrip("."): initialiser(
                self.init, self.bias_init if self.bias else None
            )
        }

    def label(self) -> str:
        return " ".join(filter(None, ("linear", in_class_name(self.activation))))


class Dropout(Operation):
    """Sets values to zero at random while training."""

    key: ClassVar = "dropout"
    argument: ClassVar = "rate"
    family: ClassVar = "regularisation"
    examples: ClassVar = (
        Example({"dropout": 0.4}, ((64,),), (64,)),
        Example({"dropout": 0}, ((4, 3, 3),), (4, 3, 3)),
    )

    rate: Rate
    """Share of the values that is dropped (1 - TensorFlow's keep probability)."""

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def module(self, x: Shape) -> Call:
        del x
        return Call("nn.Dropout", (self.rate,))

    def label(self) -> str:
        return f"dropout {self.rate:g}"
