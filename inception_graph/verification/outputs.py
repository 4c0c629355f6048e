"""Numbers of two networks with the same weights: outputs for a batch, and one step of training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from inception_graph.backends.pytorch.emit import Provenance, emit_source, network_class
from inception_graph.backends.pytorch.live import hollow, load_source
from inception_graph.verification.carrying import carried, fit, scatter
from inception_graph.weights.transform import to_ours

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from inception_graph.ir.checkpoints import CheckpointSource
    from inception_graph.ir.graph import TypedGraph
    from inception_graph.peers.reference import Reference
    from inception_graph.verification.carrying import Fit

TOLERANCE = 1e-5
"""Largest difference of outputs in single precision, in units of the largest output, that is rounding."""
BATCH = 2
_SOURCE = Provenance("a graph", "", "inception-graph verify")
_SMALLEST = 1e-6
"""Share of the largest gradient below which one is nothing but rounding: that of a bias before a normalisation."""


@dataclass(frozen=True)
class Agreement:
    """How near the outputs of two networks come, in evaluation and single precision.

    Attributes:
        difference: The largest difference, in units of the largest output.
        spread: The same between the outputs of two images: what a network that ignored its input would not have.
    """

    difference: float
    spread: float


@dataclass(frozen=True)
class TrainingStep:
    """How near two networks come in a step of training, in double precision, without dropout.

    Single precision would not tell: normalisation over two images makes rounding errors large.

    Attributes:
        loss: Difference of the losses, in units of the loss.
        gradients: The largest difference of gradients, in units of the largest of each tensor.
    """

    loss: float
    gradients: float


def network_of(typed: TypedGraph) -> type[nn.Module]:
    """The class that is emitted for a network."""
    module = load_source(emit_source(typed, _SOURCE), typed.program.name)
    return getattr(module, network_class(typed.program))


def images(typed: TypedGraph, batch: int = BATCH) -> Tensor:
    """A batch of coloured patches under noise, the same in every run: even noise looks alike to a network."""
    generator = torch.Generator().manual_seed(1)
    channels, *size = typed.graph.input
    patches = torch.randn(batch, channels, 4, 4, generator=generator)
    noise = torch.randn(batch, channels, *size, generator=generator)
    return F.interpolate(patches, size) + noise / 2


def relative(one: Tensor, other: Tensor) -> float:
    """The largest difference, in units of the largest value."""
    return ((one - other).abs().max() / other.abs().max()).item()


def evaluated(typed: TypedGraph, source: CheckpointSource, reference: Reference) -> Agreement:
    """Compare main outputs in evaluation.

    Args:
        typed: Our network, all of whose tensors the peer has, or does without.
        source: The rules of their names.
        reference: The peer's network, which is filled with random weights.
    """
    ours, _ = _alike(typed, source, reference, torch.float32)
    batch = images(typed)
    with torch.inference_mode():
        mine = ours.eval()(batch)
        other = reference.run(batch, training=False)["logits"]
    return Agreement(relative(mine, other), relative(other[:1], other[1:]))


def trained(typed: TypedGraph, source: CheckpointSource, reference: Reference) -> TrainingStep:
    """Compare the loss, auxiliary heads included, and all gradients.

    Args:
        typed: Our network, with the heads that the peer has.
        source: The rules of their names.
        reference: The peer's network in double precision, which is filled with random weights.
    """
    ours, found = _alike(typed, source, reference, torch.float64)
    batch = images(typed).double()
    with _WithoutDropout():
        given: Any = ours.train()(batch)
        other = reference.run(batch, training=True)
    mine: dict[str, Tensor] = given._asdict() if typed.graph.heads else {"logits": given}
    weights = {head.name: head.loss_weight for head in typed.graph.heads}
    losses = [_loss(outputs, weights) for outputs in (mine, other)]
    torch.autograd.backward(losses)
    first, second = (loss.item() for loss in losses)
    gradients = _gradients(found, dict(ours.named_parameters()), reference.parameters())
    return TrainingStep(abs(first - second) / abs(second), gradients)


def _alike(
    typed: TypedGraph, source: CheckpointSource, reference: Reference, dtype: torch.dtype
) -> tuple[nn.Module, Fit]:
    """Our live module with the random weights that a peer is given."""
    with torch.no_grad():
        held = reference.tensors()
        found = fit(typed, source, held)
        scatter(held, ((entry.tensor, name) for entry, name in found.pairs if entry.kept))
        ours = hollow(network_of(typed)).to(dtype)
        ours.load_state_dict(carried(held, found))
    return ours, found


def _loss(outputs: dict[str, Tensor], weights: dict[str, float]) -> Tensor:
    labels = torch.arange(BATCH)
    losses = [
        weights.get(name, 1.0) * F.cross_entropy(values, labels) for name, values in outputs.items()
    ]
    return torch.stack(losses).sum()


def _gradients(found: Fit, ours: dict[str, nn.Parameter], theirs: dict[str, Tensor]) -> float:
    pairs = [
        (_gradient(ours[entry.tensor.name]), to_ours(entry, _gradient(theirs[name])))
        for entry, name in found.pairs
        if entry.kept and entry.tensor.name in ours
    ]
    floor = _SMALLEST * max(gradient.abs().max().item() for _, gradient in pairs)
    return max(
        (one - its).abs().max().item() / max(its.abs().max().item(), floor) for one, its in pairs
    )


def _gradient(parameter: Tensor) -> Tensor:
    return parameter.grad if parameter.grad is not None else torch.zeros_like(parameter)


class _WithoutDropout(TorchFunctionMode):
    """Has dropout give what it reads, in layers as in functions."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        del types
        return args[0] if func is F.dropout else func(*args, **(kwargs or {}))
