"""Files of Keras: ``.h5`` of Keras 2, ``.weights.h5`` and ``.keras`` of Keras 3; tensors by the names of layers."""

from __future__ import annotations

import json
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from inception_graph.diagnostics.terminal import visible
from inception_graph.weights.errors import WeightsError
from inception_graph.weights.formats.keras_names import auto_names, variables
from inception_graph.weights.formats.packages import needed
from inception_graph.weights.formats.window import Window
from inception_graph.weights.tensor_file import Held, TensorFile

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

_WEIGHTS, _CONFIG = "model.weights.h5", "config.json"
_DEEPEST = 32
_LARGEST_CONFIG = 50_000_000
_DAMAGE = (OSError, KeyError, RuntimeError, ValueError, TypeError, EOFError, zipfile.BadZipFile)
"""What h5py and zipfile raise where a file is not what it says."""


@contextmanager
def open_hdf5(path: Path) -> Generator[TensorFile]:
    """Open an ``.h5`` file of weights or of a whole model, of Keras 2 or 3.

    Raises:
        WeightsError: It is damaged, not of Keras, does not say what layers are called, or h5py is not installed.
    """
    with _hdf5(path, path) as file:
        tensors = _Tensors(path, file)
        legacy = file.get("model_weights", file)
        with _guarded(path):
            if "layer_names" in legacy.attrs or "layer_names0" in legacy.attrs:
                tensors.add_legacy(legacy)
                kind = "Keras HDF5 file"
            else:
                tensors.add_layers(file, (), auto_names(None))
                kind = "Keras 3 weights"
        if not tensors.datasets:
            message = f"'{path}' is an HDF5 file, but has no weights of Keras"
            raise WeightsError(message)
        yield tensors.file(kind)


@contextmanager
def open_archive(path: Path) -> Generator[TensorFile]:
    """Open a ``.keras`` archive.

    Raises:
        WeightsError: As for ``open_hdf5``.
    """
    with path.open("rb") as stream:
        with _guarded(path), zipfile.ZipFile(stream) as archive:
            config = _config(archive)
            window = Window.on(stream, archive.getinfo(_WEIGHTS))
        with _hdf5(path, window) as file:
            tensors = _Tensors(path, file)
            with _guarded(path):
                tensors.add_layers(file, (), auto_names(config))
            yield tensors.file("Keras archive")


def _config(archive: zipfile.ZipFile) -> Any:
    """What the archive says of its model; None where it says nothing."""
    if _CONFIG not in archive.namelist():
        return None
    with archive.open(_CONFIG) as stream:
        raw = stream.read(_LARGEST_CONFIG)
    try:
        return json.loads(raw)
    except RecursionError as error:
        message = "its configuration is nested too deeply"
        raise ValueError(message) from error


@contextmanager
def _hdf5(path: Path, file: Any) -> Generator[Any]:
    h5py = needed("h5py", "Keras files", "weights")
    with _guarded(path):
        opened: Any = h5py.File(file, "r")
    with opened:
        yield opened


@contextmanager
def _guarded(path: Path) -> Generator[None]:
    """Make what is raised for a damaged file one of our errors."""
    try:
        yield
    except _DAMAGE as error:
        message = f"'{path}' is cut short or damaged: {visible(str(error))[:200]}"
        raise WeightsError(message) from error


class _Tensors:
    """The datasets of a file by the names that layers have in the model."""

    def __init__(self, path: Path, file: Any) -> None:
        self.path, self.root = path, file
        self.datasets: dict[str, Any] = {}
        self._seen: set[int] = set()

    def file(self, kind: str) -> TensorFile:
        """The file with all that was added."""
        tensors = {name: _held(dataset) for name, dataset in self.datasets.items()}
        return TensorFile(self.path, kind, tensors, self._fetch)

    def _fetch(self, name: str) -> torch.Tensor:
        dataset = self.datasets[name]
        with _guarded(self.path):
            values: Any = np.asarray(dataset[()])
            if _held(dataset).dtype == "bfloat16":
                return torch.as_tensor(values.view(np.int16)).view(torch.bfloat16)
            return torch.as_tensor(values)

    def add_legacy(self, weights: Any) -> None:
        """Add all of a Keras 2 file: a group for each layer, and in it the weights by their own names.

        A model in the model is one such layer, and its weights' names say nothing of it.
        """
        for layer, group in self._children(weights):
            for name, dataset in self._datasets(group, ()):
                taken = name in self.datasets
                self.datasets[f"{layer}/{name}" if taken else name] = dataset

    def _datasets(self, group: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
        for name, child in self._children(group):
            if _is_dataset(child):
                yield "/".join((*path, name)), child
            elif len(path) < _DEEPEST:
                yield from self._datasets(child, (*path, name))

    def add_layers(
        self, group: Any, path: tuple[str, ...], known: dict[str, dict[str, Any]]
    ) -> None:
        """Add all layers of a Keras 3 file: a group each, called by its class and number, with its name beside."""
        for key, child in self._children(group):
            if _is_dataset(child) or key.startswith(("optimizer", "seed_generator")):
                continue
            entry = known.get(key, {})
            kept = child.get("vars")
            if kept is None:  # a list of layers
                self.add_layers(child, path, known)
                continue
            name: Any = kept.attrs.get("name") or entry.get("name")
            if name is None and len(kept):
                message = (
                    f"'{self.path}' does not say what its layers are called, as Keras before 3.6 left that out:"
                    " save the model as .keras or .h5"
                )
                raise WeightsError(message)
            inside = (*path, str(name or key))
            if len(inside) > _DEEPEST:
                message = "models in it are nested too deeply"
                raise ValueError(message)
            values = dict(self._children(kept))
            for variable, index in zip(variables(key, len(values), entry), values, strict=True):
                self.datasets["/".join((*inside, variable))] = values[index]
            self.add_layers(child, inside, auto_names(entry))

    def _children(self, group: Any) -> Iterator[tuple[str, Any]]:
        """What is in a group and nowhere else: no links to other files, and nothing twice."""
        h5py = needed("h5py", "Keras files", "weights")
        for name in group:
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise self._refused(name, "is a link")
            child = group[name]
            place = h5py.h5o.get_info(child.id).addr
            if place in self._seen:
                continue
            if _is_dataset(child) and (child.is_virtual or child.external):
                raise self._refused(name, "is kept in another file")
            self._seen.add(place)
            yield name, child

    def _refused(self, name: str, what: str) -> WeightsError:
        return WeightsError(f"'{self.path}': '{visible(name)}' {what}, which is not followed")


def _is_dataset(child: Any) -> bool:
    return hasattr(child, "dtype")


def _held(dataset: Any) -> Held:
    stated = dataset.attrs.get("dtype")
    return Held(tuple(dataset.shape), stated if stated == "bfloat16" else dataset.dtype.name)
