"""What was inferred against the live module and the emitted file: names, shapes, parameters, MACs, outputs."""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from inception_graph.analysis.costs import costs
from inception_graph.backends.pytorch.emit import network_class
from inception_graph.backends.pytorch.live import instantiate, load_source
from inception_graph.backends.pytorch.proof import inferred_outputs
from inception_graph.checkpoints import tensors
from inception_graph.ops.base import size
from inception_graph.verification.outputs import BATCH, images

if TYPE_CHECKING:
    from inception_graph.ir.graph import TypedGraph


@dataclass(frozen=True)
class Check:
    """One thing that was compared.

    Attributes:
        what: What it is.
        found: How much of it, or its value.
        fault: What does not agree, or an empty text.
    """

    what: str
    found: str
    fault: str = ""


def check_network(typed: TypedGraph, source: str, *, outputs: bool) -> tuple[Check, ...]:
    """Hold inference, live module and emitted file against each other.

    Args:
        typed: What was inferred.
        source: What is emitted for it.
        outputs: Whether the network is computed as well: without, nothing takes longer than its shapes.
    """
    name = network_class(typed.program)
    made = getattr(load_source(source, typed.program.name), name)
    with tempfile.TemporaryDirectory() as folder:
        written = getattr(_imported(source, Path(folder)), name)
    with torch.device("meta"):
        module, twin = made(), written()
    checks = [
        _state(typed, module),
        _same_state(module, twin),
        _parameters(typed, module),
        *_macs(typed, twin),
        _shapes(typed, module),
        *_outputs_shapes(typed, twin),
    ]
    return (*checks, _outputs(typed, made, written)) if outputs else tuple(checks)


def _imported(source: str, folder: Path) -> Any:
    """The emitted file, as Python imports it from a disk."""
    path = folder / "emitted_network.py"
    path.write_text(source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise AssertionError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _state(typed: TypedGraph, module: nn.Module) -> Check:
    """Names, shapes and order of the state dict."""
    wanted = {tensor.name: tensor.shape for tensor in tensors(typed)}
    found = {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}
    return Check("tensors", f"{len(found):,} names and shapes", _first_difference(wanted, found))
