"""Modules of torch as contenders: what a call is, and what it must give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inception_graph.benchmarking.sessions import Session
from inception_graph.execution import Execution

if TYPE_CHECKING:
    from collections.abc import Callable

    from inception_graph.benchmarking.settings import Settings
    from inception_graph.peers.reference import Reference

_RATE = 1e-6
"""So small that weights stay what they are: numbers that grew or died would change the speed."""
_MOMENTUM = 0.9


def session(module: nn.Module, runtime: str, settings: Settings, images: np.ndarray) -> Session:
    """A module in a runtime, warm after its first call.

    Args:
        module: The module, in float32 on the CPU.
        runtime: ``eager``, ``channels_last`` or ``compiled``.
        settings: What is measured.
        images: The batch.
    """
    torch.set_num_threads(settings.threads)
    training = settings.mode == "train"
    execution = Execution(
        dtype=None if training else settings.dtype,
        channels_last=runtime != "eager",
        compile=settings.mode if runtime == "compiled" else None,
    )
    module = execution.apply(module.to(settings.device))
    x = tensor(images).to(settings.device)
    x = x.contiguous(memory_format=torch.channels_last) if runtime != "eager" else x
    return (_Training if training else _Forward)(module, x, settings)


class _Forward(Session):
    """Forward passes in evaluation."""

    def __init__(self, module: nn.Module, x: Tensor, settings: Settings) -> None:
        self._model = module.eval()
        self._x = x.to(getattr(torch, settings.dtype))
        self._wait = _waiting(settings.device)

    def call(self) -> None:
        self._run()

    def first(self) -> np.ndarray:
        return self._run().float().cpu().numpy()

    def memory(self) -> int | None:
        return _device_memory(self._x)

    def _run(self) -> Tensor:
        with torch.inference_mode():
            given = self._model(self._x)
        self._wait()
        return given


class _Training(Session):
    """Steps of training without dropout, so that all contenders take the same step."""

    def __init__(self, module: nn.Module, x: Tensor, settings: Settings) -> None:
        module.train()
        for part in module.modules():
            if isinstance(part, nn.Dropout):
                part.p = 0.0
        self._model = module
        self._weights = list(module.parameters())
        self._optimiser: Any = torch.optim.SGD(self._weights, lr=_RATE, momentum=_MOMENTUM)
        self._x = x
        self._labels = torch.arange(len(x), device=x.device)
        narrow = settings.dtype == "bfloat16"
        self._precision: Any = lambda: torch.autocast(x.device.type, torch.bfloat16, enabled=narrow)
        self._wait = _waiting(settings.device)

    def call(self) -> None:
        self._step()

    def first(self) -> np.ndarray:
        """The loss and the length of the gradient, which no other order of the weights changes."""
        loss = self._step()
        squares = [(w.grad.double() ** 2).sum() for w in self._weights if w.grad is not None]
        return np.array([loss.item(), torch.stack(squares).sum().sqrt().item()], np.float32)

    def memory(self) -> int | None:
        return _device_memory(self._x)

    def _step(self) -> Tensor:
        self._optimiser.zero_grad(set_to_none=True)
        with self._precision():
            logits = self._model(self._x)
            loss = F.cross_entropy(logits.float(), self._labels % logits.shape[1])
        torch.autograd.backward(loss)
        self._optimiser.step()
        self._wait()
        return loss.detach()


def tensor(images: np.ndarray) -> Tensor:
    """Images as torch has them."""
    made: Any = torch
    return made.from_numpy(images)


def _waiting(device: str) -> Callable[[], None]:
    """What returns when a device has done all that it was told."""
    kind = torch.device(device).type
    return (lambda: None) if kind == "cpu" else torch.get_device_module(kind).synchronize


def _device_memory(x: Tensor) -> int | None:
    """The most that was held on a device, in bytes; None on a CPU."""
    if x.device.type == "cpu":
        return None
    return torch.get_device_module(x.device.type).max_memory_allocated()


def images_first(reference: Reference) -> nn.Module:
    """A peer that wants images in its own layout, as a module that takes them with their channels first."""
    return _ImagesFirst(reference)


class _ImagesFirst(nn.Module):
    def __init__(self, reference: Reference) -> None:
        super().__init__()
        self.run = reference.run

    def forward(self, x: Tensor) -> Tensor:
        return self.run(x, training=False)["logits"]
