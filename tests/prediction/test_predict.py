"""The command as a user meets it: pictures in, classes out, one line for each that is refused."""

from __future__ import annotations

import json
import re
import shutil
import sys
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from inception_graph.cli import predict
from inception_graph.peers.importing import PeerMissing, torchvision

SPEC = """\
inception_graph: 1
name: colours
input: {channels: 3, height: 4, width: 4}
variables: {classes: 3}
body:
  squeezed: {conv: 3, bias: false}
head:
  pool: {avg_pool: global}
  classifier: {linear: $classes}
auxiliary:
  aux:
    from: squeezed
    loss_weight: 0.3
    nodes:
      pool: {avg_pool: global}
      classifier: {linear: 3}
"""
COLOURS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}
WEIGHTS = {
    "squeezed.weight": torch.eye(3).reshape(3, 3, 1, 1),
    "classifier.weight": 5 * torch.eye(3),
    "classifier.bias": torch.zeros(3),
}


@pytest.fixture
def run(command_line, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """The command, in a folder with a network that sees colours, its weights, and pictures."""
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(SPEC, encoding="utf-8")
    Path("labels.txt").write_text("red\ngreen\nblue\n", encoding="utf-8")
    save_file(WEIGHTS, "net.safetensors")
    Path("pictures").mkdir()
    for name, colour in COLOURS.items():
        Image.new("RGB", (9, 7), colour).save(f"pictures/{name}.png")

    return partial(command_line, "predict")


NET = ("net.yaml", "--weights", "net.safetensors")


def test_text(run) -> None:
    found = run(*NET, "pictures/green.png", "pictures/red.png", "--labels", "labels.txt")
    assert found.status == 0
    assert found.out == (
        "pictures/green.png\n"
        "   98.67 %  1  green\n"
        "    0.66 %  0  red\n"
        "    0.66 %  2  blue\n"
        "pictures/red.png\n"
        "   98.67 %  0  red\n"
        "    0.66 %  1  green\n"
        "    0.66 %  2  blue\n"
    )
    assert found.err == (
        "pictures are only resized, since neither weights nor spec say more; labels: 'labels.txt'\n"
    )


def test_without_labels_classes_are_numbers(run) -> None:
    found = run(*NET, "pictures/blue.png", "--top", "1")
    assert found.out == "pictures/blue.png\n   98.67 %  2\n"
    assert found.err.endswith("labels: none\n")


def test_json(run) -> None:
    Path("pictures/broken.jpg").write_bytes(b"\xff\xd8\xff")
    found = run(*NET, "pictures", "x*.png", "--top", "1", "--format", "json", "--batch", "2")
    assert found.status == 1
    blue, broken, green, red, nothing = json.loads(found.out)
    for entry, index in ((blue, 2), (green, 1), (red, 0)):
        (guess,) = entry["predictions"]
        assert (guess["class"], guess["label"]) == (index, None)
        assert guess["probability"] == pytest.approx(0.98670, abs=1e-4)
    assert broken["image"] == "pictures/broken.jpg"
    assert broken["error"].startswith("'pictures/broken.jpg' cannot be read as a picture: ")
    assert nothing == {"image": None, "error": "no file matches 'x*.png'"}
    assert [line for line in found.err.splitlines() if line.startswith("error: ")] == [
        f"error: {broken['error']}",
        "error: no file matches 'x*.png'",
    ]


def test_refused_pictures_do_not_keep_the_others_back(run) -> None:
    Path("notes.txt").write_text("no picture", encoding="utf-8")
    found = run(*NET, "absent.png", "notes.txt", "pictures/red.png")
    assert found.status == 1
    assert found.out.startswith("pictures/red.png\n   98.67 %  0\n")
    errors = found.err.splitlines()[1:]
    assert errors[0] == "error: 'absent.png' cannot be read as a picture: there is no such file"
    assert errors[1].startswith("error: 'notes.txt' cannot be read as a picture: it is in none of")


def test_names_of_files_cannot_move_the_cursor(run) -> None:
    Path("pictures/red.png").rename("\x1b[2J.png")
    found = run(*NET, "\x1b[2J.png", "\x1b[1A.png")
    assert "\x1b" not in found.out + found.err
    assert found.out.startswith("\\x1b[2J.png\n")


def test_weights_say_how_pictures_are_prepared(run) -> None:
    preprocess = {"channel_order": "bgr", "range": [0, 2]}
    save_file(WEIGHTS, "bgr.safetensors", metadata={"preprocess": json.dumps(preprocess)})
    found = run("net.yaml", "--weights", "bgr.safetensors", "pictures/red.png", "--top", "1")
    assert found.out == "pictures/red.png\n   99.99 %  2\n"
    assert found.err.startswith("pictures are prepared as the file of weights says; ")


def test_the_spec_says_how_pictures_are_prepared(run) -> None:
    Path("net.yaml").write_text(f"{SPEC}preprocess: {{channel_order: bgr}}\n", encoding="utf-8")
    found = run(*NET, "pictures/red.png", "--top", "1")
    assert found.out == "pictures/red.png\n   98.67 %  2\n"
    assert found.err.startswith("pictures are prepared as the spec 'colours' says; ")


def test_a_spec_for_grey_speaks_for_itself(run) -> None:
    grey = SPEC.replace("channels: 3", "channels: 1") + "preprocess: {mean: [0.5]}\n"
    Path("grey.yaml").write_text(grey, encoding="utf-8")
    metadata = {"preprocess": json.dumps({"mean": [0.1, 0.2, 0.3]})}
    save_file(WEIGHTS, "colour.safetensors", metadata=metadata)
    found = run("grey.yaml", "--weights", "colour.safetensors", "pictures/red.png")
    assert found.status == 0
    assert found.err.startswith("pictures are prepared as the spec 'colours' says; ")


def test_a_background_class_shifts_the_labels(run) -> None:
    wide = {
        "squeezed.weight": WEIGHTS["squeezed.weight"],
        "classifier.weight": torch.zeros(1001, 3),
        "classifier.bias": torch.zeros(1001),
    }
    wide["classifier.weight"][1] = 20.0
    save_file(wide, "wide.safetensors")
    Path("labels.txt").write_text("\n".join(f"thing {i}" for i in range(1000)), encoding="utf-8")
    arguments = ("--set", "classes=1001", "--weights", "wide.safetensors", "--labels", "labels.txt")
    found = run("net.yaml", *arguments, "pictures/red.png", "--top", "2")
    lines = [line.split("%")[1] for line in found.out.splitlines()[1:]]
    assert lines == ["  1  thing 0", "  0  background"]


REFUSED: list[tuple[list[str], str]] = [
    (["net.yaml", "pictures/red.png"], "random weights see nothing in pictures: name trained ones"),
    (["net.yaml", "--weights", "absent.pth", "p.png"], "there is no file of weights 'absent.pth'"),
    (
        ["net.yaml", "--weights", "labels.txt", "p.png"],
        "'labels.txt' is a text, not a file of weights",
    ),
    ([*NET, "p.png", "--labels", "absent.txt"], "No such file or directory: absent.txt"),
    ([*NET, "p.png", "--labels", "two.txt"], "'two.txt' names 2 classes, but the network has 3"),
    ([*NET, "p.png", "--labels", "net.safetensors"], "holds no labels, one a line or as JSON"),
    (["lacking.yaml", *NET[1:], "p.png"], "it has nothing for 'added.bias', 'added.weight', which"),
    (["embedding.yaml", *NET[1:], "p.png"], "gives 3 features, not scores of classes"),
    (["deep.yaml", *NET[1:], "p.png"], "takes images of 4 channels; pictures have 1 or 3"),
    ([*NET], "Missing argument 'IMAGE...'"),
    ([*NET, "p.png", "--top", "0"], "Invalid value for '--top'"),
    ([*NET, "p.png", "--batch", "1000"], "Invalid value for '--batch'"),
    (["absent.yaml", *NET[1:], "p.png"], "there is no network and no file 'absent.yaml'"),
]


@pytest.mark.parametrize(("arguments", "words"), REFUSED)
def test_what_is_refused_before_any_picture(run, arguments: list[str], words: str) -> None:
    Path("two.txt").write_text("cat\ndog")
    lacking = SPEC.replace(
        "  pool: {avg_pool: global}\n  classifier: {linear: $c",
        "  added: {conv: 3}\n  pool: {avg_pool: global}\n  classifier: {linear: $c",
    )
    Path("lacking.yaml").write_text(lacking, encoding="utf-8")
    embedding = SPEC.replace("auxiliary:", "  unit: {l2_normalize: }\nauxiliary:")
    Path("embedding.yaml").write_text(embedding, encoding="utf-8")
    Path("deep.yaml").write_text(SPEC.replace("channels: 3", "channels: 4"), encoding="utf-8")
    found = run(*arguments)
    assert found.status == (1 if "absent.yaml" in arguments else 2)
    assert words in found.err
    assert not found.out
    assert "Traceback" not in found.err


def test_what_is_not_installed_is_named(run, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = ("torch", "PIL")
    monkeypatch.setattr(
        predict, "find_spec", lambda name: None if name in gone else find_spec(name)
    )
    found = run(*NET, "pictures/red.png")
    assert found == (
        2,
        "",
        "error: torch and Pillow not installed: pip install 'inception-graph[torch]'\n",
    )


def test_an_interruption_keeps_what_was_seen(run, monkeypatch: pytest.MonkeyPatch) -> None:
    from inception_graph.prediction.ranking import Classifier

    whole = Classifier.predict

    def interrupted(self: Classifier, *arguments: Any, **options: Any):
        for number, prediction in enumerate(whole(self, *arguments, **options)):
            if number == 2:
                raise KeyboardInterrupt
            yield prediction

    monkeypatch.setattr(Classifier, "predict", interrupted)
    found = run(*NET, "pictures", "--top", "1")
    assert found.status == 130
    assert found.out == "pictures/blue.png\n   98.67 %  2\npictures/green.png\n   98.67 %  1\n"
    assert found.err.endswith("error: interrupted\n")


def test_many_pictures_have_a_progress_bar(run, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(9):
        shutil.copy("pictures/red.png", f"pictures/{number}.png")
    quiet = run(*NET, "pictures", "--top", "1")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    shown = run(*NET, "pictures", "--top", "1")
    assert shown.out == quiet.out
    assert "predicting" not in quiet.err
    assert re.search(r"predicting  \[#+\]  100%", shown.err)
    assert "predicting" not in run(*NET, "pictures/red.png").err, "few need none"


def test_a_network_sees_what_torchvision_sees(run) -> None:
    try:
        library = torchvision()
    except PeerMissing as missing:
        pytest.skip(str(missing))
    torch.manual_seed(0)
    peer = library.models.googlenet(weights=None, init_weights=False, aux_logits=True).eval()
    torch.save(peer.state_dict(), "peer.pth")
    noise = [Image.effect_noise((320, 260), 90) for _ in range(3)]
    Image.merge("RGB", noise).save("noise.png")
    found = run("googlenet_torchvision", "--weights", "peer.pth", "noise.png", "--format", "json")
    assert found.status == 0, found.err
    preset = library.models.GoogLeNet_Weights.IMAGENET1K_V1.transforms()
    with torch.inference_mode():
        seen = peer(preset(Image.open("noise.png"))[None]).softmax(dim=1)[0]
    for guess, index in zip(
        json.loads(found.out)[0]["predictions"], seen.topk(5).indices, strict=True
    ):
        assert guess["class"] == int(index)
        assert guess["probability"] == pytest.approx(float(seen[index]), rel=1e-4)
