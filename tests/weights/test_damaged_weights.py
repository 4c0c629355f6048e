"""Files that hold no weights, are broken, or would run code: each is refused in one line, and nothing is ever run."""

from __future__ import annotations

import gzip
import os
import pickle
import random
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

import inception_graph as ig
from inception_graph.weights.errors import WeightsError
from inception_graph.weights.opening import opened

h5py: Any = pytest.importorskip("h5py")

STATE = {"conv1.conv.weight": torch.ones(8, 3, 3, 3), "x": torch.ones(4)}
Write = Callable[[Path], object]


class Hostile:
    """What a pickle holds to run a command when it is loaded."""

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, ("run",)


def old(path: Path, value: object) -> None:
    torch.save(value, path, _use_new_zipfile_serialization=False)


def cut(write: Write, share: float = 0.5) -> Write:
    def shortened(path: Path) -> None:
        write(path)
        raw = path.read_bytes()
        path.write_bytes(raw[: int(len(raw) * share)])

    return shortened


def safetensors(path: Path, **tensors: torch.Tensor) -> None:
    save_file({**STATE, **tensors}, path)


def keras(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [b"conv"]
        file["conv/conv/kernel"] = np.ones((3, 3, 3, 8))


def hdf5(fill: Callable[[Any], object]) -> Write:
    def write(path: Path) -> None:
        with h5py.File(path, "w") as file:
            fill(file)

    return write


def linked(file: Any) -> None:
    file.attrs["layer_names"] = [b"conv"]
    file["conv"] = h5py.ExternalLink("/etc/passwd", "x")


def virtual(file: Any) -> None:
    file.attrs["layer_names"] = [b"conv"]
    layout = h5py.VirtualLayout(shape=(4,), dtype="f4")
    layout[:] = h5py.VirtualSource("other.h5", "x", shape=(4,))
    file.create_virtual_dataset("conv/kernel", layout)


def packed(path: Path) -> None:
    torch.save(STATE, path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in members.items():
            archive.writestr(name, raw)


def script(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("x/data.pkl", "x/constants.pkl", "x/code/__torch__.py"):
            archive.writestr(name, b"")


def objects(path: Path) -> None:
    with path.open("wb") as stream:
        np.savez(stream, x=np.array([{}], dtype=object))


def tarred(path: Path) -> None:
    with tarfile.open(path, "w") as archive:
        archive.add(__file__, "x")


FILES: dict[str, tuple[Write, str]] = {
    "empty": (lambda p: p.touch(), "is empty"),
    "folder": (lambda p: p.mkdir(), "is a folder: name a file of weights"),
    "text": (lambda p: p.write_text("Not Found\n"), "is a text, not a file of weights"),
    "page": (lambda p: p.write_text("\n<!DOCTYPE html>"), "is a web page or XML.*download"),
    "pointer": (
        lambda p: p.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
        "is a pointer of Git LFS.*run 'git lfs pull'",
    ),
    "gzip": (lambda p: p.write_bytes(gzip.compress(b"x")), "is a compressed archive: unpack"),
    "tar": (tarred, "is an archive: unpack it"),
    "zip": (lambda p: zipfile.ZipFile(p, "w").writestr("a", b"x"), "is a zip archive, but neit"),
    "noise": (lambda p: p.write_bytes(bytes(range(1, 256))), "is no file of weights of a known"),
    "cut safetensors": (cut(safetensors), "is cut short or damaged: .*"),
    "cut torch": (cut(lambda p: torch.save(STATE, p)), "is cut short.*contents at its end"),
    "cut old torch": (cut(lambda p: old(p, STATE), 0.9), "is cut short or damaged: .*EOF"),
    "cut pickle": (cut(lambda p: old(p, STATE), 0.1), "is cut short or damaged: .*"),
    "cut HDF5": (cut(keras), "is cut short or damaged: .*truncated"),
    "hostile": (lambda p: torch.save({"a": Hostile()}, p), "refused: .* to call '[a-z]+.mkdir'"),
    "hostile, old": (lambda p: old(p, {"a": Hostile()}), "refused: .* to call '[a-z]+.mkdir'"),
    "hostile pickle": (
        lambda p: p.write_bytes(pickle.dumps(Hostile())), "refused: .* to call '[a-z]+.mkdir', an"
    ),
    "module": (
        lambda p: torch.save(torch.nn.Linear(1, 1), p),
        "to call 'torch.nn.modules.linear.Linear', and so .* save its state_dict",
    ),
    "script": (script, "is a TorchScript archive, which holds code: save"),
    "packed": (packed, "was packed anew, with compression: unpack it"),
    "list": (lambda p: torch.save([1], p), "holds a list, not a state dict"),
    "tensor": (lambda p: torch.save(torch.ones(1), p), "holds a Tensor, not a state dict"),
    "no state": (lambda p: torch.save({"epoch": 1}, p), "holds no state dict, only epoch"),
    "nothing": (lambda p: torch.save({}, p), "holds no state dict: it is empty"),
    "inflated": (
        lambda p: torch.save({"w": torch.ones(1).expand(10**9)}, p),
        "is damaged: 'w' would be larger than the file",
    ),
    "infinite": (
        lambda p: safetensors(p, x=torch.tensor([1, float("inf")])), "'x' holds numbers that are inf"
    ),
    "not a number": (
        lambda p: safetensors(p, x=torch.full((4,), float("nan")).half()), "or not a number: it is"
    ),
    "whole numbers": (
        lambda p: safetensors(p, x=torch.ones(4, dtype=torch.int8)),
        "'x' holds int8 numbers; weights are floating-point numbers",
    ),
    "other HDF5": (hdf5(lambda file: file.create_group("a")), "is an HDF5 file, but has no weights"),
    "linked HDF5": (hdf5(linked), "'conv' is a link, which is not followed"),
    "virtual HDF5": (hdf5(virtual), "'kernel' is kept in another file, which is not followed"),
    "objects": (objects, "is refused: 'x.npy' holds Python objects, and to read them is to run"),
    "control characters": (lambda p: torch.save({"\x1b[2J": 1}, p), r"only \\x1b\[2J$"),
}  # fmt: skip


def read_all(path: Path) -> None:
    with opened(path) as file:
        for name in file.tensors:
            file.read(name)


@pytest.mark.parametrize("name", FILES)
def test_refused(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write, message = FILES[name]
    path = tmp_path / "weights.bin"
    write(path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WeightsError, match=message) as raised:
        read_all(path)
    assert str(raised.value).startswith(f"'{path}'")
    assert "\n" not in str(raised.value)
    assert [found.name for found in tmp_path.iterdir()] == ["weights.bin"]


def test_a_missing_file(tiny: ig.Network, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"there is no file of weights '.*none\.pth'"):
        tiny.create_model(tmp_path / "none.pth")


SOUND: dict[str, Write] = {
    "safetensors": safetensors,
    "torch": lambda path: torch.save(STATE, path),
    "old torch": lambda path: old(path, STATE),
    "HDF5": keras,
}


@pytest.mark.parametrize("name", SOUND)
def test_whatever_is_flipped_nothing_else_is_raised(name: str, tmp_path: Path) -> None:
    """A flipped byte may go unnoticed; if not, it is told in our words."""
    path, rng = tmp_path / "weights.bin", random.Random(0)
    SOUND[name](path)
    sound = path.read_bytes()
    refused = 0
    for _ in range(60):
        raw = bytearray(sound)
        for _ in range(rng.choice([1, 3, 20])):
            raw[rng.randrange(len(raw))] = rng.randrange(256)
        path.write_bytes(raw)
        try:
            read_all(path)
        except WeightsError:
            refused += 1
    assert refused
