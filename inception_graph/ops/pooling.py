"""Pooling."""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeAlias

from pydantic import PlainValidator, WithJsonSchema

from inception_graph.diagnostics.codes import Code
from inception_graph.ops.base import Example, Operation, ShapeFault, as_map, fit, per_side
from inception_graph.ops.code import Argument, Call, Helper, is_default, pair
from inception_graph.ops.fields import (
    SIZE,
    Flag,
    Pair,
    WindowPadding,
    is_int,
    listed,
    not_a_choice,
    or_pair,
    whole,
    wrong_type,
)
from inception_graph.ops.window import Window, window

if TYPE_CHECKING:
    from inception_graph.ops.window import Shape

_GLOBAL, _ADAPTIVE = "global", "adaptive"


def _pair_or_word(value: Any) -> tuple[int, int] | str:
    if isinstance(value, str):
        if value not in (_GLOBAL, _ADAPTIVE):
            raise not_a_choice([_GLOBAL, _ADAPTIVE], value)
        return value
    cells = listed(value) or [value, value]
    if len(cells) != 2 or not all(is_int(cell) for cell in cells):
        raise wrong_type("a whole number, [height, width], 'global' or 'adaptive'", value)
    check = whole(1)
    return check(cells[0]), check(cells[1])


AverageKernel: TypeAlias = Annotated[
    tuple[int, int] | str,
    PlainValidator(_pair_or_word),
    WithJsonSchema({"anyOf": [*or_pair(SIZE)["anyOf"], {"enum": [_GLOBAL, _ADAPTIVE]}]}),
]


class _Pool(Operation):
    """What both kinds of pooling share."""

    argument: ClassVar = "kernel"
    family: ClassVar = "pooling"

    stride: Pair | None = None
    """Step of the window; the size of the window unless given."""
    padding: WindowPadding = "valid"
    """same (TensorFlow's rule), valid, a number, [height, width] or [top, bottom, left, right]."""
    ceil: Flag = False
    """Whether a last window that overhangs the input counts, as in Caffe."""

    def _window(self, x: Shape, kernel: tuple[int, int]) -> Window:
        stride = self.stride or kernel
        return window((int(x[1]), int(x[2])), kernel, stride, (1, 1), self.padding, ceil=self.ceil)

    def _checked(self, x: Shape, kernel: tuple[int, int]) -> Shape:
        pads = self._window(x, kernel).pads
        for cells, span in zip(pads, kernel, strict=True):
            if max(cells) >= span:
                pooled = f"a whole {kernel[0]}x{kernel[1]} window, which pools nothing"
                message = f"{max(cells)} cells of padding hold {pooled}"
                hint = f"use at most {span // 2}, or 'padding: same'"
                raise ShapeFault(Code.PADDING_TOO_LARGE, message, field="padding", hint=hint)
        return fit(self._window(x, kernel), x, x[0], self.key)

    def _torch_window(self, x: Shape, kernel: tuple[int, int]) -> dict[str, Argument] | None:
        """Keywords with which torch's pools have this very window, or None where they cannot."""
        wanted = self._window(x, kernel)
        (top, _), (left, _) = wanted.pads
        ceil = wanted.ceil
        if not wanted.symmetric():
            # A window padded behind only is one that overhangs; that much torch can do.
            overhang = Window(kernel, wanted.stride, (1, 1), ((0, 0), (0, 0)), ceil=True)
            same_count = all(overhang.size(a, x[1 + a]) == wanted.size(a, x[1 + a]) for a in (0, 1))
            if top or left or not same_count:
                return None
            ceil = True
        elif top > kernel[0] // 2 or left > kernel[1] // 2:
            return None  # torch pads by half a window at the most
        options: dict[str, Argument] = {"stride": pair(wanted.stride)}
        if not is_default((top, left), (0, 0)):
            options["padding"] = pair((top, left))
        if ceil:
            options["ceil_mode"] = True
        return options

    def _padded_first(
        self, x: Shape, kernel: tuple[int, int]
    ) -> tuple[tuple[int, int, int, int], dict[str, Argument]]:
        """Padding (left, right, top, bottom), and the keywords of a pool over the padded map.

        Cells that no window reads are left out. The pool would take them for input, and put one
        window more on them where it has to overhang the other axis.
        """
        wanted = self._window(x, kernel)
        options: dict[str, Argument] = {"stride": pair(wanted.stride)}
        sides: list[int] = []
        for axis in (1, 0):
            before, after = wanted.pads[axis]
            size = int(x[1 + axis])
            read = (wanted.size(axis, size) - 1) * wanted.stride[axis] + kernel[axis]
            missing = read - size - before
            if missing > after:
                options["ceil_mode"] = True
            sides += [before, min(after, max(missing, 0))]
        left, right, top, bottom = sides
        return (left, right, top, bottom), options


