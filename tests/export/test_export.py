"""Exported files compute what the module does, say what they are, and replace nothing of the user's."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

import inception_graph as ig
from inception_graph.cli import group
from inception_graph.export.errors import ExportError

torch = pytest.importorskip("torch")

from inception_graph.export.exporting import export  # noqa: E402
from inception_graph.export.formats import ABOUT, AotPackage, Onnx, TorchProgram  # noqa: E402
from inception_graph.export.subject import Subject, subject  # noqa: E402

if TYPE_CHECKING:
    from inception_graph.export.formats import Format

SMALL = Path(__file__).with_name("small.yaml")


@pytest.fixture(scope="module")
def network() -> ig.Network:
    return ig.load(SMALL)


def without_onnx(form: Format) -> bool:
    try:
        form.check("float32", channels_last=False)
    except ExportError:
        return True
    return False


needs_onnx = pytest.mark.skipif(without_onnx(Onnx()), reason="onnx is not installed")


def random_statistics(made: Subject) -> None:
    """A fresh normalisation changes nothing, so that a wrong fold would not show."""
    for module in made.plain.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.running_mean, -1, 1)
            torch.nn.init.uniform_(module.running_var, 0.5, 2)
    made.model.load_state_dict(made.plain.state_dict())


@needs_onnx
def test_onnx(network: ig.Network, tmp_path: Path) -> None:
    import onnx
    import onnxruntime

    made = subject(network)
    random_statistics(made)
    path = tmp_path / "small.onnx"
    done = export(made, path, Onnx(opset=18))
    assert done.batches == (1, 3)
    assert done.difference < 1e-5
    file = onnx.load(path)
    assert [(one.domain, one.version) for one in file.opset_import] == [("", 18)]
    assert "BatchNormalization" not in {node.op_type for node in file.graph.node}
    assert str(Path(ig.__file__).parent).encode() not in path.read_bytes()
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    assert session.get_modelmeta().custom_metadata_map == made.about
    images = made.images(5)
    (given,) = session.run(["output"], {"images": images.numpy()})
    with torch.inference_mode():
        torch.testing.assert_close(torch.from_numpy(given), made.plain(images))


@pytest.mark.parametrize("batch", [None, 2])
def test_programs(network: ig.Network, tmp_path: Path, batch: int | None) -> None:
    made = subject(network, batch=batch, dtype="bfloat16", channels_last=True)
    path = tmp_path / "small.pt2"
    done = export(made, path, TorchProgram())
    assert done.batches == ((1, 3) if batch is None else (2,))
    extra = {ABOUT: ""}
    program = torch.export.load(path, extra_files=extra)
    assert json.loads(extra[ABOUT]) == made.about
    assert {tensor.dtype for tensor in program.state_dict.values()} == {torch.bfloat16}
    if batch is not None:
        with pytest.raises(AssertionError, match="Guard failed"):
            program.module()(made.images(3).bfloat16())


def test_a_program_has_the_same_bytes_again_and_no_paths(
    network: ig.Network, tmp_path: Path
) -> None:
    path = tmp_path / "small.pt2"
    export(subject(network), path, TorchProgram())
    first = path.read_bytes()
    export(subject(network), path, TorchProgram())  # it is ours, and may be replaced
    assert path.read_bytes() == first
    assert str(Path(ig.__file__).parent).encode() not in first


def test_a_package_runs_as_a_server_would_run_it(
    network: ig.Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Images of another shape or order are refused where they would be misread."""
    try:
        AotPackage().check("float32", channels_last=False)
    except ExportError as error:
        pytest.skip(str(error))
    monkeypatch.setenv("AOTI_RUNTIME_CHECK_INPUTS", "1")
    made = subject(network)
    random_statistics(made)
    path = tmp_path / "small.pt2"
    assert export(made, path, AotPackage()).difference < 1e-5
    assert zipfile.ZipFile(path).comment == b"made by inception-graph"
    package = torch._C._aoti.AOTIModelPackageLoader(str(path), "model", False, 1, -1)
    assert made.about.items() <= package.get_metadata().items()
    images = made.images(4)
    with torch.inference_mode():
        torch.testing.assert_close(package.boxed_run([images])[0], made.plain(images))
    with pytest.raises(RuntimeError, match="unmatched stride"):
        package.boxed_run([images.to(memory_format=torch.channels_last)])


def test_weights_are_the_same_without_a_file_and_said_to_be_random(network: ig.Network) -> None:
    torch.manual_seed(1)
    state = torch.random.get_rng_state()
    first, second = subject(network), subject(network, optimize=None)
    assert torch.equal(torch.random.get_rng_state(), state)
    for name, tensor in first.plain.state_dict().items():
        assert torch.equal(tensor, second.plain.state_dict()[name])
    assert (first.about["weights"], first.about["passes"]) == (
        "random", "drop_training_only,project_before_pool,fold_norm,eliminate",
    )  # fmt: skip
    assert second.about["passes"] == ""
    assert not any(name.startswith("aux") for name, _ in first.plain.named_modules())


class Spoilt(TorchProgram):
    """Writes a file that computes something else."""

    def open(self, path: Path) -> Any:
        run = super().open(path)
        return lambda images: run(images) * float("nan")


def test_a_file_that_differs_is_not_kept(network: ig.Network, tmp_path: Path) -> None:
    path = tmp_path / "small.pt2"
    with pytest.raises(ExportError, match="differs from the module by nan"):
        export(subject(network), path, Spoilt())
    assert not list(tmp_path.iterdir())


REFUSED = [
    ("model.bin", "'model.bin' does not say what to write: end it in .onnx or .pt2"),
    ("model.onnx --aot", "--aot compiles a .pt2"),
    ("model.pt2 --opset 18", "--opset is for .onnx"),
    ("none/model.pt2", "there is no folder 'none'"),
    ("model.pt2 --aot --channels-last", "leave out --channels-last"),
    ("model.pt2 --optimize speed", "there is no pass 'speed'"),
    pytest.param("model.onnx --dtype bfloat16", "export float16, or a .pt2", marks=needs_onnx),
    pytest.param("model.onnx --channels-last", "leave out --channels-last", marks=needs_onnx),
]


@pytest.mark.parametrize(("options", "said"), REFUSED)
def test_what_cannot_be_is_refused(
    options: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(group, ["export", str(SMALL), "-o", *options.split()])
    assert said in str(result.exception)
    assert not list(tmp_path.iterdir())


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inception_graph.export.formats.find_spec", lambda name: None)
    with pytest.raises(ExportError, match=r"onnx and .* not installed: pip install '.*\[export\]'"):
        Onnx().check("float32", channels_last=False)
    monkeypatch.setenv("CXX", "no-compiler")
    with pytest.raises(ExportError, match="there is no C\\+\\+ compiler 'no-compiler'"):
        AotPackage().check("float32", channels_last=False)


def test_the_command(tmp_path: Path) -> None:
    path = tmp_path / "small.pt2"
    arguments = ["export", str(SMALL), "-o", str(path), "--format", "json"]
    result = CliRunner().invoke(group, arguments, catch_exceptions=False)
    assert "the weights are random" in result.stderr
    facts = json.loads(result.stdout)
    assert facts["format"] == "torch.export program"
    assert facts["bytes"] == path.stat().st_size
    assert facts["input"] == "batchx3x12x12"
    assert json.loads(facts["preprocess"])["range"] == [-1.0, 1.0]
