"""A batch of images with labels, to look at a network with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image

from inception_graph.diagnostics.terminal import visible
from inception_graph.images.preparing import image_input, prepare
from inception_graph.ir.header import Preprocess
from inception_graph.training import standalone
from inception_graph.training.errors import TrainingError

if TYPE_CHECKING:
    from torch import Tensor

    from inception_graph.ir.program import Program


@dataclass(frozen=True)
class Batch:
    """Images as a network reads them, N x C x H x W, and the numbers of their classes; and in words what they are."""

    images: Tensor
    labels: Tensor
    words: str


def noise(program: Program, classes: int, count: int, seed: int) -> Batch:
    """Images whose every pixel is random, in the range of the network's own preprocessing, with random labels."""
    channels, height, width = program.input
    whole = program.preprocess or Preprocess()
    # Noise is as large as the input: cutting or resizing it would only make it smoother.
    preprocess = whole.model_copy(update={"resize": None, "crop": None})
    draw = np.random.default_rng(seed)
    shape = (height, width, 3) if channels == 3 else (height, width)
    pictures = [Image.fromarray(draw.integers(0, 256, shape, dtype=np.uint8)) for _ in range(count)]
    images = [torch.tensor(prepare(picture, preprocess, program.input)) for picture in pictures]
    labels = torch.tensor(draw.integers(0, classes, count))
    return Batch(torch.stack(images), labels, f"{count} images of noise")


def pictures(folder: Path, program: Program, classes: int, count: int, seed: int) -> Batch:
    """Images of a folder of class folders (or of ``train`` in it), as many of each class as can be.

    They are prepared as for evaluation.

    Raises:
        TrainingError: The folder holds no classes with images, or more classes than the network has.
        ImageError: One of the images cannot be read.
    """
    inner = folder / "train"
    try:
        found = standalone.module("folders").read_folder(inner if inner.is_dir() else folder)
    except standalone.module("errors").RunError as error:
        raise TrainingError(str(error)) from None
    if len(found) > classes:
        shown = visible(str(folder))
        message = (
            f"'{shown}' has {len(found)} classes, the network {classes}: --set classes={len(found)}"
        )
        raise TrainingError(message)
    draw = Random(seed)
    orders = [draw.sample(paths, len(paths)) for paths in found.values()]
    deepest = max(map(len, orders))
    # One of each class, then a second one of each; the classes in random order, or a small batch would miss the last.
    ranks = draw.sample(range(len(orders)), len(orders))
    drawn = [
        (orders[label][place], label)
        for place in range(deepest)
        for label in ranks
        if place < len(orders[label])
    ][:count]
    preprocess = program.preprocess or Preprocess()
    images = [torch.tensor(image_input(Path(path), preprocess, program.input)) for path, _ in drawn]
    labels = torch.tensor([label for _, label in drawn])
    return Batch(torch.stack(images), labels, f"{len(drawn)} images of {len(found)} classes")
