"""Implementations by others that may be installed, to hold our networks against. They run torch; weights are never fetched."""

from inception_graph.peers.importing import PeerMissing
from inception_graph.peers.table import PEERS, Peer

__all__ = ["PEERS", "Peer", "PeerMissing"]
