"""The files of a run directory before the run."""

from __future__ import annotations

import hashlib
import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import inception_graph as ig
from inception_graph.analysis.scores import NoScoresError
from inception_graph.files import FileConflictError
from inception_graph.ir.training import Training
from inception_graph.resources import folder as shipped
from inception_graph.training.errors import TrainingError
from inception_graph.training.folder import files, write
from inception_graph.training.runs import Run, is_run

SPEC = """\
inception_graph: 1
name: tiny
input: {channels: 3, height: 16, width: 16}
variables: {classes: 4}
stem:
  conv1: {conv: 8, kernel: 3, activation: relu}
head:
  pool: {avg_pool: global}
  classifier: {linear: $classes}
auxiliary:
  aux: {from: conv1, loss_weight: 0.3, nodes: {pool: {avg_pool: global}, out: {linear: $classes}}}
training: {epochs: 3, batch: 32, optimizer: rmsprop, learning_rate: 0.01, crop_area: [0.5, 1]}
"""


@pytest.fixture
def texts() -> dict[str, str]:
    return files(ig.load(SPEC, classes=7), {"ema": 0.99})


def values(config: str) -> dict[str, Any]:
    """By a reader of our own: a name, a colon, JSON."""
    lines = [line.partition(": ") for line in config.splitlines() if line and line[0] != "#"]
    return {name: json.loads(value) for name, _, value in lines}


def test_the_loop_is_copied_as_it_is(texts: dict[str, str]) -> None:
    codegen = shipped("codegen")
    code = {name: text for name, text in texts.items() if name.startswith("train")}
    assert "train.py" in code
    assert "training/config.py" in code
    for name, text in code.items():
        assert text == (codegen / name).read_text(encoding="utf-8")


def test_every_value_is_written_out_and_explained(texts: dict[str, str]) -> None:
    found = values(texts["config.yaml"])
    facts = ["name", "network", "digest", "input", "classes", "preprocess"]
    assert list(found) == [*facts, *Training.model_fields]
    assert (found["name"], found["network"], found["classes"]) == ("tiny", "Tiny", 7)
    assert found["input"] == [3, 16, 16]
    assert found["preprocess"]["range"] == [0.0, 1.0]
    assert (found["epochs"], found["ema"], found["crop_area"]) == (3, 0.99, [0.5, 1.0])
    assert (found["momentum"], found["workers"]) == (None, 2)
    for before, line in pairwise(texts["config.yaml"].splitlines()):
        assert line.startswith("#") or not line or before.startswith("# ")


def test_the_spec_is_that_of_the_network(texts: dict[str, str]) -> None:
    again = ig.load(texts["spec.yaml"])
    assert again.output == (7,)
    digest = hashlib.sha256(texts["spec.yaml"].encode()).hexdigest()
    assert values(texts["config.yaml"])["digest"] == digest


def test_the_source_is_the_network_with_its_heads(texts: dict[str, str]) -> None:
    assert 'LOSS_WEIGHTS = {"aux": 0.3}' in texts["model.py"]
    assert "class Tiny(nn.Module)" in texts["model.py"]


def test_the_readme_names_files_that_are_there(texts: dict[str, str]) -> None:
    named = set(re.findall(r"^\| `([a-z_]+\.(?:py|yaml))`", texts["README.md"], re.MULTILINE))
    assert named == {"model.py", "spec.yaml", "config.yaml", "train.py"}
    assert "4 classes" not in texts["README.md"]
    assert "7 classes" in texts["README.md"]


def test_they_are_the_same_every_time(texts: dict[str, str]) -> None:
    assert files(ig.load(SPEC, classes=7), {"ema": 0.99}) == texts


@pytest.mark.parametrize(
    ("before", "after", "error", "words"),
    [
        ("{linear: $classes}\n", "{linear: $classes, activation: relu}\n", NoScoresError, "scores"),
        ("{linear: $classes}\n", "{linear: 5}\n", TrainingError, "gives 4, the network 5"),
        (
            "{linear: $classes}\n",
            "{linear: $classes, activation: softmax}\n",
            TrainingError,
            "the network ends in probabilities",
        ),
        (
            "{linear: $classes}}}",
            "{linear: $classes, activation: softmax}}}",
            TrainingError,
            "the auxiliary head 'aux' ends in probabilities",
        ),
        ("channels: 3", "channels: 2", TrainingError, "images of 2 channels; pictures have 1 or 3"),
    ],
)
def test_what_cannot_be_trained(
    before: str, after: str, error: type[Exception], words: str
) -> None:
    network = ig.load(SPEC.replace(before, after))
    with pytest.raises(error, match=words):
        files(network, {})


def test_a_folder_is_written_once_more_until_a_run_begins(
    texts: dict[str, str], tmp_path: Path
) -> None:
    run = tmp_path / "deep" / "run"
    write(texts, run)
    write({**texts, "README.md": "other"}, run)
    assert (run / "README.md").read_text(encoding="utf-8") == "other"
    assert is_run(run)
    (run / "metrics.jsonl").touch()
    with pytest.raises(TrainingError, match="holds a run already: say --resume"):
        write(texts, run, force=True)


@pytest.mark.parametrize("name", ["README.md", "config.yaml", "train.py"])
def test_nothing_of_the_users_is_overwritten(
    texts: dict[str, str], tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text("mine", encoding="utf-8")
    with pytest.raises(FileConflictError, match="not made by inception-graph"):
        write(texts, tmp_path)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [name]
    assert (tmp_path / name).read_text(encoding="utf-8") == "mine"
    write(texts, tmp_path, force=True)
    assert (tmp_path / name).read_text(encoding="utf-8") == texts[name]


def test_a_file_is_no_folder(texts: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "run").touch()
    with pytest.raises(FileConflictError, match="is a file, not a folder"):
        write(texts, tmp_path / "run")


def test_a_run_knows_what_it_is(texts: dict[str, str], tmp_path: Path) -> None:
    assert not is_run(tmp_path)
    write(texts, tmp_path)
    run = Run(tmp_path)
    assert run.network.output == (7,)
    assert run.config.classes == 7
    assert run.recipe.epochs == 3
    with pytest.raises(TrainingError, match="holds no weights yet"):
        _ = run.weights
    with pytest.raises(TrainingError, match="holds no classes yet"):
        _ = run.classes
    (tmp_path / "weights.pt").touch()
    assert run.weights == tmp_path / "weights.pt"


@pytest.mark.parametrize(
    ("line", "words"),
    [("no value", "write 'name: value'"), ("epochs: 0", "epochs")],
)
def test_a_damaged_config_is_told(
    texts: dict[str, str], tmp_path: Path, line: str, words: str
) -> None:
    write({**texts, "config.yaml": texts["config.yaml"] + line + "\n"}, tmp_path)
    with pytest.raises(TrainingError, match=words):
        _ = Run(tmp_path).recipe
