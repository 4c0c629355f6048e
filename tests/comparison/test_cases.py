"""Golden cases: ``cases/NAME.yaml`` differs from ``base.yaml`` (or ``residual.yaml``) as ``cases/NAME.txt`` says.

After a change that is meant, write the answers anew with ``--regenerate`` and read the difference.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import inception_graph as ig
from inception_graph.comparison.compare import compare

FOLDER = Path(__file__).parent / "cases"
BASES = ("base", "residual")
CASES = sorted(path for path in FOLDER.glob("*.yaml") if path.stem not in BASES)
OF_RESIDUAL = ("residual_plain", "residual_repeated", "branch_reduced")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_case(case: Path, request: pytest.FixtureRequest) -> None:
    before = ig.load(FOLDER / f"{BASES[case.stem in OF_RESIDUAL]}.yaml")
    difference = compare(before.typed, ig.load(case).typed, names=("before", "after"))
    answer, golden = str(difference), case.with_suffix(".txt")
    if request.config.getoption("--regenerate"):
        golden.write_text(answer, encoding="utf-8")
    assert answer == golden.read_text(encoding="utf-8")
    assert difference.equal == ("no differences" in answer)
