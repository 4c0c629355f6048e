"""A picture becomes an input as ``preprocess`` says: each step on pictures whose result is known by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

from inception_graph.images.preparing import prepare
from inception_graph.ir.header import Preprocess

COLOUR = (10, 100, 200)  # red, green, blue
BYTES = {"range": [0, 255]}


def prepared(image: Image.Image, size: tuple[int, int] = (4, 4), **preprocess: Any) -> np.ndarray:
    channels = len(image.getbands())
    values = prepare(image, Preprocess(**preprocess), (channels, *size))
    assert values.dtype == np.float32
    assert values.shape == (channels, *size)
    return values


@pytest.mark.parametrize(
    ("preprocess", "expected"),
    [
        ({}, [10 / 255, 100 / 255, 200 / 255]),
        (BYTES, [10, 100, 200]),
        ({"range": [-1, 1]}, [10 / 127.5 - 1, 100 / 127.5 - 1, 200 / 127.5 - 1]),
        ({"range": [1, 0]}, [1 - 10 / 255, 1 - 100 / 255, 1 - 200 / 255]),
        ({"channel_order": "bgr", **BYTES}, [200, 100, 10]),
        # As Caffe prepares pictures for GoogLeNet: the first mean is that of blue.
        (
            {"channel_order": "bgr", "mean": [104, 117, 123], **BYTES},
            [200 - 104, 100 - 117, 10 - 123],
        ),
        (
            {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]},
            [(10 / 255 - 0.485) / 0.229, (100 / 255 - 0.456) / 0.224, (200 / 255 - 0.406) / 0.225],
        ),
    ],
)
def test_colours(preprocess: dict[str, Any], expected: list[float]) -> None:
    found = prepared(Image.new("RGB", (9, 7), COLOUR), **preprocess)
    np.testing.assert_allclose(found[:, 0, 0], expected, rtol=1e-5, atol=1e-5)
    assert (found == found[:, :1, :1]).all()


def numbered(height: int, width: int) -> Image.Image:
    """A grey picture of which every pixel has a value of its own."""
    return Image.fromarray(np.arange(height * width, dtype=np.uint8).reshape(height, width))


def test_the_crop_is_the_centre() -> None:
    image = numbered(8, 12)
    found = prepared(image, crop=4, **BYTES)
    assert (found[0] == np.asarray(image)[2:6, 4:8]).all()


def test_what_a_crop_lacks_is_black() -> None:
    image = Image.new("L", (3, 6), 255)
    found = prepared(image, crop=4, **BYTES)
    assert (found[0] == [[255, 255, 255, 0]] * 4).all()


@pytest.mark.parametrize("size", [(8, 20), (20, 8)])
def test_the_shorter_side_is_resized_and_the_proportions_kept(size: tuple[int, int]) -> None:
    image = numbered(*size)
    found = prepared(image, resize=4, crop=4, interpolation="nearest", **BYTES)
    # Half the size: of two by two pixels one stays; then the middle of the longer side.
    cells = np.asarray(image)[1::2, 1::2]
    rows, columns = cells.shape
    top, left = (rows - 4) // 2, (columns - 4) // 2
    assert (found[0] == cells[top : top + 4, left : left + 4]).all()


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear", "bicubic"])
def test_a_picture_of_another_size_is_fitted(interpolation: str) -> None:
    image = numbered(8, 10)
    found = prepared(image, (3, 5), interpolation=interpolation, **BYTES)
    by_pillow = image.resize((5, 3), Image.Resampling[interpolation.upper()])
    assert (found[0] == np.asarray(by_pillow)).all()


def test_a_long_thin_picture_is_refused_before_it_fills_the_memory() -> None:
    with pytest.raises(ValueError, match="with 60000x1 pixels it is too long and thin"):
        prepared(Image.new("L", (60_000, 1)), resize=256)
