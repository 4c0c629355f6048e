"""Prepared pictures are, bit by bit, those of the transforms with which the public weights were evaluated."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inception_graph.images.preparing import prepare
from inception_graph.ir.header import Preprocess
from inception_graph.peers import importing

SIZES = [(64, 48), (48, 65), (33, 101), (10, 8), (34, 34), (30, 29), (120, 9), (17, 23)]
"""Width and height: wide, tall, odd, smaller than the crop, of its very size."""
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def pictures() -> list[Image.Image]:
    numbers = np.random.default_rng(0)
    return [
        Image.fromarray(numbers.integers(0, 256, (height, width, 3), dtype=np.uint8))
        for width, height in SIZES
    ]


@pytest.fixture(scope="module")
def torchvision() -> Any:
    try:
        return importing.torchvision()
    except importing.PeerMissing as missing:
        pytest.skip(str(missing))


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear", "bicubic"])
@pytest.mark.parametrize(("resize", "crop"), [(26, 22), (34, 30), (20, 29), (16, 16)])
def test_torchvision(torchvision: Any, resize: int, crop: int, interpolation: str) -> None:
    transforms: Any = torchvision.transforms
    steps = transforms.Compose(
        [
            transforms.Resize(resize, transforms.InterpolationMode(interpolation)),
            transforms.CenterCrop(crop),
            transforms.ToTensor(),
            transforms.Normalize(MEAN, STD),
        ]
    )
    preprocess = Preprocess(
        resize=resize, crop=crop, interpolation=interpolation, mean=MEAN, std=STD
    )
    for image in pictures():
        found = prepare(image, preprocess, (3, crop, crop))
        assert (found == steps(image).numpy()).all(), image.size


@pytest.mark.parametrize("crop_pct", [0.875, 0.8975])
def test_timm(torchvision: Any, crop_pct: float) -> None:
    del torchvision  # timm imports it
    data = pytest.importorskip("timm.data")
    steps = data.create_transform(
        (3, 29, 29), interpolation="bicubic", crop_pct=crop_pct, mean=(0.5,) * 3, std=(0.5,) * 3
    )
    preprocess = Preprocess(
        resize=math.floor(29 / crop_pct), crop=29, interpolation="bicubic", range=(-1, 1)
    )
    for image in pictures():
        found = prepare(image, preprocess, (3, 29, 29))
        np.testing.assert_allclose(found, steps(image).numpy(), atol=1e-6, err_msg=str(image.size))
