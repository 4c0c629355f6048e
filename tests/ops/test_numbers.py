"""Operations against loops and formulas that were written without them."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from build import module_of, operation_of
from torch import nn

from inception_graph.ops.base import ShapeFault

Sides = tuple[tuple[int, int], tuple[int, int]]


def _tensorflow_same(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """SAME as TensorFlow's documentation of ``tf.nn`` has it."""
    total = max(kernel - (size % stride or stride), 0)
    return total // 2, total - total // 2


def _pool(
    x: torch.Tensor,
    kernel: tuple[int, int],
    stride: int,
    pads: Sides,
    out: tuple[int, int],
    how: Any,
) -> torch.Tensor:
    """A pool cell by cell; ``how`` makes one value of the cells of the image under a window."""
    result = torch.empty(x.shape[0], x.shape[1], *out, dtype=x.dtype)
    for row, column in product(range(out[0]), range(out[1])):
        top, left = row * stride - pads[0][0], column * stride - pads[1][0]
        cells = x[
            :, :, max(top, 0) : max(top + kernel[0], 0), max(left, 0) : max(left + kernel[1], 0)
        ]
        result[:, :, row, column] = how(cells)
    return result


def _largest(cells: torch.Tensor) -> torch.Tensor:
    return cells.amax(dim=(2, 3))


def _mean(cells: torch.Tensor) -> torch.Tensor:
    return cells.mean(dim=(2, 3))


def _applied(node: dict[str, Any], x: torch.Tensor) -> torch.Tensor:
    operation = operation_of(node)
    module = module_of(operation.module(tuple(x.shape[1:]))).eval()
    output = module(x)
    assert tuple(output.shape[1:]) == operation.shape(tuple(x.shape[1:]))
    return output


@pytest.mark.parametrize("kernel", [(2, 2), (3, 3), (4, 4), (5, 2), (1, 6), (7, 7)])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("size", [(7, 8), (12, 5), (3, 3)])
@pytest.mark.parametrize(("key", "how"), [("max_pool", _largest), ("avg_pool", _mean)])
def test_same_padding_is_tensorflows_and_is_never_counted(
    key: str, how: Any, size: tuple[int, int], stride: int, kernel: tuple[int, int]
) -> None:
    x = torch.randn(2, 3, *size, dtype=torch.double)
    pads = (
        _tensorflow_same(size[0], kernel[0], stride),
        _tensorflow_same(size[1], kernel[1], stride),
    )
    out = (math.ceil(size[0] / stride), math.ceil(size[1] / stride))
    found = _applied({key: list(kernel), "stride": stride, "padding": "same"}, x)
    torch.testing.assert_close(found, _pool(x, kernel, stride, pads, out, how))


