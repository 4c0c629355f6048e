"""The numbers of our tensors, from those of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from inception_graph.weights.transform import to_ours

if TYPE_CHECKING:
    from inception_graph.weights.fit import Fit, Piece


def check_ones(fit: Fit) -> None:
    """Make sure that the network needs no scale which only the file has.

    Raises:
        WeightsError: A scale is not one everywhere.
    """
    for name in fit.ones:
        if not (fit.file.read(name) == 1).all():
            message = (
                f"'{name}' scales, and '{fit.typed.program.name}' has no scale there (scale: false)"
            )
            raise fit.file.error(message)


def values(piece: Piece, fit: Fit) -> torch.Tensor:
    """A tensor of ours, read from the file of a fit, which is open.

    Raises:
        WeightsError: It cannot be read, or is not made of finite numbers.
    """
    entry = piece.entry
    if piece.name is None:
        kind = torch.int64 if entry.tensor.role == "count" else torch.float32
        return torch.full(entry.tensor.shape, entry.fill, dtype=kind)
    ours = to_ours(entry, fit.file.read(piece.name))
    if piece.change == "background":
        ours = ours[1:]
    elif piece.change == "channels":
        ours = other_channels(ours, entry.tensor.shape[1])
    if ours.shape != entry.tensor.shape:
        message = f"'{piece.name}' is not of the shape that the file says"
        raise fit.file.error(message)
    return ours


def other_channels(kernel: torch.Tensor, channels: int) -> torch.Tensor:
    """A first convolution's kernel (out, in, height, width) for another number of input channels.

    One channel gets the sum, since a grey image has the same in all. More get copies of what there is, in turn, scaled
    so that equal channels give what they gave. This is timm's rule.
    """
    theirs = kernel.shape[1]
    if channels == 1:
        return kernel.float().sum(dim=1, keepdim=True).to(kernel.dtype)
    copies = -(-channels // theirs)
    return kernel.repeat(1, copies, 1, 1)[:, :channels] * (theirs / channels)
