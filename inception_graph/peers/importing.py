"""Libraries of networks, imported as far as a network without weights needs them."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any


class PeerMissing(Exception):
    """A library cannot be imported; says which, and what installs it."""


def torchvision() -> Any:
    """torchvision; the registry's build lacks two operators beside a CPU torch, which its pure models never call."""
    try:
        return _imported("torchvision", "torchvision")
    except RuntimeError:
        import torch

        library: Any = torch.library.Library("torchvision", "DEF")
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor boxes, Tensor scores, float threshold) -> Tensor")
        _kept.append(library)
        return _imported("torchvision", "torchvision")


_kept: list[Any] = []
"""Libraries of operators, which are undefined again when they are collected."""


def timm() -> Any:
    """The library timm, which imports torchvision."""
    torchvision()
    return _imported("timm", "timm")


def pytorchcv() -> Any:
    """The part of pytorchcv that makes networks; it imports torchvision."""
    torchvision()
    return _imported("pytorchcv.model_provider", "pytorchcv")


def pretrainedmodels(name: str) -> Any:
    """A file of Cadene's networks; the package as a whole imports what they do not need."""
    return _file("pretrainedmodels", name, "pretrainedmodels")


def facenet_pytorch() -> Any:
    """The file of facenet-pytorch's network; it imports what it would download weights with."""
    return _file("facenet_pytorch", "inception_resnet_v1", "facenet-pytorch requests tqdm")


def keras() -> Any:
    """Keras on its torch backend."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    module = _imported("keras", "keras")
    if module.backend.backend() != "torch":
        message = f"Keras runs on {module.backend.backend()} here: set KERAS_BACKEND=torch"
        raise PeerMissing(message)
    return module


def _imported(module: str, install: str) -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        message = f"'{module}' cannot be imported ({error}): pip install --no-deps {install}"
        raise PeerMissing(message) from None


def _file(package: str, name: str, install: str) -> Any:
    """A file of a package's folder ``models``, under a package name of ours, so that nothing beside it is imported."""
    found = find_spec(package)
    if found is None or found.origin is None:
        message = f"'{package}' is not installed: pip install --no-deps {install}"
        raise PeerMissing(message)
    alias = f"inception_graph_peer_{package}"
    if alias not in sys.modules:
        hollow = ModuleType(alias)
        hollow.__path__ = [str(Path(found.origin).parent / "models")]
        sys.modules[alias] = hollow
    return _imported(f"{alias}.{name}", install)
