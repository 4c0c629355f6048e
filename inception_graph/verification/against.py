"""A network against the one that an installed library has: structure, totals, outputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.utils.flop_counter import FlopCounterMode

from inception_graph.analysis.costs import costs
from inception_graph.checkpoints import tensors
from inception_graph.compiler import compile_spec, finish
from inception_graph.ops.base import size
from inception_graph.peers import PEERS, Peer
from inception_graph.resources import specs
from inception_graph.verification.carrying import fit
from inception_graph.verification.declared import declared
from inception_graph.verification.outputs import TOLERANCE, Agreement, evaluated
from inception_graph.verification.pairing import Pairing, paired
from inception_graph.verification.recorded import recorded

if TYPE_CHECKING:
    from inception_graph.compiler import Compilation
    from inception_graph.ir.checkpoints import CheckpointSource
    from inception_graph.ir.graph import TypedGraph
    from inception_graph.peers.reference import Reference
    from inception_graph.verification.steps import Trace

_ALIKE = 0.7
"""Share of the layers of two networks, by name, that both must have to be taken for the same."""


class NoPeerError(ValueError):
    """There is nothing to compare a network with; says what there is."""


@dataclass(frozen=True)
class Comparison:
    """How a network compares with a peer's.

    Attributes:
        peer: The peer.
        pairing: Structure, node by node.
        parameters: Trained weights here and there, of outputs that both have.
        scales: Those of them that are scales (gamma) of ours which the peer does without.
        macs: Multiply-accumulates in evaluation, here and there.
        outputs: How near the outputs come with the same weights; None where they were not computed.
        strangers: Tensors of ours without a counterpart of their shape, which leave nothing to compute.
    """

    peer: Peer
    pairing: Pairing
    parameters: tuple[int, int]
    scales: int
    macs: tuple[int, int]
    outputs: Agreement | None
    strangers: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether both compute the same in evaluation."""
        here, there = self.parameters
        return (
            here - self.scales == there
            and self.macs[0] == self.macs[1]
            and not self.strangers
            and all(difference.training for difference in self.pairing.differences)
            and (self.outputs is None or self.outputs.difference <= TOLERANCE)
        )


def choose(typed: TypedGraph, source: str) -> tuple[Peer, CheckpointSource]:
    """The peer of a source that is most like a network, and the rules of its names.

    The network's own rules go before those of the shipped network that is the peer. A network with rules for the source
    asks to be compared with the nearest that there is.

    Raises:
        NoPeerError: There is none.
    """
    peers = [peer for peer in PEERS if peer.source == source]
    names = _layers(typed)
    best: tuple[float, Peer, CheckpointSource] | None = None
    for peer in peers:
        home = compile_spec(specs()[peer.spec]).typed
        if home is None or source not in home.program.checkpoints:
            continue
        others = _layers(home)
        alike = len(names & others) / len(names | others)
        if best is None or alike > best[0]:
            rules = typed.program.checkpoints.get(source, home.program.checkpoints[source])
            best = alike, peer, rules
    wanted = source in typed.program.checkpoints
    if best is None or (best[0] < _ALIKE and not wanted):
        known = ", ".join(f"{peer.spec} ({peer.name})" for peer in peers)
        message = f"no network of {source} is like '{typed.program.name}'; it has {known}"
        raise NoPeerError(message)
    return best[1:]


def _layers(typed: TypedGraph) -> set[str]:
    """Names of the nodes with weights, those of auxiliary heads left out."""
    nodes = (typed.nodes[tensor.node] for tensor in tensors(typed))
    return {node.name for node in nodes if node.section != "auxiliary"}


def compared(compilation: Compilation, source: str, *, outputs: bool) -> Comparison:
    """Compare a network with a peer.

    Args:
        compilation: A sound compilation of ours.
        source: The library.
        outputs: Whether both are also computed with the same weights.

    Raises:
        NoPeerError: The library has no network like it, or none for images of its size.
        PeerMissing: The library cannot be imported.
    """
    if compilation.typed is None:
        raise AssertionError(compilation.name)
    typed = compilation.typed
    peer, rules = choose(typed, source)
    reference = _without_values(peer)
    try:
        theirs, macs = _trace(peer, reference, typed), _macs(reference, typed)
    except (RuntimeError, ValueError) as error:
        image = size(typed.graph.input)
        message = f"{peer.name} cannot be computed for images of {image}: {_first_line(error)}"
        raise NoPeerError(message) from None
    stripped = finish(typed.program.without_auxiliary(), compilation).typed
    if stripped is None:
        raise AssertionError(compilation.name)
    shared = typed if all(h.name in theirs.outputs for h in typed.graph.heads) else stripped
    found = fit(shared, rules, reference.tensors())
    ours = declared(typed)
    serving = theirs.behind([name for name in theirs.outputs if name in ours.outputs])
    kept = {tensor for place in serving for tensor in theirs.steps[place].tensors}
    parameters = sum(p.numel() for name, p in reference.parameters().items() if name in kept)
    agreement = None
    if outputs and not found.strangers:
        agreement = evaluated(stripped, rules, peer.build())
    return Comparison(
        peer,
        paired(ours, theirs, found.names),
        (costs(shared).parameters_with_auxiliary, parameters),
        sum(entry.tensor.shape[0] for entry in found.ones if entry.tensor.role == "gamma"),
        (costs(typed).macs, macs),
        agreement,
        found.strangers,
    )


def _without_values(peer: Peer) -> Reference:
    """A peer's network on torch's device without values, where it can be."""
    if peer.keras:
        return peer.build()
    with torch.device("meta"):
        return peer.build()


def _trace(peer: Peer, reference: Reference, typed: TypedGraph) -> Trace:
    if peer.keras:
        from inception_graph.verification.keras_layers import configured

        return configured(reference.module, typed.graph.input)
    return recorded(reference.module, reference.outputs, typed.graph.input)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def _macs(reference: Reference, typed: TypedGraph) -> int:
    """What torch's own counter says of a peer's network in evaluation."""
    device = next(reference.module.parameters()).device
    image = torch.zeros(1, *typed.graph.input, device=device)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        reference.run(image, training=False)
    return counter.get_total_flops() // 2
