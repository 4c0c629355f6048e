"""What goes wrong with predictions; known without torch."""

from __future__ import annotations


class PredictionError(Exception):
    """Labels that are not those of a network's classes, in one sentence."""
