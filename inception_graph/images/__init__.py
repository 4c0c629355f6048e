"""Pictures: files found, read, and prepared as a network's input. It needs Pillow and numpy, no torch."""


class ImageError(Exception):
    """A picture that cannot be used; the message names its file."""
