"""Files of every format hold the same numbers after they were written and read."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from tiny_weights import same

import inception_graph as ig
from inception_graph.files import guard
from inception_graph.weights.converting import facts, ours, theirs
from inception_graph.weights.errors import WeightsError
from inception_graph.weights.fitting import fitted
from inception_graph.weights.loading import load
from inception_graph.weights.opening import opened
from inception_graph.weights.writing import write

FORMATS = [
    ("torchvision", "out.safetensors", "safetensors"),
    ("torchvision", "out.pth", "torch file"),
    ("torchvision", "out.pt", "torch file"),
    ("keras", "out.h5", "Keras HDF5 file"),
    ("slim", "out.npz", "npz archive"),
]


def ignore(written: int) -> None:
    del written


@pytest.mark.parametrize(("source", "name", "kind"), FORMATS)
def test_exported_files_are_read_again(
    source: str, name: str, kind: str, tiny: ig.Network, model: Any, tmp_path: Path
) -> None:
    layers = [module for module in model.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    if not tiny.program.checkpoints[source].scale:
        for layer in layers:
            torch.nn.init.ones_(layer.weight)
    torch.save(model.state_dict(), tmp_path / "saved.pth")
    with opened(tmp_path / "saved.pth") as file:
        write(tmp_path / name, theirs(fitted(tiny.typed, file), source), {}, ignore)
    with opened(tmp_path / name) as file:
        assert file.format == kind
        fit = fitted(tiny.typed, file)
        assert fit.source == source
        assert fit.exact()
    fresh = tiny.create_model(tmp_path / name) if source == "torchvision" else None
    if fresh is not None:
        assert same(model, fresh)
    without = tiny.without_auxiliary().create_model(tmp_path / name, strict=True).eval()
    images = torch.rand(2, 3, 12, 12)
    assert torch.equal(without(images), model(images))


def test_a_file_of_ours_says_what_it_is(tiny: ig.Network, saved: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.safetensors"
    with opened(saved) as file:
        fit = fitted(tiny.typed, file)
        write(out, ours(fit), facts(fit), ignore)
    guard(out, force=False)  # it is ours to replace
    with opened(out) as file:
        assert dict(file.metadata) | {"version": ""} == {
            "format": "pt",
            "maker": "made by inception-graph",
            "version": "",
            "spec": "tiny",
            "background": "false",
            "preprocess": '{"range": [-1.0, 1.0]}',
        }
        again = fitted(tiny.typed, file)
        assert again.exact()
        assert again.preprocess == tiny.program.preprocess


def test_the_preparation_of_images_is_that_of_the_source(
    tiny: ig.Network, saved: Path, tmp_path: Path
) -> None:
    foreign, out = tmp_path / "foreign.pth", tmp_path / "out.safetensors"
    with opened(saved) as file:
        write(foreign, theirs(fitted(tiny.typed, file), "torchvision"), {}, ignore)
    with opened(foreign) as file:
        fit = fitted(tiny.typed, file)
        write(out, ours(fit), facts(fit), ignore)
    fresh = tiny.create_model()
    found = load(fresh, tiny.typed, out).preprocess
    assert found == tiny.program.checkpoints["torchvision"].preprocess
    assert found != tiny.program.preprocess


@pytest.mark.parametrize(
    ("wrap", "note"),
    [
        (lambda state: state, ""),
        (lambda state: {"state_dict": state, "epoch": 3}, "state dict under 'state_dict'"),
        (lambda state: {"model": state}, "state dict under 'model'"),
        (lambda state: {"model_state_dict": state}, "state dict under 'model_state_dict'"),
        (
            lambda state: {"model": {k: v + 1 for k, v in state.items()}, "model_ema": state},
            "state dict under 'model_ema', and not the one under 'model'",
        ),
        (lambda state: {f"module.{name}": tensor for name, tensor in state.items()}, ""),
    ],
    ids=["bare", "lightning", "model", "model_state_dict", "average", "data parallel"],
)
@pytest.mark.parametrize("old", [False, True], ids=["zip", "old"])
def test_state_dicts_where_training_scripts_put_them(
    wrap: Any, note: str, old: bool, tiny: ig.Network, model: Any, tmp_path: Path
) -> None:
    path = tmp_path / "checkpoint.pth"
    torch.save(wrap(model.state_dict()), path, _use_new_zipfile_serialization=not old)
    with opened(path) as file:
        assert file.note == note
        assert file.format == ("old torch file" if old else "torch file")
    assert same(model, tiny.create_model(path, strict=True))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions_are_kept_and_loaded(
    dtype: torch.dtype, tiny: ig.Network, model: Any, tmp_path: Path
) -> None:
    path, out = tmp_path / "other.pth", tmp_path / "out.safetensors"
    state = model.state_dict()
    torch.save({k: v.to(dtype) if v.is_floating_point() else v for k, v in state.items()}, path)
    with opened(path) as file:
        write(out, ours(fitted(tiny.typed, file)), {}, ignore)
    with opened(out) as file:
        assert file.read("conv1.conv.weight").dtype == dtype
        assert file.read("conv1.norm.num_batches_tracked").dtype == torch.int64
    loaded = tiny.create_model(out).state_dict()["conv1.conv.weight"]
    assert loaded.dtype == torch.float32
    assert torch.equal(loaded, state["conv1.conv.weight"].to(dtype).float())


def test_nothing_is_read_before_it_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "nan.safetensors"
    from safetensors.torch import save_file

    save_file({"good": torch.ones(3), "bad": torch.tensor([1.0, float("nan")])}, path)
    with opened(path) as file:
        assert {name: held.shape for name, held in file.tensors.items()} == {
            "good": (3,), "bad": (2,),
        }  # fmt: skip
        assert file.read("good").sum() == 3
        with pytest.raises(WeightsError, match="'bad' holds numbers that are infinite or not a"):
            file.read("bad")


def test_large_finite_numbers_are_no_damage(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    most = torch.finfo(torch.float32).max
    save_file({"large": torch.tensor([most, most])}, tmp_path / "x.safetensors")
    with opened(tmp_path / "x.safetensors") as file:
        assert file.read("large").max() == most


def test_checkpoints_of_tensorflow_are_read_through_it(
    tiny: ig.Network, saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in for TensorFlow that says what it would; the names of a checkpoint's files are real."""
    with opened(saved) as file:
        tensors = {
            planned.name: planned.values().numpy()
            for planned in theirs(fitted(tiny.typed, file), "slim")
        }
    tensors["global_step"] = np.int64(7)
    for part in ("index", "data-00000-of-00001", "meta"):
        (tmp_path / f"model.ckpt-1.{part}").write_bytes(b"x")
    asked: list[str] = []

    def load_checkpoint(path: str) -> Any:
        asked.append(Path(path).name)
        return SimpleNamespace(
            get_variable_to_shape_map=lambda: {k: list(v.shape) for k, v in tensors.items()},
            get_variable_to_dtype_map=lambda: {
                k: SimpleNamespace(name=v.dtype.name) for k, v in tensors.items()
            },
            get_tensor=lambda name: tensors[name],
        )

    for name in ("model.ckpt-1", "model.ckpt-1.index", "model.ckpt-1.data-00000-of-00001"):
        monkeypatch.setitem(sys.modules, "tensorflow", None)
        with pytest.raises(WeightsError, match="checkpoints need tensorflow, which is not inst"):
            tiny.create_model(tmp_path / name)
        stand_in: Any = ModuleType("tensorflow")
        stand_in.train = SimpleNamespace(load_checkpoint=load_checkpoint)
        monkeypatch.setitem(sys.modules, "tensorflow", stand_in)
        with opened(tmp_path / name) as file:
            fit = fitted(tiny.typed, file)
            assert (file.format, fit.source) == ("TensorFlow checkpoint", "slim")
            assert fit.unused == ("global_step",)
            read = {
                piece.name: file.read(str(piece.name)).numpy() for piece in fit.pieces if piece.name
            }
            assert all((tensors[str(name)] == values).all() for name, values in read.items())
    assert asked == ["model.ckpt-1"] * 3
