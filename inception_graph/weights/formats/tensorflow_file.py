"""Checkpoints of TensorFlow, through TensorFlow: their format is its own."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch

from inception_graph.weights.errors import WeightsError
from inception_graph.weights.formats.packages import needed
from inception_graph.weights.tensor_file import Held, TensorFile

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

_PART = re.compile(r"\.(index|meta|data-\d{5}-of-\d{5})$")


def checkpoint_of(path: Path) -> Path | None:
    """The name of the checkpoint of version 2 that a path stands for or is a file of, or None."""
    prefix = path.with_name(_PART.sub("", path.name))
    return prefix if prefix.with_name(f"{prefix.name}.index").is_file() else None


@contextmanager
def open_tensorflow(path: Path) -> Generator[TensorFile]:
    """Open a checkpoint by its name, which of version 2 is that of no file.

    Raises:
        WeightsError: TensorFlow is not installed or cannot read it.
    """
    tensorflow: Any = needed("tensorflow", f"'{path}': TensorFlow's checkpoints")
    try:
        reader = tensorflow.train.load_checkpoint(str(path))
        types = reader.get_variable_to_dtype_map()
        tensors = {
            name: Held(tuple(shape), types[name].name)
            for name, shape in reader.get_variable_to_shape_map().items()
        }
    except Exception as error:  # TensorFlow's own kinds of errors, known only where it is installed
        message = f"'{path}' cannot be read by TensorFlow: {str(error).splitlines()[0][:200]}"
        raise WeightsError(message) from error

    def fetch(name: str) -> torch.Tensor:
        return torch.as_tensor(reader.get_tensor(name))

    yield TensorFile(path, "TensorFlow checkpoint", tensors, fetch)
