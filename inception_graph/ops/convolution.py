"""Convolutions, with the normalisation and activation that belong to them."""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, PlainValidator, WithJsonSchema

from inception_graph.diagnostics.codes import Code
from inception_graph.ops.activation import ActivationName, applied, in_class_name
from inception_graph.ops.base import (
    Example,
    Initialiser,
    Operation,
    ShapeFault,
    Weight,
    as_map,
    fit,
    per_side,
)
from inception_graph.ops.code import (
    Argument,
    Call,
    Helper,
    Raw,
    is_default,
    one_line,
    pair,
    plain,
)
from inception_graph.ops.fields import (
    OPTIONS_OF,
    Count,
    Flag,
    Number,
    Pair,
    WindowPadding,
    keyed,
    not_a_choice,
    wrong_type,
)
from inception_graph.ops.initialisation import WeightInit, initialiser
from inception_graph.ops.layout import Merges, check_merges, definition
from inception_graph.ops.normalisation import BatchNorm
from inception_graph.ops.window import Window, window

if TYPE_CHECKING:
    from inception_graph.ops.window import Shape


class _NormChoice(BaseModel):
    """The long form of a norm: its name over its options."""

    model_config = ConfigDict(extra="forbid")

    batch_norm: BatchNorm


def _norm(value: Any) -> BatchNorm | None:
    """``none``, ``batch_norm`` or ``{batch_norm: {options}}``."""
    if isinstance(value, BatchNorm):
        return value
    if value is None or value == "none":
        return None
    if isinstance(value, str):
        if value != BatchNorm.key:
            raise not_a_choice([BatchNorm.key, "none"], value)
        return BatchNorm()
    options = keyed(value)
    if options is None:
        raise wrong_type("'batch_norm', 'none' or {batch_norm: {options}}", value)
    empty: dict[str, Any] = {}
    given = {name: empty if inner is None else inner for name, inner in options.items()}
    return _NormChoice.model_validate(given).batch_norm


