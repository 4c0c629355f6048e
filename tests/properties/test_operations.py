"""Windows of every kind against torch, and traced numbers against plain ones."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from inception_graph.diagnostics.codes import Code
from inception_graph.ir.expressions import ExpressionFault, named, parse
from inception_graph.ops.base import Join, ShapeFault
from inception_graph.ops.code import Call, literal, one_line, plain, traced
from inception_graph.ops.registry import operations

sys.path.insert(0, str(Path(__file__).parents[1] / "ops"))
from build import helpers, module_of, operation_of

several = settings(deadline=None, max_examples=400, derandomize=True)

pairs = st.tuples(st.integers(1, 7), st.integers(1, 7)).map(list)
steps = st.one_of(st.integers(1, 4), st.tuples(st.integers(1, 4), st.integers(1, 4)).map(list))
cells = st.integers(0, 4)
paddings = st.one_of(
    st.sampled_from(["same", "valid"]),
    cells,
    st.lists(cells, min_size=2, max_size=2),
    st.lists(cells, min_size=4, max_size=4),
)
maps = st.tuples(st.integers(1, 4), st.integers(1, 20), st.integers(1, 20))
convolutions = st.fixed_dictionaries(
    {"conv": st.integers(1, 4), "kernel": pairs, "stride": steps, "padding": paddings},
    optional={
        "dilation": st.one_of(st.integers(1, 3), st.sampled_from([[1, 2], [3, 1]])),
        "bias": st.booleans(),
        "norm": st.sampled_from(["none", "batch_norm", {"batch_norm": {"scale": False}}]),
        "activation": st.sampled_from(["none", "relu"]),
    },
)
separable = convolutions.map(
    lambda node: {"separable_conv": node["conv"], **{k: v for k, v in node.items() if k != "conv"}}
)
common = {"stride": steps, "padding": paddings, "ceil": st.booleans()}
max_pools = st.fixed_dictionaries({"max_pool": pairs}, optional=common)
avg_pools = st.fixed_dictionaries(
    {"avg_pool": pairs}, optional={**common, "count_padding": st.booleans()}
)
windows = st.one_of(convolutions, separable, max_pools, avg_pools)


def _two(value: Any) -> list[int]:
    return value if isinstance(value, list) else [value, value]


def _fits(node: dict[str, Any], x: tuple[int, int, int]) -> bool:
    """Whether the padded input holds one window at least, but for what may overhang, and none lies in the padding."""
    pool = node.get("max_pool") or node.get("avg_pool")
    kernel = _two(pool or node["kernel"])
    stride = _two(node.get("stride", kernel))
    dilation = _two(node.get("dilation", 1))
    padding = node.get("padding", "valid")
    for axis in (0, 1):
        size, span = x[1 + axis], dilation[axis] * (kernel[axis] - 1) + 1
        if padding == "same":
            wanted = (-(-size // stride[axis]) - 1) * stride[axis] + span
            before = after = max(wanted - size, 0) / 2
        elif padding == "valid":
            before = after = 0
        else:
            sides = padding if isinstance(padding, list) else [padding] * 4
            sides = sides if len(sides) == 4 else [sides[0], sides[0], sides[1], sides[1]]
            before, after = sides[2 * axis : 2 * axis + 2]
        # A window that may overhang begins before the end, and overhangs by less than a step.
        overhang = stride[axis] - 1 if node.get("ceil") else 0
        if size + before + after + overhang < span:
            return False
        if pool and padding != "same" and max(before, after) >= kernel[axis]:
            return False
    return True


@several
@given(windows, maps)
def test_a_window_gives_the_shape_that_it_says_or_does_not_fit(
    node: dict[str, Any], x: tuple[int, int, int]
) -> None:
    operation = operation_of(node)
    if not _fits(node, x):
        with pytest.raises(ShapeFault) as caught:
            operation.shape(x)
        assert caught.value.code in (Code.WINDOW_TOO_LARGE, Code.PADDING_TOO_LARGE)
        return
    shape = operation.shape(x)
    with torch.no_grad():
        output = module_of(operation.module(x)).eval()(torch.randn(2, *x))
    assert tuple(output.shape) == (2, *shape)
    assert torch.isfinite(output).all()


@several
@given(convolutions, maps)
def test_a_convolution_that_does_not_fit_is_refused_by_torch_too(
    node: dict[str, Any], x: tuple[int, int, int]
) -> None:
    if _fits(node, x):
        return
    with pytest.raises(RuntimeError, match="Kernel size can't be greater"):
        module_of(operation_of(node).module(x)).eval()(torch.randn(2, *x))


DEFAULTS = {
    "stride": 1, "padding": 0, "dilation": 1, "groups": 1, "alpha": 1e-4, "beta": 0.75, "k": 1.0,
    "eps": 1e-5, "momentum": 0.1,
}  # fmt: skip
"""Of torch's layers; what is traced is printed even where it is the default."""


