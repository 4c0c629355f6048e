"""What goes wrong with predictions; known without torch."""

from __future__ import annotations


class PredictionError(Exception):
    """A network that scores no classes, or labels that are not those of its classes, in one sentence."""
