"""Named tensors into files, one tensor after another where the format allows it; whole files or none."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from inception_graph.files import MAKER, replacing
from inception_graph.weights.formats.packages import needed
from inception_graph.weights.formats.safetensors_file import DTYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

_KERAS_VERSION = "2.0.0"
"""The first whose layout we write; Keras would turn kernels of an earlier one around."""
_CODES = {name: code for code, name in DTYPES.items()}


@dataclass(frozen=True, slots=True)
class Planned:
    """A tensor that is to be written.

    Attributes:
        name: Its name in the file.
        shape: Its sizes.
        dtype: The type of its numbers.
        read: Gives its values, when they are wanted.
    """

    name: str
    shape: tuple[int, ...]
    dtype: torch.dtype
    read: Callable[[], torch.Tensor]

    def values(self) -> torch.Tensor:
        """Its values, one after another in memory."""
        return self.read().to(self.dtype).contiguous()

    def array(self) -> Any:
        """The same for numpy, which has no bfloat16."""
        values = self.values()
        return (values.float() if self.dtype == torch.bfloat16 else values).numpy()


def write_safetensors(
    path: Path, tensors: Iterable[Planned], metadata: Mapping[str, str], tick: Callable[[int], None]
) -> None:
    """Write a file of safetensors; no more than one tensor is in memory.

    Args:
        path: Where to.
        tensors: What.
        metadata: What the file says of itself.
        tick: Is called with 1 for every tensor that was written.
    """
    # The format wants larger numbers first, so that all of them are aligned.
    order = sorted(tensors, key=lambda one: -one.dtype.itemsize)
    header: dict[str, Any] = {"__metadata__": {"format": "pt", "maker": MAKER, **metadata}}
    end = 0
    for tensor in order:
        start, end = end, end + prod(tensor.shape) * tensor.dtype.itemsize
        code = _CODES[str(tensor.dtype).removeprefix("torch.")]
        header[tensor.name] = {"dtype": code, "shape": tensor.shape, "data_offsets": [start, end]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with replacing(path) as temporary, temporary.open("wb") as stream:
        stream.write(len(text).to_bytes(8, "little") + text)
        for tensor in order:
            raw: Any = tensor.values().view(-1).view(torch.uint8).numpy()
            stream.write(memoryview(raw))
            tick(1)


def write_torch(path: Path, tensors: Iterable[Planned], tick: Callable[[int], None]) -> None:
    """Write a state dict as torch.save does; all of it is in memory."""
    state: dict[str, torch.Tensor] = {}
    for tensor in tensors:
        # A view of part of another tensor would take all of that with it.
        state[tensor.name] = tensor.values().clone()
        tick(1)
    with replacing(path) as temporary:
        torch.save(state, temporary)


def write_npz(path: Path, tensors: Iterable[Planned], tick: Callable[[int], None]) -> None:
    """Write an archive of numpy arrays."""
    with replacing(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for tensor in tensors:
            with archive.open(f"{tensor.name}.npy", "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, tensor.array(), allow_pickle=False)
            tick(1)
        archive.comment = MAKER.encode()


def write_hdf5(path: Path, tensors: Iterable[Planned], tick: Callable[[int], None]) -> None:
    """Write weights as Keras 2 does, by the names of layers; Keras 3 reads them by name too."""
    h5py: Any = needed("h5py", "Keras files", "weights")
    layers: dict[str, list[Planned]] = {}
    for tensor in tensors:
        layers.setdefault(tensor.name.rpartition("/")[0], []).append(tensor)
    with replacing(path) as temporary, h5py.File(temporary, "w") as file:
        file.attrs["maker"] = MAKER
        file.attrs["keras_version"] = _KERAS_VERSION
        file.attrs["backend"] = "tensorflow"
        _list(file, "layer_names", list(layers))
        for layer, kept in layers.items():
            group = file.create_group(layer)
            _list(group, "weight_names", [tensor.name for tensor in kept])
            for tensor in kept:
                group[tensor.name] = tensor.array()
                tick(1)


def _list(group: Any, name: str, texts: list[str]) -> None:
    group.attrs[name] = [text.encode() for text in texts]


ENDINGS = {"torch": (".safetensors", ".pth", ".pt"), "keras": (".h5",), "tensorflow": (".npz",)}
"""What files of a layout end in."""


def write(
    path: Path, tensors: Iterable[Planned], metadata: Mapping[str, str], tick: Callable[[int], None]
) -> None:
    """Write a file in the format of its ending; arguments as for ``write_safetensors``.

    Raises:
        WeightsError: A package is not installed, or values cannot be read.
        OSError: The file cannot be written.
    """
    match path.suffix:
        case ".h5":
            write_hdf5(path, tensors, tick)
        case ".npz":
            write_npz(path, tensors, tick)
        case ".pth" | ".pt":
            write_torch(path, tensors, tick)
        case _:
            write_safetensors(path, tensors, metadata, tick)
