"""The commands that make data: digits to begin with, shards for what is large."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from image_folders import write_folder
from PIL import Image

from inception_graph.training import digits


@pytest.fixture(scope="module")
def scikit_learn() -> Any:
    return pytest.importorskip("sklearn.datasets")


def test_digits(scikit_learn: Any, command_line: Any, tmp_path: Path) -> None:
    result = command_line("data", "digits", "-o", str(tmp_path / "digits"))
    assert (result.status, result.out) == (0, "")
    assert result.err == f"wrote 1,797 images to {tmp_path / 'digits'}\n"
    found = {int(path.stem): path for path in tmp_path.rglob("*.png") if path.parent.name.isdigit()}
    original = scikit_learn.load_digits()
    assert sorted(found) == list(range(1797))
    for number, path in found.items():
        assert path.parent.name == str(original.target[number])
        assert path.parent.parent.name == ("test" if number % 5 == 4 else "train")
    for number in (0, 4, 1796):
        image = Image.open(found[number])
        assert (image.mode, image.size) == ("L", (32, 32))
        small = np.asarray(image.resize((8, 8), Image.Resampling.BOX)).astype(float)
        assert np.corrcoef(small.ravel(), original.images[number].ravel())[0, 1] > 0.97
    assert "CC BY 4.0" in (tmp_path / "digits" / "README.md").read_text()
    before = {path: path.read_bytes() for path in found.values()}
    assert command_line("data", "digits", "-o", str(tmp_path / "digits")).status == 0
    assert all(path.read_bytes() == content for path, content in before.items())


def test_digits_without_scikit_learn(
    command_line: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digits, "find_spec", lambda name: None)
    result = command_line("data", "digits", "-o", str(tmp_path / "digits"))
    assert (result.status, result.out) == (2, "")
    assert result.err == (
        "error: the digits come with scikit-learn: pip install 'inception-graph[data,torch]'\n"
    )
    assert not (tmp_path / "digits").exists()


def test_digits_touch_nothing_of_others(command_line: Any, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    result = command_line("data", "digits", "-o", str(tmp_path))
    assert (result.status, result.err) == (
        2,
        f"error: '{tmp_path}' holds other files: name a new folder\n",
    )
    result = command_line("data", "digits", "-o", str(tmp_path / "thesis.txt"))
    assert "thesis.txt' is a file: name a folder" in result.err


def test_shards(command_line: Any, tmp_path: Path) -> None:
    images, output = write_folder(tmp_path / "images", {"a": 6, "b": 14}), tmp_path / "shards"
    arguments = ["data", "shards", str(images), "-o", str(output), "--per-shard", "5"]
    result = command_line(*arguments, "--holdout", "0.2")
    assert (result.status, result.out) == (0, "")
    assert result.err == f"wrote 5 shards to {output}\n"
    assert [path.name for path in sorted(output.glob("*.tar"))] == [
        *(f"train-00000{number}.tar" for number in range(4)),
        "val-000000.tar",
    ]
    again = command_line(*arguments)
    assert (again.status, again.err) == (
        2,
        f"error: '{output}' holds other files: name a new folder\n",
    )


def test_shards_of_nothing(command_line: Any, tmp_path: Path) -> None:
    result = command_line("data", "shards", str(tmp_path / "no\x1bne"), "-o", str(tmp_path / "s"))
    assert result.status == 2
    assert result.err == (
        f"error: '{tmp_path}/no\\x1bne' does not exist: --data takes a folder of class folders\n"
    )
