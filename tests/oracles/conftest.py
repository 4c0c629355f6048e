"""Peers to hold our networks against."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pytest

from benchmarks import peers


@pytest.fixture(scope="session")
def torchvision() -> Any:
    if find_spec("torchvision") is None:
        pytest.skip("torchvision is not installed; 'make .venv/peers' installs it")
    return peers.torchvision()
