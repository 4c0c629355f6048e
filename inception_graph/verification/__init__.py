"""Proof: our source, live module and inference hold the same network, and it is the one that others have."""
