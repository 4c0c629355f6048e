"""What goes wrong with files of weights; known without torch."""

from __future__ import annotations


class WeightsError(Exception):
    """A file of weights that cannot be used, in one sentence: what is wrong, and what to do where that is known."""
