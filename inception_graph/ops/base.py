"""What an operation is: the one place for each of its facts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from inception_graph.diagnostics.codes import Code

if TYPE_CHECKING:
    from inception_graph.ops.code import Call, Helper
    from inception_graph.ops.code import Literal as CodeLiteral
    from inception_graph.ops.window import Shape, Window

Family = Literal[
    "convolution",
    "pooling",
    "normalisation",
    "activation",
    "join",
    "linear",
    "shape",
    "regularisation",
]
"""What an operation is, to a reader of a picture."""


class ShapeFault(Exception):
    """An operation cannot read what it is given. Says what is wrong; places are added above.

    Attributes:
        code: Its kind.
        message: One sentence.
        field: The field of the operation that is at fault, or None for the node as a whole.
        hint: What would mend it.
    """

    def __init__(
        self, code: Code, message: str, *, field: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.field, self.hint = code, message, field, hint


@dataclass(frozen=True, slots=True)
class Weight:
    """A tensor that a module keeps.

    Attributes:
        name: Its name in the module's state dict.
        shape: Its sizes.
        trained: Whether it is a parameter; a buffer (the statistics of a normalisation) is not.
    """

    name: str
    shape: tuple[int, ...]
    trained: bool = True


@dataclass(frozen=True)
class Example:
    """A use of an operation that holds its class to account: rules and module must agree on it.

    Attributes:
        node: The node as a mapping, as YAML would give it.
        inputs: Shapes that it reads.
        output: The shape that must come out.
    """

    node: dict[str, Any]
    inputs: tuple[tuple[int, ...], ...]
    output: tuple[int, ...]


@dataclass(frozen=True)
class Initialiser:
    """How the weights of a layer start: functions of ``torch.nn.init`` with their arguments.

    Attributes:
        weight: Function and keywords for the weight, or None for the layer's own start.
        bias: Constant for the bias, or None for the layer's own start.
    """

    weight: tuple[str, tuple[tuple[str, CodeLiteral], ...]] | None = None
    bias: float | None = None


class Operation(BaseModel, ABC):
    """A kind of node. The fields of a class are its keys in YAML.

    A class states its key, the field that the key's value fills, and its rules; a user's own
    operation does the same and is announced by the entry point group
    ``inception_graph.operations``. The docstrings of class and fields are what editors show.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: ClassVar[str]
    argument: ClassVar[str | None]
    family: ClassVar[Family]
    examples: ClassVar[tuple[Example, ...]]
    many: ClassVar[bool] = False  # whether it joins several inputs

    @abstractmethod
    def shape(self, *inputs: Shape) -> Shape:
        """The output of one image.

        Raises:
            ShapeFault: The inputs do not fit.
        """

    @abstractmethod
    def module(self, x: Shape) -> Call:
        """The call that makes the ``nn.Module`` for an input of shape ``x``."""

    @abstractmethod
    def label(self) -> str:
        """A few words for a picture, such as ``conv 3x3/2``."""

    def window(self, x: Shape) -> Window | None:
        """The sliding window over ``x``, or None where every output sees its own cell only.

        Where no one window gives the shape (an adaptive pool) it is the largest that there is.
        """
        del x
        return None

    def weights(self, x: Shape) -> tuple[Weight, ...]:
        """What the module keeps, in the order of its state dict."""
        del x
        return ()

    def stands_for(self, x: Shape) -> dict[str, tuple[Weight, ...]]:
        """What the layers keep in the plain network for which this one is there, by their names.

        Names are as the block of the node sees them; an empty one is the node's own. Only optimised networks have
        layers that stand for others.
        """
        return {"": self.weights(x)}

    def macs(self, x: Shape) -> int:
        """Multiply-accumulates of convolutions and linear layers for one image."""
        del x
        return 0

    def initialisers(self) -> dict[str, Initialiser]:
        """How weights start, by the name of the layer in the module ('' for the module itself)."""
        return {}


class Join(Operation):
    """An operation over the outputs of several branches."""

    many: ClassVar[bool] = True
    argument: ClassVar[str | None] = None
    family: ClassVar[Family] = "join"

    @abstractmethod
    def expression(self, inputs: list[str]) -> str:
        """Source of the joined value, from the sources of the inputs."""

    @abstractmethod
    def over(self, values: str) -> str:
        """Source of the joined value, from the source of a list of inputs."""

    @abstractmethod
    def container(self, *, shared: bool = False) -> Helper:
        """A ``nn.ModuleDict`` of branches that applies each to its input and joins the results.

        Args:
            shared: Whether some branches read a share of the channels that a layer ``entry`` gives.
        """

    def module(self, x: Shape) -> Call:
        """Joins are expressions or containers, never layers."""
        del x
        raise AssertionError(self.key)


def as_map(x: Shape, key: str) -> Shape:
    """The shape itself, which must be that of a map.

    Raises:
        ShapeFault: It is a vector.
    """
    if len(x) != 3:
        message = (
            f"{key} reads a map (channels x height x width), "
            f"but its input is a vector of {x[0]} features"
        )
        hint = "move this node before the node that makes the vector"
        raise ShapeFault(Code.WRONG_RANK, message, hint=hint)
    return x


def as_vector(x: Shape, key: str) -> Shape:
    """The shape itself, which must be that of a vector.

    Raises:
        ShapeFault: It is a map.
    """
    if len(x) != 1:
        message = f"{key} reads a vector, but its input is a map of {size(x)}"
        hint = "put a node {avg_pool: global} or {flatten: } before it"
        raise ShapeFault(Code.WRONG_RANK, message, hint=hint)
    return x


def fit(window: Window, x: Shape, out: int, key: str) -> Shape:
    """The output of a window over a map.

    Raises:
        ShapeFault: The window is larger than its padded input.
    """
    height, width = window.size(0, x[1]), window.size(1, x[2])
    if height < 1 or width < 1:
        spans = f"{window.span(0)}x{window.span(1)}"
        padded = f"{x[1] + sum(window.pads[0])}x{x[2] + sum(window.pads[1])}"
        around = " with its padding" if any(sum(side) for side in window.pads) else ""
        message = f"the {spans} window of this {key} is larger than its input, {padded}{around}"
        raise ShapeFault(Code.WINDOW_TOO_LARGE, message)
    return out, height, width


def size(shape: Shape) -> str:
    """A shape in words: ``64x28x28``."""
    return "x".join(str(int(extent)) for extent in shape)


def per_side(kernel: tuple[int, int], stride: tuple[int, int]) -> str:
    """Kernel and stride in words: ``3x3`` or ``3x3/2``."""
    step = f"/{stride[0]}" if stride[0] == stride[1] else f"/{stride[0]}x{stride[1]}"
    return f"{kernel[0]}x{kernel[1]}" + ("" if stride == (1, 1) else step)
