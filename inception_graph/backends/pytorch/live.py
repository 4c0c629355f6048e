"""The live module: emitted source, executed with its text registered, so that it can be read and stepped through."""

from __future__ import annotations

import hashlib
import linecache
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn

_PACKAGE = "inception_graph_live"


def load_source(source: str, name: str) -> ModuleType:
    """The Python module that a source makes; the same source gives the same module.

    It stands in ``sys.modules`` and its text in ``linecache``, so that tracebacks, ``inspect.getsource``, debuggers
    and pickle find it.
    """
    digest = hashlib.sha256(source.encode()).hexdigest()[:12]
    full_name = f"{_PACKAGE}_{name}_{digest}"
    known = sys.modules.get(full_name)
    if known is not None:
        return known
    filename = f"<{full_name}>"
    module = ModuleType(full_name)
    module.__file__ = filename
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    sys.modules[full_name] = module
    try:
        exec(compile(source, filename, "exec"), module.__dict__)
    except BaseException:
        del sys.modules[full_name]
        raise
    return module


def instantiate(made: type[nn.Module]) -> nn.Module:
    """An instance of a network's class, its weights started once.

    A torch layer starts its weights when it is made, and then the network starts them its own way; most of the time
    goes into numbers that are thrown away. So the network is made without memory first, and started for good.
    """
    import torch

    if not hasattr(made, "reset_parameters"):
        return made()
    with torch.device("meta"):
        model = made()
    model.to_empty(device="cpu")
    unstarted = _mark(model)
    for layer in model.modules():
        restart: Any = getattr(layer, "reset_parameters", None)
        if restart is not None and (
            layer is model or not isinstance(layer, torch.nn.Conv2d | torch.nn.Linear)
        ):
            restart()
    # A tensor that none of these wrote is one that only its layer's own constructor starts.
    complete = not any(bool(tensor.view(-1)[0].isnan()) for tensor in unstarted)
    return model if complete else made()


def _mark(model: nn.Module) -> list[Tensor]:
    """Put a NaN into every tensor of floats, to see later which have been started."""
    tensors = [*model.parameters(), *model.buffers()]
    floats = [
        tensor.detach() for tensor in tensors if tensor.is_floating_point() and tensor.numel()
    ]
    for tensor in floats:
        tensor.view(-1)[0] = float("nan")
    return floats
