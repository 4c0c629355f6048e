"""Files of safetensors: names, shapes and raw numbers, nothing else."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from inception_graph.weights.errors import WeightsError
from inception_graph.weights.formats.packages import needed
from inception_graph.weights.tensor_file import Held, TensorFile

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

DTYPES = {
    "F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16",
    "I64": "int64", "I32": "int32", "I16": "int16", "I8": "int8", "U8": "uint8", "BOOL": "bool",
}  # fmt: skip
"""The format's words for types of numbers, and torch's."""


@contextmanager
def open_safetensors(path: Path) -> Generator[TensorFile]:
    """Open a file of safetensors.

    Raises:
        WeightsError: It is damaged, or the package is not installed.
    """
    safetensors: Any = needed("safetensors", "safetensors files", "weights")
    try:
        opened = safetensors.safe_open(path, framework="pt", device="cpu")
    except (safetensors.SafetensorError, json.JSONDecodeError, UnicodeError) as error:
        message = f"'{path}' is cut short or damaged: {error}"
        raise WeightsError(message) from error
    with opened as file:
        tensors: dict[str, Held] = {}
        for name in file.keys():  # noqa: SIM118 - not a mapping
            part = file.get_slice(name)
            dtype = str(part.get_dtype())
            tensors[name] = Held(tuple(part.get_shape()), DTYPES.get(dtype, dtype.lower()))
        metadata = dict(file.metadata() or {})
        yield TensorFile(path, "safetensors", tensors, file.get_tensor, metadata)
