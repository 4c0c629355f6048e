"""Evaluation of a run: numbers as counted by hand, costs of heads, pictures, and what is wrong in a line."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from torch.nn import functional

import inception_graph as ig
from inception_graph.backends.figures.confusion import confusion_figure, confusions, recall
from inception_graph.backends.figures.writing import svg_text
from inception_graph.training import evaluation_plot, folder, standalone
from inception_graph.training.evaluation import Exit, Result, macs_to
from inception_graph.training.runs import Run

TINY = """\
inception_graph: 1
name: tiny
input: {channels: 3, height: 8, width: 8}
stem:
  first: {conv: 4, kernel: 3, padding: 1, norm: batch_norm, activation: relu}
  second: {conv: 8, kernel: 3, stride: 2, padding: 1}
head:
  pool: {avg_pool: global}
  classifier: {linear: 3}
auxiliary:
  side:
    from: first
    loss_weight: 0.3
    nodes: {pool: {avg_pool: global}, dropout: {dropout: 0.5}, scores: {linear: 3}}
training: {epochs: 1, batch: 4, optimizer: sgd, learning_rate: 0.1, workers: 0, holdout: 0.5}
"""
FIRST, SECOND = 64 * 4 * 27, 16 * 8 * 36
MACS = {"side": FIRST + 4 * 3, "logits": FIRST + SECOND + 8 * 3}
CLASSES = ("ant", "bee", "cow")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run directory as one epoch leaves it, with a checkpoint of other weights than the best ones."""
    made, path = ig.load(TINY), tmp_path_factory.mktemp("runs") / "tiny"
    folder.write(folder.files(made, {}), path)
    (path / "classes.txt").write_text("".join(f"{name}\n" for name in CLASSES))
    torch.manual_seed(1)
    torch.save(made.create_model().state_dict(), path / "weights.pt")
    averaged, raw = (made.create_model().state_dict() for _ in range(2))
    state = {"step": 7, "model": raw, "average": {"model": averaged, "steps": 7}}
    standalone.module("checkpoints").Checkpoints(path / "checkpoints", 3).save(7, state)
    return path


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data")
    for part, count in (("train", 2), ("val", 4)):
        for label, name in enumerate(CLASSES):
            (path / part / name).mkdir(parents=True)
            for number in range(count):
                colour = (60 * number, 90 * label, 40 * (number + label) % 256)
                Image.new("RGB", (8, 8), colour).save(path / part / name / f"{number}.png")
    return path


def by_hand(data: Path, state: dict[str, Any]) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
    """The scores of each head for the images of val, and their labels."""
    model = ig.load(TINY).create_model()
    model.load_state_dict(state)
    model.eval().training = True
    images, labels = [], []
    for label, name in enumerate(CLASSES):
        for file in sorted((data / "val" / name).iterdir()):
            pixels = torch.tensor(list(Image.open(file).tobytes())).view(8, 8, 3)
            images.append(pixels.permute(2, 0, 1) / 255)
            labels.append(label)
    with torch.no_grad():
        return model(torch.stack(images))._asdict(), torch.tensor(labels)


def check_heads(
    found: dict[str, Any], scores: dict[str, torch.Tensor], labels: torch.Tensor
) -> None:
    for head in found["heads"]:
        own = scores[head["name"]]
        assert head["loss"] == pytest.approx(functional.cross_entropy(own, labels).item(), rel=1e-5)
        assert head["top1"] == (own.argmax(1) == labels).double().mean().item()


def evaluated(command_line: Any, run: Path, data: Path, *more: str) -> dict[str, Any]:
    result = command_line("evaluate", str(run), "--data", str(data), "--format", "json", *more)
    assert result.status == 0, result.err
    return json.loads(result.out)


def test_numbers_are_those_counted_by_hand(command_line: Any, run: Path, data: Path) -> None:
    found = evaluated(command_line, run, data)
    scores, labels = by_hand(data, torch.load(run / "weights.pt"))
    assert (found["network"], found["weights"], found["images"]) == ("tiny", "weights.pt", 12)
    assert [(head["name"], head["macs"]) for head in found["heads"]] == list(MACS.items())
    check_heads(found, scores, labels)
    assert all(head["top5"] == 1 for head in found["heads"])
    answers = scores["logits"].argmax(1).tolist()
    pairs: dict[tuple[int, int], int] = {}
    for label, answer in zip(labels.tolist(), answers, strict=True):
        if answer != label:
            pairs[label, answer] = pairs.get((label, answer), 0) + 1
    told = {(c["class"], c["taken_for"]): c["images"] for c in found["confusions"]}
    assert told == {(CLASSES[a], CLASSES[b]): count for (a, b), count in pairs.items()}
    assert [(one["name"], one["images"]) for one in found["classes"]] == [(c, 4) for c in CLASSES]


@pytest.mark.parametrize("named", ["last", "file"])
def test_a_checkpoint_is_evaluated_with_its_averaged_weights(
    command_line: Any, run: Path, data: Path, named: str
) -> None:
    file = run / "checkpoints" / "step-00000007.pt"
    chosen = str(file) if named == "file" else named
    found = evaluated(command_line, run, data, "--checkpoint", chosen)
    scores, labels = by_hand(data, torch.load(file)["average"]["model"])
    assert found["weights"] == file.name
    check_heads(found, scores, labels)


@pytest.mark.parametrize(
    ("within", "split", "images"),
    [("", "val", 12), ("", "train", 6), ("val", "all", 12), ("val", "val", 6)],
)
def test_splits(
    command_line: Any, run: Path, data: Path, within: str, split: str, images: int
) -> None:
    """Without a folder of that name, val is what training would hold out: here a half."""
    assert evaluated(command_line, run, data / within, "--split", split)["images"] == images