def _called(call: Call, names: dict[str, Any]) -> Any:
    """The values with which every constructor of a call is called, once the names have values."""

    def value(argument: Any) -> Any:
        if isinstance(argument, Call):
            return _called(argument, names)
        found = eval(one_line(argument), dict(names))
        return found[0] if isinstance(found, tuple) and len(set(found)) == 1 else found

    keywords = {name: value(argument) for name, argument in call.keywords.items()}
    told = {k: v for k, v in keywords.items() if k not in DEFAULTS or DEFAULTS[k] != v}
    sources = [helper.source for helper in helpers(call)]
    return call.callee, [value(argument) for argument in call.arguments], told, sources


def _with_names(value: Any, names: dict[str, Any], chosen: Any) -> Any:
    """The value with some of its numbers traced; their names and values are added to ``names``."""
    if isinstance(value, dict):
        return {key: _with_names(item, names, chosen) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_names(item, names, chosen) for item in value]
    if isinstance(value, bool) or not isinstance(value, int | float) or not chosen():
        return value
    name = f"n{len(names)}"
    names[name] = value
    return traced(value, name)


examples = [
    (example.node, example.inputs[0])
    for kind in operations().values()
    if not issubclass(kind, Join)
    for example in kind.examples
]
rich: list[tuple[dict[str, Any], tuple[int, ...]]] = [
    ({"conv": 8, "groups": 2, "norm": {"batch_norm": {"eps": 0.1, "momentum": 0.2}}}, (4, 5, 5)),
    ({"separable_conv": 8, "kernel": 3, "multiplier": 2, "bias": False}, (4, 5, 5)),
    ({"lrn": 5, "alpha": 0.1, "beta": 0.2, "k": 2}, (8, 5, 5)),
    ({"l2_normalize": None, "eps": 0.5}, (8,)),
]
uses = st.one_of(st.sampled_from(examples + rich), st.tuples(windows, maps))


@several
@given(uses, st.data())
def test_traced_numbers_print_the_call_that_plain_ones_make(
    use: tuple[dict[str, Any], tuple[int, ...]], data: st.DataObject
) -> None:
    node, x = use
    try:
        shape = operation_of(node).shape(x)
    except ShapeFault:
        return
    names: dict[str, Any] = {}
    operation = operation_of(_with_names(node, names, lambda: data.draw(st.booleans())))
    channels: Any = traced(x[0], "in_channels")
    named_x = (channels, *x[1:])
    assert operation.shape(named_x) == shape
    assert operation.weights(named_x) == operation_of(node).weights(x)
    assert operation.macs(named_x) == operation_of(node).macs(x)
    assert operation.label() == operation_of(node).label()
    values = {**names, "in_channels": x[0]}
    assert _called(operation.module(named_x), values) == _called(operation_of(node).module(x), {})


def test_a_name_is_printed_even_where_its_value_is_the_default() -> None:
    node = {"conv": 8, "kernel": traced(1, "kernel"), "stride": traced(1, "stride")}
    code = "nn.Conv2d(3, 8, kernel, stride=stride, padding=(kernel - 1) // 2)"
    assert one_line(operation_of(node).module((3, 9, 9))) == code


numbers = st.one_of(st.integers(-50, 50), st.floats(-8, 8).map(lambda value: round(value, 3)))
atoms = st.one_of(
    st.sampled_from(["a", "b", "c"]), st.sampled_from(["0", "1", "2", "0.5", "1.0", "3.25"])
)
formulas = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "//", "%"]), inner).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
        ),
        inner.map(lambda text: f"-{text}"),
        st.tuples(st.sampled_from(["round", "int"]), inner).map(lambda p: f"{p[0]}({p[1]})"),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(
            lambda parts: f"{parts[0]}({parts[1]}, {parts[2]})"
        ),
    ),
    max_leaves=8,
)


@settings(several, max_examples=1000)
@given(formulas, st.fixed_dictionaries({"a": numbers, "b": numbers, "c": numbers}))
def test_the_source_of_a_traced_value_gives_the_value(text: str, values: dict[str, Any]) -> None:
    try:
        expression = parse(f"$({text})")
        expected: Any = expression.evaluate(values)
    except ExpressionFault:
        return
    found: Any = expression.evaluate({name: named(name, value) for name, value in values.items()})
    assert plain(found) == expected
    assert type(plain(found)) is type(expected)
    assert eval(literal(found), dict(values)) == expected
