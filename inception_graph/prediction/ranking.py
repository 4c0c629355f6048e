"""Pictures through a model, in batches, and the classes that it thinks most likely."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from inception_graph.diagnostics.terminal import visible
from inception_graph.images.errors import ImageError
from inception_graph.images.preparing import image_input

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from inception_graph.analysis.scores import Scores
    from inception_graph.ir.header import Preprocess


@dataclass(frozen=True)
class Guess:
    """A class that a picture may show.

    Attributes:
        index: Number of the class.
        probability: Between 0 and 1.
    """

    index: int
    probability: float


@dataclass(frozen=True)
class Prediction:
    """What came of one picture.

    Attributes:
        image: Its file, or None where an argument stood for none.
        guesses: The likeliest classes, the likeliest first; none where there is an error.
        error: Why nothing can be said of it, or None.
    """

    image: Path | None
    guesses: tuple[Guess, ...] = ()
    error: str | None = None


@dataclass(frozen=True)
class Classifier:
    """A model with what is to be known to use it.

    Attributes:
        model: From a batch of images to a batch of vectors; in evaluation mode.
        input: Channels, height and width of an image.
        preprocess: How a picture becomes an image.
        scores: What the vectors are.
    """

    model: Callable[[torch.Tensor], torch.Tensor]
    input: tuple[int, int, int]
    preprocess: Preprocess
    scores: Scores

    def predict(
        self, images: Sequence[Path | ImageError], *, top: int, batch: int
    ) -> Iterator[Prediction]:
        """What is seen in pictures, one after another as they are given.

        Args:
            images: Their files; a reason in the place of one is passed on.
            top: Number of guesses for each.
            batch: Number of pictures that are in memory together.
        """
        for start in range(0, len(images), batch):
            read = [self._read(image) for image in images[start : start + batch]]
            inputs = [found for found in read if isinstance(found, torch.Tensor)]
            ranked = iter(self._ranked(torch.stack(inputs), top) if inputs else ())
            for image, found in zip(images[start:], read, strict=False):
                file = image if isinstance(image, Path) else None
                if isinstance(found, ImageError):
                    yield Prediction(file, error=str(found))
                    continue
                guesses = next(ranked)
                lost = f"'{visible(str(file))}' has scores that are no finite numbers: the weights do not fit"
                yield Prediction(file, guesses, None if guesses else lost)

    def _read(self, image: Path | ImageError) -> torch.Tensor | ImageError:
        if isinstance(image, ImageError):
            return image
        try:
            return torch.tensor(image_input(image, self.preprocess, self.input))
        except ImageError as error:
            return error

    @torch.inference_mode()
    def _ranked(self, inputs: torch.Tensor, top: int) -> list[tuple[Guess, ...]]:
        """The guesses for each image; none where its scores are not finite."""
        output = self.model(inputs)
        probabilities = output.softmax(dim=1) if self.scores == "logits" else output
        best = probabilities.topk(min(top, probabilities.shape[1]), dim=1)
        rows = zip(best.indices, best.values, strict=True)
        return [
            _guesses(indices, values) if values.isfinite().all() else () for indices, values in rows
        ]


def _guesses(indices: torch.Tensor, probabilities: torch.Tensor) -> tuple[Guess, ...]:
    pairs = zip(indices, probabilities, strict=True)
    return tuple(Guess(int(index), float(probability)) for index, probability in pairs)
