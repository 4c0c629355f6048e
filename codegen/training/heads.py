"""The losses of a network's heads, and how well each of them does."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

MAIN = "logits"


def by_name(outputs: Any) -> dict[str, Tensor]:
    """What a network returned, by head: a named tuple while it trains, the logits alone otherwise."""
    return outputs._asdict() if isinstance(outputs, tuple) else {MAIN: outputs}


@contextmanager
def every_head(model: nn.Module) -> Generator[None]:
    """Have a network in evaluation return all its heads: the network itself is in training, and no layer of it."""
    model.eval()
    model.training = True
    try:
        yield
    finally:
        model.eval()


class Losses:
    """Cross entropy of every head; labels below 0 are left out.

    With smoothing e, the label counts 1 - e and all K classes count e / K each.
    """

    def __init__(self, weights: dict[str, float], smoothing: float) -> None:
        self.weights, self.smoothing = weights, smoothing

    def __call__(self, outputs: dict[str, Tensor], labels: Tensor) -> dict[str, Tensor]:
        """The mean loss of each head, not weighted."""
        return {
            name: F.cross_entropy(
                scores.float(), labels, ignore_index=-1, label_smoothing=self.smoothing
            )
            for name, scores in outputs.items()
        }

    def total(self, losses: dict[str, Tensor]) -> Tensor:
        """The main loss, and the others times what each counts."""
        return torch.stack([loss * self.weights.get(n, 1.0) for n, loss in losses.items()]).sum()


class Tally:
    """Losses and right answers of each head, added up on the device.

    ``top`` names which counts are kept: 1 for images whose class comes first, 5 for those where it is among five.
    """

    def __init__(self, top: tuple[int, ...] = (1,)) -> None:
        self.top = top
        self.names: list[str] = []
        self.sums: Tensor | None = None

    @torch.no_grad()
    def add(self, outputs: dict[str, Tensor], losses: dict[str, Tensor], labels: Tensor) -> None:
        """Take in a batch."""
        count = (labels >= 0).sum()
        rows = [count.double().view(1)]
        for name, scores in outputs.items():
            best = scores.topk(min(max(self.top), scores.shape[1]), dim=1).indices
            right = best == labels[:, None]
            # A batch without a readable image has no loss; it counts for nothing.
            loss = torch.where(count > 0, losses[name].detach() * count, 0)
            rows += [torch.stack([loss, *(right[:, :k].sum() for k in self.top)]).double()]
        self.names = list(outputs)
        flat = torch.cat(rows)
        self.sums = flat if self.sums is None else self.sums + flat

    def result(self, place: Any) -> tuple[int, dict[str, dict[str, float]]]:
        """The number of images seen by all processes, and the means of each head; starts anew."""
        if self.sums is None:
            return 0, {}
        numbers = place.sum(self.sums).tolist()
        self.sums = None
        count, width = numbers[0], 1 + len(self.top)
        means = [number / max(count, 1) for number in numbers[1:]]
        keys = ("loss", *(f"top{k}" for k in self.top))
        return int(count), {
            name: dict(zip(keys, means[i * width : (i + 1) * width], strict=True))
            for i, name in enumerate(self.names)
        }
