"""From an image file to numbers: reading, cropping for training and for evaluation, normalising on the device."""

from __future__ import annotations

import math
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from random import Random
from typing import Any, BinaryIO

import torch
from PIL import Image, ImageEnhance, ImageOps, UnidentifiedImageError
from torch import Tensor

from training.config import Config
from training.names import visible

FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "JPEG2000", "PNG", "PPM", "TIFF", "WEBP")
"""What is read. Pillow knows more, among them PostScript, which it would have Ghostscript execute."""

Filter = Image.Resampling
RANDOM_FILTERS = (Filter.BILINEAR, Filter.BOX, Filter.NEAREST, Filter.BICUBIC)
"""Bilinear, area, nearest neighbour and cubic "with equal probability": Going Deeper with Convolutions, section 6."""

_ORIENTATION = 0x0112
_TRIES = 10
_EIGHT_BITS = [(value + 128) // 257 for value in range(65_536)]


class Unreadable(Exception):
    """Why an image cannot be used, in one line and without its name."""


@cache
def suffixes() -> tuple[str, ...]:
    """Suffixes of files in these formats, in small letters and sorted."""
    known = Image.registered_extensions()
    return tuple(sorted(suffix for suffix, form in known.items() if form in FORMATS))


def size_of(file: str | BinaryIO) -> tuple[int, int]:
    """Width and height of an image as it is seen; only the file's header is read.

    Raises:
        Unreadable: The file is no image that can be read.
    """
    with _opened(file) as image:
        return _upright_size(image)


def training_image(file: str | BinaryIO, config: Config, numbers: Random) -> Image.Image:
    """A random part of an image as an input of the network, eight bits a channel.

    The part has a share of the area and an aspect from ``crop_area`` and ``crop_ratio``. It is resized, mirrored half
    of the time with ``flip``, and its brightness, contrast and saturation are changed in random order by up to
    ``color_jitter``. A JPEG that holds far more pixels than are used is decoded at a half, a quarter or an eighth of
    its size, as long as the part keeps the pixels that the input has.

    Args:
        file: A path or an open file.
        config: The recipe.
        numbers: What all choices are drawn from, always in the same order.

    Raises:
        Unreadable: The file is no image that can be read.
    """
    channels, height, width = config.input
    with _opened(file) as opened:
        whole = _upright_size(opened)
        left, top, right, bottom = random_crop(whole, config.crop_area, config.crop_ratio, numbers)
        # The whole image at the size at which the crop would just be the input.
        enough = (
            math.ceil(whole[0] * width / (right - left)),
            math.ceil(whole[1] * height / (bottom - top)),
        )
        opened.draft(None, enough if whole == opened.size else enough[::-1])
        image = _in_colours(opened, channels)
        across, down = image.width / whole[0], image.height / whole[1]
        box = (left * across, top * down, right * across, bottom * down)
        image = image.resize((width, height), _filter(config, numbers), box)
    if numbers.random() < 0.5 and config.flip:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return _jittered(image, config.color_jitter, numbers) if config.color_jitter else image


def random_crop(
    size: tuple[int, int], area: tuple[float, float], ratio: tuple[float, float], numbers: Random
) -> tuple[int, int, int, int]:
    """A box of a random share of the area and a random aspect; after ten misfits, the largest centred one that fits.

    Args:
        size: Width and height of the image.
        area: Smallest and largest share.
        ratio: Smallest and largest aspect, width by height; its logarithm is drawn uniformly.
        numbers: What is drawn from.

    Returns:
        Left, top, right and bottom in pixels.
    """
    width, height = size
    aspects = (math.log(ratio[0]), math.log(ratio[1]))
    for _ in range(_TRIES):
        pixels = width * height * numbers.uniform(*area)
        aspect = math.exp(numbers.uniform(*aspects))
        w, h = round(math.sqrt(pixels * aspect)), round(math.sqrt(pixels / aspect))
        if 0 < w <= width and 0 < h <= height:
            left, top = numbers.randint(0, width - w), numbers.randint(0, height - h)
            return left, top, left + w, top + h
    aspect = min(max(width / height, ratio[0]), ratio[1])
    w, h = max(1, min(width, round(height * aspect))), max(1, min(height, round(width / aspect)))
    left, top = (width - w) // 2, (height - h) // 2
    return left, top, left + w, top + h


def evaluation_image(file: str | BinaryIO, config: Config) -> Image.Image:
    """An image as ``preprocess`` prepares it: shorter side resized, centre cut out, then resized to the input's size.

    Raises:
        Unreadable: The file is no image that can be read, or it is so long and thin that it would become too large.
    """
    channels, height, width = config.input
    resize, crop = config.preprocess["resize"], config.preprocess["crop"]
    resample = Filter[config.preprocess["interpolation"].upper()]
    with _opened(file) as opened:
        image = _in_colours(opened, channels)
        if resize is not None:
            image = image.resize(_fitted(image.size, resize), resample)
        if crop is not None:
            left, top = (_margin(side, crop) for side in image.size)
            image = image.crop((left, top, left + crop, top + crop))
        if image.size != (width, height):
            image = image.resize((width, height), resample)
        return image


def to_tensor(image: Image.Image) -> Tensor:
    """The bytes of an image as height x width x channels."""
    pixels = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8)
    return pixels.view(image.height, image.width, -1)


