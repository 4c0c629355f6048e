"""A file of named tensors, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from inception_graph.diagnostics.terminal import visible
from inception_graph.weights.errors import WeightsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_FLOATS = {
    "float32": torch.float32,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
    "float64": torch.float64,
}


@dataclass(frozen=True, slots=True)
class Held:
    """A tensor as its file describes it.

    Attributes:
        shape: Its sizes.
        dtype: The type of its numbers, in torch's words.
    """

    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True)
class TensorFile:
    """An open file of weights. Nothing of a tensor is read before it is asked for.

    Attributes:
        path: Where it is.
        format: What it is, in a word or two.
        tensors: What it holds, by name.
        fetch: Reads a tensor as it is; ``read`` also looks at it.
        metadata: What it says of itself.
        note: What a user should know of how it was read; empty in most cases.
    """

    path: Path
    format: str
    tensors: Mapping[str, Held]
    fetch: Callable[[str], torch.Tensor]
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])
    note: str = ""

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shapes by name."""
        return {name: held.shape for name, held in self.tensors.items()}

    @property
    def numbers(self) -> int:
        """How many numbers all its tensors have, but for counts: parameters, and statistics of normalisations."""
        return sum(prod(held.shape) for held in self.tensors.values() if held.dtype != "int64")

    def read(self, name: str) -> torch.Tensor:
        """A tensor, on the CPU; it may be a view into the file, so write to a copy only.

        Raises:
            WeightsError: It cannot be read, or is not made of finite floating-point numbers. A whole number alone (a
                count) passes.
        """
        dtype = self.dtype(name)
        tensor = self.fetch(name)
        if not dtype.is_floating_point:
            return tensor
        if not _finite(tensor):
            what = "holds numbers that are infinite or not a number"
            message = f"'{visible(name)}' {what}: it is damaged, or its training diverged"
            raise self.error(message)
        return tensor

    def dtype(self, name: str) -> torch.dtype:
        """The type of a tensor's numbers.

        Raises:
            WeightsError: It is not floating-point, and more than a count.
        """
        held = self.tensors[name]
        if not held.shape and held.dtype == "int64":
            return torch.int64
        if held.dtype not in _FLOATS:
            message = f"'{visible(name)}' holds {visible(held.dtype)} numbers; weights are floating-point numbers"
            raise self.error(message)
        return _FLOATS[held.dtype]

    def error(self, message: str) -> WeightsError:
        """An error that names the file."""
        return WeightsError(f"'{self.path}': {message}")


def _finite(tensor: torch.Tensor) -> bool:
    """Whether all numbers are finite."""
    # numpy, because torch's threads wait for each other longer than one of them would take alone.
    values: Any = (tensor.float() if tensor.dtype == torch.bfloat16 else tensor).numpy()
    with np.errstate(all="ignore"):
        # A sum takes no memory; it is finite for all but broken tensors, and a few of very large numbers.
        return bool(np.isfinite(values.sum()) or np.isfinite(values).all())
