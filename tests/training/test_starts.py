"""How a run begins or goes on, and what surrounds its steps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="training runs a network")

import torch
from torch import nn

from inception_graph.training import standalone

checkpoints = standalone.module("checkpoints")
heads = standalone.module("heads")
modules = standalone.module("modules")
processes = standalone.module("processes")
resuming = standalone.module("resuming")
unreadable = standalone.module("unreadable")
Config = standalone.module("config").Config
RunError = standalone.module("errors").RunError
ALONE = processes.Place(0, 1, torch.device("cpu"))


def test_a_run_is_begun_once(tmp_path: Path) -> None:
    with resuming.begin(tmp_path, ALONE, resume=False) as goes_on:
        assert not goes_on
    (tmp_path / "metrics.jsonl").touch()
    with pytest.raises(RunError, match="holds a run already"):
        resuming.begin(tmp_path, ALONE, resume=False).__enter__()
    with resuming.begin(tmp_path, ALONE, resume=True) as goes_on:
        assert goes_on


def test_torchrun_does_not_try_again_what_cannot_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "a")
    monkeypatch.setenv("TORCHELASTIC_RESTART_COUNT", "0")
    with (
        pytest.raises(RunError, match="no images"),
        resuming.begin(tmp_path, ALONE, resume=False),
    ):
        raise RunError("no images")
    monkeypatch.setenv("TORCHELASTIC_RESTART_COUNT", "1")
    with pytest.raises(RunError, match="no images"):
        resuming.begin(tmp_path, ALONE, resume=True).__enter__()
    monkeypatch.setenv("TORCHELASTIC_RESTART_COUNT", "0")
    with resuming.begin(tmp_path, ALONE, resume=True):
        assert not list(tmp_path.iterdir()), "another start of the user's tries again"
    monkeypatch.setenv("TORCHELASTIC_RESTART_COUNT", "1")
    with resuming.begin(tmp_path, ALONE, resume=False) as goes_on:
        assert goes_on


@pytest.mark.parametrize(
    ("shared", "restarts", "refused"),
    [("True", "3", True), ("True", "0", False), ("False", "3", False)],
)
def test_restarts_need_a_store_of_their_own(
    shared: str, restarts: str, refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("TORCHELASTIC_USE_AGENT_STORE", shared)
    monkeypatch.setenv("TORCHELASTIC_MAX_RESTARTS", restarts)
    monkeypatch.setattr(processes.dist, "init_process_group", lambda backend: None)
    monkeypatch.setattr(processes.dist, "new_group", lambda backend: None)
    if not refused:
        assert processes.join("cpu").world == 2
        return
    with pytest.raises(RunError, match="TORCH_DISABLE_SHARE_RDZV_TCP_STORE=1"):
        processes.join("cpu")


def test_unreadable_images_are_named_once_and_bounded(tmp_path: Path) -> None:
    path = tmp_path / "unreadable.txt"
    counted = unreadable.Unreadable(path, 0.25, ALONE)
    counted.note(["a.png: broken", "b.png: broken"])
    assert counted.check(8) == 2
    counted.count = 0
    counted.note(["b.png: broken", "c.png: broken", "d.png: broken"])
    assert path.read_text().splitlines() == [f"{name}.png: broken" for name in "abcd"]
    with pytest.raises(RunError, match=r"3 of 8 images cannot be read, more than 25\.00%"):
        counted.check(8)


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"before")

    def fail(file: Any) -> None:
        file.write(b"half")
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        checkpoints.write_whole(path, fail)
    assert path.read_bytes() == b"before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


def test_a_batch_without_a_readable_image_counts_for_nothing() -> None:
    tally, losses = heads.Tally((1,)), heads.Losses({}, 0.0)
    for labels in ([0, 1], [-1, -1]):
        outputs, wanted = {"logits": torch.eye(2)}, torch.tensor(labels)
        tally.add(outputs, losses(outputs, wanted), wanted)
    images, found = tally.result(ALONE)
    assert images == 2
    assert found["logits"]["top1"] == 1
    assert found["logits"]["loss"] == pytest.approx(0.3132617)  # ln(1 + 1 / e)


def test_every_head_answers_while_all_layers_evaluate() -> None:
    model = nn.Sequential(nn.Dropout(0.5))
    with heads.every_head(model):
        assert (model.training, model[0].training) == (True, False)
    assert not model.training


MODEL = """\
from torch import nn
LOSS_WEIGHTS = {"aux": 0.3}
class Small(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))
"""


def test_a_network_is_made_as_the_recipe_says(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(MODEL)
    asked = Config(network="Small", channels_last=True, norm_decay=0.9997)
    model, weights = modules.create(tmp_path, asked, ALONE)
    assert weights == {"aux": 0.3}
    assert model[0].weight.is_contiguous(memory_format=torch.channels_last)
    assert model[1].momentum == pytest.approx(0.0003)
    with pytest.raises(RunError, match="holds no class 'Large'"):
        modules.create(tmp_path, Config(**{**vars(asked), "network": "Large"}), ALONE)
    with pytest.raises(RunError, match="there is no"):
        modules.create(tmp_path / "elsewhere", asked, ALONE)


def test_norms_over_processes_are_those_of_torch_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With one process, what is added up over all is its own: torch's batch normalisation is the oracle."""
    monkeypatch.setattr(processes, "all_reduce", lambda tensor: tensor)
    monkeypatch.setattr(processes.dist, "get_world_size", lambda: 1)
    ours, theirs = nn.BatchNorm2d(4), nn.BatchNorm2d(4)
    processes.synchronise_norms(ours, processes.Place(0, 2, torch.device("cpu")))
    assert type(ours) is not nn.BatchNorm2d
    images = torch.randn(6, 4, 5, 5, generator=torch.Generator().manual_seed(0))
    for _ in range(2):
        torch.testing.assert_close(ours(images), theirs(images))
    torch.testing.assert_close(ours.state_dict(), theirs.state_dict())
    torch.testing.assert_close(ours.eval()(images), theirs.eval()(images))
