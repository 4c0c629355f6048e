"""Packages that only some formats need."""

from __future__ import annotations

import importlib
from typing import Any

from inception_graph.weights.errors import WeightsError


def needed(package: str, purpose: str, extra: str | None = None) -> Any:
    """A package, imported.

    Args:
        package: Its name.
        purpose: What it is needed for.
        extra: The extra of this package that brings it, if one does.

    Raises:
        WeightsError: It is not installed.
    """
    try:
        return importlib.import_module(package)
    except ModuleNotFoundError as error:
        wanted = f"'inception-graph[{extra}]'" if extra else package
        message = f"{purpose} need {package}, which is not installed: pip install {wanted}"
        raise WeightsError(message) from error
