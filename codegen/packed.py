"""Convolutions for evaluation on a CPU; emission copies what a file needs."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class PackedConv2d(nn.Conv2d):
    """A convolution that keeps its kernel as oneDNN reads it, and applies ReLU in the same call.

    Without this, torch brings the kernel into that form in every call. What is not evaluation of a batch of floats on
    a CPU (training, other devices, autocast, compilers) takes the usual way.
    """

    def __init__(self, *args: Any, relu: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.then = "relu" if relu else "none"
        self.packed, self.packed_from = None, None

    def forward(self, x: Tensor) -> Tensor:
        packed = None if torch.compiler.is_compiling() else self._packed(x)
        if packed is None:
            y = super().forward(x)
            return F.relu(y, inplace=True) if self.then == "relu" else y
        window = self.padding, self.stride, self.dilation, self.groups
        return torch.ops.mkldnn._convolution_pointwise(
            x, packed, self.bias, *window, self.then, [], ""
        )

    def _packed(self, x: Tensor) -> Tensor | None:
        """The kernel in oneDNN's form, made anew where it has changed; None where the usual way is taken."""
        weight = self.weight
        if torch.is_grad_enabled() or x.device.type != "cpu" or weight.device.type != "cpu":
            return None
        if x.dtype != weight.dtype or x.dim() != 4 or torch.is_autocast_enabled("cpu"):
            return None
        state = weight.data_ptr(), 0 if weight.is_inference() else weight._version
        if self.packed_from != state:
            self.packed_from = state
            self.packed = self._pack(weight, x.shape) if _packs(weight.dtype) else None
        return self.packed

    def _pack(self, weight: Tensor, shape: torch.Size) -> Tensor:
        window = self.padding, self.stride, self.dilation, self.groups
        return torch.ops.mkldnn._reorder_convolution_weight(weight, *window, shape)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "packed": None, "packed_from": None}


def _packs(dtype: torch.dtype) -> bool:
    """Whether oneDNN is there and computes with such numbers on this machine."""
    if not torch.backends.mkldnn.is_available():
        return False
    has_bfloat16 = torch.ops.mkldnn._is_mkldnn_bf16_supported
    return dtype == torch.float32 or (dtype == torch.bfloat16 and has_bfloat16())
