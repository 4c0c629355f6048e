"""Every code has a page; its wrong example shows that code and no other, its corrected one shows none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from inception_graph.compiler import compile_text
from inception_graph.diagnostics.codes import Code

FOLDER = Path(__file__).parent
CODES = [code for code in Code if code.severity != "advice"]  # those have tests/advice
WITHOUT_EXAMPLE = {Code.UNREADABLE}  # a spec that can be written down can be read


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.value)
def test_page(code: Code) -> None:
    assert code.page.startswith(f"# {code.value}: {code.title}\n")
    assert code.title[0].islower() or code.title[0].isdigit()
    for heading in ("## Example", "## Corrected"):
        assert heading in code.page
    examples = re.findall(r"^```yaml\n(.*?)^```$", code.page, re.MULTILINE | re.DOTALL)
    if code in WITHOUT_EXAMPLE:
        assert not examples
        return
    wrong, corrected = examples
    assert [found.code for found in compile_text(wrong).report.found] == [code]
    assert [found.message for found in compile_text(corrected).report.found] == []


@pytest.mark.parametrize(
    "code", [code for code in CODES if code not in WITHOUT_EXAMPLE], ids=lambda code: code.value
)
def test_every_code_has_a_golden_case(code: Code) -> None:
    assert any(f"[{code.value}]" in golden.read_text("utf-8") for golden in FOLDER.glob("*.txt"))
