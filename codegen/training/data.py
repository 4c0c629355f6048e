"""The data of a run: opened, and every fault that can be seen beforehand answered before the first step."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from training.config import Config
from training.errors import RunError
from training.folders import FolderSplit, hold_out, is_class_folder, read_folder
from training.images import Unreadable, size_of
from training.loading import Batch, Loader, SyntheticSplit
from training.names import visible
from training.shards import ShardSplit, find_shards, is_shards
from training.splits import Split, listed

__all__ = ["Batch", "Data", "Loader", "Split", "open_data", "open_split", "read_data"]

SYNTHETIC = "synthetic"
"""What stands for a path where there are no images."""

_HELD_OUT = ("val", "validation", "valid", "test")
"""Names of what is there to check with, the first that is found being taken."""
_LOOKED_AT = 256


@dataclass(frozen=True)
class Data:
    """What a network is trained on and checked with.

    Attributes:
        classes: Names of the classes, by their numbers.
        train: The images to train on.
        validation: The images to check with.
        notes: What their user should know, a sentence each.
    """

    classes: tuple[str, ...]
    train: Split
    validation: Split
    notes: tuple[str, ...] = ()


def open_data(path: str, validation: str | None, config: Config) -> Data:
    """The data that a recipe is carried out on.

    Args:
        path: A folder with ``train`` and ``val`` in it, a folder of class folders, shards, or ``synthetic``.
        validation: A folder of class folders or shards to check with, where they are not beside those to train on.
        config: The recipe.

    Raises:
        RunError: They do not fit each other, or the network, or cannot be trained on.
    """
    if path == SYNTHETIC:
        return _synthetic(config)
    if config.input[0] not in (1, 3):
        raise RunError(f"images have 1 or 3 channels, and '{config.name}' reads {config.input[0]}")
    data = read_data(path, validation, config.holdout, config.seed)
    notes = [*data.notes, *_compared(data, config), *_looked_at(data.train, config)]
    return Data(data.classes, data.train, data.validation, tuple(notes))


def read_data(path: str, validation: str | None, holdout: float, seed: int) -> Data:
    """Data without a recipe: as for ``open_data``, less what depends on the network.

    Raises:
        RunError: They do not fit each other, or cannot be read.
    """
    if is_shards(path):
        train, held = _shards(path, validation)
        return Data(train.classes, train, held)
    within = Path(path) / "train"
    if not within.is_dir() or is_class_folder(within):
        return _class_folders(Path(path), validation, holdout, seed)
    beside = (str(within.with_name(name)) for name in _HELD_OUT if within.with_name(name).is_dir())
    return _class_folders(within, validation or next(beside, None), holdout, seed)


def open_split(path: str, classes: tuple[str, ...]) -> Split:
    """All images of a folder of class folders, or of shards, numbered by classes that are known.

    Raises:
        RunError: They are of other classes, or cannot be read.
    """
    if not is_shards(path):
        return FolderSplit(path, read_folder(Path(path), classes), classes)
    split = ShardSplit(path, find_shards(path))
    if split.classes != classes:
        raise RunError(
            f"the shards '{visible(path)}' are of {listed(split.classes)}, the others of {listed(classes)}"
        )
    return split


def _class_folders(folder: Path, validation: str | None, holdout: float, seed: int) -> Data:
    images = read_folder(folder)
    classes = tuple(images)
    if validation is not None:
        held = open_split(validation, classes)
        return Data(classes, FolderSplit(str(folder), images, classes), held, _absent(held))
    kept, given = hold_out(images, holdout, seed)
    train, held = (FolderSplit(str(folder), part, classes) for part in (kept, given))
    note = (
        f"{holdout:.0%} of each class of '{visible(str(folder))}' are held out to check with: "
        f"{len(held):,} images, drawn with seed {seed}"
    )
    return Data(classes, train, held, (note,))


def _shards(path: str, validation: str | None) -> tuple[Split, Split]:
    found = find_shards(path)
    held = next(
        ([s for s in found if _of(s) == name] for name in _HELD_OUT if name in map(_of, found)), []
    )
    train = ShardSplit(path, [shard for shard in found if _of(shard) not in _HELD_OUT] or found)
    if validation is not None:
        return train, open_split(validation, train.classes)
    if not held or len(held) == len(found):
        raise RunError(
            f"in '{visible(path)}' are no shards to check with: name them, --val 'SHARDS/val-{{0000..0009}}.tar'"
        )
    return train, ShardSplit(path, held)


def _of(shard: Path) -> str:
    """The part of the data that a shard's name tells."""
    return shard.name.partition("-")[0]


def _absent(held: Split) -> tuple[str, ...]:
    """What to know of classes that nothing is checked of; of shards, only reading them would tell."""
    if not isinstance(held, FolderSplit):
        return ()
    there = set(held.labels)
    lacking = [name for number, name in enumerate(held.classes) if number not in there]
    return (f"'{visible(held.name)}' has no image of {listed(lacking)}",) if lacking else ()


def _compared(data: Data, config: Config) -> list[str]:
    """Data against network and recipe."""
    classes, images = len(data.classes), len(data.train)
    if classes > config.classes:
        raise RunError(
            f"the data have {classes} classes, and '{config.name}' tells {config.classes} apart: "
            f"make a network for them with --set classes={classes}"
        )
    if config.batch > images:
        raise RunError(
            f"a batch is {config.batch} images, and there are {images} to train on: "
            f"--set training.batch={images} at most"
        )
    if classes == config.classes:
        return []
    return [f"the data have {classes} classes, '{config.name}' tells {config.classes} apart"]


def _looked_at(split: Split, config: Config) -> list[str]:
    """What the headers of a few hundred images tell.

    Raises:
        RunError: Most of them are too small, or cannot be read.
    """
    _, height, width = config.input
    looked = min(_LOOKED_AT, len(split))
    small: list[str] = []
    broken: list[str] = []
    for index in range(0, len(split) * looked, len(split)):
        name = visible(split.name_of(index // looked))
        try:
            across, down = size_of(split.item(index // looked).file)
        except Unreadable as reason:
            broken.append(f"'{name}': {reason}")
            continue
        if max(width / across, height / down) > config.enlarge:
            small.append(f"'{name}' has {across}x{down} pixels")
    if 2 * len(broken) > looked:
        raise RunError(f"{len(broken)} of {looked} images cannot be read, such as {broken[0]}")
    counted = f"{len(small)} of {looked} images are far smaller than the {width}x{height} that '{config.name}' reads"
    needed = f"they would be enlarged more than {config.enlarge:g} times"
    if 2 * len(small) > looked:
        raise RunError(
            f"{counted}, such as {small[0]}: {needed}; take a network of a smaller input, "
            "or allow it with --set training.enlarge=TIMES"
        )
    notes = [f"{counted}, such as {small[0]}: {needed}"] if small else []
    unreadable = f"{len(broken)} of {looked} images that were looked at cannot be read"
    return [*notes, f"{unreadable}, such as {broken[0]}"] if broken else notes


def _synthetic(config: Config) -> Data:
    classes = tuple(str(number) for number in range(config.classes))
    train, held = (SyntheticSplit(classes, steps * config.batch) for steps in (100, 2))
    return Data(classes, train, held, ("the images are random numbers: nothing can be learnt",))
