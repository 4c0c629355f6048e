"""What a live module is run on: a picture prepared as the spec says, or noise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image

import inception_graph as ig
from inception_graph.backends.pytorch.photograph import picture

SPEC = """\
inception_graph: 1
name: eye
input: {{channels: {channels}, height: 6, width: 5}}
preprocess: {{range: [0, 255]}}
body:
  conv1: {{conv: 1}}
"""


def test_a_picture_is_prepared(tmp_path: Path) -> None:
    pixels = np.arange(6 * 5 * 3, dtype=np.uint8).reshape(6, 5, 3)
    Image.fromarray(pixels).save(tmp_path / "picture.png")
    program = ig.load(SPEC.format(channels=3)).program
    words, batch = picture(program, str(tmp_path / "picture.png"))
    assert words == "picture.png"
    assert batch.dtype is torch.float32
    assert torch.equal(batch, torch.tensor(pixels.transpose(2, 0, 1)[None], dtype=torch.float32))


def test_inputs_that_are_no_picture_see_noise() -> None:
    words, batch = picture(ig.load(SPEC.format(channels=2)).program, None)
    assert words == "noise (an input has 2 channels)"
    assert tuple(batch.shape) == (1, 2, 6, 5)
    assert batch.std() > 0.5
