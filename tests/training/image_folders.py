"""Small image folders and recipes for tests of the data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image

from inception_graph.training import standalone

PLAIN = {
    "resize": None, "crop": None, "interpolation": "bilinear", "channel_order": "rgb",
    "range": [0, 1], "mean": None, "std": None,
}  # fmt: skip
RECIPE = {
    "name": "tiny", "input": [3, 8, 8], "classes": 3, "preprocess": PLAIN, "batch": 4,
    "accumulate": 1, "seed": 0, "workers": 0, "crop_area": [0.08, 1], "crop_ratio": [0.75, 1.3333333],
    "flip": True, "color_jitter": 0.0, "random_interpolation": True, "channels_last": True,
    "enlarge": 2.0, "holdout": 0.25,
}  # fmt: skip


def recipe(**changes: Any) -> Any:
    return standalone.module("config").Config(**{**RECIPE, **changes})


def place(rank: int = 0, world: int = 1) -> Any:
    import torch

    return standalone.module("processes").Place(rank, world, torch.device("cpu"))


def photograph(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """A picture with smooth and with sharp parts, the same every time."""
    across = Image.linear_gradient("L").rotate(90).resize((width, height))
    down = Image.radial_gradient("L").resize((width, height))
    checks = Image.frombytes("L", (4, 2), bytes([0, 255, 90, 255, 30, 200, 160, 10]))
    sharp = checks.resize((width, height), Image.Resampling.NEAREST)
    return Image.merge("RGB", (across, down, sharp)).convert(mode)


def write_folder(folder: Path, counts: dict[str, int], size: tuple[int, int] = (8, 8)) -> Path:
    """Class folders with so many grey images, no two of them alike."""
    shade = 0
    for name, count in counts.items():
        (folder / name).mkdir(parents=True)
        for number in range(count):
            Image.new("L", size, shade % 256).save(folder / name / f"{number:03}.png")
            shade += 1
    return folder
