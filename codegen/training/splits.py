"""Images with their classes: a part of the data as the loader sees it, wherever its files are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from random import Random
from typing import BinaryIO

import torch
from torch import Tensor

from training.errors import RunError
from training.names import visible

_SHOWN = 3
"""So many of a long list are named in a message."""


@dataclass(frozen=True)
class Item:
    """One image.

    Attributes:
        file: Its path, or its bytes.
        label: The number of its class.
    """

    file: str | BinaryIO
    label: int


class Split(ABC):
    """A part of the data, such as that to train on.

    Attributes:
        name: Where it is, for messages.
        classes: The names of its classes, by their numbers.
    """

    name: str
    classes: tuple[str, ...]

    @abstractmethod
    def __len__(self) -> int:
        """The number of images."""

    @abstractmethod
    def name_of(self, index: int) -> str:
        """Where an image comes from."""

    @abstractmethod
    def item(self, index: int) -> Item:
        """An image by its number.

        Raises:
            Unreadable: What belongs to it cannot be found.
        """

    def order(self, seed: int, epoch: int) -> Tensor:
        """The numbers of all images in the order of an epoch, which follows from the arguments alone."""
        return torch.randperm(len(self), generator=shuffler(seed, epoch))


def shuffler(seed: int, epoch: int) -> torch.Generator:
    """What an epoch's order is drawn from."""
    return torch.Generator().manual_seed(Random(f"order/{seed}/{epoch}").getrandbits(63))


def check_classes(found: tuple[str, ...], expected: tuple[str, ...], where: str) -> None:
    """Make sure that images to check with are of the classes that were trained.

    Raises:
        RunError: Some are of another class.
    """
    if strange := [name for name in found if name not in expected]:
        raise RunError(
            f"'{visible(where)}' has classes that are not trained: {listed(strange)}; "
            f"trained are {listed(expected)}"
        )


def listed(names: list[str] | tuple[str, ...]) -> str:
    """The first of some names, and how many more there are."""
    shown = ", ".join(f"'{visible(name)}'" for name in names[:_SHOWN])
    more = len(names) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
