"""`train` and `emit --with-training`: what is written, what is started, what is refused before."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import inception_graph as ig
from inception_graph.training import starting
from inception_graph.training.runs import Run

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
training: {epochs: 3, batch: 32, optimizer: sgd, learning_rate: 0.1}
"""


class Desk(NamedTuple):
    run: Any
    started: list[list[str]]


@pytest.fixture
def desk(command_line: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Desk:
    """A folder with tiny.yaml, where commands run and what they start is noted instead."""
    started: list[list[str]] = []
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.yaml").write_text(SPEC, encoding="utf-8")
    monkeypatch.setattr(starting.os, "execve", lambda _, told, __: started.append(told))
    return Desk(command_line, started)


def test_a_folder_is_written_and_the_loop_in_it_started(desk: Desk) -> None:
    done = desk.run("train", "tiny.yaml", "--data", "images", "-o", "run", "--set", "classes=7")
    assert (done.status, done.out) == (0, "")
    assert "wrote run" in done.err
    assert desk.started == [[sys.executable, "run/train.py", "--data=images"]]
    assert Run(Path("run")).config.classes == 7


def test_several_processes_are_started_by_torchrun(desk: Desk) -> None:
    options = ("--val", "held out", "--device", "cpu", "--processes", "2", "--resume")
    desk.run("train", "tiny.yaml", "--data", "-images", "-o", "run", *options)
    ((python, *arguments),) = desk.started
    assert python == sys.executable
    assert arguments == [
        "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "--max-restarts=3",
        "run/train.py", "--data=-images", "--val=held out", "--device=cpu", "--resume",
    ]  # fmt: skip


def test_the_recipe_can_be_changed(desk: Desk) -> None:
    changes = ("batch=64", "crop_area=[0.5, 1]", "precision=bfloat16", "learning_rate=1e-3")
    settings = [word for change in changes for word in ("--set", f"training.{change}")]
    assert desk.run("train", "tiny.yaml", "--data", "d", "-o", "run", *settings).status == 0
    config = Run(Path("run")).config
    assert (config.batch, config.crop_area) == (64, [0.5, 1.0])
    assert (config.precision, config.learning_rate) == ("bfloat16", 0.001)
    assert Run(Path("run")).network.program.training.batch == 32
    assert desk.started == [[sys.executable, "run/train.py", "--data=d"]]


def test_another_batch_asks_for_another_rate(desk: Desk) -> None:
    done = desk.run("train", "tiny.yaml", "--data", "d", "-o", "run", "--set", "training.batch=64")
    assert "scaled linearly it would be 0.2 for 64: --set training.learning_rate=0.2" in done.err


def test_a_run_goes_on_as_it_was_begun(desk: Desk) -> None:
    arguments = ("train", "tiny.yaml", "--data", "d", "-o", "run")
    desk.run(*arguments)
    Path("run/metrics.jsonl").touch()
    Path("run/train.py").write_text("# as it trained\n", encoding="utf-8")
    assert "say --resume to go on" in desk.run(*arguments).err
    settings = ("--set", "training.epochs=9", "--set", "training.ema=0.9")
    assert desk.run(*arguments, "--resume", *settings).status == 0
    assert desk.started[1:] == [
        [sys.executable, "run/train.py", "--data=d", "--resume", "--set=epochs=9", "--set=ema=0.9"]
    ]
    assert Path("run/train.py").read_text(encoding="utf-8") == "# as it trained\n"
    assert Run(Path("run")).config.epochs == 3


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("conv: 8", "conv: 16", "with 1 difference: 'inception-graph diff run tiny.yaml'"),
        ("epochs: 3", "epochs: 5", "(training.epochs 3 and now 5)"),
        ("classes: 4", "classes: 5", "(variables.classes 4 and now 5)"),
    ],
)
def test_a_run_of_another_spec_is_refused(desk: Desk, before: str, after: str, words: str) -> None:
    arguments = ("train", "tiny.yaml", "--data", "d", "-o", "run")
    desk.run(*arguments)
    Path("run/metrics.jsonl").touch()
    Path("tiny.yaml").write_text(SPEC.replace(before, after), encoding="utf-8")
    done = desk.run(*arguments, "--resume")
    assert done.status == 2
    assert words in done.err
    assert "'run' is a run of another spec" in done.err
    assert len(desk.started) == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--set", "training.epohcs=3"), "a recipe has no 'epohcs': did you mean 'epochs'?"),
        (("--set", "training.epochs"), "not of the form training.name=value"),
        (("--set", "training.epochs={"), "not of the form training.name=value"),
        (("--set", "clases=3"), "no variable 'clases': did you mean 'classes'?"),
        (("--processes", "3"), "cannot be split over 3 processes: --set training.batch=33 can"),
        (
            ("--processes", "3", "--set", "training.accumulate=4"),
            "over 3 processes times 4 passes: --set training.batch=36 can",
        ),
        (("--processes", "0"), "0 is not in the range"),
        (("--device", "tpu"), "'tpu' is not one of"),
        (("--optimize", "trian"), "trian"),
        (("--optimize", "inference"), "this is for evaluation only: drop_training_only"),
        (("--set", "training.seed=4294967296"), "training.seed: must be at most 2147483647"),
    ],
)
def test_usage_errors(desk: Desk, options: tuple[str, ...], words: str) -> None:
    done = desk.run("train", "tiny.yaml", "--data", "d", "-o", "run", *options)
    assert done.status == 2
    assert words in done.err
    assert "Traceback" not in done.err
    assert not Path("run").exists()
    assert not desk.started


