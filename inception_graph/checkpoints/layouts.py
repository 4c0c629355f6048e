"""How torch, Keras and TensorFlow call the tensors of a layer, and in which order they keep their axes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inception_graph.checkpoints.tensors import Layer, Role, Tensor
    from inception_graph.ir.checkpoints import CheckpointSource

_KERAS: dict[Role, str] = {
    "kernel": "kernel",
    "depthwise": "depthwise_kernel",
    "pointwise": "pointwise_kernel",
    "bias": "bias",
    "gamma": "gamma",
    "beta": "beta",
    "mean": "moving_mean",
    "variance": "moving_variance",
}
_TENSORFLOW: dict[Role, str] = {
    **_KERAS,
    "kernel": "weights",
    "depthwise": "depthwise_weights",
    "pointwise": "pointwise_weights",
    "bias": "biases",
}
_LEAVES = {"keras": _KERAS, "tensorflow": _TENSORFLOW}


def separator(source: CheckpointSource) -> str:
    """What stands between the segments of a name."""
    return "." if source.layout == "torch" else "/"


def ending(source: CheckpointSource, layer: Layer) -> str:
    """What stands behind the name of a layer for one of its parts, separator first; nothing where it has no name."""
    if not layer.part:
        return ""
    theirs = source.parts.get(layer.part)
    if theirs is None and source.layout == "torch":
        theirs = layer.part
    elif theirs is None:
        normalises = source.layout == "tensorflow" and "mean" in layer.roles
        theirs = "BatchNorm" if normalises else ""
    return theirs and f"{separator(source)}{theirs}"


def leaf(source: CheckpointSource, role: Role, ours: str) -> str | None:
    """What the name of a tensor ends in, or None where the source has no such tensor.

    Args:
        source: Whose names.
        role: What the tensor does.
        ours: The end of our name.
    """
    if role == "gamma" and not source.scale:
        return None
    if source.layout == "torch":
        return ours
    return None if role == "count" else _LEAVES[source.layout].get(role, ours)


def leaves(source: CheckpointSource, layer: Layer) -> list[str]:
    """What the names of a layer's tensors end in."""
    ends = (
        leaf(source, role, weight.name.rpartition(".")[2])
        for role, weight in zip(layer.roles, layer.weights, strict=True)
    )
    return [end for end in ends if end is not None]


def shape(source: CheckpointSource, tensor: Tensor, *, convolution: bool) -> tuple[int, ...]:
    """The shape of a tensor there.

    Args:
        source: Whose tensor.
        tensor: Ours.
        convolution: Whether a linear layer of ours is a 1x1 convolution there.
    """
    ours, last = tensor.shape, source.layout != "torch"
    if tensor.role not in ("kernel", "depthwise", "pointwise"):
        return ours
    if len(ours) == 2:
        out, features = ours
        if last:
            return (1, 1, features, out) if convolution else (features, out)
        return (out, features, 1, 1) if convolution else ours
    if not last:
        return ours
    out, features, height, width = ours
    if tensor.role == "depthwise":
        return height, width, tensor.groups, out // tensor.groups
    return height, width, features, out


def axes(source: CheckpointSource, tensor: Tensor) -> tuple[int, ...]:
    """How the axes of a tensor there, without the ones of a 1x1 convolution, become ours; empty where they are ours."""
    if source.layout == "torch":
        return ()
    match tensor.role, len(tensor.shape):
        case "depthwise", _:
            return 2, 3, 0, 1
        case "kernel" | "pointwise", 4:
            return 3, 2, 0, 1
        case "kernel", 2:
            return 1, 0
        case _:
            return ()
