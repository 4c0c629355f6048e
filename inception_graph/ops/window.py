"""Sliding windows: one arithmetic for output sizes, receptive fields and emitted padding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Shape: TypeAlias = tuple[int, ...]
"""Of one image: (channels, height, width) for a map, (features,) for a vector."""

Pads: TypeAlias = tuple[tuple[int, int], tuple[int, int]]
"""((top, bottom), (left, right))."""

Padding: TypeAlias = Literal["same", "valid"] | Pads


@dataclass(frozen=True, slots=True)
class Window:
    """A window over height and width.

    Attributes:
        kernel: Height and width in cells.
        stride: Step along either axis.
        dilation: Distance between cells.
        pads: Cells added around the input.
        ceil: Whether a last window that overhangs counts, as Caffe's pools have it.
    """

    kernel: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    pads: Pads
    ceil: bool = False

    def span(self, axis: int) -> int:
        """Cells from the first to the last of a window along an axis (0 height, 1 width)."""
        return self.dilation[axis] * (self.kernel[axis] - 1) + 1

    def size(self, axis: int, size: int) -> int:
        """Number of window positions along an axis; below 1 where the window does not fit."""
        before, after = self.pads[axis]
        free, stride = size + before + after - self.span(axis), self.stride[axis]
        if not self.ceil:
            return free // stride + 1 if free >= 0 else 0
        # A window may overhang a map that is smaller than itself, by less than its stride.
        count = -(-free // stride) + 1
        # A window that starts behind the input is not counted; Caffe and PyTorch agree.
        return count - 1 if (count - 1) * stride >= size + before else count

    def symmetric(self) -> bool:
        """Whether both sides of each axis are padded alike: all that PyTorch's layers can do."""
        return all(before == after for before, after in self.pads)


def window(
    size: tuple[int, int],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
    padding: Padding,
    *,
    ceil: bool = False,
) -> Window:
    """The window over an input of ``size`` (height, width), ``same`` and ``valid`` worked out."""
    if padding == "valid":
        pads: Pads = ((0, 0), (0, 0))
    elif padding == "same":
        pads = (
            _same(size[0], kernel[0], stride[0], dilation[0]),
            _same(size[1], kernel[1], stride[1], dilation[1]),
        )
    else:
        pads = padding
    return Window(kernel, stride, dilation, pads, ceil)


def _same(size: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """TensorFlow's SAME: as little as gives ceil(size / stride) positions, the odd cell behind."""
    if stride == 1:
        total = dilation * (kernel - 1)
    else:
        # This depends on the size of the input: its value says more than how it is come by.
        kernel, stride, dilation = int(kernel), int(stride), int(dilation)
        positions = -(-size // stride)
        total = max((positions - 1) * stride + dilation * (kernel - 1) + 1 - size, 0)
    return total // 2, total - total // 2
