"""Starting the weights of a large network quickly: each tensor once, several at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Fill: TypeAlias = Callable[[torch.Generator | None], object]

_FILLS: frozenset[Any] = frozenset(
    {Tensor.uniform_, Tensor.normal_, nn.init.uniform_, nn.init.normal_, nn.init.kaiming_uniform_}
)
"""Functions that write random numbers over all of their first argument and do nothing else.

Those of ``nn.init`` hand themselves to a mode before they come to the tensor's own.
"""
_shape: Any = Tensor.shape
_grad_fn: Any = Tensor.grad_fn
_LOOKS: frozenset[Any] = frozenset(
    {Tensor.dim, Tensor.size, Tensor.numel, _shape.__get__, _grad_fn.__get__}
)
"""Functions that look at a tensor but not at its numbers."""


class DeferredFills(TorchFunctionMode):
    """Puts random fills off, in this thread, until ``carry_out``.

    A layer starts its weights when it is made, and the network then starts them its own way; only the last fill of a
    tensor counts. Whatever else is done with a tensor that waits for its fill, the fill is carried out before.
    """

    def __init__(self) -> None:
        super().__init__()
        self._waiting: dict[int, tuple[Tensor, Fill]] = {}

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        options = kwargs or {}
        if func in _FILLS:
            tensor: Tensor = args[0] if args else options["tensor"]
            if tensor.device.type == "cpu" and options.get("generator") is None:
                self._put_off(tensor, func, args, options)
                return tensor
        if func not in _LOOKS:
            for tensor in _tensors((args, options)):
                self._fill_now(tensor)
        return func(*args, **options)

    def _put_off(
        self, tensor: Tensor, func: Any, args: tuple[Any, ...], options: dict[str, Any]
    ) -> None:
        key = _memory(tensor)
        waiting = self._waiting.pop(key, None)
        if waiting is not None and not _same_part(waiting[0], tensor):
            waiting[1](None)
        known = {name: value for name, value in options.items() if name != "generator"}
        self._waiting[key] = tensor, lambda generator: func(*args, **known, generator=generator)

    def _fill_now(self, tensor: Tensor) -> None:
        waiting = self._waiting.pop(_memory(tensor), None)
        if waiting is not None:
            with torch.no_grad():
                waiting[1](None)

    def carry_out(self) -> None:
        """Fill what waits, each tensor by random numbers of its own: the order of the threads does not show."""
        drawn: Any = torch.randint(2**62, (len(self._waiting),))
        seeds: list[int] = drawn.tolist()

        def fill(waiting: tuple[Tensor, Fill], seed: int) -> None:
            with torch.no_grad():
                waiting[1](torch.Generator().manual_seed(seed))

        # The largest first, so that no thread is left with one at the end.
        work = sorted(
            zip(self._waiting.values(), seeds, strict=True), key=lambda item: -item[0][0].numel()
        )
        with ThreadPoolExecutor(torch.get_num_threads()) as pool:
            for done in [pool.submit(fill, *item) for item in work]:
                done.result()
        self._waiting.clear()


class NoMemory(TorchFunctionMode):
    """Gives no memory, in this thread, to what layers reserve for numbers to come; random fills of it are left out."""

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        options = kwargs or {}
        if func is torch.empty:
            return func(*args, **{**options, "device": "meta"})
        if func in _FILLS:
            tensor: Tensor = args[0] if args else options["tensor"]
            if tensor.is_meta:  # for which torch would import its compiler
                return tensor
        return func(*args, **options)


def _memory(tensor: Tensor) -> int:
    """What a tensor shares with all views of it."""
    return tensor.untyped_storage().data_ptr() if tensor.device.type == "cpu" else -id(tensor)


def _same_part(one: Tensor, other: Tensor) -> bool:
    """Whether two tensors over the same memory are the same part of it."""
    return (one.storage_offset(), one.shape, one.stride()) == (
        other.storage_offset(),
        other.shape,
        other.stride(),
    )


def _tensors(value: object) -> Iterator[Tensor]:
    """The tensors among the arguments of a call."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, list | tuple):
        for item in cast("Iterable[object]", value):
            yield from _tensors(item)
    elif isinstance(value, dict):
        for item in cast("dict[object, object]", value).values():
            yield from _tensors(item)
