"""Peers, imported beside a torch without CUDA."""

from __future__ import annotations

from typing import Any


def torchvision() -> Any:
    """torchvision; the registry's build lacks two operators beside a CPU torch, which its pure models never call."""
    import torch

    try:
        import torchvision as module
    except RuntimeError:
        library = torch.library.Library("torchvision", "DEF")
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor boxes, Tensor scores, float threshold) -> Tensor")
        _kept.append(library)
        import torchvision as module
    return module


_kept: list[Any] = []
"""Libraries of operators, which are undefined again when they are collected."""
