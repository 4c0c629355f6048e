"""What a network keeps: every tensor of its state dict, and what it is for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING, Literal, TypeAlias
from weakref import WeakKeyDictionary

from inception_graph.ir.graph import INPUT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inception_graph.ir.graph import TypedGraph
    from inception_graph.ops.base import Weight
    from inception_graph.ops.window import Shape

Role: TypeAlias = Literal[
    "kernel", "depthwise", "pointwise", "bias",
    "gamma", "beta", "mean", "variance", "count", "other",
]  # fmt: skip
"""What a tensor does in its layer; ``other`` in operations that a plugin adds."""

_STATISTICS: dict[str, Role] = {
    "running_mean": "mean",
    "running_var": "variance",
    "num_batches_tracked": "count",
}
_KERNELS: dict[str, Role] = {"depthwise": "depthwise", "pointwise": "pointwise"}
"""Parts of a separable convolution."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor of our state dict.

    Attributes:
        name: Its name there: ``conv1.norm.running_mean``.
        shape: Its sizes.
        role: What it does in its layer.
        trained: Whether it is a parameter, not a statistic.
        node: Id of its node in the graph.
        adapts: What it may have another number of in weights for another task: ``classes`` in a classifier, input
            ``channels`` in a first convolution; else None.
        groups: Input channels of a depthwise kernel; 1 of all other tensors.
        maps: Shapes of the maps, flattened one after the other, that the rows of a linear layer's kernel stand
            for; empty where the order of rows does not depend on the layout of maps.
    """

    name: str
    shape: tuple[int, ...]
    role: Role
    trained: bool
    node: int
    adapts: Literal["classes", "channels"] | None = None
    groups: int = 1
    maps: tuple[Shape, ...] = ()

    @property
    def free(self) -> int | None:
        """The dimension that may differ where ``adapts`` says so."""
        if self.adapts is None:
            return None
        return 1 if self.adapts == "channels" and self.role != "depthwise" else 0


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """What one part of a node keeps.

    Attributes:
        node: Name of the node.
        path: The segments of that name.
        index: Its id in the graph.
        part: Name of the part, such as ``conv``; empty where the node is a bare layer.
        auxiliary: Whether it belongs to an auxiliary head.
        weights: What the part keeps, by the names that the operation gives.
        roles: What each of those does.
    """

    node: str
    path: tuple[str, ...]
    index: int
    part: str
    auxiliary: bool
    weights: tuple[Weight, ...]
    roles: tuple[Role, ...]

    @property
    def name(self) -> str:
        """Name of the node and the part."""
        return f"{self.node}.{self.part}" if self.part else self.node

    @property
    def linear(self) -> bool:
        """Whether it is a linear layer."""
        return any(
            role == "kernel" and len(weight.shape) == 2
            for role, weight in zip(self.roles, self.weights, strict=True)
        )

    @property
    def scaled(self) -> bool:
        """Whether it has a scale (gamma), if it is a normalisation; else true."""
        return "beta" not in self.roles or "gamma" in self.roles


_known: WeakKeyDictionary[TypedGraph, tuple[Layer, ...]] = WeakKeyDictionary()


def layers(typed: TypedGraph) -> tuple[Layer, ...]:
    """All parts of nodes that keep something, in the order of the nodes; worked out once for a graph."""
    if typed not in _known:
        _known[typed] = tuple(_layers(typed))
    return _known[typed]


def _layers(typed: TypedGraph) -> Iterator[Layer]:
    for index, node in enumerate(typed.nodes):
        auxiliary = node.section == "auxiliary"
        for name, weights in _plain(typed, index):
            parts: dict[str, list[Weight]] = {}
            for weight in weights:
                parts.setdefault(weight.name.rpartition(".")[0], []).append(weight)
            for inside, kept in parts.items():
                called, part = (name, inside) if inside else _bare(name, weights)
                own = tuple(replace(weight, name=_under(part, weight.name)) for weight in kept)
                path, roles = tuple(called.split(".")), tuple(_roles(part, kept))
                yield Layer(called, path, index, part, auxiliary, own, roles)


def _plain(typed: TypedGraph, index: int) -> Iterator[tuple[str, tuple[Weight, ...]]]:
    """The layers of the plain network for which a node is there, by their full names."""
    node, operation = typed.nodes[index], typed.operation(index)
    if not typed.weights[index]:
        return
    local = typed.program.local_names.get(id(node.element), "")
    scope = node.name.removesuffix(local)
    for name, weights in operation.stands_for(typed.inputs(index)[0]).items():
        yield (f"{scope}{name}" if name else node.name), weights


def _bare(name: str, weights: tuple[Weight, ...]) -> tuple[str, str]:
    """A layer without parts; where it is itself a part of a unit of the plain network, the unit and the part."""
    node, _, last = name.rpartition(".")
    normalises = any(weight.name == "running_mean" for weight in weights)
    return (node, last) if node and last == ("norm" if normalises else "conv") else (name, "")


def _under(part: str, name: str) -> str:
    """A tensor's name in its node."""
    return f"{part}.{name.rpartition('.')[2]}" if part else name


