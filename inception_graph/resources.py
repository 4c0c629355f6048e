"""Where the shipped specs and templates are: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).parent


@cache
def folder(name: str) -> Path:
    """The folder ``specs`` or ``codegen``."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


@cache
def specs() -> dict[str, Path]:
    """The shipped specs by name."""
    return {path.stem: path for path in sorted(folder("specs").glob("*.yaml"))}


@cache
def examples() -> dict[str, Path]:
    """Small specs to try things with, by name; they are no networks of the family."""
    return {path.stem: path for path in sorted((folder("specs") / "examples").glob("*.yaml"))}


@cache
def shipped() -> dict[str, Path]:
    """All specs that have a name: networks, then examples."""
    return {**specs(), **examples()}
