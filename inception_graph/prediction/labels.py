"""Names of classes: from a file, or as an installed package has them for ImageNet."""

from __future__ import annotations

import json
import runpy
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inception_graph.diagnostics.terminal import visible
from inception_graph.ops.fields import is_int, keyed, listed
from inception_graph.prediction.errors import PredictionError

if TYPE_CHECKING:
    from collections.abc import Callable

_IMAGENET = 1000
_LARGEST_FILE = 10_000_000


@dataclass(frozen=True)
class Labels:
    """Names of classes.

    Attributes:
        names: One a class; none where they are not known.
        source: Where they come from, in words.
    """

    names: tuple[str, ...]
    source: str


_NONE = Labels((), "none")


def read_labels(path: Path) -> Labels:
    """Names of classes from a text or JSON file.

    Either one label a line; or a JSON list of labels; or a JSON mapping from class to label (or to a list that ends in
    it, as Keras writes ImageNet's), or from label to class.

    Raises:
        PredictionError: The file holds none of these.
        OSError: It cannot be read.
    """
    with path.open("rb") as stream:
        raw = stream.read(_LARGEST_FILE + 1)
    shown = f"'{visible(str(path))}'"
    try:
        if len(raw) > _LARGEST_FILE:
            message = f"it is larger than {_LARGEST_FILE:,} bytes"
            raise ValueError(message)
        text = raw.decode("utf-8-sig").strip()
        names = _from_json(json.loads(text)) if text[:1] in ("[", "{") else _from_lines(text)
        if not names:
            raise ValueError("it is empty")
    except (ValueError, RecursionError) as error:
        message = f"{shown} holds no labels, one a line or as JSON: {error}"
        raise PredictionError(message) from error
    return Labels(names, shown)


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


def labels_for(classes: int, file: Path | None, *, background: bool) -> Labels:
    """The names of a network's classes: those of a file, or ImageNet's where the classes may be its.

    Args:
        classes: Number of classes.
        file: Where the names are, or None.
        background: Whether class 0 is none of the others, as it is where ImageNet's are 1001. Labels may leave it out.

    Raises:
        PredictionError: The file holds no labels, or not one a class.
        OSError: It cannot be read.
    """
    found = read_labels(file) if file else imagenet()
    if found is None:
        return _NONE
    names = found.names
    if len(names) == classes - 1 and (background or classes == _IMAGENET + 1):
        names = ("background", *names)
    if len(names) == classes:
        return replace(found, names=names)
    if file is None:
        return _NONE
    message = f"{found.source} names {len(names):,} classes, but the network has {classes:,}"
    raise PredictionError(message)


def imagenet() -> Labels | None:
    """ImageNet's 1000 classes as an installed package names them; None where none does.

    Only the files that hold them are read: importing the packages would take seconds, and a working torch.
    """
    for package, read in _PACKAGES.items():
        found = find_spec(package)
        if found is None or found.origin is None:
            continue
        try:
            names = read(Path(found.origin).parent)
        except (OSError, KeyError):  # another version may keep them elsewhere
            continue
        if len(names) == _IMAGENET:
            return Labels(names, f"ImageNet's, as {package} has them")
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
