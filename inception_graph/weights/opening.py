"""Files of weights, opened by what they are."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from inception_graph.weights.formats.keras_file import open_archive, open_hdf5
from inception_graph.weights.formats.kinds import kind
from inception_graph.weights.formats.numpy_file import open_npz
from inception_graph.weights.formats.safetensors_file import open_safetensors
from inception_graph.weights.formats.tensorflow_file import checkpoint_of, open_tensorflow
from inception_graph.weights.formats.torch_file import open_torch

if TYPE_CHECKING:
    from collections.abc import Generator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from inception_graph.weights.tensor_file import TensorFile


@contextmanager
def opened(path: Path) -> Generator[TensorFile]:
    """A file of weights, open until the end of the ``with``. Its format is known by its content, not by its name.

    Nothing in a file is ever executed.

    Raises:
        WeightsError: It is no file of weights, is damaged, or would run code.
        OSError: It cannot be read.
    """
    with _reader(path) as file:
        if not file.tensors:
            raise file.error("it holds no tensors")
        yield file


def _reader(path: Path) -> AbstractContextManager[TensorFile]:
    checkpoint = checkpoint_of(path)
    if checkpoint is not None:
        return open_tensorflow(checkpoint)
    match kind(path):
        case "safetensors":
            return open_safetensors(path)
        case "torch":
            return open_torch(path, old=False)
        case "old torch":
            return open_torch(path, old=True)
        case "hdf5":
            return open_hdf5(path)
        case "keras":
            return open_archive(path)
        case "npz":
            return open_npz(path)
        case "tensorflow":
            return open_tensorflow(path)
