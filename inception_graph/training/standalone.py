"""The parts of ``train.py`` as modules: commands use the very code that a run directory holds a copy of."""

from __future__ import annotations

import importlib
import sys
from typing import Any

from inception_graph.resources import folder


def module(name: str) -> Any:
    """A module of ``codegen/training``, such as ``data``; it imports torch if it needs it."""
    path = str(folder("codegen"))
    if path not in sys.path:
        # Last: `training` is the only name that is looked for there, and hides no installed package.
        sys.path.append(path)
    return importlib.import_module(f"training.{name}")
