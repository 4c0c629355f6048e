"""Archives of numpy: an array a member. We write TensorFlow's names so, since they can be read without TensorFlow."""

from __future__ import annotations

import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from inception_graph.diagnostics.terminal import visible
from inception_graph.weights.errors import WeightsError
from inception_graph.weights.tensor_file import Held, TensorFile

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

_SUFFIX = ".npy"


@contextmanager
def open_npz(path: Path) -> Generator[TensorFile]:
    """Open an archive of arrays.

    Raises:
        WeightsError: It is damaged, or holds Python objects.
    """
    with zipfile.ZipFile(path) as archive:

        def fetch(name: str) -> torch.Tensor:
            try:
                with archive.open(name + _SUFFIX) as stream:
                    return torch.as_tensor(np.lib.format.read_array(stream, allow_pickle=False))
            except (ValueError, TypeError, EOFError, zipfile.BadZipFile) as error:
                message = f"'{path}' is damaged: '{visible(name)}' cannot be read: {error}"
                raise WeightsError(message) from error

        try:
            tensors = {
                name.removesuffix(_SUFFIX): _header(archive, name) for name in archive.namelist()
            }
        except (ValueError, EOFError, zipfile.BadZipFile) as error:
            message = f"'{path}' is damaged: {error}"
            raise WeightsError(message) from error
        yield TensorFile(path, "npz archive", tensors, fetch)


def _header(archive: zipfile.ZipFile, name: str) -> Held:
    """What the beginning of a member says of its array."""
    numpy_format: Any = np.lib.format
    with archive.open(name) as stream:
        version = numpy_format.read_magic(stream)
        read = {
            (1, 0): numpy_format.read_array_header_1_0,
            (2, 0): numpy_format.read_array_header_2_0,
        }.get(version)
        if read is None:
            message = f"'{visible(name)}' is in a format that is not known"
            raise ValueError(message)
        shape, _, dtype = read(stream)
    if dtype.hasobject:
        what = "holds Python objects, and to read them is to run code"
        message = f"'{archive.filename}' is refused: '{visible(name)}' {what}"
        raise WeightsError(message)
    return Held(tuple(shape), dtype.name)
