"""Starting the weights of a large network quickly."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

if TYPE_CHECKING:
    from collections.abc import Callable

_RANDOM: frozenset[Any] = frozenset(
    {
        Tensor.uniform_,
        Tensor.normal_,
        # These hand themselves to a mode before they come to the two above.
        nn.init.uniform_,
        nn.init.normal_,
        nn.init.trunc_normal_,
        nn.init.kaiming_uniform_,
        nn.init.kaiming_normal_,
    }
)
"""Functions that fill a tensor, their first argument, with random numbers and take a generator."""


class Unstarted(TorchFunctionMode):
    """Leaves random fills out, in this thread; each tensor that goes without is marked by a NaN."""

    def __init__(self) -> None:
        super().__init__()
        self._marked: list[Tensor] = []

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        options = kwargs or {}
        if func not in _RANDOM:
            return func(*args, **options)
        filled: Tensor = args[0] if args else options["tensor"]
        if filled.numel():
            self._marked.append(filled.detach())
            self._marked[-1].view(-1)[0] = float("nan")
        return filled

    def all_started(self) -> bool:
        """Whether something has been written over every mark."""
        return not any(bool(tensor.view(-1)[0].isnan()) for tensor in self._marked)


class _Drawing(TorchFunctionMode):
    """Gives random fills of this thread a generator of their own."""

    def __init__(self, generator: torch.Generator) -> None:
        super().__init__()
        self._generator = generator

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        options = dict(kwargs or {})
        if func in _RANDOM:
            options["generator"] = self._generator
        return func(*args, **options)


def start_in_parallel(model: nn.Module) -> None:
    """Call ``reset_parameters`` of a network whose ``apply`` starts several layers at a time."""

    def apply(start: Callable[[nn.Module], None]) -> nn.Module:
        layers = [layer for layer in model.modules() if layer is not model]
        drawn: Any = torch.randint(2**62, (len(layers),))
        seeds: list[int] = drawn.tolist()

        def start_one(layer: nn.Module, seed: int) -> None:
            if next(layer.parameters(recurse=False), None) is not None:
                with _Drawing(torch.Generator().manual_seed(seed)):
                    start(layer)

        with ThreadPoolExecutor(torch.get_num_threads()) as pool:
            for _ in pool.map(start_one, layers, seeds):
                pass  # a fault in a thread is raised here
        return model

    restart: Any = model.reset_parameters
    vars(model)["apply"] = apply
    try:
        restart()
    finally:
        del vars(model)["apply"]
