"""What a worker that reads images does in a second, against the pipelines of timm and torchvision, on photographs."""

from __future__ import annotations

import random
import time
from itertools import cycle, islice
from statistics import median
from typing import TYPE_CHECKING, Any

import torch
from matplotlib.cbook import get_sample_data
from PIL import Image
from sklearn.datasets import load_sample_images

from benchmarks.report import Measurement
from inception_graph.peers.importing import torchvision
from inception_graph.training import standalone
from inception_graph.training.writing_shards import write_shards

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PACKAGES = ("inception-graph", "torch", "pillow", "timm", "torchvision")

_SIDE = 299
_COUNT = 48
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_RECIPE = {
    "name": "photographs", "input": [3, _SIDE, _SIDE], "classes": 2, "batch": 16, "accumulate": 1,
    "seed": 0, "workers": 0, "crop_area": [0.08, 1], "crop_ratio": [3 / 4, 4 / 3], "flip": True,
    "color_jitter": 0.0, "random_interpolation": False, "channels_last": True, "enlarge": 2.0,
    "holdout": 0.1,
    "preprocess": {
        "resize": 342, "crop": _SIDE, "interpolation": "bilinear", "channel_order": "rgb",
        "range": [0, 1], "mean": _MEAN, "std": _STD,
    },
}  # fmt: skip


def measure(folder: Path, rounds: int) -> list[Measurement]:
    """All measurements; one thread, since a worker has one."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return _measured(folder, rounds)
    finally:
        torch.set_num_threads(before)


def _measured(folder: Path, rounds: int) -> list[Measurement]:
    small = _photographs(folder / "small", 500, 375, _COUNT)
    large = _photographs(folder / "large", 4000, 3000, 4)
    images, config = standalone.module("images"), standalone.module("config").Config(**_RECIPE)
    normalise = images.Normalise(config, torch.device("cpu"))
    numbers = random.Random(0)

    def train(path: str) -> Any:
        return images.to_tensor(images.training_image(path, config, numbers))

    def evaluate(path: str) -> Any:
        return images.to_tensor(images.evaluation_image(path, config))

    def floats(read: Callable[[str], Any]) -> Callable[[str], Any]:
        return lambda path: normalise(read(path)[None])

    def decode(path: str) -> Any:
        with Image.open(path) as image:
            return image.convert("RGB")

    timm, vision = _timm(training=True), _torchvision(training=True)
    rows = [
        ("training image of 500x375 to bytes / timm's", train, timm, small),
        ("the same to numbers / torchvision's", floats(train), vision, small),
        ("evaluation image to bytes / timm's", evaluate, _timm(training=False), small),
        ("the same to numbers / torchvision's", floats(evaluate), _torchvision(training=False), small),
        ("training image of 4000x3000 to bytes / timm's", train, timm, large),
    ]  # fmt: skip
    found = [_ratio(*row, target=1.0, rounds=rounds) for row in rows]
    found.append(
        _ratio(
            "training image of 500x375 to bytes / decoding alone", train, decode, small, 2.5, rounds
        )
    )
    return [*found, _shards(folder, rounds)]


def _shards(folder: Path, rounds: int) -> Measurement:
    """Batches from shards against batches from class folders."""
    data, config = standalone.module("data"), standalone.module("config").Config(**_RECIPE)
    place = standalone.module("processes").Place(0, 1, torch.device("cpu"))
    write_shards(str(folder / "small"), folder / "shards", seed=0)
    loaders = [
        data.Loader(data.open_data(str(folder / name), None, config).train, config, place, training=True)
        for name in ("shards", "small")
    ]  # fmt: skip
    epochs = [lambda _, loader=loader: list(loader.epoch(0)) for loader in loaders]
    count = loaders[0].steps * config.batch
    name = "batches from shards / from folders"
    return _ratio(name, epochs[0], epochs[1], [""], 1.05, rounds, count)


def _ratio(
    name: str,
    ours: Callable[[str], object],
    theirs: Callable[[str], object],
    paths: list[str],
    target: float,
    rounds: int,
    images: int = 1,
) -> Measurement:
    """Seconds of ours over seconds of theirs, shown as images a second; the two take turns."""

    def seconds(read: Callable[[str], object]) -> float:
        begin = time.perf_counter()
        for path in paths:
            read(path)
        return (time.perf_counter() - begin) / len(paths) / images

    for read in (ours, theirs):
        seconds(read)
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(rounds)]
    mine, other = (median(pair[side] for pair in pairs) for side in (0, 1))
    value = median(a / b for a, b in pairs)
    return Measurement(name, f"{1 / mine:.0f} images/s", f"{1 / other:.0f} images/s", value, target)


def _photographs(folder: Path, width: int, height: int, count: int) -> list[str]:
    """JPEGs of a size, cut from real photographs, in two class folders."""
    sources = [Image.fromarray(pixels) for pixels in load_sample_images().images]
    with get_sample_data("grace_hopper.jpg", asfileobj=True) as file:
        sources.append(Image.open(file).convert("RGB"))
    numbers = random.Random(0)
    paths: list[str] = []
    for number, source in enumerate(islice(cycle(sources), count)):
        path = folder / "ab"[number % 2] / f"{number:03}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        left, top = (
            numbers.randrange(source.width - 500 + 1),
            numbers.randrange(source.height - 375 + 1),
        )
        cut = source.crop((left, top, left + 500, top + 375))
        cut.resize((width, height), Image.Resampling.BICUBIC).save(path, quality=90)
        paths.append(str(path))
    return paths


def _timm(*, training: bool) -> Callable[[str], Any]:
    """As timm's data set reads an image with its prefetcher, which normalises on the device."""
    torchvision()
    import timm.data

    size = (3, _SIDE, _SIDE)
    transform: Any = timm.data.create_transform(
        size, is_training=training, use_prefetcher=True, color_jitter=None,
        interpolation="bilinear", crop_pct=0.875,
    )  # fmt: skip

    def read(path: str) -> Any:
        with open(path, "rb") as file:  # noqa: PTH123  as timm does
            return transform(Image.open(file).convert("RGB"))

    return read


def _torchvision(*, training: bool) -> Callable[[str], Any]:
    """As torchvision's reference scripts read an image."""
    torchvision()
    from torchvision import transforms as t

    cut = (
        [t.RandomResizedCrop(_SIDE, antialias=True), t.RandomHorizontalFlip()]
        if training
        else [t.Resize(342, antialias=True), t.CenterCrop(_SIDE)]
    )
    numbers = [t.PILToTensor(), t.ConvertImageDtype(torch.float), t.Normalize(_MEAN, _STD)]
    transform = t.Compose([*cut, *numbers])

    def read(path: str) -> Any:
        with open(path, "rb") as file:  # noqa: PTH123  as torchvision does
            return transform(Image.open(file).convert("RGB"))

    return read
