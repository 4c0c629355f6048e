"""Shards hold the same images as the folders that they were packed from, and are read in any order, by any reader."""

from __future__ import annotations

import hashlib
import tarfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from image_folders import place, recipe, write_folder

from inception_graph.training import standalone
from inception_graph.training.errors import TrainingError
from inception_graph.training.writing_shards import write_shards

data = standalone.module("data")
shards = standalone.module("shards")
RunError = standalone.module("errors").RunError


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``images`` in folders, and the same in ``shards``."""
    root = tmp_path_factory.mktemp("packed")
    write_folder(root / "images" / "train", {"a": 15, "b": 25})
    write_folder(root / "images" / "val", {"a": 4, "b": 5})
    write_shards(str(root / "images"), root / "shards", per_shard=16)
    return root


@pytest.fixture
def broken(packed: Path, tmp_path: Path) -> Path:
    """A copy of the shards, to be damaged."""
    for path in (packed / "shards").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


def opened(path: Path | str, validation: Path | str | None = None, **changes: Any) -> Any:
    found = validation and str(validation)
    return data.open_data(str(path), found, recipe(classes=2, **changes))


def test_what_is_written(packed: Path) -> None:
    names = sorted(path.name for path in (packed / "shards").iterdir())
    assert names == [
        "classes.txt",
        *(f"train-{n:06}.{end}" for n in range(3) for end in ("idx", "tar")),
        "val-000000.idx",
        "val-000000.tar",
    ]
    assert (packed / "shards" / "classes.txt").read_text() == "a\nb\n"
    index = (packed / "shards" / "train-000002.idx").read_text().splitlines()
    assert index[0] == "v1.2 8"  # as NVIDIA DALI's wds2idx writes it
    with tarfile.open(packed / "shards" / "train-000002.tar") as tar:
        first = tar.getmembers()[:2]
    assert [member.name for member in first] == ["00000032.png", "00000032.cls"]
    expected = (f"{m.name[9:]} {m.offset_data} {m.size} {m.name}" for m in first)
    assert index[1] == " ".join(expected)


def contents(split: Any) -> list[tuple[int, str]]:
    items = [split.item(index) for index in range(len(split))]
    files = [
        Path(item.file).read_bytes() if isinstance(item.file, str) else item.file.read()
        for item in items
    ]
    digests = [hashlib.sha256(file).hexdigest() for file in files]
    return [(item.label, digest) for item, digest in zip(items, digests, strict=True)]


def test_shards_hold_what_the_folders_hold(packed: Path) -> None:
    here, there = opened(packed / "images"), opened(packed / "shards")
    assert here.classes == there.classes
    for split in ("train", "validation"):
        one, other = contents(getattr(here, split)), contents(getattr(there, split))
        assert one != other  # they were mixed
        assert sorted(one) == sorted(other)


def test_the_same_bytes_again(packed: Path, tmp_path: Path) -> None:
    write_shards(str(packed / "images"), tmp_path, per_shard=16)
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (packed / "shards" / path.name).read_bytes(), path.name


def test_shards_of_shards(packed: Path, tmp_path: Path) -> None:
    write_shards(str(packed / "shards"), tmp_path, per_shard=100)
    assert len(list(tmp_path.glob("*.tar"))) == 2
    assert sorted(contents(opened(tmp_path).train)) == sorted(
        contents(opened(packed / "shards").train)
    )


def test_what_shards_are_not_written_over(packed: Path) -> None:
    with pytest.raises(TrainingError, match="holds other files: name a new folder"):
        write_shards(str(packed / "images"), packed / "shards")
    with pytest.raises(TrainingError, match="does not exist"):
        write_shards(str(packed / "absent"), packed / "new")
    assert not (packed / "new").exists()


def test_a_pattern_names_some_of_them(packed: Path) -> None:
    folder = packed / "shards"
    found = opened(f"{folder}/train-{{000001..000002}}.tar", f"{folder}/val-000000.tar")
    assert (len(found.train), len(found.validation)) == (24, 9)
    mixed = opened(packed / "images" / "train", folder / "val-000000.tar")
    assert (len(mixed.train), len(mixed.validation)) == (40, 9)


def test_without_an_index_they_are_read_through(broken: Path) -> None:
    with_index = contents(opened(broken).train)
    for path in broken.glob("*.idx"):
        path.unlink()
    assert contents(opened(broken).train) == with_index


def test_endings_in_capitals(broken: Path) -> None:
    before = contents(opened(broken).train)
    for index in broken.glob("*.idx"):
        index.write_text(index.read_text().replace("png", "PNG").replace("cls", "CLS"))
    assert contents(opened(broken).train) == before


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")  # from Python 3.12 on
def test_batches_are_the_same_for_any_number_of_processes(packed: Path) -> None:
    found = opened(packed / "shards")

    def loaded(rank: int, world: int, **changes: Any) -> Any:
        config = recipe(classes=2, batch=8, **changes)
        return data.Loader(found.train, config, place(rank, world), training=True)

    alone = list(loaded(0, 1, workers=2).epoch(3))
    halves = [list(loaded(rank, 2).epoch(3, 2)) for rank in range(2)]
    for step, pair in zip(range(2, 5), zip(*halves, strict=True), strict=True):
        assert torch.equal(alone[step].images, torch.cat([batch.images for batch in pair]))
        assert alone[step].names == [name for batch in pair for name in batch.names]
    assert alone[0].names[0].startswith(f"{packed}/shards/train-00000")
    assert len({name for batch in alone for name in batch.names}) == 40


def test_an_epoch_stays_near_a_few_shards(packed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "_MIXED", 1)
    split = opened(packed / "shards").train
    order = split.order(0, 0)
    assert sorted(order.tolist()) == list(range(40))
    shard = [int(index) // 16 for index in order]
    assert sum(one != other for one, other in pairwise(shard)) == 2
    assert order.tolist() != split.order(0, 1).tolist()
    assert order.tolist() == split.order(0, 0).tolist()


def refused(*arguments: Any) -> str:
    with pytest.raises(RunError) as error:
        opened(*arguments)
    message = str(error.value)
    assert "\n" not in message
    return message


def test_faults_before_the_first_step(broken: Path, packed: Path) -> None:
    train = broken / "train-000000.tar"
    assert refused(f"{broken}/train-{{000001..000009}}.tar") == (
        f"there is no shard '{broken}/train-000003.tar'"
    )
    assert refused(f"{broken}/train-{{000000..000002}}.tar").startswith(f"in '{broken}/train-{{0")
    content = train.read_bytes()
    last = shards.read_index(train)[-1][-1]
    train.write_bytes(content[: last.offset + last.size - 1])
    assert refused(broken) == f"'{train}' is shorter than its index says: copy it again"
    train.with_suffix(".idx").unlink()
    train.write_bytes(content[:700])
    assert refused(broken).startswith(f"'{train}' or its index is damaged: ")
    train.write_bytes(content)
    for text in ("", "v1.1 16\n", "v1.2 1\npng 512\n", "v1.2 1\npng one two three\n"):
        train.with_suffix(".idx").write_text(text)
        assert refused(broken).startswith(f"'{train}' or its index is damaged: ")
    train.with_suffix(".idx").write_text("v1.2 1\npng 512 3 0.png\n")
    assert refused(broken) == f"'0.png' in '{train}' has no class (.cls)"
    train.with_suffix(".idx").write_text("v1.2 1\ntxt 512 3 0.txt cls 1024 1 0.cls\n")
    assert refused(broken) == f"'0.txt' in '{train}' has no image"


def test_faults_of_classes(broken: Path, packed: Path) -> None:
    classes = broken / "classes.txt"
    for text in ("", "a\n", "a\na\n", "a\n\nb\n", "a\nb\x1b\n"):
        classes.write_text(text)
        assert refused(broken).startswith(f"'{classes}' must name two classes or more")
    classes.unlink()
    assert refused(broken).startswith(f"'{classes}' cannot be read: write the names of the classes")
    classes.write_text("b\na\n")
    message = refused(packed / "images" / "train", broken / "val-000000.tar")
    assert message.endswith("are of 'b', 'a', the others of 'a', 'b'")


def test_a_class_that_is_none_is_named(broken: Path) -> None:
    shard = broken / "val-000000.tar"
    image, label = shards.read_index(shard)[0]
    for words in (b"2", b"x"):
        with shard.open("r+b") as file:
            file.seek(label.offset)
            file.write(words)
        found = opened(broken)
        (*_, batch) = data.Loader(found.validation, recipe(batch=9), place(), training=False).epoch(
            0
        )
        assert batch.labels.tolist().count(-1) == 1
        assert batch.unreadable == [
            f"{shard}/{image.name}: its class {words!r} is no number below 2"
        ]


@pytest.fixture(scope="module")
def webdataset() -> Any:
    return pytest.importorskip("webdataset")


@pytest.mark.filterwarnings("ignore")  # it leaves files open
def test_the_library_reads_ours(webdataset: Any, packed: Path) -> None:
    ours = opened(packed / "shards").train
    paths = sorted(str(path) for path in (packed / "shards").glob("train-*.tar"))
    theirs = webdataset.WebDataset(paths, shardshuffle=False).to_tuple("png", "cls")
    found = [(int(label), hashlib.sha256(image).hexdigest()) for image, label in theirs]
    assert found == contents(ours)


def test_we_read_what_the_library_writes(webdataset: Any, packed: Path, tmp_path: Path) -> None:
    images = opened(packed / "images").validation
    for part in ("train", "val"):
        with webdataset.ShardWriter(f"{tmp_path}/{part}-%03d.tar", maxcount=4, verbose=0) as writer:
            for index in range(len(images)):
                item = images.item(index)
                sample = {
                    "jpg": Path(item.file).read_bytes(),
                    "cls": item.label,
                    "seg.png": b"",
                    "json": {},
                }
                writer.write({"__key__": f"some.where/{index}", **sample})
    (tmp_path / "classes.txt").write_text("a\nb\n")
    found = opened(tmp_path)
    assert contents(found.train) == contents(found.validation) == contents(images)
