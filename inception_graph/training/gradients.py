"""How strongly losses pull at the layers of a network, with its auxiliary heads and without them."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

import torch

from inception_graph.training import standalone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor, nn

    from inception_graph.ir.graph import Head, TypedGraph


@dataclass(frozen=True)
class Layer:
    """A layer with a kernel or a matrix of weights.

    Attributes:
        name: The parameter's full name, such as ``inception_3a.branch1.conv.weight``.
        stage: The node at the top of the network in which it is, or the copy of a repeated block: ``repeat_1.0``.
        auxiliary: Whether it belongs to an auxiliary head.
        depth: How far it is on the way to the output, from above 0 to 1, counted in layers with weights along the
            longest way. In a head it may be above 1.
        parameters: Numbers in it.
        weights: Their norm.
        main: Norm of the gradient of the main loss; None where the main loss does not depend on it.
        whole: Norm of the gradient of the main loss and the weighted losses of the heads together; None where no loss
            depends on it.
    """

    name: str
    stage: str
    auxiliary: bool
    depth: float
    parameters: int
    weights: float
    main: float | None
    whole: float | None


@dataclass(frozen=True)
class Start:
    """Where an auxiliary head begins.

    Attributes:
        head: Its name.
        weight: What its loss counts.
        stage: The stage that it reads, or the input.
        depth: As in ``Layer``, of what it reads.
    """

    head: str
    weight: float
    stage: str
    depth: float


@dataclass(frozen=True)
class Gradients:
    """The gradients of a network for one batch.

    Attributes:
        network: Its name.
        layers: Its layers, in the order of the network.
        heads: Where its auxiliary heads begin.
        losses: The loss of each head, not weighted; the main one, ``logits``, first.
    """

    network: str
    layers: tuple[Layer, ...]
    heads: tuple[Start, ...]
    losses: dict[str, float]

    @property
    def trunk(self) -> tuple[Layer, ...]:
        """The layers on which the main loss depends."""
        return tuple(layer for layer in self.layers if layer.main is not None)


def gradients(
    typed: TypedGraph, model: nn.Module, images: Tensor, labels: Tensor, *, seed: int = 0
) -> Gradients:
    """Measure a network in training mode, with one forward pass for both answers.

    Weights, images, labels and what dropout leaves out are the same with the heads and without them. The losses are
    plain cross entropy.

    Args:
        typed: The network.
        model: Its module. Running statistics of its norms are moved as by a step of training.
        images: N x C x H x W, as the network reads them.
        labels: N numbers of classes.
        seed: Of dropout.
    """
    heads = standalone.module("heads")
    weights = {head.name: head.loss_weight for head in typed.graph.heads}
    losses = heads.Losses(weights, 0.0)
    named = {name: weight for name, weight in model.named_parameters() if weight.dim() >= 2}
    torch.manual_seed(seed)  # pyright: ignore[reportUnknownMemberType]
    outputs = heads.by_name(model.train()(images))
    found: dict[str, Tensor] = losses(outputs, labels)
    alone = _norms(found[heads.MAIN], named, again=bool(weights))
    whole = _norms(losses.total(found), named) if weights else alone
    depths = _depths(typed)
    layers = sorted(
        (
            _layer(typed, depths, name, weight, alone[name], whole[name])
            for name, weight in named.items()
        ),
        key=lambda pair: pair[0],
    )
    starts = tuple(_start(typed, depths, head) for head in typed.graph.heads)
    told = {name: loss.item() for name, loss in found.items()}
    return Gradients(typed.program.name, tuple(layer for _, layer in layers), starts, told)


def _norms(
    loss: Tensor, named: dict[str, nn.Parameter], *, again: bool = False
) -> dict[str, float | None]:
    """The norms of a loss's gradients; ``again`` keeps what another loss of the same pass needs."""
    weights = list(named.values())
    found: Any = torch.autograd.grad(loss, weights, retain_graph=again, allow_unused=True)
    norms = (None if gradient is None else _norm(gradient) for gradient in found)
    return dict(zip(named, norms, strict=True))


def _norm(tensor: Any) -> float:
    return float(tensor.norm())


def _layer(
    typed: TypedGraph,
    depths: Sequence[int],
    name: str,
    weight: Tensor,
    main: float | None,
    whole: float | None,
) -> tuple[int, Layer]:
    """A layer with the number of its node."""
    numbers = {node.name: index for index, node in enumerate(typed.nodes)}
    parts = name.split(".")
    index = next(
        numbers[path]
        for end in range(len(parts), 0, -1)
        if (path := ".".join(parts[:end])) in numbers
    )
    auxiliary = typed.nodes[index].section == "auxiliary"
    depth = _share(typed, depths, index)
    size = prod(weight.shape)
    norm = _norm(weight.detach())
    return index, Layer(name, _stage(name), auxiliary, depth, size, norm, main, whole)


def _start(typed: TypedGraph, depths: Sequence[int], head: Head) -> Start:
    source = head.instance.reads
    stage = _stage(typed.nodes[source].name) if source >= 0 else "input"
    return Start(head.name, head.loss_weight, stage, _share(typed, depths, source))


def _stage(name: str) -> str:
    """The node at the top of the network, or the copy of a repeated block, that a name begins with."""
    first, *others = name.split(".")
    return f"{first}.{others[0]}" if others and others[0].isdigit() else first


def _depths(typed: TypedGraph) -> list[int]:
    """For each node how many layers with weights are on the longest way to its output."""
    depths: list[int] = []
    for index, node in enumerate(typed.nodes):
        before = max((depths[source] for source in node.inputs if source >= 0), default=0)
        own = sum(weight.trained and len(weight.shape) >= 2 for weight in typed.weights[index])
        depths.append(before + own)
    return depths


def _share(typed: TypedGraph, depths: Sequence[int], index: int) -> float:
    return (depths[index] if index >= 0 else 0) / max(depths[typed.graph.output], 1)
