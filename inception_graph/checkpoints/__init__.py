"""Which public weights fit a network, and what its tensors are called there. Knows no torch."""

from inception_graph.checkpoints.naming import Expected, expected
from inception_graph.checkpoints.recognition import Candidate, Match, match, recognise
from inception_graph.checkpoints.tensors import Tensor, tensors

__all__ = ["Candidate", "Expected", "Match", "Tensor", "expected", "match", "recognise", "tensors"]
