"""What the documentation says of measurements was measured on the networks as they are now."""

from __future__ import annotations

import pytest

from docs.measure import digest, measured
from inception_graph.peers import PEERS, Peer


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: f"{peer.spec}-{peer.source}")
def test_measurements_are_of_this_network(peer: Peer) -> None:
    """``python -m docs.measure`` with all libraries installed measures anew what has changed."""
    found = measured()[peer.name]
    assert found["digest"] == digest(peer)
    assert found["differences"] == 0
    assert max(found["outputs"].values()) <= 1e-5
    assert max(found["loss"], found["gradients"]) <= 1e-8
