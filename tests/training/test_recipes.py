"""The recipes of the shipped networks, and what the command line makes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import inception_graph as ig
from inception_graph.ir.training import Training
from inception_graph.training.errors import TrainingError
from inception_graph.training.recipe import advice, recipe

TABLE = yaml.safe_load(Path(__file__).with_name("recipes.yaml").read_text(encoding="utf-8"))
PUBLISHED = {name: values for names, values in TABLE.items() for name in names.split()}
IMAGENET = 1_281_167


def shipped(name: str) -> Training:
    found = ig.load(name).program.training
    assert found is not None
    return found


def test_every_network_is_in_the_table() -> None:
    assert sorted(PUBLISHED) == ig.list_models()


@pytest.mark.parametrize("name", ig.list_models())
def test_a_recipe_is_the_published_one(name: str) -> None:
    found = ig.load(name).program.training
    if PUBLISHED[name] is None:
        assert found is None
        return
    assert found is not None
    assert found.source
    own = found.model_fields_set - {"source"}
    assert {field: getattr(found, field) for field in own} == PUBLISHED[name]


def test_numbers_that_follow_from_others() -> None:
    first, normalised = shipped("googlenet"), shipped("bn_inception")
    # The solver counts steps: 320,000 between two rates, 10 million in all.
    assert 320_000 * first.batch / IMAGENET == pytest.approx(first.schedule_every, abs=0.01)
    assert 10_000_000 * first.batch / IMAGENET == pytest.approx(first.epochs, abs=0.5)
    assert normalised.learning_rate == pytest.approx(5 * 0.0015)
    assert normalised.weight_decay == pytest.approx(first.weight_decay / 5)
    assert normalised.schedule_every == pytest.approx(first.schedule_every / 6)


def test_changes_go_before_the_spec() -> None:
    made = recipe(shipped("inception_v3"), {"epochs": 5, "ema": None, "crop_area": [0.5, 1]})
    assert (made.epochs, made.ema, made.crop_area, made.batch) == (5, None, (0.5, 1.0), 1600)


def test_another_optimiser_has_its_own_usual_values() -> None:
    made = recipe(shipped("inception_v3"), {"optimizer": "adamw", "momentum": 0.8})
    assert (made.momentum, made.decay, made.epsilon) == (0.8, None, None)
    same = recipe(shipped("inception_v3"), {"optimizer": "rmsprop"})
    assert (same.momentum, same.decay, same.epsilon) == (0.9, 0.9, 1.0)


def test_a_spec_without_a_recipe_needs_the_whole_of_one() -> None:
    changes = {"epochs": 1, "batch": 8, "optimizer": "sgd", "learning_rate": 0.1}
    assert recipe(None, changes) == Training(**changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"epohcs": 3, "batch": 0}, "a recipe has no 'epohcs': did you mean 'epochs'?"),
        ({"anything else": 3}, "a recipe has no 'anything else': its fields are in the schema"),
        ({"epochs": 0}, "training.epochs: must be at least 1, not 0"),
        ({"epochs": "many"}, "training.epochs: expected a whole number, found 'many'"),
        ({"optimizer": "adam"}, "did you mean 'adamw'?"),
        ({"crop_area": [1, 0.5]}, "training.crop_area: must be two ascending shares"),
        ({"accumulate": 3}, "training.accumulate: must be a divisor of the batch of 32, not 3"),
        ({"batch": None}, "no 'training:' that says 'batch'"),
    ],
)
def test_what_cannot_be(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(TrainingError) as refused:
        recipe(shipped("googlenet"), changes)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_spec_without_a_recipe_is_told_what_to_add() -> None:
    with pytest.raises(TrainingError, match=r"--set training\.batch=\.\.\. --set training\.optim"):
        recipe(None, {"epochs": 3, "learning_rate": 0.1})


@pytest.mark.parametrize(
    ("changes", "hints"),
    [
        ({}, []),
        ({"epochs": 3}, []),
        ({"batch": 32}, []),
        ({"batch": 256}, ["--set training.learning_rate=0.08"]),
        ({"batch": 256, "learning_rate": 0.1}, []),
        ({"batch": 256, "optimizer": "adamw"}, ["that of sgd"]),
    ],
)
def test_a_rate_goes_with_batch_and_optimiser(changes: dict[str, Any], hints: list[str]) -> None:
    found = list(advice(shipped("googlenet"), changes))
    assert [hint in said for hint, said in zip(hints, found, strict=True)] == [True] * len(hints)
    assert not list(advice(None, changes))
