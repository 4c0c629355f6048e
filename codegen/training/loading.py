"""Batches on the device: read and cut by workers, in an order that depends on seed and epoch alone."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import prod
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from training.config import Config
from training.errors import RunError
from training.images import Normalise, Unreadable, evaluation_image, to_tensor, training_image
from training.names import visible
from training.processes import Place
from training.splits import Item, Split

_UNREADABLE = -1
_AHEAD = 2
"""Batches that a worker makes in advance."""
_SHARED_MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class Batch:
    """Images that a process computes on at once.

    Attributes:
        images: N x C x H x W of float32 on the device, normalised; in ``channels_last`` if the recipe asks for it.
        labels: The N numbers of their classes, int64 on the device; -1 where an image could not be read.
        names: Where each image comes from.
        unreadable: A line, ``name: reason``, for each image that could not be read.
    """

    images: Tensor
    labels: Tensor
    names: list[str]
    unreadable: list[str]


class SyntheticSplit(Split):
    """No images: random numbers, made once on the device, in every batch the same."""

    def __init__(self, classes: tuple[str, ...], images: int) -> None:
        self.name, self.classes, self._images = "synthetic", classes, images

    def __len__(self) -> int:
        return self._images

    def name_of(self, index: int) -> str:
        return f"synthetic image {index}"

    def item(self, index: int) -> Item:
        raise Unreadable("it is no file")


class Loader:
    """Gives the batches of one process.

    In training, step ``s`` of an epoch takes images ``s * batch`` up to ``(s + 1) * batch`` of the epoch's order,
    whatever the number of processes; those that are left over at its end are dropped. They are cut into
    ``accumulate * world`` equal parts, part ``j * world + r`` being the ``j``-th of process ``r``. In evaluation every
    image comes once, to one of the processes.

    Attributes:
        steps: Optimiser steps in an epoch; in evaluation, batches of this process.
    """

    def __init__(self, split: Split, config: Config, place: Place, *, training: bool) -> None:
        """Prepare everything; workers start with the first batch, and stay.

        Args:
            split: The images.
            config: The recipe.
            place: The process.
            training: Whether images are cut at random and mixed, or prepared as the network will be used.

        Raises:
            RunError: The batch cannot be shared equally, or shared memory does not hold what workers make.
        """
        if training:
            _check_share(config, place)
        self._split, self._place = split, place
        self._order = _Order(split, config, place, training=training)
        self._normalise = Normalise(config, place.device)
        self._made: Batch | None = None
        self._size = config.input
        self.steps = self._order.steps
        workers = 0 if isinstance(split, SyntheticSplit) else config.workers
        _check_memory(workers * _AHEAD * self._order.part * prod(config.input))
        self._images: DataLoader[Any] = DataLoader(
            _Images(split, config, training=training),
            batch_sampler=self._order,
            num_workers=workers,
            collate_fn=_collated,
            pin_memory=place.device.type == "cuda",
            prefetch_factor=_AHEAD if workers else None,
            persistent_workers=workers > 0,
            worker_init_fn=_uninterrupted,
            generator=torch.Generator(),  # its own: it draws nothing from the run's
        )

    def epoch(self, epoch: int, start: int = 0) -> Iterator[Batch]:
        """The batches of an epoch, in training ``accumulate`` of them a step.

        Args:
            epoch: Its number, from 0.
            start: The step to begin with.
        """
        self._order.epoch, self._order.start = epoch, start
        if isinstance(self._split, SyntheticSplit):
            return self._synthetic()
        batches = map(self._on_device, self._images)
        # torch lets the death of a worker raise from wherever the loop stands. Whoever asks for a batch is told anyway.
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        return batches

    def _on_device(self, raw: _Raw) -> Batch:
        device = self._place.device
        if device.type != "cuda":
            return Batch(self._normalise(raw.images), raw.labels, raw.names, raw.unreadable)
        # Copied beside what is being computed, not behind it.
        aside, computing = _aside(device), torch.cuda.current_stream(device)
        with torch.cuda.stream(aside):
            images = self._normalise(raw.images.to(device, non_blocking=True))
            labels = raw.labels.to(device, non_blocking=True)
        computing.wait_stream(aside)
        images.record_stream(computing)
        labels.record_stream(computing)
        return Batch(images, labels, raw.names, raw.unreadable)

    def _synthetic(self) -> Iterator[Batch]:
        if self._made is None:
            channels, height, width = self._size
            device, part = self._place.device, self._order.part
            numbers = torch.Generator(device).manual_seed(self._place.rank)
            size = (part, height, width, channels)
            images = torch.randint(256, size, dtype=torch.uint8, device=device, generator=numbers)
            labels = torch.randint(
                len(self._split.classes), (part,), device=device, generator=numbers
            )
            names = [self._split.name] * part
            self._made = Batch(self._normalise(images), labels, names, [])
        return (self._made for _ in self._order)


class _Raw(NamedTuple):
    """A batch as workers make it: images x height x width x channels of bytes."""

    images: Tensor
    labels: Tensor
    names: list[str]
    unreadable: list[str]


class _Order:
    """Which images come when: batches of ``(epoch, index)``."""

    def __init__(self, split: Split, config: Config, place: Place, *, training: bool) -> None:
        self.epoch, self.start = 0, 0
        self._split, self._config, self._place, self._training = split, config, place, training
        self.part = max(1, config.batch // (place.world * config.accumulate))
        own = len(range(place.rank, len(split), place.world))
        self.steps = len(split) // config.batch if training else -(-own // self.part)

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        for indices in self._trained() if self._training else self._checked():
            yield [(self.epoch, index) for index in indices]

    def _trained(self) -> Iterator[list[int]]:
        order = self._split.order(self._config.seed, self.epoch)
        for step in range(self.start, self.steps):
            for turn in range(self._config.accumulate):
                part = turn * self._place.world + self._place.rank
                begin = step * self._config.batch + part * self.part
                yield order[begin : begin + self.part].tolist()

    def _checked(self) -> Iterator[range]:
        own = range(self._place.rank, len(self._split), self._place.world)
        for begin in range(0, len(own), self.part):
            yield own[begin : begin + self.part]


class _Images(Dataset[Any]):
    """Images as bytes, each made from its file and from random numbers of its own."""

    def __init__(self, split: Split, config: Config, *, training: bool) -> None:
        self._split, self._config, self._training = split, config, training

    def __getitem__(self, place: tuple[int, int]) -> tuple[Tensor, int, str, str | None]:
        epoch, index = place
        name = self._split.name_of(index)
        try:
            item = self._split.item(index)
            if self._training:
                numbers = Random(f"{self._config.seed}/{epoch}/{index}")
                image = training_image(item.file, self._config, numbers)
            else:
                image = evaluation_image(item.file, self._config)
        except Unreadable as reason:
            channels, height, width = self._config.input
            nothing = torch.zeros(height, width, channels, dtype=torch.uint8)
            return nothing, _UNREADABLE, name, f"{visible(name)}: {reason}"
        return to_tensor(image), item.label, name, None


def _collated(made: list[tuple[Tensor, int, str, str | None]]) -> _Raw:
    images, labels, names, reasons = zip(*made, strict=True)
    unreadable = [reason for reason in reasons if reason is not None]
    return _Raw(torch.stack(images), torch.tensor(labels), list(names), unreadable)


def _uninterrupted(worker: int) -> None:
    """Leave Ctrl-C to the process that workers work for; for SIGTERM from it, torch has a handler of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@cache
def _aside(device: torch.device) -> torch.cuda.Stream:
    return torch.cuda.Stream(device)


def _check_share(config: Config, place: Place) -> None:
    parts = place.world * config.accumulate
    if config.batch % parts:
        lower = config.batch // parts * parts
        offered = f"{lower} or {lower + parts}" if lower else str(parts)
        raise RunError(
            f"a batch of {config.batch} images cannot be shared equally by {place.world} process(es) that add up "
            f"{config.accumulate} part(s) each: --set training.batch={offered}"
        )


def _check_memory(needed: int) -> None:
    """Make sure that workers can hand over what they make: short of memory they would be killed without a word."""
    if not needed or not _SHARED_MEMORY.is_dir():
        return
    free = shutil.disk_usage(_SHARED_MEMORY).free
    if needed > free:
        raise RunError(
            f"workers hand over {needed >> 20} MB of images in {_SHARED_MEMORY}, which has {free >> 20} MB free: "
            "take fewer of them (--set training.workers=N) or give it more (docker run --shm-size)"
        )
