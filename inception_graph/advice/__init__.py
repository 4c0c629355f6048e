"""Advice: what the papers of the Inception family teach, as rules over a compiled spec."""

from inception_graph.advice.review import Choice, Review, advise
from inception_graph.advice.rewriting import Rewriting, rewrite

__all__ = ["Choice", "Review", "Rewriting", "advise", "rewrite"]
