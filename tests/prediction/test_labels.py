"""Labels of classes, in the forms in which people keep them."""

from __future__ import annotations

import importlib.machinery
from pathlib import Path

import pytest

from inception_graph.prediction import labels
from inception_graph.prediction.errors import PredictionError
from inception_graph.prediction.labels import Labels, imagenet, labels_for, read_labels

READ = {
    "lines": "cat\ndog\n",
    "lines without an end, ends of Windows, spaces": "cat \r\n dog",
    "lines with a mark of their encoding": "\ufeffcat\ndog",
    "list": '["cat", "dog"]',
    "mapping from class": '{"0": "cat", "1": "dog"}',
    "mapping in another order": '\n{"1": "dog", "0": "cat"}',
    "mapping to class": '{"dog": 1, "cat": 0}',
    "mapping of Keras": '{"0": ["n02121620", "cat"], "1": ["n02084071", "dog"]}',
}


@pytest.mark.parametrize("form", READ)
def test_forms(form: str, tmp_path: Path) -> None:
    path = tmp_path / "labels"
    path.write_text(READ[form], encoding="utf-8", newline="")
    assert read_labels(path) == Labels(("cat", "dog"), f"'{path}'")


REFUSED = {
    "": "it is empty",
    "{}": "it is empty",
    "cat\n\ndog": "line 2 is empty",
    '["cat", "dog"': "Expecting ',' delimiter",
    "{0: 'cat', 1: 'dog'}": "Expecting property name",
    '{"0": "cat", "2": "dog"}': "not numbered from 0 to 1",
    '{"cat": 0, "dog": 0}': "not numbered from 0 to 1",
    '["cat", 3]': "3 is no label",
    '["cat", []]': "[] is no label",
    '["cat", null]': "null is no label",
    "[" * 100_000: "recursion",
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:24])
def test_what_holds_no_labels(text: str, tmp_path: Path) -> None:
    path = tmp_path / "labels"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PredictionError) as refused:
        read_labels(path)
    assert str(refused.value).startswith(f"'{path}' holds no labels, one a line or as JSON: ")
    assert REFUSED[text] in str(refused.value)


@pytest.mark.parametrize("raw", [b"\x89PNG\r\n\x1a\n", b"x" * 10_000_001], ids=["binary", "huge"])
def test_what_is_no_text(raw: bytes, tmp_path: Path) -> None:
    path = tmp_path / "labels"
    path.write_bytes(raw)
    with pytest.raises(PredictionError):
        read_labels(path)


@pytest.mark.parametrize(
    ("classes", "background", "expected"),
    [
        (2, False, ("cat", "dog")),
        (2, True, ("cat", "dog")),
        (3, True, ("background", "cat", "dog")),
        (3, False, None),
        (1, True, None),
    ],
)
def test_a_background_class_shifts_the_others(
    classes: int, background: bool, expected: tuple[str, ...] | None, tmp_path: Path
) -> None:
    path = tmp_path / "labels"
    path.write_text("cat\ndog")
    if expected is not None:
        assert labels_for(classes, path, background=background).names == expected
        return
    with pytest.raises(PredictionError, match=f"names 2 classes, but the network has {classes}"):
        labels_for(classes, path, background=background)


def test_imagenet_is_assumed_where_it_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    names = tuple(str(number) for number in range(1000))
    monkeypatch.setattr(labels, "imagenet", lambda: Labels(names, "ImageNet's"))
    assert labels_for(1000, None, background=False) == Labels(names, "ImageNet's")
    assert labels_for(1001, None, background=False).names == ("background", *names)
    assert labels_for(10, None, background=False) == Labels((), "none")
    monkeypatch.setattr(labels, "imagenet", lambda: None)
    assert labels_for(1000, None, background=False) == Labels((), "none")


def package(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_imagenet_as_packages_have_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files are laid out as by timm 1.0 and torchvision 0.28."""
    info = "timm/data/_info/"
    synsets = [f"n{number:08}" for number in range(1000)]
    lemmas = [f"{synset}\tthing {synset}, other name" for synset in ["n99999999", *synsets]]
    package(
        tmp_path,
        {
            f"{info}imagenet_synsets.txt": "\n".join(synsets),
            f"{info}imagenet_synset_to_lemma.txt": "\n".join(lemmas),
            "torchvision/models/_meta.py": "_IMAGENET_CATEGORIES = ['thing'] * 1000",
        },
    )
    there = {"timm", "torchvision"}

    def found(name: str) -> importlib.machinery.ModuleSpec | None:
        origin = str(tmp_path / name / "__init__.py")
        return importlib.machinery.ModuleSpec(name, None, origin=origin) if name in there else None

    monkeypatch.setattr(labels, "find_spec", found)
    names = tuple(f"thing {synset}, other name" for synset in synsets)
    assert imagenet() == Labels(names, "ImageNet's, as timm has them")
    (tmp_path / info / "imagenet_synsets.txt").unlink()
    assert imagenet() == Labels(("thing",) * 1000, "ImageNet's, as torchvision has them")
    there.clear()
    assert imagenet() is None


def test_imagenet_as_it_is_installed() -> None:
    installed = imagenet()
    if installed is None:
        pytest.skip("neither timm nor torchvision is installed")
    assert installed.names[0].startswith("tench")
    assert installed.names[-1].startswith("toilet")
