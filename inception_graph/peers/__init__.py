"""Implementations by others that may be installed, to hold our networks against. No weights are fetched."""

from inception_graph.peers.importing import PeerMissing
from inception_graph.peers.table import PEERS, Peer

__all__ = ["PEERS", "Peer", "PeerMissing"]
