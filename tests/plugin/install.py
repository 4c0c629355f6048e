"""Installing a package without a network: the record that an installer would leave."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

PACKAGE = Path(__file__).parent / "package"
ROOT = Path(__file__).parents[2]


def record(folder: Path, name: str, entry_points: dict[str, str]) -> None:
    """Write the metadata of an installed package that announces these operations."""
    info = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    lines = [f"{key} = {value}" for key, value in entry_points.items()]
    (info / "entry_points.txt").write_text("\n".join(["[inception_graph.operations]", *lines, ""]))


def installed(folder: Path) -> dict[str, str]:
    """The environment of a process in which the package of ``tests/plugin/package`` is installed."""
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    record(folder, project["name"], project["entry-points"]["inception_graph.operations"])
    path = os.pathsep.join(map(str, [ROOT, folder, PACKAGE]))
    return {**os.environ, "PYTHONPATH": path}