class MaxPool(_Pool):
    """The largest value under a window; padding never wins."""

    key: ClassVar = "max_pool"
    examples: ClassVar = (
        Example({"max_pool": 2}, ((4, 8, 8),), (4, 4, 4)),
        Example({"max_pool": 3, "stride": 2, "ceil": True}, ((4, 8, 8),), (4, 4, 4)),
        Example({"max_pool": 3, "stride": 1, "padding": "same"}, ((4, 7, 9),), (4, 7, 9)),
        Example({"max_pool": 3, "stride": 2, "padding": "same"}, ((4, 8, 8),), (4, 4, 4)),
        Example({"max_pool": 3, "stride": 2, "padding": "same"}, ((4, 8, 7),), (4, 4, 4)),
        Example({"max_pool": [3, 2], "stride": [2, 1], "padding": [1, 0]}, ((4, 7, 7),), (4, 4, 6)),
        Example({"max_pool": 4, "stride": 1, "padding": "same"}, ((4, 7, 7),), (4, 7, 7)),
        Example({"max_pool": 3, "stride": 2, "padding": [1, 2, 0, 0], "ceil": True},
                ((4, 9, 8),), (4, 5, 4)),
        Example({"max_pool": 3, "padding": 2}, ((4, 8, 8),), (4, 4, 4)),
    )  # fmt: skip

    kernel: Pair
    """Size of the window: a number or [height, width]."""

    def window(self, x: Shape) -> Window:
        return self._window(x, self.kernel)

    def shape(self, *inputs: Shape) -> Shape:
        return self._checked(as_map(inputs[0], self.key), self.kernel)

    def module(self, x: Shape) -> Call:
        options = self._torch_window(x, self.kernel)
        if options is not None:
            return Call("nn.MaxPool2d", (pair(self.kernel),), options)
        around, options = self._padded_first(x, self.kernel)
        pad = Call("nn.ConstantPad2d", (around, float("-inf")))
        return Call("nn.Sequential", (pad, Call("nn.MaxPool2d", (pair(self.kernel),), options)))

    def label(self) -> str:
        return f"max pool {per_side(self.kernel, self.stride or self.kernel)}"


_GLOBAL_POOL = Helper(
    "GlobalAvgPool2d",
    '''\
class {name}(nn.Module):
    """The mean of each channel."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean(dim=(2, 3))''',
)


def _largest_cell(size: int, count: int) -> int:
    """Cells that the largest of an adaptive pool's windows reads along an axis.

    Window i reads from floor(i * size / count) to ceil((i + 1) * size / count).
    """
    return 1 - (gcd(size, count) - size) // count


_PAD_POOL = Helper(
    "PadAvgPool2d",
    '''\
class {name}(nn.Module):
    """Average pooling with padding of its own on each side, which the averages leave out."""

    def __init__(
        self,
        kernel_size: int | tuple[int, int],
        padding: tuple[int, int, int, int],
        **kwargs: Any,
    ) -> None:
        super().__init__()
        self.pad = nn.ZeroPad2d(padding)
        self.sum = nn.AvgPool2d(kernel_size, divisor_override=1, **kwargs)

    def forward(self, x: Tensor) -> Tensor:
        inside = torch.ones_like(x[:1, :1])
        return self.sum(self.pad(x)) / self.sum(self.pad(inside))''',
)


