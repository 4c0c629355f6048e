"""Pictures go through a model in batches and come out in their order, the refused ones among them."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image

from inception_graph.images.errors import ImageError
from inception_graph.ir.header import Preprocess
from inception_graph.prediction.ranking import Classifier, Guess

SIZES: list[int] = []


def mean_colours(images: torch.Tensor) -> torch.Tensor:
    """Scores of three classes, red, green and blue; the size of the batch is noted."""
    SIZES.append(len(images))
    return images.mean(dim=(2, 3))


def classifier(scores: str = "probabilities", factor: float = 1.0) -> Classifier:
    return Classifier(lambda x: factor * mean_colours(x), (3, 4, 4), Preprocess(), scores)


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    paths: list[Path] = []
    for number, colour in enumerate([(255, 51, 0), (51, 255, 0), (0, 51, 255), (0, 0, 0)]):
        paths.append(tmp_path / f"{number}.png")
        Image.new("RGB", (9, 9), colour).save(paths[-1])
    SIZES.clear()
    return paths


def test_the_likeliest_come_first(pictures: list[Path]) -> None:
    found = list(classifier().predict(pictures[:3], top=2, batch=8))
    assert [one.image for one in found] == pictures[:3]
    expected = [[(0, 1), (1, 0.2)], [(1, 1), (0, 0.2)], [(2, 1), (1, 0.2)]]
    for one, guesses in zip(found, expected, strict=True):
        assert one.error is None
        assert one.guesses == tuple(Guess(index, pytest.approx(value)) for index, value in guesses)


def test_logits_become_probabilities(pictures: list[Path]) -> None:
    (found,) = classifier("logits", 10).predict(pictures[:1], top=10, batch=1)
    assert [guess.index for guess in found.guesses] == [0, 1, 2]
    assert sum(guess.probability for guess in found.guesses) == pytest.approx(1)
    assert found.guesses[0].probability == pytest.approx(0.99962, abs=1e-5)


@pytest.mark.parametrize(("batch", "sizes"), [(1, [1] * 5), (2, [2, 2, 1]), (3, [3, 2]), (9, [5])])
def test_batches(batch: int, sizes: list[int], pictures: list[Path]) -> None:
    images = [*pictures, pictures[0]]
    found = list(classifier().predict(images, top=1, batch=batch))
    assert [one.image for one in found] == images
    assert [one.guesses[0].index for one in found] == [0, 1, 2, 0, 0]
    assert sizes == SIZES


def test_what_is_refused_keeps_its_place(pictures: list[Path], tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("no picture")
    images = [ImageError("no file matches 'x*'"), pictures[1], tmp_path / "text.png", pictures[2]]
    found = list(classifier().predict(images, top=1, batch=3))
    assert [one.image for one in found] == [None, pictures[1], tmp_path / "text.png", pictures[2]]
    assert [bool(one.guesses) for one in found] == [False, True, False, True]
    assert found[0].error == "no file matches 'x*'"
    assert found[2].error is not None
    assert found[2].error.startswith(f"'{tmp_path}/text.png' cannot be read as a picture")
    assert SIZES == [1, 1]
    assert not list(classifier().predict([], top=1, batch=3))


def test_scores_that_are_no_numbers(pictures: list[Path]) -> None:
    model = classifier("logits", float("inf"))
    found = list(model.predict(pictures[:2], top=1, batch=2))
    assert [one.guesses for one in found] == [(), ()]
    assert found[1].error == (
        f"'{pictures[1]}' has scores that are no finite numbers: the weights do not fit"
    )


def test_a_single_score_that_is_no_number(pictures: list[Path]) -> None:
    factors = torch.tensor([float("nan"), 1, 1])
    model = Classifier(
        lambda x: mean_colours(x) * factors, (3, 4, 4), Preprocess(), "probabilities"
    )
    (found,) = model.predict(pictures[:1], top=2, batch=1)
    assert found.guesses == ()
