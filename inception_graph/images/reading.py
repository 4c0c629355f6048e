"""A picture from a file: upright, eight bits a channel, in the colours that a network takes."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from inception_graph.diagnostics.terminal import visible
from inception_graph.images.errors import ImageError

if TYPE_CHECKING:
    from pathlib import Path

FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "JPEG2000", "PNG", "PPM", "TIFF", "WEBP")
"""What is read. Pillow knows more, among them PostScript, which it would have Ghostscript execute."""


def read_image(path: Path, channels: int) -> Image.Image:
    """A picture in colour, or in grey for a network of one channel.

    It is turned upright as its EXIF data say. What is transparent shows white, sixteen bits become eight, and of
    several pictures in a file the first is taken. Pictures beyond twice ``PIL.Image.MAX_IMAGE_PIXELS`` are refused
    before they are decoded.

    Raises:
        ImageError: The file is missing, broken, too large, or no picture; the message names it.
    """
    try:
        # What Pillow warns of (odd metadata, many pixels) concerns nobody once the picture can be read.
        with warnings.catch_warnings(action="ignore"), Image.open(path, formats=_known()) as opened:
            upright = ImageOps.exif_transpose(opened)
            return _opaque(_eight_bits(upright)).convert("RGB" if channels == 3 else "L")
    except FileNotFoundError:
        reason = "there is no such file"
    except UnidentifiedImageError:
        reason = f"it is in none of the formats {', '.join(FORMATS)}"
    except Image.DecompressionBombError as error:
        reason = f"it is too large: {error}"
    except Exception as error:  # decoders raise whatever their parsing of a broken file runs into
        reason = str(getattr(error, "strerror", None) or error or type(error).__name__)
    message = f"'{visible(str(path))}' cannot be read as a picture: {' '.join(reason.split())}"
    raise ImageError(message)


def suffixes() -> set[str]:
    """Suffixes of files in these formats, in small letters."""
    return {suffix for suffix, form in Image.registered_extensions().items() if form in FORMATS}


def _known() -> list[str]:
    """Those formats that this build of Pillow has a decoder for."""
    Image.init()
    return [form for form in FORMATS if form in Image.OPEN]


def _eight_bits(image: Image.Image) -> Image.Image:
    """A grey picture of sixteen bits with eight; any other as it is."""
    if image.mode != "F" and image.mode[:1] != "I":
        return image
    values = np.asarray(image)
    if image.mode == "F" or values.min() < 0 or values.max() > 65_535:
        message = "its numbers are no shades of grey between 0 and 65535"
        raise ValueError(message)
    return Image.fromarray(np.round(values / 257).astype(np.uint8))


def _opaque(image: Image.Image) -> Image.Image:
    """A picture before a white ground where it lets one through."""
    if not image.has_transparency_data:
        return image
    seen = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen)
