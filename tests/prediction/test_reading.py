"""Files of many kinds become pictures that a network can take; what cannot is refused in one line that names it."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inception_graph.images.errors import ImageError
from inception_graph.images.reading import read_image

WHITE, RED = (255, 255, 255), (200, 30, 40)


def sixteen_bits(*values: int) -> Image.Image:
    return Image.fromarray(np.array([values], dtype=np.uint16))


def half_transparent_palette() -> Image.Image:
    image = Image.new("P", (2, 1))
    image.putpalette([*RED, 0, 0, 0])
    image.putpixel((1, 0), 1)
    image.info["transparency"] = 1
    return image


READ: list[tuple[str, Image.Image, dict[str, Any], list[tuple[int, int, int]]]] = [
    # (what, the picture, how it is saved, the colours of its first row)
    ("colour.png", Image.new("RGB", (2, 1), RED), {}, [RED, RED]),
    ("colour.bmp", Image.new("RGB", (2, 1), RED), {}, [RED, RED]),
    ("colour.tif", Image.new("RGB", (2, 1), RED), {}, [RED, RED]),
    ("colour.webp", Image.new("RGB", (2, 1), RED), {"lossless": True}, [RED, RED]),
    ("colour.ppm", Image.new("RGB", (2, 1), RED), {}, [RED, RED]),
    ("grey.png", Image.new("L", (1, 1), 77), {}, [(77, 77, 77)]),
    ("black_and_white.png", Image.new("1", (1, 1), 1), {}, [WHITE]),
    ("palette.gif", Image.new("RGB", (1, 1), RED).quantize(2), {}, [RED]),
    ("transparent.png", Image.new("RGBA", (1, 1), (*RED, 0)), {}, [WHITE]),
    ("opaque.png", Image.new("RGBA", (1, 1), (*RED, 255)), {}, [RED]),
    ("half.png", Image.new("RGBA", (1, 1), (0, 0, 0, 51)), {}, [(204, 204, 204)]),
    ("grey_transparent.png", Image.new("LA", (1, 1), (9, 0)), {}, [WHITE]),
    ("palette_transparent.png", half_transparent_palette(), {}, [RED, WHITE]),
    (
        "sixteen.png",
        sixteen_bits(0, 257, 25_700, 65_535),
        {},
        [(0,) * 3, (1,) * 3, (100,) * 3, WHITE],
    ),
    ("sixteen.tif", sixteen_bits(65_535, 0), {}, [WHITE, (0, 0, 0)]),
    ("cmyk.tif", Image.new("CMYK", (1, 1), (0, 255, 255, 0)), {}, [(255, 0, 0)]),
]


@pytest.mark.parametrize(("name", "image", "options", "colours"), READ, ids=[r[0] for r in READ])
def test_kinds(
    name: str,
    image: Image.Image,
    options: dict[str, Any],
    colours: list[tuple[int, int, int]],
    tmp_path: Path,
) -> None:
    image.save(tmp_path / name, **options)
    found = read_image(tmp_path / name, 3)
    assert found.mode == "RGB"
    assert np.asarray(found)[0].tolist() == [list(colour) for colour in colours]
    assert read_image(tmp_path / name, 1).mode == "L"


def test_lossy_kinds(tmp_path: Path) -> None:
    image = Image.new("CMYK", (8, 8), (0, 255, 255, 0))
    image.save(tmp_path / "cmyk.jpg", quality=100)
    Image.new("RGB", (8, 8), (255, 0, 0)).save(tmp_path / "camera.jpg", quality=100)
    for name in ("cmyk.jpg", "camera.jpg"):
        colour = np.asarray(read_image(tmp_path / name, 3))[4, 4].astype(int)
        assert np.abs(colour - (255, 0, 0)).max() <= 3, name


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
def test_a_camera_held_sideways_is_turned_back(suffix: str, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the top of the scene is at the right
    image = Image.new("RGB", (16, 8), "black")
    image.paste("white", (0, 0, 8, 8))
    image.save(tmp_path / f"sideways.{suffix}", exif=exif)
    found = read_image(tmp_path / f"sideways.{suffix}", 1)
    assert found.size == (8, 16)
    assert np.asarray(found)[2].min() > 200
    assert np.asarray(found)[13].max() < 50


def encoded(image: Image.Image, form: str) -> bytes:
    stream = io.BytesIO()
    image.save(stream, form)
    return stream.getvalue()


def png_of_size(width: int, height: int) -> bytes:
    """The beginning of a picture of any size: it need not hold a single pixel to ask for memory."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    sizes, data = struct.pack(">I", 13), struct.pack(">I", 9) + b"IDAT"
    return b"\x89PNG\r\n\x1a\n" + sizes + header + struct.pack(">I", zlib.crc32(header)) + data


PHOTOGRAPH = Image.effect_noise((64, 64), 80).convert("RGB")
REFUSED = {
    "truncated.jpg": (encoded(PHOTOGRAPH, "JPEG")[:-400], "truncated"),
    "truncated.png": (encoded(PHOTOGRAPH, "PNG")[:-900], "truncated"),
    "header_only.jpg": (encoded(PHOTOGRAPH, "JPEG")[:30], "cannot be read as a picture: "),
    "empty.jpg": (b"", "it is in none of the formats AVIF, BMP, GIF, JPEG"),
    "text.jpg": (b"not a picture\n", "it is in none of the formats"),
    "postscript.eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "it is in none of"),
    "bomb.png": (png_of_size(60_000, 60_000), "it is too large: Image size (3600000000 pixels)"),
    "floats.tif": (encoded(Image.new("F", (2, 2), 0.5), "TIFF"), "no shades of grey between 0 and"),
    "negative.tif": (encoded(Image.new("I", (2, 2), -5), "TIFF"), "no shades of grey between 0"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    content, words = REFUSED[name]
    path.write_bytes(content)
    message = refusal(path)
    assert message.startswith(f"'{path}' cannot be read as a picture: ")
    assert words in message


def test_what_is_no_file(tmp_path: Path) -> None:
    assert refusal(tmp_path / "absent.jpg").endswith("there is no such file")
    assert refusal(tmp_path).endswith("Is a directory")
    assert "null byte" in refusal(Path("a\0b"))


def refusal(path: Path) -> str:
    with pytest.raises(ImageError) as refused:
        read_image(path, 3)
    message = str(refused.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "TIFF", "WEBP", "BMP", "PPM"])
def test_broken_bytes_give_a_picture_or_a_sentence(form: str, tmp_path: Path) -> None:
    sound = encoded(PHOTOGRAPH, form)
    numbers = np.random.default_rng(0)
    path = tmp_path / "broken"
    for _ in range(40):
        broken = bytearray(sound[: int(numbers.integers(1, len(sound)))])
        for place in numbers.integers(0, len(broken), 8):
            broken[place] = int(numbers.integers(0, 256))
        path.write_bytes(broken)
        with contextlib.suppress(ImageError):
            assert read_image(path, 3).mode == "RGB"