def tensors(typed: TypedGraph) -> tuple[Tensor, ...]:
    """All that the module's state dict holds."""
    return tuple(tensor for kept in tensors_by_layer(typed).values() for tensor in kept)


def tensors_by_layer(typed: TypedGraph) -> dict[Layer, tuple[Tensor, ...]]:
    """The same, with the layers that keep them."""
    classifiers = _classifiers(typed)
    return {
        layer: tuple(
            _tensor(typed, layer, weight, role, classifiers)
            for weight, role in zip(layer.weights, layer.roles, strict=True)
        )
        for layer in layers(typed)
    }


def _tensor(
    typed: TypedGraph, layer: Layer, weight: Weight, role: Role, classifiers: frozenset[int]
) -> Tensor:
    linear = role == "kernel" and len(weight.shape) == 2
    return Tensor(
        f"{layer.node}.{weight.name}",
        weight.shape,
        role,
        weight.trained,
        layer.index,
        _adapts(typed, layer.index, role, classifiers),
        typed.inputs(layer.index)[0][0] if role == "depthwise" else 1,
        _maps(typed, layer.index) if linear else (),
    )


def _roles(part: str, kept: list[Weight]) -> list[Role]:
    """What the tensors of a part do, by torch's names for them."""
    names = [weight.name.rpartition(".")[2] for weight in kept]
    normalises = "running_mean" in names
    roles: list[Role] = []
    for name, weight in zip(names, kept, strict=True):
        if name in _STATISTICS:
            roles.append(_STATISTICS[name])
        elif name == "weight" and len(weight.shape) > 1:
            roles.append(_KERNELS.get(part, "kernel"))
        elif name == "weight":
            roles.append("gamma")
        elif name == "bias":
            roles.append("beta" if normalises else "bias")
        else:
            roles.append("other")
    return roles


def _adapts(
    typed: TypedGraph, index: int, role: Role, classifiers: frozenset[int]
) -> Literal["classes", "channels"] | None:
    if index in classifiers:
        return "classes"
    reads_image = (
        role in ("kernel", "depthwise", "pointwise") and INPUT in typed.nodes[index].inputs
    )
    return "channels" if reads_image and len(typed.graph.input) > 1 else None


def _classifiers(typed: TypedGraph) -> frozenset[int]:
    """Ids of the layers that give the network's scores and its heads', one a class; what is normalised is no score."""
    found: set[int] = set()
    for output in (typed.graph.output, *(head.output for head in typed.graph.heads)):
        index = output
        while index != INPUT:
            operation = typed.operation(index)
            if operation.many or operation.family == "normalisation":
                break
            if typed.weights[index]:
                found.add(index)
                break
            index = typed.nodes[index].inputs[0]
    return frozenset(found)


def _maps(typed: TypedGraph, index: int) -> tuple[Shape, ...]:
    """The maps whose cells a linear layer reads, and plain features among them; none where each map has one cell."""
    found: list[Shape] = []
    waiting = [typed.nodes[index].inputs[0]]
    while waiting:
        index = waiting.pop()
        operation, inputs = typed.operation(index), typed.nodes[index].inputs
        before, shape = typed.shape(inputs[0]), typed.shape(index)
        if operation.key == "concat":
            waiting += reversed(inputs)
        elif operation.key == "flatten" and len(before) == 3:
            found.append(before)
        elif operation.key == "linear" or (not operation.many and before != shape):
            found.append(shape)
        else:  # it leaves the order of values as it is
            waiting.append(inputs[0])
    return tuple(found) if any(len(shape) == 3 and prod(shape[1:]) > 1 for shape in found) else ()
