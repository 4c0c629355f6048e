"""Passes: what they make of a spec, and that it computes the same, with the same weights, both ways."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from jsonschema import Draft7Validator
from torch import nn

import inception_graph as ig
from inception_graph.compiler import compile_spec, compile_text, finish
from inception_graph.diagnostics.report import Report
from inception_graph.diagnostics.source import Source
from inception_graph.ir.program import Leaf, Use
from inception_graph.limits import DEFAULT_LIMITS
from inception_graph.network import Network
from inception_graph.ops.convolution import Convolution
from inception_graph.passes import PassError, Record, passes
from inception_graph.passes.rewriting import leaf, rewritten
from inception_graph.spec.reader import read_tree
from inception_graph.spec.schema import json_schema
from inception_graph.spec.writer import to_yaml

if TYPE_CHECKING:
    from inception_graph.ir.program import Element
    from inception_graph.passes import Step

CASES = {path.stem: path for path in sorted((Path(__file__).parent / "cases").glob("*.yaml"))}
SCHEMA = Draft7Validator(json_schema())


def _case(name: str) -> tuple[Network, str]:
    text = CASES[name].read_text(encoding="utf-8")
    wanted = text.partition("\n")[0].removeprefix("# passes: ")
    return Network(compile_text(text), {}), wanted


def _narrow(name: str) -> Network:
    """A shipped network with a quarter of its channels: what passes do hardly depends on how many there are."""
    compilation = compile_spec(name)
    assert compilation.program is not None
    program = rewritten(compilation.program, _quartered, Record())
    return Network(finish(program, compilation), {})


def _quartered(element: Element, path: str) -> Element:
    del path
    if isinstance(element, Use):
        return replace(element, arguments={n: _quarter(v) for n, v in element.arguments.items()})
    if isinstance(element, Leaf) and issubclass(element.operation, Convolution):
        fields = {**element.attributes, "channels": _quarter(element.attributes["channels"])}
        return leaf(element.name, element.operation, fields, element, element.reads)
    return element


def _quarter(value: Any) -> Any:
    """A count of channels less three quarters; kernels, shares and expressions as they are."""
    return value // 4 if isinstance(value, int) and value >= 16 else value


def _shaken(model: nn.Module) -> nn.Module:
    """The model in double precision, its norms with scales, shifts and statistics that are not those of the start."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            if "norm" in name and tensor.dim() == 1:
                tensor.uniform_(0.7, 1.3, generator=generator)
    return model.double()


def _without_chance(model: nn.Module) -> nn.Module:
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0
    return model


def _pair(plain: Network, made: Network) -> tuple[nn.Module, nn.Module]:
    """The modules of a network and of what passes made of it, with the same weights."""
    torch.manual_seed(0)
    one = _shaken(plain.create_model())
    other = made.create_model().double()
    held, state = _plain_state(other), _plain_state(one)
    other.load_state_dict({name: state[name] for name in held})
    return one, other


def _plain_state(model: Any) -> dict[str, torch.Tensor]:
    return getattr(model, "plain_state_dict", model.state_dict)()


def _assert_same_outputs(plain: Network, made: Network) -> None:
    one, other = _pair(plain, made)
    x = torch.randn(2, *plain.input, dtype=torch.double)
    with torch.inference_mode():
        torch.testing.assert_close(other.eval()(x), one.eval()(x), rtol=1e-9, atol=1e-9)
    back = {**one.state_dict(), **_plain_state(other)}  # passes give nothing back that they drop
    one.load_state_dict(back)
    with torch.inference_mode():
        torch.testing.assert_close(one(x), other(x), rtol=1e-9, atol=1e-9)


def _assert_same_training(plain: Network, made: Network) -> None:
    """Outputs, losses of all heads, gradients and running statistics of one step in training."""
    x = torch.randn(3, *plain.input, dtype=torch.double)
    seen: list[tuple[Any, ...]] = []
    for model in _pair(plain, made):
        image = x.clone().requires_grad_()
        outputs = _without_chance(model).train()(image)
        values = outputs if isinstance(outputs, tuple) else (outputs,)
        sum(value.square().mean() for value in values).backward()
        for weight in model.parameters():  # the gradients in the layout of the plain network
            weight.data = torch.zeros_like(weight) if weight.grad is None else weight.grad
        seen.append((tuple(values), image.grad, _plain_state(model)))
    kept = {name: seen[0][2][name] for name in seen[1][2]}  # what passes drop has no gradient
    torch.testing.assert_close(seen[1], (*seen[0][:2], kept), rtol=1e-7, atol=1e-9)


def _exact(steps: tuple[Step, ...]) -> bool:
    return all(step.applied.exact for step in steps)


def _told(made: Network) -> str:
    lines: list[str] = []
    for step in made.steps:
        lines.append(f"# {step.applied.name}")
        lines += [f"#   {line}" for line in step.record.done]
        lines += [f"#   left: {line}" for line in step.record.left]
    return "\n".join([*lines, to_yaml(made.program)])


@pytest.mark.parametrize("name", CASES)
def test_what_it_makes(name: str, request: pytest.FixtureRequest) -> None:
    network, wanted = _case(name)
    told, golden = _told(network.optimised(wanted)), CASES[name].with_suffix(".txt")
    if request.config.getoption("--regenerate"):
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_case_computes_the_same(name: str) -> None:
    network, wanted = _case(name)
    made = network.optimised(wanted)
    _assert_same_outputs(network, made)
    if _exact(made.steps):
        _assert_same_training(network, made)


@pytest.mark.parametrize("name", ig.list_models())
@pytest.mark.parametrize("preset", ["train", "inference"])
def test_shipped_network_computes_the_same(name: str, preset: str) -> None:
    network = _narrow(name)
    made = network.optimised(preset)
    if preset == "train":
        assert _exact(made.steps)
        _assert_same_training(network, made)
    else:
        _assert_same_outputs(network, made)


@pytest.mark.parametrize("name", [*CASES, *ig.list_models()])
def test_what_it_makes_is_a_spec_like_any_other(name: str) -> None:
    network = _case(name)[0] if name in CASES else ig.load(name)
    made = network.optimised("inference")
    text = to_yaml(made.program)
    tree = read_tree(Source("made", text), Report(), DEFAULT_LIMITS)
    assert tree is not None
    assert not list(SCHEMA.iter_errors(tree.plain()))
    read = ig.load(text)
    assert [(node.name, node.operation) for node in read.nodes] == [
        (node.name, node.operation) for node in made.nodes
    ]
    assert read.emit().split('"""', 2)[2] == made.emit().split('"""', 2)[2]


@pytest.mark.parametrize("name", ["inception_v3", "googlenet", "inception_resnet_v2"])
def test_what_is_done_is_not_done_again(name: str) -> None:
    made = ig.load(name).optimised("inference")
    again = made.optimised("inference")
    assert again.program is made.program


def test_a_pass_that_there_is_not() -> None:
    with pytest.raises(PassError, match="did you mean 'fold_norm'"):
        passes("fold_norms")
    with pytest.raises(PassError, match="there are train, inference"):
        passes(["x"])


@pytest.mark.parametrize("name", ["inception_v3", "inception_v3_torchvision"])
def test_weights_of_a_source_are_named_through_the_plain_network(name: str) -> None:
    network = ig.load(name).optimised("inference")
    layers = [
        name for source in network.program.checkpoints.values() for name in source.convolutions
    ]
    assert set(layers) <= {"classifier"}  # nothing of heads that are gone
    read = compile_text(to_yaml(network.program))
    assert read.typed is not None
    assert not read.report.found
