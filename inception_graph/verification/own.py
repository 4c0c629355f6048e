"""What was inferred, the live module and the emitted file: one network, by names, shapes, counts and outputs."""

from __future__ import annotations

import importlib.util
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from inception_graph.analysis.costs import costs
from inception_graph.backends.pytorch.emit import network_class
from inception_graph.backends.pytorch.live import hollow, load_source
from inception_graph.backends.pytorch.proof import inferred_outputs
from inception_graph.checkpoints import tensors
from inception_graph.ops.base import size
from inception_graph.verification.carrying import scatter
from inception_graph.verification.outputs import BATCH, images

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from inception_graph.ir.graph import TypedGraph
    from inception_graph.ops.window import Shape


@dataclass(frozen=True)
class Check:
    """One thing in which all three were compared.

    Attributes:
        what: What it is.
        found: Its value, or how many of it there are.
        faults: What does not agree, a sentence each.
    """

    what: str
    found: str
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class _View:
    """A network as one of the three has it.

    Attributes:
        tensors: Shapes of its state dict, by name.
        parameters: Number of trained weights.
        macs: Multiply-accumulates of one image in evaluation.
        macs_in_training: The same with auxiliary heads.
        nodes: Shapes of what nodes give, by name; a module has those that are modules.
        outputs: Shapes of the outputs while training, by name.
    """

    tensors: Mapping[str, Shape]
    parameters: int
    macs: int
    macs_in_training: int
    nodes: Mapping[str, Shape]
    outputs: Mapping[str, Shape]


def check_network(typed: TypedGraph, source: str, *, outputs: bool) -> tuple[Check, ...]:
    """Hold inference, live module and emitted file against each other.

    Args:
        typed: What was inferred.
        source: What is emitted for it.
        outputs: Whether the network is also computed; all else is found on torch's device without values.
    """
    name = network_class(typed.program)
    live: type[nn.Module] = getattr(load_source(source, typed.program.name), name)
    with tempfile.TemporaryDirectory() as folder:
        written: type[nn.Module] = getattr(_imported(source, Path(folder)), name)
    inferred = _inferred(typed)
    views = {
        "in the live module": _viewed(live, typed),
        "in the emitted file": _viewed(written, typed),
    }
    checks = [
        _mappings("names and shapes of tensors", inferred, views, lambda view: view.tensors),
        _numbers("parameters", inferred, views, lambda view: view.parameters),
        _numbers("MACs", inferred, views, lambda view: view.macs),
        _numbers("MACs while training", inferred, views, lambda view: view.macs_in_training),
        _mappings("shapes of nodes", inferred, views, lambda view: view.nodes),
        _mappings("shapes of outputs", inferred, views, lambda view: view.outputs),
    ]
    if outputs and not checks[0].faults:  # else there is no telling which weights are which
        checks.append(_computed(typed, live, written))
    return tuple(checks)


def _imported(source: str, folder: Path) -> Any:
    """The emitted file, as Python imports it from a disk."""
    path = folder / "emitted.py"
    path.write_text(source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise AssertionError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _inferred(typed: TypedGraph) -> _View:
    counted = costs(typed)
    return _View(
        {tensor.name: tensor.shape for tensor in tensors(typed)},
        counted.parameters_with_auxiliary,
        counted.macs,
        counted.macs_with_auxiliary,
        {node.name: shape for node, shape in zip(typed.nodes, typed.shapes, strict=True)},
        inferred_outputs(typed),
    )


def _viewed(made: type[nn.Module], typed: TypedGraph) -> _View:
    """What a module has and does, without any values."""
    with torch.device("meta"):
        module = made()
        one, batch = (torch.empty(images, *typed.graph.input) for images in (1, BATCH))
    nodes: dict[str, Shape] = {}
    outputs: dict[str, Tensor] = {}
    with torch.no_grad():
        macs = _macs(lambda: module.eval()(one))
        with _watched(module, {node.name for node in typed.nodes}, nodes):
            training = _macs(lambda: outputs.update(_by_name(module.train()(batch))))
    return _View(
        {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()},
        sum(parameter.numel() for parameter in module.parameters()),
        macs,
        training // BATCH,
        nodes,
        {name: tuple(value.shape[1:]) for name, value in outputs.items()},
    )


def _macs(run: Callable[[], object]) -> int:
    """Multiply-accumulates by torch's own counter, which counts each as two operations."""
    with FlopCounterMode(display=False) as counter:
        run()
    return counter.get_total_flops() // 2


def _by_name(given: Any) -> dict[str, Tensor]:
    return {"output": given} if isinstance(given, Tensor) else dict(given._asdict())


def _watched(module: nn.Module, names: set[str], shapes: dict[str, Shape]) -> ExitStack:
    """Take down the shapes of what the named modules give, until it is closed."""

    def noting(name: str) -> Callable[..., None]:
        def note(_module: object, _read: object, given: Tensor) -> None:
            shapes[name] = tuple(given.shape[1:])

        return note

    stack, whole = ExitStack(), cast("Any", module)
    for name, part in whole.named_modules():
        if name in names:
            stack.callback(part.register_forward_hook(noting(name)).remove)
    return stack


def _numbers(
    what: str, inferred: _View, views: dict[str, _View], read: Callable[[_View], int]
) -> Check:
    wanted = read(inferred)
    faults = (
        f"{wanted:,} as inferred, {read(view):,} {where}"
        for where, view in views.items()
        if read(view) != wanted
    )
    return Check(what, f"{wanted:,}", tuple(faults))


def _mappings(
    what: str,
    inferred: _View,
    views: dict[str, _View],
    read: Callable[[_View], Mapping[str, Shape]],
) -> Check:
    wanted, faults = read(inferred), list[str]()
    for where, view in views.items():
        found = read(view)
        # A node that is written as a function is no module.
        needed = found if found is view.nodes else wanted
        for name in {**needed, **found}:
            if wanted.get(name) != found.get(name):
                shapes = (_shown(wanted.get(name)), _shown(found.get(name)))
                faults.append(f"{name}: {shapes[0]} as inferred, {shapes[1]} {where}")
    return Check(what, f"{len(next(map(read, views.values()))):,}", tuple(faults))


def _shown(shape: Shape | None) -> str:
    return "nothing" if shape is None else size(shape) or "a number"


def _computed(typed: TypedGraph, live: type[nn.Module], written: type[nn.Module]) -> Check:
    """Outputs of the live module and of the file for the same weights, which must be the same to the last bit."""
    one, other = hollow(live), hollow(written)
    with torch.no_grad():
        scatter(one.state_dict(), ((tensor, tensor.name) for tensor in tensors(typed)))
    other.load_state_dict(one.state_dict())
    batch = images(typed)
    with torch.inference_mode():
        first, second = one.eval()(batch), other.eval()(batch)
    faults: list[str] = []
    if not torch.equal(first, second):
        faults.append("the emitted file gives other outputs than the live module")
    if not bool(first.isfinite().all()):
        faults.append("some outputs are not finite numbers")
    found = f"{size(tuple(first.shape[1:]))}, live module and file to the last bit"
    return Check("outputs", found, tuple(faults))
