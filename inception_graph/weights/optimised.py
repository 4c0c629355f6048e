"""Files that an optimised module wrote: recognised by their names, and read as if its plain network had."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

from inception_graph.backends.pytorch.emit import Provenance, emit_source, network_class
from inception_graph.backends.pytorch.layout import keeps_layout
from inception_graph.backends.pytorch.live import hollow, load_source
from inception_graph.limits import DEFAULT_LIMITS
from inception_graph.passes import PassError, optimise, passes
from inception_graph.weights.tensor_file import Held

if TYPE_CHECKING:
    from collections.abc import Iterator

    import torch

    from inception_graph.ir.graph import TypedGraph
    from inception_graph.weights.tensor_file import TensorFile

_RENAME = ("eliminate", "project_before_pool", "fold_norm", "fold_scale", "merge_siblings")
"""Passes behind which a module keeps other tensors, in the order in which the presets run them."""


def in_plain_layout(file: TensorFile, typed: TypedGraph) -> TensorFile:
    """The file as a plain module would have written it; the file itself where no optimised one of the network did.

    Raises:
        WeightsError: A tensor cannot be read.
    """
    for layout in _layouts(typed):
        kept = _kept(layout)
        if kept.keys() == file.tensors.keys() and kept == file.shapes and keeps_layout(layout):
            return _plain(file, layout)
    return file


def _kept(typed: TypedGraph) -> dict[str, tuple[int, ...]]:
    """Shapes of what a module keeps, by name."""
    return {
        f"{node.name}.{weight.name}": weight.shape
        for node, weights in zip(typed.nodes, typed.weights, strict=True)
        for weight in weights
    }


def _layouts(typed: TypedGraph) -> Iterator[TypedGraph]:
    """The network as it is and with its weights in all other ways in which passes arrange them."""
    for heads in ([], ["drop_training_only"]) if typed.graph.heads else ([],):
        for count in range(len(_RENAME) + 1):
            for chosen in combinations(_RENAME, count):
                try:
                    yield optimise(typed, passes([*heads, *chosen]), DEFAULT_LIMITS).typed
                except PassError:  # beyond a limit: no module of this kind can have been made
                    continue


def _plain(file: TensorFile, layout: TypedGraph) -> TensorFile:
    """The file with its tensors in the layout of the plain network."""
    program = layout.program
    source = emit_source(layout, Provenance("", "", ""))
    model: Any = hollow(getattr(load_source(source, program.name), network_class(program)))
    model.load_state_dict({name: file.read(name) for name in file.tensors}, assign=True)
    state: dict[str, torch.Tensor] = model.plain_state_dict()
    plain = {name: tensor.detach() for name, tensor in state.items()}
    held = {
        name: Held(tuple(tensor.shape), str(tensor.dtype).removeprefix("torch."))
        for name, tensor in plain.items()
    }
    note = f"{file.note} " if file.note else ""
    return replace(
        file,
        tensors=held,
        fetch=plain.__getitem__,
        note=f"{note}It is of an optimised module; its tensors were brought into the plain layout.",
    )
