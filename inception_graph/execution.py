"""How a live module computes: in which numbers, in which order they stand in memory, and compiled or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch
    from torch import nn

Precision: TypeAlias = Literal["float32", "bfloat16", "float16", "float64"]
Compiled: TypeAlias = Literal["inference", "train"]


@dataclass(frozen=True)
class Execution:
    """How a module computes.

    Attributes:
        dtype: Of weights and images, by name or torch's own; None leaves float32. Training in fewer bits is better done
            by ``torch.autocast`` around a module in float32.
        channels_last: Whether weights stand in memory with their channels last; maps follow. Convolutions of a CPU and
            those in few bits on a GPU are quicker so.
        compile: ``train`` compiles the module in place, when it is called. ``inference`` puts it into evaluation, takes
            its gradients away and, at its first call, compiles it with the weights as constants: folded, reordered,
            and not to be changed any more. Several threads may call either.

    Raises:
        ValueError: An attribute is none of these.
    """

    dtype: Precision | torch.dtype | None = None
    channels_last: bool = False
    compile: Compiled | None = None

    def __post_init__(self) -> None:
        name = None if self.dtype is None else str(self.dtype).removeprefix("torch.")
        _one_of("dtype", name, get_args(Precision))
        _one_of("compile", self.compile, get_args(Compiled))

    def apply(self, model: nn.Module) -> nn.Module:
        """The same module, computing so. Weights are loaded before."""
        import torch

        module: Any = model
        if self.dtype is not None:
            dtype = getattr(torch, self.dtype) if isinstance(self.dtype, str) else self.dtype
            module.to(dtype)
        if self.channels_last:
            module.to(memory_format=torch.channels_last)
        if self.compile == "train":
            module.compile()
        if self.compile == "inference":
            module.eval().requires_grad_(False).compile()
            module._compiled_call_impl = _FrozenCall(module._compiled_call_impl)
            module.register_load_state_dict_pre_hook(_refuse_late_weights)
        return model


def _one_of(keyword: str, given: object, known: tuple[str, ...]) -> None:
    if given is not None and given not in known:
        message = f"{keyword}={given!r} is none of {', '.join(map(repr, known))} and None"
        raise ValueError(message)


class _FrozenCall:
    """Calls a compiled module, which holds its weights as constants from the first call on.

    torch asks its global switch for this while it traces, and nothing but that: as an option of ``torch.compile`` it
    changes nothing. So the switch is turned around each call, for this thread alone. Copies of a module are not
    compiled, pickled ones neither.
    """

    def __init__(self, compiled: Callable[..., object]) -> None:
        self._compiled, self.called = compiled, False

    def __call__(self, *inputs: object) -> object:
        import torch
        from torch._inductor import config

        self.called = True
        switches: Any = config
        with torch.no_grad(), switches.patch(freezing=True):
            return self._compiled(*inputs)


def _refuse_late_weights(module: Any, *_: object) -> None:
    call = module._compiled_call_impl
    if isinstance(call, _FrozenCall) and call.called:
        message = (
            "the weights are compiled in: load them before the first call, or into a new module"
        )
        raise RuntimeError(message)
