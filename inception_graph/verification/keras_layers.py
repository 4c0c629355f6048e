"""The steps of a Keras model, from the layers that it lists: its configuration, not what its backend computes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inception_graph.ops.window import Window, window
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
    from inception_graph.ops.window import Shape


def configured(model: Any, image: Shape) -> Trace:
    """What the layers of a functional model with channels last compute.

    Args:
        model: The Keras model.
        image: Shape of one image, channels first.
    """
    trace = Trace()
    given: dict[int, tuple[int, Shape]] = {}
    for layer in model.layers:
        if not layer.get_config().get("batch_shape"):
            read = [given[id(tensor)] for tensor in _inputs(layer)]
            given[id(layer.output)] = _add(trace, layer, read)
        else:
            given[id(layer.output)] = INPUT, image
    trace.outputs["logits"] = given[id(model.outputs[0])][0]
    return trace


def _inputs(layer: Any) -> list[Any]:
    given: Any = layer.input
    return list(given) if isinstance(given, list | tuple) else [given]  # pyright: ignore[reportUnknownArgumentType]


def _add(trace: Trace, layer: Any, read: list[tuple[int, Shape]]) -> tuple[int, Shape]:
    """Add a layer's steps; gives the place and the shape of its result."""
    x = read[0][1]
    if type(layer).__name__ == "CustomScaleLayer":  # of InceptionResNetV2: x + scale * residual
        (before, _), (residual, _) = read
        factor: dict[str, Fact] = {"factor": layer.scale}
        scaled = trace.add(Step("scale", layer.name, factor, (residual,), x))
        return trace.add(Step("add", layer.name, {}, (before, scaled), x)), x
    batches = [(1, *shape[1:], shape[0]) for _, shape in read]
    computed = layer.compute_output_shape(batches if len(batches) > 1 else batches[0])
    shape = (computed[-1], *computed[1:-1])
    last = tuple(place for place, _ in read)
    for kind, facts, kept, result in _described(layer, x, shape):
        step = Step(kind, layer.name, facts, last, result, tuple(f"{layer.name}/{n}" for n in kept))
        last = (trace.add(step),)
    return last[0], shape


_Described = tuple[str, dict[str, Fact], tuple[str, ...], "Shape"]


def _described(layer: Any, x: Shape, shape: Shape) -> list[_Described]:
    """Kind, facts, names of tensors and shape of a layer's steps."""
    match type(layer).__name__:
        case "Conv2D":
            steps = [_conv(layer, x, shape)]
        case "SeparableConv2D":
            between = (x[0] * layer.depth_multiplier, *shape[1:])
            bias = ("bias",) if layer.use_bias else ()
            depthwise = window_facts(_window(layer, layer.kernel_size, x), x, between)
            steps: list[_Described] = [
                (
                    "conv",
                    {**depthwise, "groups": x[0], "bias": False},
                    ("depthwise_kernel",),
                    between,
                )
            ]
            pointwise = Window((1, 1), (1, 1), (1, 1), ((0, 0), (0, 0)))
            kind, facts = conv_facts(pointwise, between, shape, groups=1, bias=layer.use_bias)
            steps.append((kind, facts, ("pointwise_kernel", *bias), shape))
        case "Dense":
            steps = [("linear", {"bias": layer.use_bias}, _kept(layer), shape)]
        case "BatchNormalization":
            facts = {"eps": layer.epsilon, "momentum": 1 - layer.momentum, "scale": layer.scale}
            steps = [("batch_norm", facts, _kept(layer), shape)]
        case "MaxPooling2D":
            facts = window_facts(_window(layer, layer.pool_size, x), x, shape)
            steps = [("max_pool", facts, (), shape)]
        case "AveragePooling2D":
            span = _window(layer, layer.pool_size, x)
            steps = [("avg_pool", average_facts(span, x, shape, counts_padding=False), (), shape)]
        case "GlobalAveragePooling2D":
            steps = [("avg_pool", {"window": "global"}, (), shape)]
        case "Concatenate":
            steps = [("concat", {}, (), shape)]
        case "Add":
            steps = [("add", {}, (), shape)]
        case "Activation":
            steps = []
        case name:
            steps = [(name, {}, _kept(layer), shape)]
    activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
    return steps if activation == "linear" else [*steps, (activation, {}, (), shape)]


def _conv(layer: Any, x: Shape, shape: Shape) -> _Described:
    span = _window(layer, layer.kernel_size, x)
    kind, facts = conv_facts(span, x, shape, groups=layer.groups, bias=layer.use_bias)
    return kind, facts, _kept(layer), shape


def _kept(layer: Any) -> tuple[str, ...]:
    return tuple(variable.name for variable in layer.variables)


def _window(layer: Any, kernel: tuple[int, int], x: Shape) -> Window:
    """The window of a layer; its padding is 'same' or 'valid'."""
    dilation = getattr(layer, "dilation_rate", (1, 1))
    height, width = x[1:]
    return window((height, width), kernel, layer.strides, dilation, layer.padding)
