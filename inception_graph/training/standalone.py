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
        # Last: a name there hides no installed package, and `training` itself is looked for nowhere else in our package.
        sys.path.append(path)
    return importlib.import_module(f"training.{name}")
