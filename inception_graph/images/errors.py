"""What goes wrong with pictures; known without Pillow."""

from __future__ import annotations


class ImageError(Exception):
    """A picture that cannot be used; the message names its file."""
