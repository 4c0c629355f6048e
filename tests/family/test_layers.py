"""The shipped networks, layer by layer, against tables of the networks that others released.

A table is ``layers/<spec>.<source>.txt``. Lines with ``#`` say where it was taken from; ``set classes=1001`` gives the
spec's variables. Every other line is one layer in nine columns. All layers of the spec are listed in its order
but ``dropout`` and ``flatten``; auxiliary heads come last, or are all left out where the source has none:

    theirs      conv1/7x7_s2          their name; where they have none, that of the nearest thing that has one
    node        conv1                 our name; the two layers of a separable convolution are .depthwise and .pointwise
    operation   conv                  our key for it; a 1x1 convolution of a vector is linear
    window      7x7/2  1x7  3x3/2x1   kernel, height first, and stride where it is not 1; global; adaptive; or -
    padding     0  0x3  0:1  0:1x2:3  cells on all sides; height x width; before:after on both axes; on either; or -
    channels    3->64  64+32->96      in and out; of a join one number a branch, in order
    output      64x112x112  1000      shape of one image
    eps         0.001                 of the batch normalisation, or -
    also        bias,relu             or -; further: groups=64; ceil (a last window that overhangs counts);
                                      counted (averages count padding); factor of a scale; size of an lrn
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import inception_graph as ig
from inception_graph.ops.activation import Activation
from inception_graph.ops.convolution import Conv
from inception_graph.ops.joining import Add
from inception_graph.ops.linear import Dropout, Linear
from inception_graph.ops.normalisation import BatchNorm, LocalResponseNorm
from inception_graph.ops.pooling import AvgPool, MaxPool
from inception_graph.ops.reshaping import Flatten, Scale
from inception_graph.ops.separable import SeparableConv
from inception_graph.ops.window import Window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inception_graph.ir.graph import TypedGraph
    from inception_graph.ops.window import Shape

TABLES = sorted((Path(__file__).parent / "layers").glob("*.txt"))


def table(path: Path) -> tuple[dict[str, Any], list[list[str]]]:
    """The variables that a table is for, and its lines in columns."""
    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    lines = [line for line in lines if line and not line[0].startswith("#")]
    settings = [setting.split("=") for word, *rest in lines if word == "set" for setting in rest]
    return {key: int(value) for key, value in settings}, [line for line in lines if len(line) == 9]


def extent(sizes: tuple[int, int]) -> str:
    height, width = sizes
    return f"{height}x{width}"


def stepped(window: Window) -> str:
    height, width = window.stride
    stride = f"{height}" if height == width else f"{height}x{width}"
    return extent(window.kernel) + ("" if stride == "1" else f"/{stride}")


def padded(window: Window) -> str:
    height, width = (f"{a}:{b}" if a != b else f"{a}" for a, b in window.pads)
    return height if height == width else f"{height}x{width}"


def columns(typed: TypedGraph) -> Iterator[list[str]]:
    """Our layers, in the eight columns behind their names."""
    for index, node in enumerate(typed.nodes):
        operation, inputs = typed.operation(index), typed.inputs(index)
        if isinstance(operation, Dropout | Flatten):
            continue
        output = typed.shapes[index]
        ends = "+".join(str(x[0]) for x in inputs) + f"->{output[0]}", "x".join(map(str, output))
        match operation:
            case SeparableConv():
                yield from separable(node.name, operation, inputs[0], output)
            case _:
                yield [node.name, operation.key, *described(operation, inputs[0], ends)]


def described(operation: object, x: Shape, ends: tuple[str, str]) -> list[str]:
    """Window, padding, channels, output, eps and the rest of one layer."""
    step, around, eps, also = "-", "-", "-", list[str]()
    match operation:
        case Conv():
            step, around = stepped(operation.window(x)), padded(operation.window(x))
            eps, also = normed(operation.norm), finished(operation)
            also += [f"groups={operation.groups}"] if operation.groups > 1 else []
        case AvgPool(kernel="global"):
            step = "global"
        case AvgPool(kernel="adaptive"):
            step = "adaptive"
        case AvgPool() | MaxPool():
            window = operation.window(x)
            step, around = stepped(window), padded(window)
            whole = Window(window.kernel, window.stride, window.dilation, window.pads)
            if any(
                window.size(axis, x[1 + axis]) != whole.size(axis, x[1 + axis]) for axis in (0, 1)
            ):
                also = ["ceil"]
            if isinstance(operation, AvgPool) and operation.count_padding and around != "0":
                also.append("counted")
        case Linear():
            also = finished(operation)
        case BatchNorm():
            eps = normed(operation)
        case LocalResponseNorm():
            also = [str(operation.window_channels)]
        case Add() if operation.activation != "none":
            also = [operation.activation]
        case Activation():
            also = [operation.function]
        case Scale():
            also = [f"{operation.factor:g}"]
        case _:
            pass
    return [step, around, *ends, eps, ",".join(also) or "-"]


def separable(name: str, operation: SeparableConv, x: Shape, output: Shape) -> list[list[str]]:
    between = x[0] * operation.multiplier
    window, positions = operation.window(x), "x".join(map(str, output[1:]))
    return [
        [f"{name}.depthwise", "conv", stepped(window), padded(window), f"{x[0]}->{between}",
         f"{between}x{positions}", "-", f"groups={x[0]}"],
        [f"{name}.pointwise", "conv", "1x1", "0", f"{between}->{output[0]}",
         f"{output[0]}x{positions}", normed(operation.norm), ",".join(finished(operation)) or "-"],
    ]  # fmt: skip


def normed(norm: BatchNorm | None) -> str:
    return "-" if norm is None else f"{norm.eps:g}"


def finished(layer: Conv | SeparableConv | Linear) -> list[str]:
    activation = [] if layer.activation == "none" else [layer.activation]
    return (["bias"] if layer.bias else []) + activation


def loaded(path: Path, settings: dict[str, Any], lines: list[list[str]]) -> ig.Network:
    """The network that a table is of, without its auxiliary heads where the table has none."""
    network = ig.load(path.name.split(".")[0], **settings)
    heads = {head.name for head in network.typed.graph.heads}
    return network if lines[-1][1].split(".")[0] in heads else network.without_auxiliary()


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_layers_are_those_of_the_released_network(path: Path) -> None:
    settings, lines = table(path)
    network = loaded(path, settings, lines)
    assert len({line[1] for line in lines}) == len(lines)
    assert list(columns(network.typed)) == [line[1:] for line in lines]
