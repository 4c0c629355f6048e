"""What goes wrong before a run starts, or with what is left of one; known without torch."""

from __future__ import annotations


class TrainingError(Exception):
    """A recipe, a network or a run directory that cannot be used, in one sentence that says what to do."""
