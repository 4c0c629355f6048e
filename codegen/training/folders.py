"""Data as a folder of class folders."""

from __future__ import annotations

import os
from array import array
from pathlib import Path
from random import Random
from typing import NoReturn

from training.errors import RunError
from training.images import suffixes
from training.names import Names, visible
from training.splits import Item, Split, check_classes, listed

ImagesByClass = dict[str, list[str]]
"""Paths of images, sorted, by the names of their classes, sorted."""


class FolderSplit(Split):
    """Image files, each in the folder of its class or in a folder inside that.

    Attributes:
        labels: The numbers of their classes.
    """

    def __init__(self, name: str, images: ImagesByClass, classes: tuple[str, ...]) -> None:
        self.name, self.classes = name, classes
        self._paths = Names(path for paths in images.values() for path in paths)
        numbers = {one: number for number, one in enumerate(classes)}
        self.labels = array("i", (numbers[one] for one, paths in images.items() for _ in paths))

    def __len__(self) -> int:
        return len(self._paths)

    def name_of(self, index: int) -> str:
        return self._paths[index]

    def item(self, index: int) -> Item:
        return Item(self._paths[index], self.labels[index])


def read_folder(folder: Path, expected: tuple[str, ...] | None = None) -> ImagesByClass:
    """The images of a folder of class folders. What is hidden (``.name``) or no image by its suffix is passed over.

    Args:
        folder: The folder.
        expected: The classes of which they may be; any classes unless given.

    Raises:
        RunError: It holds nothing to train on or to check with; the message says what was found instead.
    """
    if not folder.is_dir():
        what = "is no folder" if folder.exists() else "does not exist"
        raise RunError(f"'{visible(str(folder))}' {what}: --data takes a folder of class folders")
    classes = tuple(sorted(entry.name for entry in _entries(folder) if entry.is_dir()))
    _check_names(folder, classes, least=2 if expected is None else 1)
    if expected is not None:
        check_classes(classes, expected, str(folder))
    images = {name: _images_in(folder / name) for name in classes}
    endings = f"no image ({', '.join(suffixes())})"
    if not any(images.values()):
        raise RunError(f"the class folders of '{visible(str(folder))}' hold {endings}")
    if empty := [name for name in classes if not images[name]]:
        raise RunError(f"in '{visible(str(folder))}' the folder of {listed(empty)} holds {endings}")
    return images


def _check_names(folder: Path, classes: tuple[str, ...], least: int) -> None:
    """Make sure that a folder's folders can be classes, and are not too few."""
    shown = visible(str(folder))
    if not classes:
        directly = any(_is_image(entry.name) for entry in _entries(folder))
        what = "holds images but no class folders" if directly else "holds no class folders"
        raise RunError(f"'{shown}' {what}: sort them as {shown}/CLASS/IMAGE")
    if len(classes) < least:
        deeper = any(entry.is_dir() for entry in _entries(folder / classes[0]))
        inner = visible(str(folder / classes[0]))
        hint = f"; if its folders are the classes, name it: --data '{inner}'" if deeper else ""
        raise RunError(f"'{shown}' holds one class, {listed(classes)}: two are needed{hint}")
    if odd := [name for name in classes if not name.isprintable()]:
        raise RunError(f"rename {listed(odd)} in '{shown}': a class needs a printable name")


def hold_out(images: ImagesByClass, share: float, seed: int) -> tuple[ImagesByClass, ImagesByClass]:
    """What is kept to train on, and a share of each class, drawn at random, to check with.

    Raises:
        RunError: A class has too few images to give one away.
    """
    kept: ImagesByClass = {}
    held: ImagesByClass = {}
    for name, paths in images.items():
        count = max(1, round(share * len(paths)))
        if count >= len(paths):
            raise RunError(
                f"class '{name}' has {len(paths)} image(s), too few to hold out {count}: "
                "name other images to check with (--val DIR)"
            )
        drawn = set(Random(f"holdout/{seed}/{name}").sample(range(len(paths)), count))
        kept[name] = [path for index, path in enumerate(paths) if index not in drawn]
        held[name] = [path for index, path in enumerate(paths) if index in drawn]
    return kept, held


def is_class_folder(folder: Path) -> bool:
    """Whether a folder holds images itself, or nothing that could be a class."""
    entries = _entries(folder)
    return any(_is_image(entry.name) for entry in entries) or not any(e.is_dir() for e in entries)


def _entries(folder: Path) -> list[Path]:
    try:
        return [entry for entry in folder.iterdir() if not entry.name.startswith(".")]
    except OSError as error:
        _refuse(error)


def _images_in(folder: Path) -> list[str]:
    found: list[str] = []
    for where, folders, files in os.walk(folder, onerror=_refuse, followlinks=True):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += (f"{where}{os.sep}{name}" for name in files if _is_image(name))
    return sorted(found)


def _refuse(error: OSError) -> NoReturn:
    raise RunError(f"'{visible(str(error.filename))}' cannot be read: {error.strerror}") from error


def _is_image(name: str) -> bool:
    return not name.startswith(".") and name.lower().endswith(suffixes())
