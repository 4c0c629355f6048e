"""Emitted source does what the graph says, under the graph's names, and reads as if written by hand.

The oracle is an interpreter of the graph: it walks the nodes and calls the module of each by the node's own name,
so a module under another name, or a value read from elsewhere, shows.
"""

from __future__ import annotations

import copy
import inspect
import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import inception_graph as ig
from inception_graph.backends.pytorch.live import load_source
from inception_graph.ir.graph import INPUT
from inception_graph.ops.base import Join

HERE = Path(__file__).parent
SPECS = {path.stem: str(path) for path in sorted((HERE / "specs").glob("*.yaml"))}
NETWORKS = {**SPECS, **{name: name for name in ig.list_models()}}
ROOT = HERE.parents[1]


@pytest.fixture(params=NETWORKS, scope="module")
def network(request: pytest.FixtureRequest) -> ig.Network:
    return ig.load(NETWORKS[request.param])


def interpret(network: ig.Network, model: nn.Module, x: torch.Tensor) -> dict[int, torch.Tensor]:
    values = {INPUT: x}
    for index, node in enumerate(network.nodes):
        inputs = [values[source] for source in node.inputs]
        operation = network.typed.operation(index)
        if isinstance(operation, Join):
            names = [f"v{i}" for i in range(len(inputs))]
            scope: dict[str, Any] = {
                "torch": torch,
                "F": F,
                **dict(zip(names, inputs, strict=True)),
            }
            values[index] = eval(operation.expression(names), scope)
        else:
            values[index] = model.get_submodule(node.name)(inputs[0])
    return values


def small(network: ig.Network) -> torch.Tensor:
    return torch.randn(2, *network.input)


def test_output_is_that_of_the_graph(network: ig.Network) -> None:
    torch.manual_seed(0)
    model = network.create_model().eval()
    x = small(network)
    with torch.no_grad():
        values = interpret(network, model, x)
        torch.testing.assert_close(
            model(x), values[network.typed.graph.output], rtol=1e-6, atol=1e-6
        )
        for index, value in values.items():
            assert tuple(value.shape[1:]) == tuple(network.typed.shape(index))


def test_heads_are_those_of_the_graph(network: ig.Network) -> None:
    heads = network.typed.graph.heads
    if not heads:
        assert isinstance(network.create_model()(small(network)), torch.Tensor)
        return
    torch.manual_seed(0)
    model = network.create_model().train()
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 0.0
    x = small(network)
    with torch.no_grad():
        outputs = model(x)
        values = interpret(network, model, x)
    assert outputs._fields == ("logits", *(head.name for head in heads))
    for head, output in zip(heads, outputs[1:], strict=True):
        torch.testing.assert_close(output, values[head.output], rtol=1e-6, atol=1e-6)
    assert isinstance(model.eval()(x), torch.Tensor)


def test_state_dict_has_the_weights_that_were_inferred(network: ig.Network) -> None:
    wanted: dict[str, tuple[int, ...]] = {}
    trained = 0
    for index, node in enumerate(network.nodes):
        operation = network.typed.operation(index)
        if not isinstance(operation, Join):
            for weight in operation.weights(network.typed.inputs(index)[0]):
                wanted[f"{node.name}.{weight.name}"] = weight.shape
    model = network.create_model()
    assert {name: tuple(value.shape) for name, value in model.state_dict().items()} == wanted
    trained = sum(weight.numel() for weight in model.parameters())
    assert trained == network.costs.parameters_with_auxiliary


def test_without_auxiliary(network: ig.Network) -> None:
    bare = network.without_auxiliary()
    model = bare.create_model().train()
    assert isinstance(model(small(network)), torch.Tensor)
    assert sum(weight.numel() for weight in model.parameters()) == network.parameters
    assert "NamedTuple" not in bare.emit()


def test_source_is_formatted_and_typed(network: ig.Network, tmp_path: Path) -> None:
    file = tmp_path / "emitted.py"
    file.write_text(network.emit(), encoding="utf-8")
    settings = ["--config", str(ROOT / "pyproject.toml")]
    for command in (["format", "--check", "--diff"], ["check"]):
        run = subprocess.run(
            [sys.executable, "-m", "ruff", *command, *settings, str(file)],
            capture_output=True,
            text=True,
        )
        assert run.returncode == 0, run.stdout + run.stderr


def test_sources_pass_pyright_basic(tmp_path: Path) -> None:
    for name, spec in NETWORKS.items():
        (tmp_path / f"{name}.py").write_text(ig.emit(spec), encoding="utf-8")
    (tmp_path / "pyrightconfig.json").write_text('{"typeCheckingMode": "basic"}', encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "-p", str(tmp_path)],
        capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout


def test_source_is_the_same_every_time(network: ig.Network) -> None:
    again = ig.load(network.compilation.name)
    assert network.emit() == again.emit()


@pytest.mark.parametrize("name", ["googlenet", "heads"])
def test_file_runs_by_itself(name: str, tmp_path: Path) -> None:
    file = tmp_path / "alone.py"
    file.write_text(ig.emit(NETWORKS[name]), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-I", str(file)], capture_output=True, text=True, cwd=tmp_path
    )
    assert run.returncode == 0, run.stderr
    assert f"{ig.load(NETWORKS[name]).costs.parameters_with_auxiliary:,} parameters" in run.stdout
    assert "evaluation: (2, " in run.stdout


