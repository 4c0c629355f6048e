"""Passes: rewritings of programs that compute the same with less."""

from inception_graph.passes.base import Pass, Record
from inception_graph.passes.manager import PRESETS, Optimised, PassError, Step, optimise, passes

__all__ = ["PRESETS", "Optimised", "Pass", "PassError", "Record", "Step", "optimise", "passes"]
