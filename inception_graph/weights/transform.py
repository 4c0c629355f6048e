"""Tensors of public sources made ours, and ours made theirs."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from inception_graph.checkpoints import Expected
    from inception_graph.ops.window import Shape


def to_ours(entry: Expected, tensor: torch.Tensor) -> torch.Tensor:
    """A tensor of a source with our order of axes.

    Args:
        entry: What it is there.
        tensor: Its values; a linear layer may be a 1x1 convolution, and numbers of classes and channels may be other
            than the network's.

    Returns:
        A view where possible; of our shape, but for numbers of classes and channels.
    """
    if len(entry.tensor.shape) == 2 and tensor.ndim == 4:
        tensor = tensor[0, 0] if entry.axes else tensor[:, :, 0, 0]
    if not entry.axes:
        return tensor
    tensor = tensor.permute(entry.axes)
    if entry.tensor.role == "depthwise":
        return tensor.flatten(0, 1).unsqueeze(1)
    if entry.tensor.maps:
        return _reordered(tensor, entry.tensor.maps, first=False)
    return tensor


def to_theirs(entry: Expected, tensor: torch.Tensor) -> torch.Tensor:
    """A tensor of ours, of the network's shape, with the axes and the shape that it has in a source."""
    if not entry.axes:
        return tensor.reshape(entry.shape)
    if entry.tensor.maps:
        tensor = _reordered(tensor, entry.tensor.maps, first=True)
    if entry.tensor.role == "depthwise":
        tensor = tensor.reshape(entry.tensor.groups, -1, *tensor.shape[2:])
    back = [entry.axes.index(axis) for axis in range(len(entry.axes))]
    return tensor.permute(back).reshape(entry.shape)


def _reordered(kernel: torch.Tensor, maps: tuple[Shape, ...], *, first: bool) -> torch.Tensor:
    """A linear layer's kernel (out, in) whose columns stand for maps with their channels last instead of first.

    Args:
        kernel: The kernel.
        maps: Shapes of the maps, one after the other; plain features among them.
        first: Whether channels are first in ``kernel``; else they are last, and become first.
    """
    widths = [prod(shape) for shape in maps]
    starts = [sum(widths[:number]) for number in range(len(widths))]
    parts = [
        _turned(kernel.narrow(1, start, width), shape, first=first)
        for start, width, shape in zip(starts, widths, maps, strict=True)
    ]
    return torch.cat(parts, dim=1)


def _turned(part: torch.Tensor, shape: Shape, *, first: bool) -> torch.Tensor:
    if len(shape) == 1:
        return part
    channels, height, width = shape
    if first:
        return part.reshape(-1, channels, height, width).permute(0, 2, 3, 1).flatten(1)
    return part.reshape(-1, height, width, channels).permute(0, 3, 1, 2).flatten(1)
