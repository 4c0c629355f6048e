"""A picture as a network's input, prepared as its spec says: the only place where ``preprocess`` is carried out."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from inception_graph.diagnostics.terminal import visible
from inception_graph.images.errors import ImageError
from inception_graph.images.reading import read_image

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from inception_graph.ir.header import Preprocess


def image_input(
    path: Path, preprocess: Preprocess, size: tuple[int, int, int]
) -> NDArray[np.float32]:
    """What a network reads of a picture's file; arguments and result as for ``prepare``.

    Raises:
        ImageError: The picture cannot be read or prepared; the message names the file.
    """
    image = read_image(path, size[0])
    try:
        return prepare(image, preprocess, size)
    except ValueError as error:
        message = f"'{visible(str(path))}' cannot be prepared: {error}"
        raise ImageError(message) from error


def prepare(
    image: Image.Image, preprocess: Preprocess, size: tuple[int, int, int]
) -> NDArray[np.float32]:
    """The numbers that a network reads, channels x height x width.

    The shorter side is resized, the centre is cut out (before black where the picture is smaller), and what is then not
    of the input's size is resized to it. Pillow resizes, with filters that widen as a picture shrinks: the numbers are
    those of torchvision's and timm's evaluation. Colours go to the range, then ``(value - mean) / std``, the first
    numbers of mean and std being those of the first channel in ``channel_order``.

    Args:
        image: In colour for three channels, in grey for one.
        preprocess: What to do.
        size: Channels, height and width of the input.

    Raises:
        ValueError: The picture is so long and thin that it would become too large.
    """
    channels, height, width = size
    resample = Image.Resampling[preprocess.interpolation.upper()]
    if preprocess.resize is not None:
        image = image.resize(_fitted(image.size, preprocess.resize), resample)
    if preprocess.crop is not None:
        left, top = (_margin(side, preprocess.crop) for side in image.size)
        image = image.crop((left, top, left + preprocess.crop, top + preprocess.crop))
    if image.size != (width, height):
        image = image.resize((width, height), resample)
    low, high = preprocess.range
    values = np.asarray(image, dtype=np.float32).reshape(height, width, channels)
    values = values / np.float32(255) * np.float32(high - low) + np.float32(low)
    if preprocess.channel_order == "bgr":
        values = values[:, :, ::-1]
    if preprocess.mean is not None:
        values = values - np.asarray(preprocess.mean, dtype=np.float32)
    if preprocess.std is not None:
        values = values / np.asarray(preprocess.std, dtype=np.float32)
    return np.ascontiguousarray(values.transpose(2, 0, 1))


def _fitted(size: tuple[int, int], shorter: int) -> tuple[int, int]:
    """Width and height with a shorter side of so many pixels; the longer one is rounded down, as by torchvision."""
    width, height = size
    short = min(size)
    fitted = int(shorter * width / short), int(shorter * height / short)
    if prod(fitted) > 2 * (Image.MAX_IMAGE_PIXELS or prod(fitted)):
        message = f"with {width}x{height} pixels it is too long and thin to be resized to {shorter}"
        raise ValueError(message)
    return fitted


def _margin(side: int, crop: int) -> int:
    """Where a centred crop begins; below 0 where it is the larger. Halves are rounded as by torchvision."""
    return round((side - crop) / 2) if side >= crop else -((crop - side) // 2)
