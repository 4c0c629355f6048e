"""Normalisations."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from inception_graph.ops.base import Example, Operation, Weight, as_map
from inception_graph.ops.code import Argument, Call, Helper, is_default
from inception_graph.ops.fields import Count, Flag, Number, Positive  # noqa: TC001  pydantic reads annotations
from inception_graph.ops.layout import Merges, check_merges

if TYPE_CHECKING:
    from inception_graph.ops.window import Shape


def _without_scale(name: str, layer: str, of: str) -> Helper:
    # A function, not a class of its own: what it returns is torch's layer, which tracers and fusers know.
    return Helper(
        name,
        f'''\
def {{name}}(num_features: int, **kwargs: Any) -> {layer}:
    """Batch normalisation{of} that learns a shift but no scale, as TensorFlow's networks have it."""
    norm = {layer}(num_features, **kwargs)
    del norm.weight
    norm.register_buffer("weight", torch.ones(num_features), persistent=False)
    return norm''',
    )


_LAYERS = {1: "nn.BatchNorm1d", 2: "nn.BatchNorm2d"}
"""torch's layers, by the dimensions of what is normalised for each channel: a vector counts as one."""
_NO_SCALE = {
    1: _without_scale("vector_batch_norm_without_scale", _LAYERS[1], " of vectors"),
    2: _without_scale("batch_norm_without_scale", _LAYERS[2], ""),
}


class BatchNorm(Operation):
    """Normalises each channel of a map, or value of a vector, over the batch; after training by running statistics."""

    key: ClassVar = "batch_norm"
    argument: ClassVar = None
    family: ClassVar = "normalisation"
    examples: ClassVar = (
        Example({"batch_norm": None}, ((8, 4, 4),), (8, 4, 4)),
        Example({"batch_norm": None, "eps": 0.001, "momentum": 0.01, "scale": False},
                ((8, 4, 4),), (8, 4, 4)),
        Example({"batch_norm": None}, ((8,),), (8,)),
        Example({"batch_norm": None, "scale": False}, ((8,),), (8,)),
    )  # fmt: skip

    eps: Positive = 1e-5
    """Added to the variance. The family's networks use 0.001."""
    momentum: Positive = 0.1
    """Share of the newest batch in the running statistics (1 - TensorFlow's decay)."""
    scale: Flag = True
    """Whether a scale (gamma) is learnt; the shift (beta) always is."""
    merges: Merges = ()
    """Layers of the plain network that this one stands for, side by side: channels by name, seen from the block."""

    def shape(self, *inputs: Shape) -> Shape:
        check_merges(self.merges, inputs[0][0])
        return inputs[0]

    def weights(self, x: Shape) -> tuple[Weight, ...]:
        return self.weights_of(x[0])

    def stands_for(self, x: Shape) -> dict[str, tuple[Weight, ...]]:
        if not self.merges:
            return super().stands_for(x)
        return {name: self.weights_of(width) for name, width in self.merges}

    def weights_of(self, channels: int) -> tuple[Weight, ...]:
        """The tensors kept for a number of channels."""
        scale = (Weight("weight", (channels,)),) if self.scale else ()
        return (
            *scale,
            Weight("bias", (channels,)),
            Weight("running_mean", (channels,), trained=False),
            Weight("running_var", (channels,), trained=False),
            Weight("num_batches_tracked", (), trained=False),
        )

    def module(self, x: Shape) -> Call:
        return self.module_of(x[0], dimensions=2 if len(x) == 3 else 1)

    def module_of(self, channels: Argument, *, dimensions: int = 2) -> Call:
        """The constructor call for a number of channels, which may be a piece of source.

        Args:
            channels: Their number.
            dimensions: 2 for maps, 1 for vectors.
        """
        options: dict[str, Argument] = {}
        if not is_default(self.eps, 1e-5):
            options["eps"] = self.eps
        if not is_default(self.momentum, 0.1):
            options["momentum"] = self.momentum
        if self.scale:
            return Call(_LAYERS[dimensions], (channels,), options)
        helper = _NO_SCALE[dimensions]
        return Call(helper.name, (channels,), options, helper)

    def label(self) -> str:
        return "batch norm"


# torch's own layer pools over five dimensions: half as fast, and not there for bfloat16 on a CPU.
_LRN = Helper(
    "LocalResponseNorm",
    '''\
class {name}(nn.Module):
    """Division by the energy of neighbouring channels."""

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, x: Tensor) -> Tensor:
        squares = F.pad(x.square(), (0, 0, 0, 0, self.size // 2, (self.size - 1) // 2))
        energy = squares[:, : x.shape[1]]
        for shift in range(1, self.size):
            energy = energy + squares[:, shift : x.shape[1] + shift]
        return x * (self.k + self.alpha / self.size * energy) ** -self.beta''',
)


class LocalResponseNorm(Operation):
    """Divides by the energy of neighbouring channels, as AlexNet does (Krizhevsky et al., 2012)."""

    key: ClassVar = "lrn"
    argument: ClassVar = "window_channels"
    family: ClassVar = "normalisation"
    examples: ClassVar = (
        Example({"lrn": 5}, ((16, 6, 6),), (16, 6, 6)),
        Example({"lrn": 4, "alpha": 0.01, "beta": 0.5, "k": 2}, ((16, 6, 6),), (16, 6, 6)),
    )

    window_channels: Count
    """Number of neighbouring channels."""
    alpha: Number = 1e-4
    """Weight of the energy; divided by window_channels, as in Caffe but not in TensorFlow."""
    beta: Number = 0.75
    """Exponent."""
    k: Number = 1.0
    """Added to the energy."""

    def shape(self, *inputs: Shape) -> Shape:
        return as_map(inputs[0], self.key)

    def module(self, x: Shape) -> Call:
        del x
        given = {"alpha": (self.alpha, 1e-4), "beta": (self.beta, 0.75), "k": (self.k, 1.0)}
        options: dict[str, Argument] = {
            name: value
            for name, (value, default) in given.items()
            if not is_default(value, default)
        }
        return Call(_LRN.name, (self.window_channels,), options, _LRN)

    def label(self) -> str:
        return "LRN"


_L2 = Helper(
    "L2Normalize",
    '''\
class {name}(nn.Module):
    """Scales each vector to length one."""

    def __init__(self, eps: float = 1e-12) -> None:
        super().__init__()
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        return F.normalize(x, dim=1, eps=self.eps)''',
)


class L2Normalize(Operation):
    """Scales the channels of each cell to Euclidean length one, as face embeddings are."""

    key: ClassVar = "l2_normalize"
    argument: ClassVar = None
    family: ClassVar = "normalisation"
    examples: ClassVar = (
        Example({"l2_normalize": None}, ((128,),), (128,)),
        Example({"l2_normalize": None, "eps": 1e-6}, ((8, 2, 2),), (8, 2, 2)),
    )

    eps: Positive = 1e-12
    """Smallest length that is divided by."""

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def module(self, x: Shape) -> Call:
        del x
        options: dict[str, Argument] = {} if is_default(self.eps, 1e-12) else {"eps": self.eps}
        return Call(_L2.name, (), options, _L2)

    def label(self) -> str:
        return "L2 norm"
