"""A picture becomes an input as ``preprocess`` says: each step on pictures whose result is known by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import inception_graph as ig
from inception_graph.backends.pytorch.photograph import picture

SPEC = """\
inception_graph: 1
name: eye
input: {{channels: {channels}, height: {height}, width: {width}}}
preprocess: {{{preprocess}}}
body:
  conv1: {{conv: 1}}
"""
COLOUR = (10, 100, 200)  # red, green, blue


def pixels(
    image: Image.Image, folder: Path, preprocess: str, size: tuple[int, int] = (4, 4), **save: Any
) -> torch.Tensor:
    """What a picture becomes, for an input of a height and width."""
    path = folder / "picture.png"
    image.save(path, **save)
    channels = 1 if image.mode == "L" else 3
    spec = SPEC.format(channels=channels, height=size[0], width=size[1], preprocess=preprocess)
    words, batch = picture(ig.load(spec).program, str(path))
    assert words == "picture.png"
    assert batch.dtype is torch.float32
    assert tuple(batch.shape) == (1, channels, *size)
    return batch[0]


@pytest.mark.parametrize(
    ("preprocess", "expected"),
    [
        ("", [10 / 255, 100 / 255, 200 / 255]),
        ("range: [0, 255]", [10, 100, 200]),
        ("range: [-1, 1]", [10 / 127.5 - 1, 100 / 127.5 - 1, 200 / 127.5 - 1]),
        ("range: [1, 0]", [1 - 10 / 255, 1 - 100 / 255, 1 - 200 / 255]),
        ("channel_order: bgr, range: [0, 255]", [200, 100, 10]),
        # As Caffe prepares pictures for GoogLeNet: the first mean is that of blue.
        (
            "channel_order: bgr, range: [0, 255], mean: [104, 117, 123]",
            [200 - 104, 100 - 117, 10 - 123],
        ),
        (
            "mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]",
            [(10 / 255 - 0.485) / 0.229, (100 / 255 - 0.456) / 0.224, (200 / 255 - 0.406) / 0.225],
        ),
    ],
)
def test_colours(preprocess: str, expected: list[float], tmp_path: Path) -> None:
    found = pixels(Image.new("RGB", (9, 7), COLOUR), tmp_path, preprocess)
    torch.testing.assert_close(
        found[:, 0, 0], torch.tensor(expected, dtype=torch.float32), rtol=1e-5, atol=1e-5
    )
    assert (found == found[:, :1, :1]).all()


def numbered(height: int, width: int) -> Image.Image:
    """A grey picture of which every pixel has a value of its own."""
    return Image.fromarray(np.arange(height * width, dtype=np.uint8).reshape(height, width))


def test_the_crop_is_the_centre(tmp_path: Path) -> None:
    image = numbered(8, 12)
    found = pixels(image, tmp_path, "crop: 4, range: [0, 255]")
    expected = np.asarray(image, dtype=np.float32)[2:6, 4:8]
    assert np.allclose(found[0].numpy(), expected)


@pytest.mark.parametrize("size", [(8, 20), (20, 8)])
def test_the_shorter_side_is_resized_and_the_proportions_kept(
    size: tuple[int, int], tmp_path: Path
) -> None:
    image = numbered(*size)
    found = pixels(image, tmp_path, "resize: 4, crop: 4, interpolation: nearest, range: [0, 255]")
    # Half the size: of two by two pixels one stays; then the middle of the longer side.
    cells = np.asarray(image, dtype=np.float32)[1::2, 1::2]
    rows, columns = cells.shape
    top, left = (rows - 4) // 2, (columns - 4) // 2
    assert np.allclose(found[0].numpy(), cells[top : top + 4, left : left + 4])


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear", "bicubic"])
def test_a_picture_of_another_size_is_fitted(interpolation: str, tmp_path: Path) -> None:
    image = numbered(8, 10)
    found = pixels(image, tmp_path, f"interpolation: {interpolation}, range: [0, 255]", (3, 5))
    by_pillow = image.resize((5, 3), Image.Resampling[interpolation.upper()])
    assert np.allclose(found[0].numpy(), np.asarray(by_pillow), atol=1e-3)


def test_a_camera_held_sideways_is_turned_back(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the top of the scene is at the right
    image = numbered(4, 4)
    found = pixels(image, tmp_path, "range: [0, 255]", exif=exif)
    assert np.allclose(found[0].numpy(), np.rot90(np.asarray(image), -1))


def test_inputs_that_are_no_picture_see_noise(tmp_path: Path) -> None:
    spec = SPEC.format(channels=2, height=6, width=5, preprocess="")
    words, batch = picture(ig.load(spec).program, None)
    assert words == "noise (an input has 2 channels)"
    assert tuple(batch.shape) == (1, 2, 6, 5)
    assert batch.std() > 0.5
