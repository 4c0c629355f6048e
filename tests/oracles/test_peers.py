"""Every shipped network that a library has too is that network: layer by layer, and number for number.

Both are given the same random weights; see ``inception_graph/verification``. A library that is not installed is
skipped, and named in the summary.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from inception_graph.compiler import compile_spec, finish
from inception_graph.ir.graph import TypedGraph
from inception_graph.peers import PEERS, Peer, PeerMissing
from inception_graph.peers.reference import Reference
from inception_graph.verification.against import compared
from inception_graph.verification.outputs import TOLERANCE, evaluated, trained

EXACT = 1e-8
"""Rounding in double precision; what stands before a normalisation has gradients of nothing but rounding."""

SMALL = 107
"""Side of the images of a step of training, which takes long in double precision."""

REPEATED = [
    peer
    for peer in PEERS
    if peer.source in ("cadene", "pytorchcv") and peer.name != "pretrainedmodels.bninception"
]
"""Ports of networks that another library has too; to save time they are computed at one size, and not trained."""


def peers(given: Sequence[Peer]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("peer", given, ids=lambda peer: f"{peer.spec}-{peer.source}")


def built(peer: Peer, *, double: bool = False) -> Reference:
    try:
        return peer.build(double=double)
    except PeerMissing as missing:
        pytest.skip(str(missing))


def typed(peer: Peer, *, side: int = 0, larger: int = 0, heads: bool = False) -> TypedGraph:
    """Our network for images of its own size, of a given side, or larger."""
    compilation = compile_spec(peer.spec)
    program = compilation.program
    assert program is not None
    channels, height, width = program.input
    program = program if heads else program.without_auxiliary()
    size = (channels, (side or height) + larger, (side or width) + larger)
    found = finish(program.of_size(size), compilation).typed
    assert found is not None
    return found


@peers(PEERS)
def test_the_structure_is_the_same(peer: Peer) -> None:
    try:
        found = compared(compile_spec(peer.spec), peer.source, outputs=False)
    except PeerMissing as missing:
        pytest.skip(str(missing))
    assert found.peer is peer
    assert [d for d in found.pairing.differences if not d.training] == []
    assert found.agrees
    # Dropout in the last layer is all that may be without a counterpart.
    alone = [
        d.text for d in found.pairing.differences if "stands" in d.text and "head" not in d.text
    ]
    here, there = found.pairing.steps
    assert (here - found.pairing.paired) + (there - found.pairing.paired) == len(alone) <= 1


@peers(PEERS)
def test_the_outputs_are_the_same(peer: Peer) -> None:
    reference = built(peer)
    # Six pixels more leave the last map as large as the fixed windows of some libraries' last pools.
    for larger in (0,) if peer in REPEATED else (0, 6):
        ours = typed(peer, larger=larger)
        agreement = evaluated(ours, ours.program.checkpoints[peer.source], reference)
        assert agreement.difference <= TOLERANCE
        assert agreement.spread > 1000 * TOLERANCE  # else the images did not matter


@peers([peer for peer in PEERS if peer not in REPEATED])
def test_a_step_of_training_is_the_same(peer: Peer) -> None:
    ours = typed(peer, side=0 if peer.fixed else SMALL, heads=len(peer.outputs) > 1)
    step = trained(ours, ours.program.checkpoints[peer.source], built(peer, double=True))
    assert step.loss <= EXACT
    assert step.gradients <= EXACT