class AvgPool(_Pool):
    """The mean under a window, of each channel (global), or over a grid of cells (adaptive)."""

    key: ClassVar = "avg_pool"
    examples: ClassVar = (
        Example({"avg_pool": "global"}, ((4, 7, 9),), (4,)),
        Example({"avg_pool": "adaptive", "output": [2, 3]}, ((4, 7, 9),), (4, 2, 3)),
        Example({"avg_pool": 3, "stride": 1, "padding": "same"}, ((4, 7, 7),), (4, 7, 7)),
        Example({"avg_pool": 3, "stride": 1, "padding": 1, "count_padding": True},
                ((4, 7, 7),), (4, 7, 7)),
        Example({"avg_pool": 5, "stride": 3, "ceil": True}, ((4, 15, 15),), (4, 5, 5)),
        Example({"avg_pool": 3, "stride": 2, "padding": "same"}, ((4, 8, 8),), (4, 4, 4)),
        Example({"avg_pool": 4, "stride": 1, "padding": "same"}, ((4, 7, 7),), (4, 7, 7)),
        Example({"avg_pool": 4, "stride": 1, "padding": "same", "count_padding": True},
                ((4, 7, 7),), (4, 7, 7)),
        Example({"avg_pool": 3, "stride": 2, "padding": [0, 1, 0, 1], "count_padding": True},
                ((4, 8, 8),), (4, 4, 4)),
        Example({"avg_pool": 3, "padding": 2}, ((4, 8, 8),), (4, 4, 4)),
        Example({"avg_pool": 3, "stride": 3, "padding": [2, 0, 0, 0], "ceil": True},
                ((4, 8, 8),), (4, 4, 3)),
    )  # fmt: skip

    kernel: AverageKernel
    """Size of the window, or global (gives a vector), or adaptive (to the size given by output)."""
    output: Pair | None = None
    """Size of an adaptive pool's result: a number or [height, width]."""
    count_padding: Flag = False
    """Whether averages count the padding, as in Caffe and PyTorch, but not in TensorFlow."""

    def window(self, x: Shape) -> Window:
        height, width = int(x[1]), int(x[2])
        if self.kernel == _GLOBAL:
            return Window((height, width), (1, 1), (1, 1), ((0, 0), (0, 0)))
        if self.output is not None:
            rows, columns = self.output
            kernel = (_largest_cell(height, int(rows)), _largest_cell(width, int(columns)))
            step = (max(height // rows, 1), max(width // columns, 1))
            return Window(kernel, step, (1, 1), ((0, 0), (0, 0)))
        return self._window(x, self._fixed)

    @property
    def _fixed(self) -> tuple[int, int]:
        """The size of an ordinary window."""
        if isinstance(self.kernel, str):
            raise AssertionError(self.kernel)
        return self.kernel

    def shape(self, *inputs: Shape) -> Shape:
        x = as_map(inputs[0], self.key)
        if (self.output is not None) != (self.kernel == _ADAPTIVE):
            message = "an adaptive pool and its 'output' need each other"
            hint = "write {avg_pool: adaptive, output: [height, width]}"
            raise ShapeFault(Code.OPERATION_SHAPE, message, hint=hint)
        if self.kernel == _GLOBAL:
            return (x[0],)
        if self.output is not None:
            return x[0], *self.output
        return self._checked(x, self._fixed)

    def module(self, x: Shape) -> Call:
        if self.kernel == _GLOBAL:
            return Call(_GLOBAL_POOL.name, helper=_GLOBAL_POOL)
        if self.output is not None:
            return Call("nn.AdaptiveAvgPool2d", (pair(self.output),))
        kernel = pair(self._fixed)
        symmetric = self._window(x, self._fixed).symmetric()
        options = self._torch_window(x, self._fixed)
        # Cells behind a window that overhangs are never counted, as padding would have to be.
        if options is not None and (symmetric or not self.count_padding):
            if "padding" in options and not self.count_padding:
                options["count_include_pad"] = False
            return Call("nn.AvgPool2d", (kernel,), options)
        around, options = self._padded_first(x, self._fixed)
        if self.count_padding:
            pad = Call("nn.ZeroPad2d", (around,))
            return Call("nn.Sequential", (pad, Call("nn.AvgPool2d", (kernel,), options)))
        return Call(_PAD_POOL.name, (kernel, around), options, _PAD_POOL)

    def label(self) -> str:
        if self.kernel == _GLOBAL:
            return "global avg pool"
        if self.output is not None:
            return f"avg pool to {self.output[0]}x{self.output[1]}"
        if isinstance(self.kernel, str):
            return f"{self.kernel} avg pool"  # without its output, as a faulty spec may have it
        return f"avg pool {per_side(self._fixed, self.stride or self._fixed)}"
