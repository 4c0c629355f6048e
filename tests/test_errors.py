"""Golden cases: ``errors/NAME.yaml`` must be answered with ``errors/NAME.txt``, to the character.

After a change that is meant, write the answers anew and read the difference::

    REGENERATE=1 pytest tests/test_errors.py
    git diff tests/errors
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from inception_graph.compiler import compile_text
from inception_graph.diagnostics.render import render

FOLDER = Path(__file__).parent / "errors"
CASES = sorted(FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_case(case: Path) -> None:
    text = case.read_bytes().decode()
    report = compile_text(text, name=case.name).report
    answer, golden = render([report]), case.with_suffix(".txt")
    if os.environ.get("REGENERATE"):
        golden.write_text(answer, encoding="utf-8")
    assert report.found, "a case without a fault"
    assert answer == golden.read_text(encoding="utf-8")
