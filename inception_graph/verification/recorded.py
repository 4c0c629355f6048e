"""The steps of a torch module, recorded while it runs on images that have a shape but no values."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn, overrides
from torch.overrides import TorchFunctionMode

from inception_graph.ops.window import Window
from inception_graph.verification.steps import (
    INPUT,
    Fact,
    Step,
    Trace,
    average_facts,
    conv_facts,
    window_facts,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from inception_graph.ops.window import Shape

_overrides: Any = overrides  # its functions have no types
_BATCH = 2
"""Images of a batch; normalisation over one cell of one image is refused while training."""


def recorded(module: nn.Module, outputs: tuple[str, ...], image: Shape) -> Trace:
    """What a module computes while training, auxiliary heads included.

    Args:
        module: The module, on the device ``meta``.
        outputs: Our names of what it returns.
        image: Shape of one image.
    """
    images = torch.empty(_BATCH, *image, device="meta")
    recorder = _Recorder(module, images)
    with torch.no_grad(), recorder.watching(), recorder:
        given: Any = module.train()(images)
    values = (given,) if isinstance(given, Tensor) else tuple(given)
    for name, value in zip(outputs, values, strict=False):
        recorder.trace.outputs[name] = recorder.places[id(value)]
    return recorder.trace


class _Recorder(TorchFunctionMode):
    """Takes down each function that reads what came of the images."""

    def __init__(self, module: nn.Module, images: Tensor) -> None:
        super().__init__()
        self.trace = Trace()
        self.places = {id(images): INPUT}
        self.module = module
        self.names = {id(kept): name for name, kept in module.state_dict(keep_vars=True).items()}
        self.inside = [""]
        self.kept: list[Tensor] = []  # alive, so that no id is given twice

    def watching(self) -> ExitStack:
        """Follow, until it is closed, which module is being computed."""
        stack, whole = ExitStack(), cast("Any", self.module)
        for name, module in whole.named_modules():
            stack.callback(module.register_forward_pre_hook(self._entering(name)).remove)
            stack.callback(module.register_forward_hook(self._leave).remove)
        return stack

    def _entering(self, name: str) -> Callable[..., None]:
        def enter(*_: object) -> None:
            self.inside.append(name)

        return enter

    def _leave(self, *_: object) -> None:
        self.inside.pop()

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        del types
        given = dict(kwargs or {})
        result = func(*args, **given)
        if isinstance(result, Tensor):
            self._take_down(func, args, given, result)
        return result

    def _take_down(
        self, func: Callable[..., Any], args: tuple[Any, ...], given: dict[str, Any], result: Tensor
    ) -> None:
        values = _tensors((*args, *given.values()))
        read = tuple(self.places[id(value)] for value in values if id(value) in self.places)
        if not read:
            return
        self.kept.append(result)
        source = next(value for value in values if id(value) in self.places)
        shape = tuple(result.shape[1:])
        names = tuple(self.names[id(value)] for value in values if id(value) in self.names)
        described = _described(func, args, given, tuple(source.shape[1:]), shape)
        if described is None:
            self.places[id(result)] = read[0]
            return
        kind, facts = described
        step = Step(kind, self.inside[-1], facts, read, shape, names)
        self.places[id(result)] = self.trace.add(step)


def _tensors(values: tuple[Any, ...]) -> list[Tensor]:
    found: list[Tensor] = []
    for value in values:
        if isinstance(value, Tensor):
            found.append(value)
        elif isinstance(value, list | tuple):
            found += _tensors(tuple(value))  # pyright: ignore[reportUnknownArgumentType]
    return found


_ORDERS: dict[Callable[..., Any], tuple[str, ...]] = {
    F.conv2d: ("input", "weight", "bias", "stride", "padding", "dilation", "groups"),
    F.batch_norm: ("input", "mean", "var", "weight", "bias", "training", "momentum", "eps"),
    F.max_pool2d: ("input", "kernel_size", "stride", "padding", "dilation", "ceil_mode"),
    F.avg_pool2d: (
        "input", "kernel_size", "stride", "padding", "ceil_mode", "count_include_pad",
    ),
    F.adaptive_avg_pool2d: ("input", "output_size"),
    F.linear: ("input", "weight", "bias"),
    F.dropout: ("input", "p"),
    F.normalize: ("input", "p", "dim", "eps"),
    torch.cat: ("tensors", "dim"),
}  # fmt: skip
"""Names of the arguments of the functions whose arguments decide."""

_SHAPES_ONLY = {torch.flatten, torch.squeeze, torch.Tensor.flatten, torch.Tensor.view,
                torch.Tensor.reshape, torch.Tensor.squeeze}  # fmt: skip
_SUMS = {torch.add, torch.Tensor.add, torch.Tensor.add_}
_PRODUCTS = {torch.mul, torch.Tensor.mul, torch.Tensor.mul_}
_ACTIVATIONS: dict[Callable[..., Any], str] = {F.relu: "relu", torch.relu: "relu"}


def _described(
    func: Callable[..., Any],
    args: tuple[Any, ...],
    given: dict[str, Any],
    x: Shape,
    shape: Shape,
) -> tuple[str, dict[str, Fact]] | None:
    """Kind and facts of a function for one image; None where it gives what it reads."""
    named = {**dict(zip(_ORDERS.get(func, ()), args, strict=False)), **given}
    if func in _SHAPES_ONLY:
        return None if max(x[1:], default=1) == 1 else ("flatten", {})
    if func in _SUMS:
        return "add", {}
    if func in _PRODUCTS and isinstance(args[1], int | float):
        return "scale", {"factor": args[1]}
    if func in _ACTIVATIONS:
        return _ACTIVATIONS[func], {}
    if func in _WINDOWS:
        return _WINDOWS[func](named, x, shape)
    match str(_overrides.resolve_name(func)):
        case "torch.nn.functional.batch_norm":
            scale = named["weight"] is not None
            facts = {"eps": named["eps"], "momentum": named["momentum"], "scale": scale}
            return "batch_norm", facts
        case "torch.nn.functional.linear":
            return "linear", {"bias": named.get("bias") is not None}
        case "torch.nn.functional.dropout":
            return "dropout", {"rate": named["p"]}
        case "torch.nn.functional.normalize":
            return "l2_normalize", {"eps": named["eps"]}
        case "torch.cat":
            return ("concat", {}) if named["dim"] == 1 else ("cat", {"dim": named["dim"]})
        case name:
            return name.rpartition(".")[2], {}


def _conv(named: dict[str, Any], x: Shape, shape: Shape) -> tuple[str, dict[str, Fact]]:
    window = _window(named, tuple(named["weight"].shape[2:]))
    bias = named.get("bias") is not None
    return conv_facts(window, x, shape, groups=named.get("groups", 1), bias=bias)


def _max_pool(named: dict[str, Any], x: Shape, shape: Shape) -> tuple[str, dict[str, Fact]]:
    return "max_pool", window_facts(_window(named, _pair(named["kernel_size"])), x, shape)


def _average(named: dict[str, Any], x: Shape, shape: Shape) -> tuple[str, dict[str, Fact]]:
    window = _window(named, _pair(named["kernel_size"]))
    counts = named.get("count_include_pad", True)
    return "avg_pool", average_facts(window, x, shape, counts_padding=counts)


def _adaptive(named: dict[str, Any], x: Shape, shape: Shape) -> tuple[str, dict[str, Fact]]:
    del named, x
    words = "global" if max(shape[1:]) == 1 else f"adaptive to {shape[1]}x{shape[2]}"
    return "avg_pool", {"window": words}


_WINDOWS: dict[
    Callable[..., Any],
    Callable[[dict[str, Any], Shape, Shape], tuple[str, dict[str, Fact]]],
] = {
    F.conv2d: _conv,
    F.max_pool2d: _max_pool,
    F.avg_pool2d: _average,
    F.adaptive_avg_pool2d: _adaptive,
}


def _window(named: dict[str, Any], kernel: tuple[int, ...]) -> Window:
    top, left = _pair(named.get("padding", 0))
    stride = named.get("stride")
    return Window(
        (kernel[0], kernel[1]),
        _pair(stride) if stride is not None else (kernel[0], kernel[1]),
        _pair(named.get("dilation", 1)),
        ((top, top), (left, left)),
    )


def _pair(value: Any) -> tuple[int, int]:
    if isinstance(value, int):
        return value, value
    return (value[0], value[1]) if len(value) > 1 else (value[0], value[0])
