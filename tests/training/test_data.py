"""Folders of images become batches: every fault is answered beforehand, and the order depends on the seed alone."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from image_folders import PLAIN, photograph, place, recipe, write_folder
from PIL import Image

from inception_graph.training import standalone

data = standalone.module("data")
loading = standalone.module("loading")
RunError = standalone.module("errors").RunError

ABC = {"a": 4, "b": 5, "c": 6}


def refused(path: Path | str, validation: Path | str | None = None, **changes: Any) -> str:
    with pytest.raises(RunError) as error:
        data.open_data(str(path), validation and str(validation), recipe(**changes))
    message = str(error.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize("name", ["val", "validation", "valid", "test"])
def test_train_beside_what_is_there_to_check_with(name: str, tmp_path: Path) -> None:
    write_folder(tmp_path / "train", ABC)
    write_folder(tmp_path / name, {"a": 1, "b": 1, "c": 2})
    found = data.open_data(str(tmp_path), None, recipe())
    assert found.classes == ("a", "b", "c")
    assert (len(found.train), len(found.validation), found.notes) == (15, 4, ())
    labels = [found.validation.item(index).label for index in range(4)]
    assert labels == [0, 1, 2, 2]


def test_class_folders_and_others_to_check_with(tmp_path: Path) -> None:
    write_folder(tmp_path / "here", ABC)
    write_folder(tmp_path / "there", {"b": 2, "c": 1})
    found = data.open_data(str(tmp_path / "here"), str(tmp_path / "there"), recipe())
    assert [found.validation.item(index).label for index in range(3)] == [1, 1, 2]
    assert found.notes == (f"'{tmp_path / 'there'}' has no image of 'a'",)


def test_a_class_may_be_called_train(tmp_path: Path) -> None:
    write_folder(tmp_path, {"bus": 4, "train": 4})
    assert data.open_data(str(tmp_path), None, recipe()).classes == ("bus", "train")


def test_holding_out_takes_from_every_class_by_the_seed(tmp_path: Path) -> None:
    write_folder(tmp_path, {"a": 8, "b": 40, "c": 2})

    def parts(seed: int) -> list[list[str]]:
        found = data.open_data(str(tmp_path), None, recipe(seed=seed))
        assert found.notes == (
            f"25% of each class of '{tmp_path}' are held out to check with: 13 images, drawn with seed {seed}",
        )
        return [[s.name_of(i) for i in range(len(s))] for s in (found.train, found.validation)]

    train, held = parts(0)
    assert train == sorted(train)
    assert held == sorted(held)
    assert sorted(train + held) == sorted(str(path) for path in tmp_path.rglob("*.png"))
    assert [sum(f"/{name}/" in path for path in held) for name in "abc"] == [2, 10, 1]
    assert parts(0) == [train, held]
    assert parts(1) != [train, held]


def test_what_is_passed_over(tmp_path: Path) -> None:
    write_folder(tmp_path, {"a": 4, "b": 4, "b/inside": 2, "b/.hidden": 2, ".hidden": 3})
    (tmp_path / "a" / "notes.txt").write_text("none")
    (tmp_path / "a" / "._000.png").write_text("of a Mac")
    (tmp_path / "downloaded.tar").write_text("none")
    (tmp_path / "a" / "UPPER.PNG").write_bytes((tmp_path / "a" / "000.png").read_bytes())
    found = data.open_data(str(tmp_path), None, recipe(classes=2))
    assert found.classes == ("a", "b")
    assert len(found.train) + len(found.validation) == 5 + 6


def test_links_are_followed(tmp_path: Path) -> None:
    write_folder(tmp_path / "elsewhere", {"more": 2})
    write_folder(tmp_path / "here", {"a": 3})
    (tmp_path / "here" / "b").symlink_to(tmp_path / "here" / "a")
    (tmp_path / "here" / "a" / "inside").symlink_to(tmp_path / "elsewhere")
    found = data.read_data(str(tmp_path / "here"), None, 0.2, 0)
    assert found.classes == ("a", "b")
    assert len(found.train) + len(found.validation) == 10


def test_faults_of_folders(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert refused(tmp_path / "absent").startswith(f"'{tmp_path}/absent' does not exist")
    assert refused(tmp_path / "file").startswith(f"'{tmp_path}/file' is no folder")
    empty = tmp_path / "empty"
    empty.mkdir()
    assert refused(empty) == f"'{empty}' holds no class folders: sort them as {empty}/CLASS/IMAGE"
    photograph(8, 8).save(empty / "one.png")
    assert "'holds images but no class folders: sort them as" in refused(empty).replace(
        f"{empty}' ", "'"
    )
    write_folder(empty, {"only": 3})
    assert refused(empty) == f"'{empty}' holds one class, 'only': two are needed"
    write_folder(empty / "only", {"a": 1, "b": 1})
    assert refused(empty).endswith(
        f"if its folders are the classes, name it: --data '{empty}/only'"
    )
    write_folder(empty, {"bare": 0})
    assert refused(empty).startswith(f"in '{empty}' the folder of 'bare' holds no image (.apng")
    write_folder(empty, {"tab\tand\x1b[31m": 1})
    (empty / "bare").rmdir()
    assert refused(empty).startswith(f"rename 'tab\\tand\\x1b[31m' in '{empty}'")


def test_no_images_at_all(tmp_path: Path) -> None:
    write_folder(tmp_path, {"a": 0, "b": 0})
    (tmp_path / "a" / "one.heic").write_text("")
    assert refused(tmp_path).startswith(f"the class folders of '{tmp_path}' hold no image (.apng")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_closed_folder(tmp_path: Path) -> None:
    write_folder(tmp_path, ABC)
    (tmp_path / "b").chmod(0)
    assert refused(tmp_path) == f"'{tmp_path}/b' cannot be read: Permission denied"


def test_faults_between_train_and_val(tmp_path: Path) -> None:
    write_folder(tmp_path / "train", ABC)
    write_folder(tmp_path / "val", {"a": 1, "d": 1, "e": 1, "f": 1, "g": 1})
    assert refused(tmp_path) == (
        f"'{tmp_path}/val' has classes that are not trained: 'd', 'e', 'f' and 1 more; trained are 'a', 'b', 'c'"
    )
    assert "absent' does not exist" in refused(tmp_path, tmp_path / "absent")


def test_faults_between_data_and_recipe(tmp_path: Path) -> None:
    write_folder(tmp_path, ABC)
    assert refused(tmp_path, classes=2) == (
        "the data have 3 classes, and 'tiny' tells 2 apart: make a network for them with --set classes=3"
    )
    assert (
        refused(tmp_path, batch=20)
        == "a batch is 20 images, and there are 11 to train on: --set training.batch=11 at most"
    )
    assert refused(tmp_path, input=[4, 8, 8]) == "images have 1 or 3 channels, and 'tiny' reads 4"
    assert refused(tmp_path, input=[3, 32, 16]).startswith(
        f"11 of 11 images are far smaller than the 16x32 that 'tiny' reads, such as '{tmp_path}/a/"
    )
    assert data.open_data(str(tmp_path), None, recipe(input=[3, 32, 16], enlarge=4.0))
    few = data.open_data(str(tmp_path), None, recipe(classes=5))
    assert few.notes[1:] == ("the data have 3 classes, 'tiny' tells 5 apart",)
    write_folder(tmp_path, {"d": 1})
    assert "class 'd' has 1 image(s), too few to hold out 1" in refused(tmp_path)


def test_headers_are_looked_at(tmp_path: Path) -> None:
    write_folder(tmp_path / "train", {"a": 3, "b": 3})
    write_folder(tmp_path / "val", {"a": 1, "b": 1})
    Image.new("L", (3, 9)).save(tmp_path / "train" / "a" / "000.png")
    (tmp_path / "train" / "b" / "001.png").write_text("")
    small, broken = data.open_data(str(tmp_path), None, recipe(classes=2)).notes
    assert small.startswith("1 of 6 images are far smaller than the 8x8 that 'tiny' reads")
    assert small.endswith("a/000.png' has 3x9 pixels: they would be enlarged more than 2 times")
    assert broken.startswith("1 of 6 images that were looked at cannot be read, such as '")
    for name in ("a/001", "b/000", "b/002"):
        (tmp_path / "train" / f"{name}.png").write_text("")
    assert refused(tmp_path, classes=2).startswith("4 of 6 images cannot be read, such as '")


def test_a_thousand_images_are_looked_at_here_and_there(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []

    class Many(loading.SyntheticSplit):
        def item(self, index: int) -> Any:
            looked.append(index)
            raise standalone.module("images").Unreadable("it is not there")

    many = Many(("a", "b"), 1000)
    monkeypatch.setattr(data, "read_data", lambda *_: data.Data(("a", "b"), many, many))
    assert refused("many").startswith("256 of 256 images cannot be read, such as 'synthetic image")
    assert len(set(looked)) == 256
    assert (min(looked), max(looked)) == (0, 996)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("images")
    write_folder(root / "train", {"a": 15, "b": 17})
    write_folder(root / "val", {"a": 4, "b": 5})
    photograph(40, 40).save(root / "train" / "a" / "000.png")
    return root


def loader(folder: Path, rank: int = 0, world: int = 1, *, training: bool = True, **changes: Any):
    config = recipe(classes=2, **changes)
    found = data.open_data(str(folder), None, config)
    split = found.train if training else found.validation
    return data.Loader(split, config, place(rank, world), training=training)


def names(batches: Any) -> list[list[str]]:
    return [batch.names for batch in batches]


shares = st.sampled_from([(w, a, n * w * a) for w in (1, 2, 4) for a in (1, 2) for n in (1, 2)])


@given(shares, st.integers(0, 3), st.integers(0, 2**40))
@settings(max_examples=15, deadline=None)
def test_the_global_batch_is_the_same_for_any_number_of_processes(
    folder: Path, share: tuple[int, int, int], epoch: int, seed: int
) -> None:
    world, accumulate, batch = share
    alone = names(loader(folder, batch=batch, seed=seed).epoch(epoch))
    seen = [name for one in alone for name in one]
    assert len(seen) == len(set(seen)) == 32 // batch * batch
    loaders = [
        loader(folder, rank, world, batch=batch, seed=seed, accumulate=accumulate)
        for rank in range(world)
    ]
    ranks = [names(one.epoch(epoch)) for one in loaders]
    assert {one.steps for one in loaders} == {len(alone)} == {32 // batch}
    for step, expected in enumerate(alone):
        turns = range(step * accumulate, (step + 1) * accumulate)
        together = [name for turn in turns for rank in ranks for name in rank[turn]]
        assert together == expected
    start = seed % (len(alone) + 1)
    assert names(loaders[-1].epoch(epoch, start)) == ranks[-1][start * accumulate :]


def test_epochs_and_seeds_have_orders_of_their_own(folder: Path) -> None:
    one = loader(folder)
    orders = [names(one.epoch(0)), names(one.epoch(1)), names(loader(folder, seed=1).epoch(0))]
    assert orders[0] != orders[1] != orders[2] != orders[0]
    assert names(one.epoch(0)) == orders[0]


@pytest.mark.parametrize(("world", "batch"), [(1, 4), (2, 4), (3, 2), (12, 1)])
def test_every_image_is_checked_with_once(folder: Path, world: int, batch: int) -> None:
    loaders = [loader(folder, r, world, training=False, batch=batch) for r in range(world)]
    ranks = [names(one.epoch(0)) for one in loaders]
    assert [one.steps for one in loaders] == [len(rank) for rank in ranks]
    seen = sorted(name for rank in ranks for one in rank for name in one)
    assert seen == sorted(str(path) for path in (folder / "val").rglob("*.png"))


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")  # from Python 3.12 on
def test_workers_change_nothing(folder: Path) -> None:
    changes = {"color_jitter": 0.2, "batch": 8}
    torch.manual_seed(0)
    drawn = torch.rand(1)
    torch.manual_seed(0)
    several = loader(folder, workers=2, **changes)
    for epoch, start in ((0, 0), (1, 2), (0, 0)):
        here = list(loader(folder, **changes).epoch(epoch, start))
        there = several.epoch(epoch, start)
        if epoch:
            next(there)  # an epoch that is left early does not reach into the next
            continue
        for one, other in zip(here, there, strict=True):
            assert torch.equal(one.images, other.images)
            assert torch.equal(one.labels, other.labels)
            assert one.names == other.names
    assert torch.equal(torch.rand(1), drawn)  # nothing is drawn from the run's own numbers


def test_an_image_changes_from_epoch_to_epoch(folder: Path) -> None:
    one, name = loader(folder, batch=32), str(folder / "train" / "a" / "000.png")

    def seen(epoch: int) -> torch.Tensor:
        (batch,) = one.epoch(epoch)
        return batch.images[batch.names.index(name)]

    assert torch.equal(seen(0), seen(0))
    assert not torch.equal(seen(0), seen(1))


def test_unreadable_images_are_named_and_have_no_class(tmp_path: Path) -> None:
    write_folder(tmp_path / "train", {"a": 2, "b": 2})
    write_folder(tmp_path / "val", {"a": 2, "b": 2})
    bad = tmp_path / "val" / "a" / "bad\x1b[2J.png"
    (tmp_path / "val" / "a" / "000.png").rename(bad)
    bad.write_text("none")
    (batch,) = loader(tmp_path, training=False).epoch(0)
    assert sorted(batch.labels.tolist()) == [-1, 0, 1, 1]
    assert batch.images[batch.labels < 0].abs().sum() == 0
    assert batch.names[batch.labels.tolist().index(-1)] == str(bad)
    (line,) = batch.unreadable
    assert line.startswith(f"{tmp_path}/val/a/bad\\x1b[2J.png: it is in none of the formats AVIF")


def test_batches_that_cannot_be_shared(folder: Path) -> None:
    with pytest.raises(RunError, match=r"batch of 10 .* by 2 process.* 2 part.*batch=8 or 12$"):
        loader(folder, 0, 2, batch=10, accumulate=2)
    with pytest.raises(RunError, match=r"--set training.batch=4$"):
        loader(folder, 0, 4, batch=2)


def test_shared_memory_that_is_too_small(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=2**20)
    monkeypatch.setattr(loading, "_SHARED_MEMORY", tmp_path)
    monkeypatch.setattr(loading.shutil, "disk_usage", lambda path: usage)
    large = {"input": [3, 250, 250], "enlarge": 100.0}
    loader(folder, **large)
    with pytest.raises(
        RunError, match=r"hand over 2 MB of images in .*, which has 1 MB free: take"
    ):
        loader(folder, workers=2, **large)


def test_synthetic_images_stay_where_they_are() -> None:
    config = recipe(batch=6, accumulate=3, preprocess={**PLAIN, "range": [-1, 1]})
    found = data.open_data("synthetic", None, config)
    assert found.classes == ("0", "1", "2")
    one = data.Loader(found.train, config, place(), training=True)
    first, *others = one.epoch(0, one.steps - 2)
    assert len(others) == 5
    assert first.images.shape == (2, 3, 8, 8)
    assert -1 <= float(first.images.min()) < -0.9 < 0.9 < float(first.images.max()) <= 1
    assert set(first.labels.tolist()) <= {0, 1, 2}
    assert all(other.images is first.images for other in others)
    assert next(iter(one.epoch(1))).images is first.images
