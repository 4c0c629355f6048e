"""A picture as a network's input, prepared as its spec says."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inception_graph.ir.header import Preprocess

if TYPE_CHECKING:
    from torch import Tensor

    from inception_graph.ir.program import Program


class PhotographError(Exception):
    """A picture cannot be read."""


def picture(program: Program, path: str | None) -> tuple[str, Tensor]:
    """A picture in words, and as a batch of one.

    Args:
        program: The network, whose input and ``preprocess`` section say what is made of the picture.
        path: A file; None for a photograph that matplotlib ships, or for noise where it is not installed.

    Raises:
        PhotographError: The file is no picture that Pillow can read.
    """
    import torch

    source = Path(path) if path is not None else _shipped()
    channels, height, width = program.input
    if source is None or channels not in (1, 3):
        reason = (
            "no photograph is installed" if source is None else f"an input has {channels} channels"
        )
        return f"noise ({reason})", torch.randn(1, *program.input)
    prepare = program.preprocess or Preprocess()
    pixels = _pixels(source, prepare, (channels, height, width))
    return str(source.name), pixels


def _shipped() -> Path | None:
    """The portrait of Grace Hopper among matplotlib's sample data; found without importing matplotlib."""
    package = find_spec("matplotlib")
    if package is None or package.origin is None or find_spec("PIL") is None:
        return None
    path = Path(package.origin).parent / "mpl-data" / "sample_data" / "grace_hopper.jpg"
    return path if path.is_file() else None


def _pixels(path: Path, prepare: Preprocess, size: tuple[int, int, int]) -> Tensor:
    import numpy as np
    import torch
    from PIL import Image, ImageOps, UnidentifiedImageError

    channels, height, width = size
    try:
        with Image.open(path) as opened:
            image: Any = ImageOps.exif_transpose(opened).convert("RGB" if channels == 3 else "L")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        message = f"'{path}' cannot be read as a picture: {error}"
        raise PhotographError(message) from error
    resample = Image.Resampling[prepare.interpolation.upper()]
    if prepare.resize is not None:
        scale = prepare.resize / min(image.size)
        image = image.resize((round(image.width * scale), round(image.height * scale)), resample)
    if prepare.crop is not None:
        left, top = (image.width - prepare.crop) // 2, (image.height - prepare.crop) // 2
        image = image.crop((left, top, left + prepare.crop, top + prepare.crop))
    if image.size != (width, height):
        image = image.resize((width, height), resample)
    low, high = prepare.range
    array = (
        np.asarray(image, dtype=np.float32).reshape(height, width, channels) / 255 * (high - low)
        + low
    )
    if prepare.channel_order == "bgr":
        array = array[:, :, ::-1]
    if prepare.mean is not None:
        array = array - np.asarray(prepare.mean, dtype=np.float32)
    if prepare.std is not None:
        array = array / np.asarray(prepare.std, dtype=np.float32)
    return torch.tensor(array.transpose(2, 0, 1).copy())[None]