def test_an_embedding_has_no_classes_to_train(desk: Desk) -> None:
    done = desk.run("train", "inception_resnet_v1_facenet", "--data", "d", "-o", "run")
    assert "gives 512 features, not scores of classes" in done.err


def test_without_torch_it_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "find_spec", lambda name: None if name == "torch" else name)
    done = desk.run("train", "tiny.yaml", "--data", "d", "-o", "run")
    assert done == (2, "", "error: torch not installed: pip install 'inception-graph[torch]'\n")


def test_emit_writes_the_same_folder(desk: Desk) -> None:
    desk.run("train", "tiny.yaml", "--data", "d", "-o", "run", "--set", "training.epochs=5")
    arguments = ("emit", "tiny.yaml", "--with-training", "--set", "training.epochs=5")
    done = desk.run(*arguments, "-o", "emitted")
    assert done == (0, "", "wrote emitted: 'python emitted/train.py --data DIR' starts\n")
    begun, emitted = ({p.relative_to(f): p.read_bytes() for p in f.rglob("*") if p.is_file()}
                      for f in (Path("run"), Path("emitted")))  # fmt: skip
    assert begun == emitted
    assert "say which, -o FOLDER" in desk.run(*arguments).err


def test_a_recipe_is_no_variable_where_nothing_is_trained(desk: Desk) -> None:
    done = desk.run("emit", "tiny.yaml", "--set", "training.epochs=5")
    assert done.status == 2
    assert "has no variable 'training.epochs'" in done.err


def test_the_folder_of_a_run_stands_for_its_spec(desk: Desk) -> None:
    desk.run("emit", "tiny.yaml", "--with-training", "-o", "run", "--set", "classes=9")
    assert desk.run("summary", "run", "--format", "json").out.count('"classifier"') == 1
    assert "weights.pt" in desk.run("predict", "run", "image.png").err


def test_a_trained_run_says_what_pictures_show(desk: Desk) -> None:
    import torch
    from PIL import Image

    desk.run("emit", "tiny.yaml", "--with-training", "-o", "run")
    model = ig.create_model("tiny.yaml")
    torch.nn.init.zeros_(model.classifier.weight)
    model.classifier.bias.data = torch.tensor([0.0, 9.0, 0.0, 0.0])
    torch.save(model.state_dict(), "run/weights.pt")
    Path("run/classes.txt").write_text("ant\nbee\n", encoding="utf-8")
    Image.new("RGB", (20, 20)).save("image.png")
    done = desk.run("predict", "run", "image.png", "--top", "1")
    assert done.status == 0
    assert done.out == "image.png\n   99.96 %  1  bee\n"
    assert Run(Path("run")).labels == ("ant", "bee", "class 2, never seen", "class 3, never seen")


def test_the_loop_needs_nothing_of_this_package(desk: Desk, tmp_path: Path) -> None:
    desk.run("emit", "tiny.yaml", "--with-training", "-o", "run")
    blocked = (
        "import sys; sys.modules['inception_graph'] = None; sys.argv = ['train.py', '--help']; "
    )
    code = f"{blocked}import runpy; runpy.run_path('run/train.py', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert "--resume" in done.stdout