@pytest.mark.parametrize("size", [(7, 8), (9, 5)])
@pytest.mark.parametrize("stride", [1, 2])
def test_padding_counts_where_it_is_told_to(stride: int, size: tuple[int, int]) -> None:
    x = torch.randn(2, 3, *size, dtype=torch.double)
    around = [1, 2, 0, 1]
    node = {"avg_pool": 4, "stride": stride, "padding": around, "count_padding": True}
    padded = F.pad(x, (0, 1, 1, 2))
    out = ((size[0] + 3 - 4) // stride + 1, (size[1] + 1 - 4) // stride + 1)
    expected = _pool(padded, (4, 4), stride, ((0, 0), (0, 0)), out, _mean)
    torch.testing.assert_close(_applied(node, x), expected)


@pytest.mark.parametrize("padding", [0, 1, [1, 0]])
@pytest.mark.parametrize("size", [(6, 7), (8, 8), (9, 11)])
@pytest.mark.parametrize("counted", [False, True])
def test_ceil_is_torchs(size: tuple[int, int], padding: Any, counted: bool) -> None:
    x = torch.randn(2, 3, *size, dtype=torch.double)
    pads = tuple(padding) if isinstance(padding, list) else padding
    options = {"stride": 2, "padding": padding, "ceil": True}
    torch.testing.assert_close(
        _applied({"max_pool": 3, **options}, x), F.max_pool2d(x, 3, 2, pads, ceil_mode=True)
    )
    torch.testing.assert_close(
        _applied({"avg_pool": 3, **options, "count_padding": counted}, x),
        F.avg_pool2d(x, 3, 2, pads, ceil_mode=True, count_include_pad=counted),
    )


@pytest.mark.parametrize("counted", [False, True])
@pytest.mark.parametrize("around", [[1, 2, 0, 0], [0, 0, 2, 1], [2, 2, 2, 2], [0, 1, 0, 2]])
@pytest.mark.parametrize("size", [(8, 8), (9, 8), (10, 11), (5, 6)])
def test_a_window_overhangs_and_is_padded_at_once(
    size: tuple[int, int], around: list[int], counted: bool
) -> None:
    x = torch.randn(2, 3, *size, dtype=torch.double)
    pads = ((around[0], around[1]), (around[2], around[3]))
    out: list[int] = []
    for extent, (before, after) in zip(size, pads, strict=True):
        starts = [s for s in range(0, extent + before, 2) if s - 2 + 3 < before + extent + after]
        out.append(len(starts))
    node = {"stride": 2, "padding": around, "ceil": True}
    extents = (out[0], out[1])
    torch.testing.assert_close(
        _applied({"max_pool": 3, **node}, x), _pool(x, (3, 3), 2, pads, extents, _largest)
    )
    if counted:
        x_padded = F.pad(x, (around[2], around[3], around[0], around[1]))
        expected = _pool(x_padded, (3, 3), 2, ((0, 0), (0, 0)), extents, _mean)
    else:
        expected = _pool(x, (3, 3), 2, pads, extents, _mean)
    found = _applied({"avg_pool": 3, **node, "count_padding": counted}, x)
    torch.testing.assert_close(found, expected)


def test_averages_beside_padding_are_as_exact_as_others_in_half_precision() -> None:
    x = torch.full((1, 1, 7, 7), 3.0, dtype=torch.bfloat16)
    node = {"avg_pool": 4, "stride": 1, "padding": "same"}
    assert torch.equal(_applied(node, x), x)


@pytest.mark.parametrize("output", [1, 3, [2, 5], [9, 11]])
def test_global_and_adaptive_pools_are_torchs(output: Any) -> None:
    x = torch.randn(2, 3, 7, 9, dtype=torch.double)
    torch.testing.assert_close(_applied({"avg_pool": "global"}, x), x.mean(dim=(2, 3)))
    size = tuple(output) if isinstance(output, list) else output
    found = _applied({"avg_pool": "adaptive", "output": output}, x)
    torch.testing.assert_close(found, F.adaptive_avg_pool2d(x, size))


@pytest.mark.parametrize(("size", "output"), [(7, 2), (10, 4), (5, 3), (9, 3), (3, 5), (1, 4)])
def test_the_window_of_an_adaptive_pool_is_its_largest_cell(size: int, output: int) -> None:
    cells = [-(-(i + 1) * size // output) - i * size // output for i in range(output)]
    window = operation_of({"avg_pool": "adaptive", "output": [output, 1]}).window((3, size, size))
    assert window is not None
    assert window.kernel == (max(cells), size)


def test_adaptive_and_its_output_need_each_other() -> None:
    for node in ({"avg_pool": "adaptive"}, {"avg_pool": 2, "output": 3}):
        with pytest.raises(ShapeFault, match="need each other"):
            operation_of(node).shape((3, 8, 8))


def test_a_pad_that_holds_a_whole_window_is_refused() -> None:
    with pytest.raises(ShapeFault, match="pools nothing"):
        operation_of({"max_pool": 2, "padding": [0, 2, 0, 0]}).shape((3, 8, 8))


@pytest.mark.parametrize("groups", [3, 7, 10**15])
def test_groups_that_do_not_divide_are_answered_at_once(groups: int) -> None:
    with pytest.raises(ShapeFault, match="groups") as caught:
        operation_of({"conv": 24, "groups": groups}).shape((16, 8, 8))
    assert caught.value.hint in ("'groups: 2' divides both", "'groups: 4' divides both",
                                 "'groups: 8' divides both")  # fmt: skip


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("multiplier", [1, 3])
def test_a_separable_convolution_is_two(multiplier: int, stride: int) -> None:
    node = {"separable_conv": 6, "kernel": [3, 5], "stride": stride, "multiplier": multiplier}
    module: Any = module_of(operation_of({**node, "padding": 1}).module((4, 9, 10)))
    x = torch.randn(2, 4, 9, 10)
    between = F.conv2d(x, module.depthwise.weight, stride=stride, padding=1, groups=4)
    expected = F.conv2d(between, module.pointwise.weight, module.pointwise.bias)
    torch.testing.assert_close(module(x), expected)


@pytest.mark.parametrize("size", [(8, 8), (9, 8), (7, 5)])
def test_same_padding_of_a_convolution_is_tensorflows(size: tuple[int, int]) -> None:
    module: Any = module_of(
        operation_of({"conv": 5, "kernel": [3, 6], "stride": 2}).module((4, *size))
    )
    x = torch.randn(2, 4, *size)
    rows, columns = _tensorflow_same(size[0], 3, 2), _tensorflow_same(size[1], 6, 2)
    weight, bias = module.parameters()
    expected = F.conv2d(F.pad(x, (*columns, *rows)), weight, bias, stride=2)
    torch.testing.assert_close(module(x), expected)


def test_batch_norm_without_scale_trains_and_normalises() -> None:
    node = {"batch_norm": None, "scale": False, "eps": 0.001, "momentum": 0.25}
    module: Any = module_of(operation_of(node).module((4, 5, 5)))
    nn.init.normal_(module.bias)
    mean, variance = module.running_mean.clone(), module.running_var.clone()
    x = torch.randn(6, 4, 5, 5) * 3 + 1
    found = module.train()(x)
    expected = F.batch_norm(x, mean, variance, None, module.bias, True, 0.25, 0.001)
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(module.running_mean, mean)
    torch.testing.assert_close(module.running_var, variance)
    torch.testing.assert_close(
        module.eval()(x), F.batch_norm(x, mean, variance, None, module.bias, False, 0.25, 0.001)
    )
    found.square().sum().backward()
    assert [name for name, _ in module.named_parameters()] == ["bias"]
    assert module.bias.grad is not None
    module.reset_parameters()
    assert module.weight.eq(1).all()


def test_local_response_normalisation_is_the_papers() -> None:
    x = torch.randn(2, 7, 3, 3, dtype=torch.double)
    found = _applied({"lrn": 5, "alpha": 0.3, "beta": 0.6, "k": 2}, x)
    expected = torch.empty_like(x)
    for channel in range(7):
        near = x[:, max(channel - 2, 0) : channel + 3]
        energy = near.square().sum(dim=1) * 0.3 / 5
        expected[:, channel] = x[:, channel] / (2 + energy) ** 0.6
    torch.testing.assert_close(found, expected)


def test_the_defaults_of_local_response_normalisation_are_torchs() -> None:
    module: Any = module_of(operation_of({"lrn": 5}).module((7, 3, 3)))
    theirs: Any = nn.LocalResponseNorm(5)
    for name in ("size", "alpha", "beta", "k"):
        assert getattr(module, name) == getattr(theirs, name)


def test_vectors_are_normalised_to_length_one() -> None:
    x = torch.randn(3, 8)
    torch.testing.assert_close(_applied({"l2_normalize": None}, x).norm(dim=1), torch.ones(3))


def test_options_in_their_final_form_stay_what_they_are() -> None:
    """Remedies are found by validating a changed copy of an operation."""
    for node in (
        {"conv": 8, "padding": [1, 0, 2, 3], "init": {"normal": 0.01}, "norm": "batch_norm"},
        {"avg_pool": "adaptive", "output": 2},
        {"pad": [0, 1, 2, 3]},
    ):
        operation = operation_of(node)
        assert type(operation).model_validate(dict(operation)) == operation
