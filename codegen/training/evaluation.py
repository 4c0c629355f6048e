"""How well a network does on images that it has not learnt from."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from training.heads import MAIN, Losses, Tally, by_name, every_head


@dataclass
class Evaluation:
    """What came of it.

    Attributes:
        images: The number of images that were read.
        heads: For each head its ``loss``, and ``top1`` and ``top5`` from 0 to 1.
        confusion: How often images of a class (row) were taken for a class (column), where it was asked for.
        unreadable: A line for every image that could not be read by this process.
    """

    images: int
    heads: dict[str, dict[str, float]]
    confusion: Tensor | None = None
    unreadable: list[str] = field(default_factory=list)


@torch.inference_mode()
def evaluate(
    model: nn.Module,
    loader: Any,
    losses: Losses,
    place: Any,
    *,
    autocast: Callable[[], AbstractContextManager[Any]] = nullcontext,
    confusion: bool = False,
    seen: Callable[[int], object] = lambda images: None,
) -> Evaluation:
    """Run a network over all images of a loader, with every head that it has.

    Args:
        model: The network; it is left in evaluation.
        loader: Gives batches by ``epoch(0)``, to each process its own.
        losses: The losses of the heads.
        place: Where this process runs.
        autocast: The precision to compute in.
        confusion: Whether to count which classes are taken for which; K x K numbers on the device.
        seen: Told after each batch how many images it had.
    """
    tally, table, unreadable = Tally((1, 5)), None, []
    with every_head(model):
        for batch in loader.epoch(0):
            with autocast():
                outputs = by_name(model(batch.images))
            tally.add(outputs, losses(outputs, batch.labels), batch.labels)
            if confusion:
                counts = _counted(outputs[MAIN], batch.labels)
                table = counts if table is None else table + counts
            unreadable += batch.unreadable
            seen(len(batch.labels))
    if table is not None:
        table = place.sum(table).cpu()
    images, heads = tally.result(place)
    return Evaluation(images, heads, table, unreadable)


def _counted(scores: Tensor, labels: Tensor) -> Tensor:
    """A table of a batch: class by class that was answered."""
    classes, known = scores.shape[1], labels >= 0
    cells = labels[known] * classes + scores.argmax(1)[known]
    return torch.bincount(cells, minlength=classes * classes).view(classes, classes)
