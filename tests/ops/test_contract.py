"""Every operation against torch: what it says of shape, weights and costs is what is so."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from build import define, helpers, module_of, operation_of
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from inception_graph.ops.base import Join
from inception_graph.ops.code import literal
from inception_graph.ops.registry import operations
from inception_graph.ops.window import Window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inception_graph.ops.base import Example, Operation
    from inception_graph.ops.code import Helper

ROOT = Path(__file__).parents[2]
OPERATIONS = list(operations().values())


def _examples(*, joins: bool) -> list[Any]:
    return [
        pytest.param(example, id=f"{kind.key}-{number}")
        for kind in OPERATIONS
        if kind.many is joins
        for number, example in enumerate(kind.examples, 1)
    ]


every_example = pytest.mark.parametrize("example", _examples(joins=False) + _examples(joins=True))
every_layer = pytest.mark.parametrize("example", _examples(joins=False))
every_join = pytest.mark.parametrize("example", _examples(joins=True))
every_operation = pytest.mark.parametrize("kind", OPERATIONS, ids=lambda kind: kind.key)


def _module(example: Example) -> nn.Module:
    torch.manual_seed(0)
    return module_of(operation_of(example.node).module(example.inputs[0]))


def _batch(shape: tuple[int, ...], size: int = 2) -> torch.Tensor:
    return torch.randn(size, *shape)


@every_operation
def test_it_has_examples_words_and_a_module_or_an_expression(kind: type[Operation]) -> None:
    assert kind.examples
    assert inspect.getdoc(kind)
    assert kind.argument is None or kind.argument in kind.model_fields
    assert kind.many is issubclass(kind, Join)


@every_example
def test_the_shape_is_the_stated_one(example: Example) -> None:
    assert operation_of(example.node).shape(*example.inputs) == example.output


@every_example
def test_the_label_is_a_few_words(example: Example) -> None:
    label = operation_of(example.node).label()
    assert 0 < len(label) <= 32
    assert label.isascii()
    assert label.isprintable()


@every_layer
def test_the_module_gives_the_stated_shape(example: Example) -> None:
    output = _module(example)(_batch(example.inputs[0]))
    assert tuple(output.shape) == (2, *example.output)
    assert torch.isfinite(output).all()


@every_layer
def test_the_module_leaves_its_input_alone_and_passes_gradients_on(example: Example) -> None:
    x = _batch(example.inputs[0]).requires_grad_()
    before = x.detach().clone()
    module = _module(example).train()
    module(x).square().sum().backward()
    assert torch.equal(x, before)
    assert x.grad is not None
    assert all(parameter.grad is not None for parameter in module.parameters())


@every_layer
def test_the_weights_are_those_of_the_module(example: Example) -> None:
    module = _module(example)
    stated = operation_of(example.node).weights(example.inputs[0])
    assert [(weight.name, weight.shape) for weight in stated] == [
        (name, tuple(tensor.shape)) for name, tensor in module.state_dict().items()
    ]
    trained = [name for name, _ in module.named_parameters()]
    assert [weight.name for weight in stated if weight.trained] == trained


@every_layer
def test_the_macs_are_half_of_the_flops_that_torch_counts(example: Example) -> None:
    module = _module(example).eval()
    with FlopCounterMode(display=False) as counter:
        module(_batch(example.inputs[0], 1))
    macs = operation_of(example.node).macs(example.inputs[0])
    assert counter.get_total_flops() == 2 * macs


def _windows() -> list[Any]:
    """Examples whose output is a map; the windows of an adaptive pool differ in size."""
    return [
        param
        for param in _examples(joins=False)
        if len(param.values[0].output) == 3 and "adaptive" not in param.values[0].node.values()
    ]


@pytest.mark.parametrize("example", _windows())
def test_the_window_gives_the_shape(example: Example) -> None:
    x = example.inputs[0]
    window = operation_of(example.node).window(x) or Window(
        (1, 1), (1, 1), (1, 1), ((0, 0), (0, 0))
    )
    assert (window.size(0, x[1]), window.size(1, x[2])) == example.output[1:]


@pytest.mark.parametrize("example", _windows())
def test_a_cell_reads_no_farther_than_its_window(example: Example) -> None:
    x = example.inputs[0]
    window = operation_of(example.node).window(x)
    spans = (1, 1) if window is None else (window.span(0), window.span(1))
    module = _module(example).eval().double()
    rows, columns = example.output[1:]
    for row, column in {(0, 0), (rows // 2, columns // 2), (rows - 1, columns - 1)}:
        image = _batch(x, 1).double().requires_grad_()
        module(image)[0, :, row, column].sum().backward()
        assert image.grad is not None
        read = (image.grad[0] != 0).any(dim=0).nonzero()
        if len(read):
            extent = (read.max(dim=0).values - read.min(dim=0).values + 1).tolist()
            assert extent[0] <= spans[0]
            assert extent[1] <= spans[1]


@every_layer
def test_initialisers_name_layers_of_the_module(example: Example) -> None:
    operation = operation_of(example.node)
    named = dict(_module(example).named_modules())
    for name, initialiser in operation.initialisers().items():
        # A convolution without anything behind it is the layer itself.
        layer = named.get(name, named[""])
        assert isinstance(layer, nn.Conv2d | nn.Linear)
        if initialiser.weight is not None:
            assert hasattr(nn.init, initialiser.weight[0])


def _branches(example: Example) -> dict[str, nn.Module]:
    """Branches that make the inputs of a join from one value."""
    first = example.inputs[0]
    if len(first) == 3:
        made = [nn.Conv2d(3, shape[0], 1) for shape in example.inputs]
    else:
        made = [nn.Linear(3, shape[0]) for shape in example.inputs]
    return {f"branch{number}": branch for number, branch in enumerate(made, 1)}


@every_join
def test_container_and_expression_of_a_join_agree(example: Example) -> None:
    operation = operation_of(example.node)
    assert isinstance(operation, Join)
    branches = _branches(example)
    helper = operation.container()
    scope = define(helpers(helper))
    x = _batch((3, *example.inputs[0][1:]))
    joined = scope[helper.name](**branches)(x)
    assert tuple(joined.shape) == (2, *example.output)
    values = {name: branch(x) for name, branch in branches.items()}
    assert torch.equal(joined, eval(operation.expression(list(values)), {**scope, **values}))
    listed = {"listed": [branch(x) for branch in branches.values()]}
    assert torch.equal(joined, eval(operation.over("listed"), {**scope, **listed}))


@every_join
def test_a_container_with_an_entry_shares_it_out(example: Example) -> None:
    operation = operation_of(example.node)
    assert isinstance(operation, Join)
    branches = _branches(example)
    helper = operation.container(shared=True)
    scope = define(helpers(helper))
    x = _batch((3 * len(branches), *example.inputs[0][1:]))
    module = scope[helper.name](nn.Identity(), dict.fromkeys(branches, 3), **branches)
    shares = x.split(3, dim=1)
    values = [branch(share) for branch, share in zip(branches.values(), shares, strict=True)]
    expected = eval(operation.over("values"), {**scope, "values": values})
    assert torch.allclose(module(x), expected)


def _definitions(kind: type[Operation]) -> Iterator[Helper]:
    for example in kind.examples:
        operation = operation_of(example.node)
        if isinstance(operation, Join):
            yield operation.container()
            yield operation.container(shared=True)
        else:
            yield from helpers(operation.module(example.inputs[0]))


def test_helpers_are_formatted_and_clean_by_the_settings_of_the_project(tmp_path: Path) -> None:
    named: dict[str, str] = {}  # source by name
    for kind in OPERATIONS:
        for helper in _definitions(kind):
            if helper.source not in named.values():
                number = sum(name.startswith(helper.name) for name in named)
                named[f"{helper.name}{number or ''}"] = helper.source
    sources = [source.replace("{name}", name) for name, source in named.items()]
    head = '"""Helpers."""\n\nfrom typing import Any\n\n'
    head += "import torch\nimport torch.nn.functional as F\n"
    uses = "__all__ = [\n    " + ",\n    ".join(f'"{name}"' for name in named) + ",\n]"
    blocks = [f"{head}from torch import Tensor, nn", *sources]
    # N812: the name F for torch.nn.functional is torch's own custom; RUF022 sorts by numbers.
    path = tmp_path / "helpers.py"
    path.write_text("\n\n\n".join(blocks) + "\n\n\n" + uses + "\n")
    settings = ["--config", str(ROOT / "pyproject.toml"), "--no-cache"]
    for command in (
        ["format", "--check", "--diff", *settings],
        ["check", "--ignore", "N812,RUF022", *settings],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, str(path)], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr


def _lines_of(code: Any) -> set[int]:
    """Lines of a function that can be reached."""
    source, first = inspect.getsourcelines(code)
    lines = {line for _, _, line in code.co_lines() if line is not None and line > first}
    unreachable = {n for n, text in enumerate(source, first) if text.strip().startswith("raise")}
    return lines - unreachable - {line for line in lines if line >= first + len(source)}


@every_operation
def test_the_examples_reach_every_line_that_makes_a_module(kind: type[Operation]) -> None:
    reached: dict[Any, set[int]] = {}
    home = inspect.getfile(kind)

    def trace(frame: Any, event: str, argument: Any) -> Any:
        del argument
        if frame.f_code.co_filename != home or frame.f_code.co_name.startswith("<"):
            return None
        if event == "line":
            reached.setdefault(frame.f_code, set()).add(frame.f_lineno)
        return trace

    operation_and_input = [(operation_of(e.node), e.inputs[0]) for e in kind.examples]
    outer = sys.gettrace()
    sys.settrace(trace)
    try:
        for operation, x in operation_and_input:
            if isinstance(operation, Join):
                operation.container()
                operation.container(shared=True)
            else:
                operation.module(x)
    finally:
        sys.settrace(outer)
    assert reached
    for code, lines in reached.items():
        missed = sorted(_lines_of(code) - lines)
        assert not missed, f"{code.co_qualname} lines {missed}"


def test_texts_are_printed_as_literals_of_themselves() -> None:
    for text in ('"""', "'", "\"'", "\\", "\n\r\x00", "é\u2028😀", "{name}", "__class__"):
        printed = literal(text)
        assert printed.isascii()
        assert printed.isprintable()
        assert eval(printed) == text
