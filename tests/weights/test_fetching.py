"""Weights by name: from a cache where they are there, and one line where they cannot be had. No test asks the net."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from tiny_weights import same

import inception_graph as ig
from inception_graph.weights.converting import theirs
from inception_graph.weights.errors import WeightsError
from inception_graph.weights.fetching import Located, is_remote, located
from inception_graph.weights.fitting import fitted
from inception_graph.weights.opening import opened
from inception_graph.weights.writing import write


@pytest.fixture
def released(tiny: ig.Network, saved: Path, tmp_path: Path) -> Path:
    """The weights as torchvision would release them."""
    path = tmp_path / "released.safetensors"
    with opened(saved) as file:
        write(path, theirs(fitted(tiny.typed, file), "torchvision"), {}, lambda written: None)
    return path


@pytest.mark.parametrize(
    ("text", "remote"),
    [
        ("timm/inception_v4.tf_in1k", True),
        ("torchvision:IMAGENET1K_V1", True),
        ("slim:inception_v1_2016_08_28", True),
        ("weights/inception_v4.pth", False),
        ("weights/inception_v4.safetensors", False),
        ("inception_v4", False),
        ("torchvision", False),
        ("./timm/inception_v4", False),
        ("a/b/c", False),
        ("", False),
    ],
)
def test_what_is_fetched(text: str, remote: bool) -> None:
    assert is_remote(text) == remote


def test_a_file_goes_before_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "timm").mkdir()
    (tmp_path / "timm" / "tiny").touch()
    assert not is_remote("timm/tiny")


def test_a_release_comes_from_the_cache_of_torch(
    tiny: ig.Network, model: Any, released: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "hub"))
    asked: list[tuple[str, str | None]] = []

    def download(url: str, path: str, digest: str | None) -> None:
        asked.append((url, digest))
        Path(path).write_bytes(released.read_bytes())

    monkeypatch.setattr(torch.hub, "download_url_to_file", download)
    for _ in range(2):
        assert same(model, tiny.create_model("torchvision:V1", strict=True))
    assert asked == [("https://example.org/tiny-0123abcd.pth", "0123abcd")]


def test_offline(tiny: ig.Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "hub"))

    def download(url: str, path: str, digest: str | None) -> None:
        raise OSError("Name or service not known")

    monkeypatch.setattr(torch.hub, "download_url_to_file", download)
    message = (
        r"'https://example.org/tiny-0123abcd.pth' cannot be fetched, and is not in .*: Name or"
    )
    with pytest.raises(WeightsError, match=message):
        tiny.create_model("torchvision:V1")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "torchvision:V2",
            "'tiny' knows no address for a release 'V2' of torchvision: it has V1",
        ),
        ("slim:V1", "'tiny' knows no address for a release 'V1' of slim: it has none"),
        ("torchvison:V1", "there is no file 'torchvison:V1', and .* did you mean 'torchvision'?"),
    ],
)
def test_releases_that_are_not(text: str, message: str, tiny: ig.Network) -> None:
    with pytest.raises(WeightsError, match=message):
        tiny.create_model(text)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "https://example.org/..", "https://x.org/"])
def test_addresses_that_are_none(url: str, edited: Any) -> None:
    network = edited(("https://example.org/tiny-0123abcd.pth", url))
    with pytest.raises(WeightsError, match="is no address of a file on the web"):
        network.create_model("torchvision:V1")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A stand-in for huggingface_hub, with the errors that it has."""
    made: Any = ModuleType("huggingface_hub")
    made.errors = errors = ModuleType("huggingface_hub.errors")
    names = {"HfHubHTTPError": (OSError,), "EntryNotFoundError": (Exception,)}
    for name, bases in names.items():
        setattr(errors, name, type(name, bases, {}))
    local = (FileNotFoundError, made.errors.EntryNotFoundError)
    made.errors.LocalEntryNotFoundError = type("LocalEntryNotFoundError", local, {})
    monkeypatch.setitem(sys.modules, "huggingface_hub", made)
    monkeypatch.setitem(sys.modules, "huggingface_hub.errors", errors)
    return made


def test_a_repository_of_the_hub(tiny: ig.Network, released: Path, hub: Any) -> None:
    """One of timm holds what timm calls its layers; this network has no such source, so it is found out."""
    asked: list[tuple[str, str]] = []

    def download(repository: str, name: str) -> str:
        asked.append((repository, name))
        if name == "model.safetensors":
            raise hub.errors.EntryNotFoundError
        return str(released)

    hub.hf_hub_download = download
    assert located("timm/tiny.in1k", tiny.program) == Located(released, None)
    assert located("torchvision/tiny", tiny.program) == Located(released, "torchvision")
    assert [name for _, name in asked] == ["model.safetensors", "pytorch_model.bin"] * 2


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            "LocalEntryNotFoundError",
            "'timm/tiny' is not in the cache of .* the hub cannot be reached",
        ),
        ("HfHubHTTPError", "'timm/tiny' is not in the cache of .* cannot be fetched: 401"),
        ("EntryNotFoundError", "'timm/tiny' on the .* has neither model.safetensors nor pytorch"),
    ],
)
def test_the_hub_has_not(error: str, message: str, tiny: ig.Network, hub: Any) -> None:
    def download(repository: str, name: str) -> str:
        raise getattr(hub.errors, error)("401\nmore")

    hub.hf_hub_download = download
    with pytest.raises(WeightsError, match=message):
        tiny.create_model("timm/tiny")


def test_without_the_package(tiny: ig.Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(WeightsError, match=r"need huggingface_hub, .* 'inception-graph\[hub\]'"):
        tiny.create_model("timm/tiny")
