"""The live module: emitted source, executed with its text registered, so that it can be read and stepped through."""

from __future__ import annotations

import hashlib
import linecache
import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

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
    """An instance of a network's class, its weights started once. They depend on torch's seed and on nothing else."""
    from inception_graph.backends.pytorch.starting import DeferredFills

    with DeferredFills() as fills:
        model = made()
    fills.carry_out()
    return model


def hollow(made: type[nn.Module]) -> nn.Module:
    """An instance whose weights are whatever the memory holds, for one that is given all of them.

    Starting 24 million weights for nothing may take 15 seconds.
    """
    import torch

    from inception_graph.backends.pytorch.starting import NoMemory

    with NoMemory():
        model = made()
    state: dict[str, torch.Tensor] = model.state_dict()
    given = {
        name: torch.empty_like(tensor, device="cpu") if tensor.is_meta else tensor
        for name, tensor in state.items()
    }
    model.load_state_dict(given, assign=True)
    return model