@pytest.mark.parametrize("name", [*SPECS, "googlenet"])
def test_golden(name: str, request: pytest.FixtureRequest) -> None:
    """Emitted source is reviewed as a file; ``pytest --regenerate`` writes it anew."""
    golden = HERE / "golden" / f"{name}.py.txt"
    source = ig.emit(NETWORKS[name])
    if request.config.getoption("--regenerate"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(source, encoding="utf-8")
    assert source == golden.read_text(encoding="utf-8")


def test_live_module_shows_its_source() -> None:
    model = ig.create_model(SPECS["residual"])
    assert "class Residual(nn.Module):" in inspect.getsource(type(model))
    assert "def forward(self, x: Tensor)" in inspect.getsource(type(model).forward)
    with pytest.raises(RuntimeError) as failure:
        model(torch.randn(1, 4, 33, 33))
    assert any("self.conv1(x)" in str(entry) for entry in failure.traceback)
    assert (
        load_source(ig.emit(SPECS["residual"]), "residual") is sys.modules[type(model).__module__]
    )


@pytest.mark.parametrize("name", ["residual", "wiring", "repeats", "heads"])
class TestLiveModuleIsAnOrdinaryModule:
    def make(self, name: str) -> tuple[nn.Module, torch.Tensor]:
        torch.manual_seed(0)
        network = ig.load(SPECS[name])
        return network.create_model().eval(), small(network)

    def test_copy_and_state_dict(self, name: str) -> None:
        model, x = self.make(name)
        twin = copy.deepcopy(model)
        stream = io.BytesIO()
        torch.save(model.state_dict(), stream)
        stream.seek(0)
        fresh = ig.create_model(SPECS[name]).eval()
        fresh.load_state_dict(torch.load(stream, weights_only=True))
        assert torch.equal(twin(x), model(x))
        assert torch.equal(fresh(x), model(x))

    def test_export(self, name: str) -> None:
        model, x = self.make(name)
        exported = torch.export.export(model, (x,)).module()
        torch.testing.assert_close(exported(x), model(x))

    def test_symbolic_trace(self, name: str) -> None:
        model, x = self.make(name)
        torch.testing.assert_close(torch.fx.symbolic_trace(model)(x), model(x))

    def test_channels_last_and_bfloat16(self, name: str) -> None:
        model, x = self.make(name)
        wanted = model(x)
        last = copy.deepcopy(model).to(memory_format=torch.channels_last)
        torch.testing.assert_close(
            last(x.contiguous(memory_format=torch.channels_last)), wanted, rtol=1e-4, atol=1e-4
        )
        half = copy.deepcopy(model).bfloat16()
        assert half(x.bfloat16()).dtype is torch.bfloat16


@pytest.mark.filterwarnings(
    "ignore::UserWarning"
)  # torch's own, about the one process of the group
def test_distributed(tmp_path: Path) -> None:
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{tmp_path}/meet", rank=0, world_size=1
    )
    try:
        network = ig.load(SPECS["heads"])
        model = nn.parallel.DistributedDataParallel(network.create_model())
        outputs = model(small(network))
        sum(output.float().sum() for output in outputs).backward()
        assert all(weight.grad is not None for weight in model.parameters())
    finally:
        torch.distributed.destroy_process_group()


def test_compile() -> None:
    torch.manual_seed(0)
    network = ig.load(SPECS["residual"])
    model, x = network.create_model().eval(), small(network)
    torch.testing.assert_close(torch.compile(model, backend="eager", fullgraph=True)(x), model(x))


@pytest.mark.parametrize("name", ["heads", "residual", "googlenet"])
def test_weights_start_alike_live_and_by_the_plain_constructor(name: str) -> None:
    """The live module is made without memory first; its weights must come from the same distributions."""
    torch.manual_seed(0)
    model = ig.create_model(NETWORKS[name])
    plain = type(model)()
    for (key, live), made in zip(
        model.state_dict().items(), plain.state_dict().values(), strict=True
    ):
        if live.numel() > 500 and live.is_floating_point():
            assert live.std().item() == pytest.approx(made.std().item(), rel=0.25), key
        elif live.is_floating_point() and made.numel() > 1 and made.std() == 0:
            torch.testing.assert_close(live, made, msg=key)
        assert live.isfinite().all()


def test_variables_stay_parameters_where_they_are_free() -> None:
    model = ig.create_model(SPECS["heads"])
    signature = inspect.signature(type(model))
    assert {name: p.default for name, p in signature.parameters.items()} == {
        "classes": 7,
        "drop": 0.25,
    }
    assert type(model)(classes=3).eval()(torch.randn(1, 3, 24, 24)).shape == (1, 3)


def test_hostile_texts_stay_texts() -> None:
    network = ig.load(SPECS["heads"])
    module = load_source(network.emit(), "heads")
    assert "of __class__ <b>" in str(module.__doc__)
    assert "ManyHeads" in vars(module)
