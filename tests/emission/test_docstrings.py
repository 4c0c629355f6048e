"""Docstrings of emitted source, whatever their length."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from inception_graph.backends.pytorch.text import docstring

ROOT = Path(__file__).parents[2]


def test_docstrings_of_every_length_are_formatted(tmp_path: Path) -> None:
    lines: list[str] = []
    for length in range(1, 240):
        text = ("word " * length)[:length].strip()
        for paragraphs in ((), ("A paragraph.",)):
            lines += ["", "", f"def f{length}_{len(paragraphs)}() -> None:"]
            lines += docstring(text, 4, *paragraphs)
    file = tmp_path / "docstrings.py"
    file.write_text("\n".join(lines[2:]) + "\n", encoding="utf-8")
    settings = ["--config", str(ROOT / "pyproject.toml")]
    command = [sys.executable, "-m", "ruff", "format", "--check", "--diff", *settings, str(file)]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
