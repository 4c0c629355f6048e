"""Golden cases: ``errors/NAME.yaml`` must be answered with ``errors/NAME.txt``, to the character.

After a change that is meant, write the answers anew and read the difference::

    pytest tests/test_errors.py --regenerate
    git diff tests/errors
"""

from __future__ import annotations

from pathlib import Path

import pytest

from inception_graph.compiler import compile_text
from inception_graph.diagnostics.render import render

FOLDER = Path(__file__).parent / "errors"
CASES = sorted(FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_case(case: Path, request: pytest.FixtureRequest) -> None:
    text = case.read_bytes().decode()
    report = compile_text(text, name=case.name, folder=FOLDER).report
    answer, golden = render([report]), case.with_suffix(".txt")
    if request.config.getoption("--regenerate"):
        golden.write_text(answer, encoding="utf-8")
    assert report.found, "a case without a fault"
    assert answer == golden.read_text(encoding="utf-8")
