"""A picture to run a live module on."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from inception_graph.ir.header import Preprocess

if TYPE_CHECKING:
    from torch import Tensor

    from inception_graph.ir.program import Program


def picture(program: Program, path: str | None) -> tuple[str, Tensor]:
    """A picture in words, and as a batch of one.

    Args:
        program: The network, whose input and ``preprocess`` section say what is made of the picture.
        path: A file; None for a photograph that matplotlib ships, or for noise where it is not installed.

    Raises:
        ImageError: The file is no picture that Pillow can read.
    """
    import torch

    source = Path(path) if path is not None else _shipped()
    channels, height, width = program.input
    if source is None or channels not in (1, 3):
        reason = (
            "no photograph is installed" if source is None else f"an input has {channels} channels"
        )
        return f"noise ({reason})", torch.randn(1, *program.input)
    from inception_graph.images.preparing import image_input

    numbers = image_input(source, program.preprocess or Preprocess(), (channels, height, width))
    return source.name, torch.tensor(numbers)[None]


def _shipped() -> Path | None:
    """The portrait of Grace Hopper among matplotlib's sample data; found without importing matplotlib."""
    package = find_spec("matplotlib")
    if package is None or package.origin is None or find_spec("PIL") is None:
        return None
    path = Path(package.origin).parent / "mpl-data" / "sample_data" / "grace_hopper.jpg"
    return path if path.is_file() else None
