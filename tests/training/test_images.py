"""From a file to an input: as the rest of the package does it for evaluation, and at random for training."""

from __future__ import annotations

import io
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from image_folders import PLAIN, photograph, recipe
from PIL import Image

from inception_graph.images import reading
from inception_graph.images.errors import ImageError
from inception_graph.images.preparing import image_input
from inception_graph.ir.header import Preprocess
from inception_graph.training import standalone

images = standalone.module("images")
CPU = torch.device("cpu")


def test_the_formats_are_those_of_the_package() -> None:
    assert images.FORMATS == reading.FORMATS
    assert set(images.suffixes()) == reading.suffixes()


def saved(image: Image.Image, path: Path, **options: Any) -> str:
    image.save(path, **options)
    return str(path)


MODES = [
    "1",
    "L",
    "LA",
    "P",
    "RGB",
    "RGBA",
    "CMYK",
    "I;16",
    "I;16 with a hole",
    "sideways",
    "palette with a hole",
]
WAYS: list[tuple[tuple[int, int, int], dict[str, Any]]] = [
    # (input, what of preprocess is not as usual)
    ((3, 8, 8), {}),
    ((1, 8, 8), {"interpolation": "bicubic"}),
    ((3, 12, 10), {"resize": 16, "crop": 13}),
    ((3, 9, 9), {"resize": 9, "crop": 9, "interpolation": "nearest", "channel_order": "bgr"}),
    ((3, 40, 40), {"crop": 40, "range": [0, 255], "mean": [104, 117, 123]}),
    ((3, 21, 21), {"resize": 24, "crop": 21, "range": [-1, 1], "interpolation": "bicubic"}),
    ((3, 8, 8), {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}),
    ((1, 8, 8), {"mean": [0.1307], "std": [0.3081]}),
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size", [(30, 20), (19, 33), (8, 8), (7, 5)], ids=str)
def test_evaluation_is_that_of_the_package_to_the_bit(
    mode: str, size: tuple[int, int], tmp_path: Path
) -> None:
    path = written(mode, size, tmp_path)
    for shape, changes in WAYS:
        preprocess = {**PLAIN, **changes}
        config = recipe(input=list(shape), preprocess=preprocess)
        made = images.to_tensor(images.evaluation_image(str(path), config))
        assert made.shape == (*shape[1:], shape[0])
        found = images.Normalise(config, CPU)(made[None])[0]
        expected = image_input(path, Preprocess(**preprocess), shape)
        np.testing.assert_array_equal(found.numpy(), expected)


def written(mode: str, size: tuple[int, int], folder: Path) -> Path:
    path, options, image = folder / "image.png", {}, photograph(*size)
    if mode == "sideways":
        exif = Image.Exif()
        exif[0x0112] = 6
        options = {"exif": exif}
    elif mode == "palette with a hole":
        image = image.quantize(4)
        options = {"transparency": 1}
    elif mode.startswith("I;16"):
        shades = np.asarray(image.convert("L")).astype(np.uint16)
        hole = {"transparency": int(shades[0, 0]) * 257}
        shades, options = (shades * 257, hole) if "hole" in mode else (shades * 250 + 77, {})
        image = Image.fromarray(shades)
    elif mode == "CMYK":
        path, image = folder / "image.tif", image.convert("CMYK")
    elif mode in ("LA", "RGBA"):
        image = image.convert(mode)
        image.putalpha(photograph(*size, "L"))
    else:
        image = image.convert(mode)
    saved(image, path, **options)
    return path


@pytest.mark.parametrize("last", [True, False])
def test_layout_in_memory(last: bool) -> None:
    config = recipe(channels_last=last)
    made = images.Normalise(config, CPU)(torch.zeros(2, 8, 8, 3, dtype=torch.uint8))
    assert made.shape == (2, 3, 8, 8)
    wanted = torch.channels_last if last else torch.contiguous_format
    assert made.is_contiguous(memory_format=wanted)


def encoded(image: Image.Image, form: str) -> bytes:
    stream = io.BytesIO()
    image.save(stream, form)
    return stream.getvalue()


REFUSED = {
    "truncated.jpg": encoded(photograph(64, 64), "JPEG")[:-200],
    "truncated.png": encoded(photograph(64, 64), "PNG")[:-300],
    "empty.png": b"",
    "text.jpg": b"not an image\n",
    "postscript.eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "floats.tif": encoded(Image.new("F", (2, 2), 0.5), "TIFF"),
    "negative.tif": encoded(Image.new("I", (2, 2), -5), "TIFF"),
    "folder.png": None,
    "absent.png": None,
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_refused_in_the_words_of_the_package(name: str, tmp_path: Path) -> None:
    path, content = tmp_path / name, REFUSED[name]
    if content is not None:
        path.write_bytes(content)
    elif name == "folder.png":
        path.mkdir()
    with pytest.raises(ImageError) as refused:
        reading.read_image(path, 3)
    expected = str(refused.value).partition(" cannot be read as a picture: ")[2]
    config = recipe()
    for make in (
        lambda: images.evaluation_image(str(path), config),
        lambda: images.training_image(str(path), config, random.Random(0)),
    ):
        with pytest.raises(images.Unreadable) as unreadable:
            make()
        assert str(unreadable.value) == expected


def test_a_bomb_is_refused_by_its_header(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = saved(photograph(40, 40), tmp_path / "large.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 700)
    for look in (images.size_of, lambda file: images.evaluation_image(file, recipe())):
        with pytest.raises(images.Unreadable, match="it is too large"):
            look(path)


def test_what_would_become_too_large(tmp_path: Path) -> None:
    path = saved(Image.new("L", (60_000, 1)), tmp_path / "thin.png")
    with pytest.raises(images.Unreadable, match="60000x1 pixels it is too long and thin"):
        images.evaluation_image(path, recipe(preprocess={**PLAIN, "resize": 256}))


sides = st.integers(1, 300)


@given(st.tuples(sides, sides), st.integers(0, 2**32))
def test_crops_lie_inside_and_have_the_share_and_the_aspect(
    size: tuple[int, int], seed: int
) -> None:
    area, ratio = (0.2, 0.6), (0.5, 1.5)
    left, top, right, bottom = images.random_crop(size, area, ratio, random.Random(seed))
    assert 0 <= left < right <= size[0]
    assert 0 <= top < bottom <= size[1]
    width, height = right - left, bottom - top
    fits = 1 / 1.5 < size[0] / size[1] < 1.5 and min(size) > 30
    if fits:  # otherwise no try may have fitted; half a pixel is lost at each side by rounding
        assert 0.2 * 0.9 < width * height / (size[0] * size[1]) < 0.6 * 1.1
        assert 0.5 * 0.9 < width / height < 1.5 * 1.1


def test_the_aspect_is_width_by_height() -> None:
    left, top, right, bottom = images.random_crop(
        (1000, 1000), (0.25, 0.25), (0.5, 0.5), random.Random(0)
    )
    assert (right - left, bottom - top) == (354, 707)


@pytest.mark.parametrize(
    ("size", "box"),
    [((300, 10), (143, 0, 156, 10)), ((10, 300), (0, 143, 10, 156)), ((1, 1), (0, 0, 1, 1))],
)
def test_a_crop_that_never_fits_is_the_largest_in_the_centre(
    size: tuple[int, int], box: tuple[int, ...]
) -> None:
    found = images.random_crop(size, (0.9, 1), (0.75, 4 / 3), random.Random(0))
    assert found == box


WHOLE = {"crop_area": [1, 1], "crop_ratio": [1, 1], "random_interpolation": False, "flip": False}


def training(image: Image.Image | str, seed: int = 0, **changes: Any) -> np.ndarray:
    file = image if isinstance(image, str) else io.BytesIO(encoded(image, "PNG"))
    return np.asarray(images.training_image(file, recipe(**changes), random.Random(seed)))


def test_without_chance_an_image_is_only_resized() -> None:
    image = photograph(20, 20)
    found = training(image, **WHOLE)
    assert (found == np.asarray(image.resize((8, 8), Image.Resampling.BILINEAR))).all()


def test_a_part_is_cut_out_and_resized() -> None:
    image, area, ratio = photograph(50, 40), [0.3, 0.5], [0.8, 1.2]
    for seed in range(20):
        box = images.random_crop(image.size, area, ratio, random.Random(seed))
        found = training(image, seed, **{**WHOLE, "crop_area": area, "crop_ratio": ratio})
        expected = np.asarray(image.crop(box).resize((8, 8), Image.Resampling.BILINEAR))
        assert (found[1:-1, 1:-1] == expected[1:-1, 1:-1]).all()
        # At the edge the filter sees a little of what lies beside the part.
        assert np.abs(found.astype(int) - expected).mean() < 4


def test_chance_mirrors_and_changes_filters() -> None:
    image = photograph(20, 20)
    resized = [image.resize((8, 8), resample) for resample in images.RANDOM_FILTERS]
    mirrored = [one.transpose(Image.Transpose.FLIP_LEFT_RIGHT) for one in resized]
    ways = {one.tobytes() for one in (*resized, *mirrored)}
    free = {**WHOLE, "random_interpolation": True, "flip": True}
    assert len(ways) == 8
    assert {training(image, seed, **free).tobytes() for seed in range(100)} == ways


def test_jitter_moves_brightness_contrast_and_saturation() -> None:
    image = photograph(20, 20).point(lambda value: 90 + value // 4)  # far from black and white

    def measured(found: np.ndarray) -> np.ndarray:
        grey = np.asarray(Image.fromarray(found).convert("L")).astype(float)
        colour = np.abs(found - grey[..., None]).mean()
        return np.array([grey.mean(), grey.std() / grey.mean(), colour / grey.std()])

    plain = measured(training(image, **WHOLE))
    jittered = [training(image, seed, color_jitter=0.3, **WHOLE) for seed in range(60)]
    factors = np.array([measured(found) for found in jittered]) / plain
    assert (factors.min(0) > 0.65).all()
    assert (factors.min(0) < 0.8).all()
    assert (factors.max(0) > 1.2).all()
    assert (factors.max(0) < 1.35).all()
    assert np.abs(np.corrcoef(factors.T) - np.eye(3)).max() < 0.4  # one by one, not all alike


def test_the_same_numbers_give_the_same_image() -> None:
    image = photograph(30, 20)
    first, again, other = (training(image, seed, color_jitter=0.4) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


def test_a_camera_held_sideways_is_turned_back_first(tmp_path: Path) -> None:
    exif, upright = Image.Exif(), photograph(24, 60)
    exif[0x0112] = 6
    turned = upright.transpose(Image.Transpose.ROTATE_90)
    path = saved(turned, tmp_path / "sideways.png", exif=exif)
    assert images.size_of(path) == upright.size
    for seed in range(5):
        assert (training(path, seed) == training(upright, seed)).all()


DECODED = [
    # (share of the area, width of the input, how many times smaller is decoded)
    (1, 8, 8), (1, 51, 4), (1, 200, 2), (1, 201, 1), (0.25, 8, 8), (0.25, 100, 2), (0.25, 101, 1),
]  # fmt: skip


@pytest.mark.parametrize("sideways", [False, True])
@pytest.mark.parametrize(("share", "width", "scale"), DECODED)
def test_a_large_jpeg_is_decoded_as_small_as_the_input_allows(
    share: float, width: int, scale: int, sideways: bool, tmp_path: Path
) -> None:
    exif, upright, height = Image.Exif(), photograph(400, 320), round(width * 0.8)
    exif[0x0112] = 6 if sideways else 1
    kept = upright.transpose(Image.Transpose.ROTATE_90) if sideways else upright
    path = saved(kept, tmp_path / "large.jpg", quality=95, exif=exif)
    area, ratio = [share, share], [1.25, 1.25]
    box = images.random_crop(upright.size, area, ratio, random.Random(0))
    with Image.open(path) as small:
        small.draft(None, (kept.width // scale, kept.height // scale))
        assert small.width == kept.width // scale
        turned = small.transpose(Image.Transpose.ROTATE_270) if sideways else small
        part = tuple(side / scale for side in box)
        expected = turned.resize((width, height), Image.Resampling.BILINEAR, part)
    changes = {**WHOLE, "crop_area": area, "crop_ratio": ratio, "input": [3, height, width]}
    found = training(path, **changes)
    assert (found == np.asarray(expected)).all()
    assert np.abs(found.astype(int) - training(upright, **changes)).mean() < 4
