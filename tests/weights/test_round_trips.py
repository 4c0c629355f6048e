"""Every shipped network to every source and back: the same numbers, and the source is recognised."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from pathlib import Path
from zlib import crc32

import pytest
import torch

import inception_graph as ig
from inception_graph.checkpoints import Tensor, expected, tensors
from inception_graph.ir.checkpoints import CheckpointSource
from inception_graph.ir.graph import TypedGraph
from inception_graph.weights.converting import ours, theirs
from inception_graph.weights.fitting import fitted
from inception_graph.weights.tensor_file import Held, TensorFile

NUMBERS = torch.rand(2**23, generator=torch.Generator().manual_seed(0))


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Thousands of small comparisons: threads would only wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def values(tensor: Tensor, source: CheckpointSource) -> torch.Tensor:
    """Numbers that tell tensors and their axes apart; a source without scales holds nothing but ones."""
    if tensor.role == "count":
        return torch.tensor(0)
    if tensor.role == "gamma" and not source.scale:
        return torch.ones(tensor.shape)
    count = prod(tensor.shape)
    start = crc32(tensor.name.encode()) % (len(NUMBERS) - count)
    return NUMBERS[start : start + count].reshape(tensor.shape)


def there_and_back(typed: TypedGraph, name: str, source: CheckpointSource) -> None:
    kept = {tensor.name: tensor for tensor in tensors(typed)}
    held = {n: Held(t.shape, "int64" if t.role == "count" else "float32") for n, t in kept.items()}
    file = TensorFile(Path("ours"), "memory", held, lambda n: values(kept[n], source))
    exported = {planned.name: planned for planned in theirs(fitted(typed, file), name)}
    held = {n: Held(p.shape, str(p.dtype).removeprefix("torch.")) for n, p in exported.items()}
    foreign = TensorFile(Path("theirs"), "memory", held, lambda n: exported[n].read())
    back = fitted(typed, foreign)
    assert set(held) == {
        entry.theirs for entry in expected(typed, typed.program.checkpoints[str(back.source)])
        if entry.theirs is not None
    }  # fmt: skip
    assert back.exact()
    for planned in ours(back):
        assert torch.equal(planned.read(), values(kept[planned.name], source)), planned.name


@pytest.mark.parametrize("name", ig.list_models())
def test_there_and_back(name: str) -> None:
    typed = ig.load(name).typed
    for source, facts in typed.program.checkpoints.items():
        there_and_back(typed, source, facts)