def test_pictures_and_numbers_are_written(
    command_line: Any, run: Path, data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "evaluation"
    result = command_line("evaluate", str(run), "--data", str(data), "-o", str(out))
    assert result.status == 0
    assert "head" in result.out
    assert "side" in result.out
    assert sorted(path.name for path in out.iterdir()) == [
        "confusion.svg",
        "evaluation.json",
        "heads.svg",
    ]
    again = command_line("evaluate", str(run), "--data", str(data), "-o", str(out))
    assert again.status == 0, "its own files may be replaced"
    (out / "heads.svg").write_text("mine")
    refused = command_line("evaluate", str(run), "--data", str(data), "-o", str(out))
    assert refused.status == 2
    assert (out / "heads.svg").read_text() == "mine"


def test_unreadable_images_are_named_and_left_out(
    command_line: Any, run: Path, tmp_path: Path
) -> None:
    for name in CLASSES:
        (tmp_path / name).mkdir()
        Image.new("RGB", (8, 8)).save(tmp_path / name / "0.png")
    (tmp_path / "bee" / "1.png").write_text("no picture")
    result = command_line("evaluate", str(run), "--data", str(tmp_path), "--split", "all")
    assert result.status == 0
    assert "3 images of 3 classes, 1 could not be read" in result.out
    assert "bee/1.png" in result.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["{run}", "--data", "no/where"], "'no/where' does not exist"),
        (["{run}", "--data", "{data}", "--split", "test"], "test' does not exist"),
        (
            ["{run}", "--data", "{data}", "--split", "all"],
            "classes that are not trained: 'train', 'val'",
        ),
        (["{run}", "--data", "{data}", "--checkpoint", "no.pt"], "no.pt"),
        (["{run}", "--data", "{data}", "--checkpoint", "{run}/model.py"], "model.py"),
        (["{data}", "--data", "{data}"], "is not the folder of a run"),
        (["googlenet", "--data", "{data}"], "is not the folder of a run"),
    ],
)
def test_what_does_not_fit_is_said_in_a_line(
    command_line: Any, run: Path, data: Path, arguments: list[str], says: str
) -> None:
    result = command_line("evaluate", *(a.format(run=run, data=data) for a in arguments))
    assert result.status == 2
    assert says in result.err
    assert len(result.err.splitlines()) == 1


def test_a_checkpoint_of_another_network_is_refused(
    command_line: Any, run: Path, data: Path, tmp_path: Path
) -> None:
    state = {"step": 1, "model": {"other": torch.zeros(1)}, "average": None}
    torch.save(state, tmp_path / "other.pt")
    result = command_line(
        "evaluate", str(run), "--data", str(data), "--checkpoint", str(tmp_path / "other.pt")
    )
    assert result.status == 2
    assert "of another network" in result.err


def test_a_head_costs_all_that_it_needs() -> None:
    """The first head of GoogLeNet reads 4a; the network's own output needs what costs() counts without heads."""
    network = ig.load("googlenet")
    assert macs_to(network.typed, "logits") == network.macs
    every = {head.name: macs_to(network.typed, head.name) for head in network.typed.graph.heads}
    assert 0 < every["aux1"] < every["aux2"] < network.macs
    typed = ig.load(TINY).typed
    assert {name: macs_to(typed, name) for name in MACS} == MACS


COUNTS = [[5, 0, 0], [2, 7, 1], [0, 0, 0]]


def test_worst_of_a_matrix() -> None:
    assert confusions(COUNTS) == [(1, 0, 2), (1, 2, 1)]
    assert recall(COUNTS) == [(1, 7, 10), (0, 5, 5)]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("classes", [3, 30, 300])
def test_matrices_of_any_size(theme: Any, classes: int) -> None:
    names = [f"<{index}>\x1b[31m" for index in range(classes)]
    counts = [[9 if a == b else int(b == a + 1) for b in range(classes)] for a in range(classes)]
    drawing = svg_text(confusion_figure(counts, names, "a & b", theme=theme))
    words = [element.text or "" for element in ElementTree.fromstring(drawing).iter()]
    assert f"{9 * classes:,} of {10 * classes - 1:,} images recognised" in " ".join(words)
    assert "\x1b" not in drawing
    pairs = sum(" → " in word and not word.startswith("Most") for word in words)
    assert pairs == (2 * 40 if classes == 300 else 0), "forty, each with a tip"
    cells = sum(", taken for " in word for word in words)
    assert cells == (0 if classes == 300 else classes**2)


def test_early_exits_are_drawn_at_their_costs() -> None:
    exits = (Exit("aux1", 0.1, 0.95, 1, 10**6), Exit("logits", 0.1, 0.99, 1, 2 * 10**6))
    drawing = svg_text(evaluation_plot.scene(Result("tiny", "", 10, (), exits, (), ())))
    words = [element.text or "" for element in ElementTree.fromstring(drawing).iter()]
    assert {"aux1 95.00 %", "logits 99.00 %", "top-1 accuracy on 10 images"} <= set(words)
    assert not any("101 %" in word or "-" in word[:1] for word in words)


def test_a_run_without_results_says_so(
    command_line: Any, run: Path, data: Path, tmp_path: Path
) -> None:
    for name in ("config.yaml", "spec.yaml"):
        (tmp_path / name).write_text((run / name).read_text())
    assert Run(tmp_path).network.name == "tiny"
    result = command_line("evaluate", str(tmp_path), "--data", str(data))
    assert result.status == 2
    assert "yet" in result.err
