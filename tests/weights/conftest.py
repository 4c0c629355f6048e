"""The small network, edits of it, and weights for it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tiny_weights import SPEC, random_model

import inception_graph as ig


@pytest.fixture
def tiny() -> ig.Network:
    return ig.load(SPEC)


@pytest.fixture
def edited(tmp_path: Path):
    """The network after an edit of its text."""

    def edit(*changes: tuple[str, str]) -> ig.Network:
        text = SPEC.read_text(encoding="utf-8")
        for before, after in changes:
            assert before in text
            text = text.replace(before, after)
        path = tmp_path / "edited.yaml"
        path.write_text(text, encoding="utf-8")
        return ig.load(path)

    return edit


@pytest.fixture
def model(tiny: ig.Network) -> torch.nn.Module:
    return random_model(tiny)


@pytest.fixture
def saved(model: torch.nn.Module, tmp_path: Path) -> Path:
    """Its state dict, as torch saves it."""
    path = tmp_path / "saved.pth"
    torch.save(model.state_dict(), path)
    return path
