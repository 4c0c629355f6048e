"""What goes wrong with exports; known without torch."""

from __future__ import annotations


class ExportError(Exception):
    """A file that cannot be made, or that does not compute what its network does, in one sentence."""