class Normalise:
    """Takes bytes to what a network reads: to a range, into an order of colours, ``(value - mean) / std``."""

    def __init__(self, config: Config, device: torch.device) -> None:
        preprocess: dict[str, Any] = config.preprocess
        self._low, self._high = preprocess["range"]
        self._bgr = preprocess["channel_order"] == "bgr"
        self._mean, self._std = (
            None if numbers is None else torch.tensor(numbers, device=device).view(-1, 1, 1)
            for numbers in (preprocess["mean"], preprocess["std"])
        )
        self._channels_last = config.channels_last

    def __call__(self, images: Tensor) -> Tensor:
        """Images x height x width x channels of bytes become images x channels x height x width of float32."""
        order = [2, 1, 0] if self._bgr else slice(None)
        values = images[..., order].permute(0, 3, 1, 2).float()
        # Step by step as the rest of the package does it, so that the last bit is the same.
        values.div_(255).mul_(self._high - self._low).add_(self._low)
        if self._mean is not None:
            values.sub_(self._mean)
        if self._std is not None:
            values.div_(self._std)
        layout = torch.channels_last if self._channels_last else torch.contiguous_format
        return values.contiguous(memory_format=layout)


@contextmanager
def _opened(file: str | BinaryIO) -> Generator[Image.Image]:
    """An image of which the header is read; whatever goes wrong with it becomes one line."""
    try:
        # What Pillow warns of (odd metadata, many pixels) concerns nobody once the image can be read.
        with warnings.catch_warnings(action="ignore"), Image.open(file, formats=_known()) as image:
            yield image
    except FileNotFoundError:
        raise Unreadable("there is no such file") from None
    except UnidentifiedImageError:
        raise Unreadable(f"it is in none of the formats {', '.join(FORMATS)}") from None
    except Image.DecompressionBombError as error:
        raise Unreadable(f"it is too large: {error}") from error
    except Exception as error:  # decoders raise whatever their parsing of a broken file runs into
        reason = str(getattr(error, "strerror", None) or error or type(error).__name__)
        raise Unreadable(visible(" ".join(reason.split()))) from error


@cache
def _known() -> list[str]:
    """Those formats that this build of Pillow has a decoder for."""
    Image.init()
    return [form for form in FORMATS if form in Image.OPEN]


def _upright_size(image: Image.Image) -> tuple[int, int]:
    sideways = image.getexif().get(_ORIENTATION, 1) in (5, 6, 7, 8)
    return image.size[::-1] if sideways else image.size


def _in_colours(opened: Image.Image, channels: int) -> Image.Image:
    """A decoded image, upright, in colour or in grey; what is transparent shows white."""
    opened.load()
    image = opened
    if image.getexif().get(_ORIENTATION, 1) != 1:
        image = ImageOps.exif_transpose(image)
    if image.mode == "F" or image.mode[:1] == "I":
        image = _eight_bits(image)
    if image.has_transparency_data:
        seen = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen)
    mode = "RGB" if channels == 3 else "L"
    return image if image.mode == mode else image.convert(mode)


def _eight_bits(image: Image.Image) -> Image.Image:
    """A grey image of sixteen bits with eight."""
    shades = image.convert("I")
    low, high = shades.getextrema()
    if image.mode == "F" or low < 0 or high > 65_535:
        raise Unreadable("its numbers are no shades of grey between 0 and 65535")
    grey = shades.point(_EIGHT_BITS, "L")
    grey.info.pop("transparency", None)
    return grey


def _filter(config: Config, numbers: Random) -> Image.Resampling:
    drawn = numbers.choice(RANDOM_FILTERS)
    usual = Filter[config.preprocess["interpolation"].upper()]
    return drawn if config.random_interpolation else usual


def _jittered(image: Image.Image, most: float, numbers: Random) -> Image.Image:
    enhancers = [ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color]
    numbers.shuffle(enhancers)
    for enhancer in enhancers:
        image = enhancer(image).enhance(numbers.uniform(1 - most, 1 + most))
    return image


def _fitted(size: tuple[int, int], shorter: int) -> tuple[int, int]:
    """Width and height with a shorter side of so many pixels; the longer one is rounded down, as by torchvision."""
    width, height = size
    short = min(size)
    fitted = int(shorter * width / short), int(shorter * height / short)
    pixels = math.prod(fitted)
    if pixels > 2 * (Image.MAX_IMAGE_PIXELS or pixels):
        message = f"with {width}x{height} pixels it is too long and thin to be resized to {shorter}"
        raise Unreadable(message)
    return fitted


def _margin(side: int, crop: int) -> int:
    """Where a centred crop begins; below 0 where it is the larger. Halves are rounded as by torchvision."""
    return round((side - crop) / 2) if side >= crop else -((crop - side) // 2)
