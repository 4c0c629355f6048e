"""Scikit-learn's handwritten digits as a folder of class folders: real images that need no download."""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from io import BytesIO
from typing import TYPE_CHECKING, Any

from inception_graph.diagnostics.terminal import visible
from inception_graph.files import write_atomically
from inception_graph.training.errors import TrainingError

if TYPE_CHECKING:
    from pathlib import Path

SIDE = 32
"""Pixels of a side; the originals have eight."""

_WHITE = 16
_TESTED = 5

_README = """\
# Handwritten digits

1,797 digits written by 13 people, as grey images in class folders: `train/DIGIT/NUMBER.png`, and every fifth image
in `test/DIGIT/NUMBER.png`. NUMBER is the place in the data set. Both parts hold digits of the same writers.

Source: the test part of "Optical Recognition of Handwritten Digits" by E. Alpaydin and C. Kaynak, UCI Machine
Learning Repository, 1998, https://doi.org/10.24432/C50P49, licensed under CC BY 4.0, as `sklearn.datasets.load_digits`
of scikit-learn has it. Changed: from 8x8 to 32x32 pixels by bicubic interpolation, and shades from 0..16 to 0..255.

Made by inception-graph.
"""


def write_digits(folder: Path) -> int:
    """Write the images and a README into a folder, the same bytes every time.

    Args:
        folder: It is made if need be.

    Returns:
        The number of images.

    Raises:
        TrainingError: Scikit-learn or Pillow is not installed, or there is something else in the folder.
    """
    if find_spec("sklearn") is None or find_spec("PIL") is None:
        message = "the digits come with scikit-learn: pip install 'inception-graph[data,torch]'"
        raise TrainingError(message)
    check_empty(folder, {"train", "test", "README.md"})
    datasets: Any = importlib.import_module("sklearn.datasets")
    found = datasets.load_digits()
    for part in ("train", "test"):
        for digit in range(10):
            (folder / part / str(digit)).mkdir(parents=True, exist_ok=True)
    for number, (shades, digit) in enumerate(zip(found.images, found.target, strict=True)):
        part = "test" if number % _TESTED == _TESTED - 1 else "train"
        shown = _enlarged(shades.ravel().tolist())
        (folder / part / str(digit) / f"{number:04}.png").write_bytes(shown)
    write_atomically(folder / "README.md", _README)
    return len(found.images)


def check_empty(folder: Path, ours: set[str]) -> None:
    """Make sure that a folder for data holds nothing else.

    Raises:
        TrainingError: It holds something, or is no folder.
    """
    if folder.exists() and not folder.is_dir():
        message = f"'{visible(str(folder))}' is a file: name a folder"
        raise TrainingError(message)
    if folder.is_dir() and any(path.name not in ours for path in folder.iterdir()):
        message = f"'{visible(str(folder))}' holds other files: name a new folder"
        raise TrainingError(message)


def _enlarged(shades: list[float]) -> bytes:
    from PIL import Image

    # Bicubic keeps strokes smooth and dark ground dark; bilinear blurs them, Lanczos draws rings around them.
    small = Image.frombytes("L", (8, 8), bytes(round(shade * 255 / _WHITE) for shade in shades))
    stream = BytesIO()
    small.resize((SIDE, SIDE), Image.Resampling.BICUBIC).save(stream, "PNG")
    return stream.getvalue()