Norm: TypeAlias = Annotated[
    BatchNorm | None,
    PlainValidator(_norm),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": ["batch_norm", "none", None]},
                {
                    "type": "object",
                    "properties": {"batch_norm": {OPTIONS_OF: BatchNorm.key}},
                    "required": ["batch_norm"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]

_PACKED = "PackedConv2d"
"""Of ``codegen/packed.py``."""
_MOST_GROUPS_TRIED = 1024
"""More would make a hostile file slow."""

_SIGNATURE = """\
    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int | tuple[int, int], **kwargs: Any
    ) -> None:
"""
_PADDED_SIGNATURE = """\
    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        padding: tuple[int, int, int, int],
        **kwargs: Any,
    ) -> None:
"""


class Convolution(Operation):
    """What both kinds of convolution share."""

    family: ClassVar = "convolution"
    argument: ClassVar = "channels"

    channels: Count
    """Number of output channels."""
    kernel: Pair = (1, 1)
    """Size of the window: a number or [height, width]."""
    stride: Pair = (1, 1)
    """Step of the window: a number or [height, width]."""
    padding: WindowPadding = "same"
    """same (TensorFlow's rule), valid, a number, [height, width] or [top, bottom, left, right]."""
    dilation: Pair = (1, 1)
    """Distance between the window's cells."""
    bias: Flag = True
    """Whether a bias is added."""
    norm: Norm = None
    """none, batch_norm, or {batch_norm: {options}}."""
    activation: ActivationName = "none"
    """Applied last."""
    init: WeightInit = None
    """How the weights start."""
    bias_init: Number | None = None
    """Constant at which the bias starts."""
    folded_norm: Norm = None
    """The norm of the plain network, whose scale and shift are in the kernel and in a bias of this layer."""
    packed: Flag = False
    """Whether evaluation on a CPU keeps the kernel as oneDNN reads it, and applies ReLU in the same call."""

    def window(self, x: Shape) -> Window:
        return window((int(x[1]), int(x[2])), self.kernel, self.stride, self.dilation, self.padding)

    def shape(self, *inputs: Shape) -> Shape:
        (x,) = inputs
        as_map(x, self.key)
        if self.folded_norm is not None and self.norm is not None:
            message = "a layer with a folded norm has no norm of its own"
            raise ShapeFault(Code.OPERATION_SHAPE, message, field="norm", hint="write 'norm: none'")
        return fit(self.window(x), x, self.channels, self.key)

    def label(self) -> str:
        words = (self.key.replace("_", " "), per_side(self.kernel, self.stride))
        return " ".join(words)

    @property
    def _biased(self) -> bool:
        """Whether the layer has a bias, be it that of a folded norm."""
        return self.bias or self.folded_norm is not None

    @property
    def _relu_inside(self) -> bool:
        """Whether the last convolution applies the activation itself."""
        return self.packed and self.norm is None and self.activation == "relu"

    @property
    def _layer(self) -> str:
        """The class of convolutions."""
        return _PACKED if self.packed else "nn.Conv2d"

    def _started_bias(self) -> float | None:
        """At what constant the bias starts."""
        if self.folded_norm is not None:
            return 0.0
        return self.bias_init if self.bias else None

    def _positions(self, x: Shape) -> int:
        """Number of output cells."""
        _, height, width = self.shape(x)
        return height * width

    def _kept(self, first: str, weight: tuple[int, ...]) -> tuple[Weight, ...]:
        """The last layer's weight, its bias, and what the norm keeps."""
        bias = (Weight(f"{first}bias", (self.channels,)),) if self._biased else ()
        norm = () if self.norm is None else self.norm.weights_of(self.channels)
        return (
            Weight(f"{first}weight", weight),
            *bias,
            *(Weight(f"norm.{kept.name}", kept.shape, kept.trained) for kept in norm),
        )

    def _options(self, window: Window) -> dict[str, Argument]:
        """Keywords of the unit that differ from those of ``nn.Conv2d``."""
        options: dict[str, Argument] = {}
        if not is_default(self.stride, (1, 1)):
            options["stride"] = pair(self.stride)
        (top, bottom), (left, right) = window.pads
        if not window.symmetric():
            options["padding"] = (left, right, top, bottom)
        elif not is_default((top, left), (0, 0)):
            options["padding"] = pair((top, left))
        if not is_default(self.dilation, (1, 1)):
            options["dilation"] = pair(self.dilation)
        return options

    def _unit(
        self, stem: str, words: str, layers: dict[str, str], output: str, *, padded: bool
    ) -> Helper:
        """A module of a convolution's layers and of what follows them."""
        steps = [words if self.folded_norm is None else f"{words} with its folded norm"]
        needs: tuple[Helper, ...] = ()
        if padded:
            layers = {"pad": "nn.ZeroPad2d(padding)", **layers}
            output = output.replace("(x)", "(self.pad(x))")
            steps.insert(0, "zero padding")
        if self.norm is not None:
            # A helper stands outside of all blocks, where their arguments have no names.
            numbers = {"eps": plain(self.norm.eps), "momentum": plain(self.norm.momentum)}
            call = self.norm.model_copy(update=numbers).module_of(Raw("out_channels"))
            layers["norm"] = one_line(call)
            output = f"self.norm({output})"
            needs = (call.helper,) if call.helper else ()
            steps.append("batch normalisation")
        activation = in_class_name(self.activation)
        sentence = ", ".join(filter(None, [*steps, activation]))
        if self.packed:
            needs = (*needs, definition(_PACKED, "packed"))
        name = f"{'Pad' if padded else ''}{stem}{'' if self.norm is None else 'BN'}{activation}"
        lines = "".join(f"        self.{layer} = {code}\n" for layer, code in layers.items())
        if self.folded_norm is not None:
            name, attach = f"Folded{name}", definition("attach")
            folded = self._folded(self.folded_norm, list(layers)[-1])
            lines += f"        {one_line(Call(attach.name, (Raw('self'), folded)))}\n"
            needs = (*needs, attach, definition("Folded"))
        source = (
            f'class {{name}}(nn.Module):\n    """{sentence[0].upper()}{sentence[1:]}."""\n\n'
            f"{_PADDED_SIGNATURE if padded else _SIGNATURE}        super().__init__()\n{lines}\n"
            "    def forward(self, x: Tensor) -> Tensor:\n"
            f"        return {output if self._relu_inside else applied(self.activation, output)}"
        )
        return Helper(name, source, needs)

    def _plain(self) -> Self:
        """The layer with its norm unfolded."""
        if self.folded_norm is None:
            return self
        return self.model_copy(update={"norm": self.folded_norm, "folded_norm": None})

    def stands_for(self, x: Shape) -> dict[str, tuple[Weight, ...]]:
        return {"": self._plain().weights(x)}

    def _folded(self, norm: BatchNorm, layer: str) -> Call:
        """What lets the layer load the weights of the plain network."""
        options: dict[str, Argument] = {"eps": plain(norm.eps)}
        options |= {} if norm.scale else {"scale": False}
        options |= {"bias": True} if self.bias else {}
        return Call("Folded", (layer,), options)


class Conv(Convolution):
    """A convolution, then its normalisation and activation."""

    key: ClassVar = "conv"
    examples: ClassVar = (
        Example({"conv": 8}, ((3, 9, 9),), (8, 9, 9)),
        Example({"conv": 8, "kernel": 3, "bias": False}, ((4, 9, 9),), (8, 9, 9)),
        Example({"conv": 8, "kernel": [1, 7], "activation": "relu"}, ((4, 9, 9),), (8, 9, 9)),
        Example({"conv": 8, "kernel": 3, "stride": 2, "padding": "valid", "norm": "batch_norm"},
                ((4, 9, 9),), (8, 4, 4)),
        Example({"conv": 8, "kernel": 3, "stride": 2}, ((4, 8, 9),), (8, 4, 5)),
        Example({"conv": 8, "kernel": 3, "stride": 2, "norm": {"batch_norm": {"scale": False}},
                 "bias": False, "activation": "silu"}, ((4, 8, 8),), (8, 4, 4)),
        Example({"conv": 8, "kernel": 3, "groups": 4, "dilation": 2, "padding": [2, 1]},
                ((4, 9, 9),), (8, 9, 7)),
        Example({"conv": 8, "kernel": 2, "padding": [1, 0, 0, 1]}, ((4, 5, 5),), (8, 5, 5)),
        Example({"conv": 8, "bias": False, "folded_norm": "batch_norm", "activation": "relu",
                 "merges": {"a": 6, "b.c": 2}}, ((4, 5, 5),), (8, 5, 5)),
        Example({"conv": 8, "packed": True}, ((4, 5, 5),), (8, 5, 5)),
        Example({"conv": 8, "packed": True, "activation": "relu"}, ((4, 5, 5),), (8, 5, 5)),
    )  # fmt: skip

    groups: Count = 1
    """Number of groups into which the channels are divided."""
    merges: Merges = ()
    """Layers of the plain network that this one stands for, side by side: channels by name, seen from the block."""
    folded_scale: Number = 1
    """A constant by which the plain network multiplies what this layer gives; its weights hold it."""

    def shape(self, *inputs: Shape) -> Shape:
        as_map(inputs[0], self.key)
        for channels, whose in ((inputs[0][0], "input"), (self.channels, "output")):
            if channels % self.groups:
                message = f"{channels} {whose} channels cannot be divided into {self.groups} groups"
                common = gcd(inputs[0][0], self.channels)
                tried = range(min(self.groups, common, _MOST_GROUPS_TRIED), 0, -1)
                fitting = next(groups for groups in tried if common % groups == 0)
                hint = f"'groups: {fitting}' divides both"
                raise ShapeFault(Code.INDIVISIBLE_GROUPS, message, field="groups", hint=hint)
        check_merges(self.merges, self.channels)
        if self.folded_scale != 1 and not self.merges:
            message = "a folded scale belongs to a layer of the plain network, and none is named"
            hint = "name it: 'merges: {name: channels}'"
            raise ShapeFault(Code.OPERATION_SHAPE, message, field="folded_scale", hint=hint)
        return super().shape(*inputs)

    def _bare(self, window: Window) -> bool:
        """Whether ``nn.Conv2d`` is all that is needed."""
        return (
            self.norm is None
            and self.folded_norm is None
            and self.activation == "none"
            and window.symmetric()
        )

    def weights(self, x: Shape) -> tuple[Weight, ...]:
        first = "" if self._bare(self.window(x)) else "conv."
        return self._kept(first, (self.channels, x[0] // self.groups, *self.kernel))

    def stands_for(self, x: Shape) -> dict[str, tuple[Weight, ...]]:
        if not self.merges:
            return super().stands_for(x)
        plain = self._plain()
        parts = {n: plain.model_copy(update={"channels": width}) for n, width in self.merges}
        return {name: part.weights(x) for name, part in parts.items()}

    def macs(self, x: Shape) -> int:
        window = self.kernel[0] * self.kernel[1]
        return self._positions(x) * self.channels * (x[0] // self.groups) * window

    def module(self, x: Shape) -> Call:
        window = self.window(x)
        options = self._options(window)
        if not is_default(self.groups, 1):
            options["groups"] = self.groups
        arguments: tuple[Argument, ...] = (x[0], self.channels, pair(self.kernel))
        if self._bare(window):
            helper = definition(_PACKED, "packed") if self.packed else None
            options |= {} if self.bias else {"bias": False}
            return Call(self._layer, arguments, options, helper)
        bias = "" if self._biased else "bias=False, "
        bias += "relu=True, " if self._relu_inside else ""
        layer = f"{self._layer}(in_channels, out_channels, kernel_size, {bias}**kwargs)"
        unit = self._unit(
            "Conv", "convolution", {"conv": layer}, "self.conv(x)", padded=not window.symmetric()
        )
        return Call(unit.name, arguments, options, unit)

    def initialisers(self) -> dict[str, Initialiser]:
        # A bare layer has no part named 'conv'; whoever applies the initialisers looks for both.
        return {"conv": initialiser(self.init, self._started_bias())}
