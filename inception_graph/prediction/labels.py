"""Names of classes: from a file, or as an installed package has them for ImageNet."""

from __future__ import annotations

import json
import runpy
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inception_graph.ops.fields import is_int, keyed, listed

if TYPE_CHECKING:
    from collections.abc import Callable

_IMAGENET = 1000
_BACKGROUND = "background"
_LARGEST_FILE = 10_000_000


class LabelError(Exception):
    """Labels that cannot be read, or that are not those of the network."""


def read_labels(path: Path) -> tuple[str, ...]:
    """Names of classes from a text or JSON file.

    Either one label a line; or a JSON list of labels; or a JSON mapping from class to label (or to a list that ends in
    it, as Keras writes ImageNet's), or from label to class.

    Raises:
        LabelError: The file holds none of these.
        OSError: It cannot be read.
    """
    with path.open("rb") as stream:
        raw = stream.read(_LARGEST_FILE + 1)
    try:
        if len(raw) > _LARGEST_FILE:
            message = f"it is larger than {_LARGEST_FILE:,} bytes"
            raise ValueError(message)
        text = raw.decode("utf-8-sig").strip()
        labels = _from_json(json.loads(text)) if text[:1] in ("[", "{") else _from_lines(text)
        if not labels:
            raise ValueError("it is empty")
    except (ValueError, RecursionError) as error:
        message = f"'{path}' holds no labels, one a line or as JSON: {error}"
        raise LabelError(message) from error
    return labels


def _from_lines(text: str) -> tuple[str, ...]:
    labels = tuple(line.strip() for line in text.splitlines())
    if "" in labels:
        message = f"line {labels.index('') + 1} is empty"
        raise ValueError(message)
    return labels


def _from_json(document: object) -> tuple[str, ...]:
    entries = keyed(document)
    if entries is None:
        return tuple(_label(item) for item in listed(document) or [])
    classes = len(entries)
    if all(is_int(value) for value in entries.values()):
        entries = {str(number): label for label, number in entries.items()}
    if set(entries) != {str(number) for number in range(classes)}:
        message = f"its classes are not numbered from 0 to {classes - 1}"
        raise ValueError(message)
    return tuple(_label(entries[str(number)]) for number in range(classes))


def _label(item: object) -> str:
    label = (listed(item) or [item])[-1]
    if not isinstance(label, str):
        message = f"{json.dumps(item)} is no label"
        raise ValueError(message)
    return label


def fitted(labels: tuple[str, ...], classes: int, *, background: bool) -> tuple[str, ...] | None:
    """Labels for every class of a network, or None where they are not as many.

    Args:
        labels: With or without a label for a background class.
        classes: Number of the network's classes.
        background: Whether its class 0 is one for none of the others.
    """
    if background and len(labels) == classes - 1:
        labels = (_BACKGROUND, *labels)
    return labels if len(labels) == classes else None


def imagenet() -> tuple[str, tuple[str, ...]] | None:
    """The package that has labels of ImageNet's 1000 classes, and the labels; None where none is installed.

    Only the files that hold them are read: importing the packages would take seconds, and a working torch.
    """
    for package, read in _PACKAGES.items():
        found = find_spec(package)
        if found is None or found.origin is None:
            continue
        try:
            labels = read(Path(found.origin).parent)
        except (OSError, KeyError):  # another version may keep them elsewhere
            continue
        if len(labels) == _IMAGENET:
            return package, labels
    return None


def _timm(folder: Path) -> tuple[str, ...]:
    info = folder / "data" / "_info"
    lines = (info / "imagenet_synset_to_lemma.txt").read_text(encoding="utf-8").splitlines()
    lemmas: dict[str, str] = dict(line.split("\t", 1) for line in lines if "\t" in line)
    synsets = (info / "imagenet_synsets.txt").read_text(encoding="utf-8").split()
    return tuple(lemmas[synset] for synset in synsets)


def _torchvision(folder: Path) -> tuple[str, ...]:
    names: dict[str, Any] = runpy.run_path(str(folder / "models" / "_meta.py"))
    return tuple(names["_IMAGENET_CATEGORIES"])


_PACKAGES: dict[str, Callable[[Path], tuple[str, ...]]] = {
    "timm": _timm,
    "torchvision": _torchvision,
}
