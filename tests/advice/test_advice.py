"""Golden cases: ``cases/NAME.yaml`` must be answered with ``cases/NAME.txt``, to the character.

An answer is all advice for the spec, then what following it changes in the text. The first line of a spec has the
options of ``inception-graph advise``. After a change that is meant, write the answers anew and read the difference::

    pytest tests/advice --regenerate
"""

from __future__ import annotations

import difflib
import shlex
from pathlib import Path

import pytest

from inception_graph.advice import Choice, advise, rewrite
from inception_graph.compiler import compile_spec
from inception_graph.diagnostics.codes import Code
from inception_graph.diagnostics.render import render

FOLDER = Path(__file__).parent / "cases"
CASES = sorted(FOLDER.glob("*.yaml"))
ADVICE = [code for code in Code if code.severity == "advice"]


def choice_of(text: str) -> Choice:
    words = shlex.split(text.partition("\n")[0])[2:]
    given = dict(zip(words[::2], words[1::2], strict=True))

    def codes(option: str) -> list[Code]:
        return [Code(code) for code in given.get(option, "").split(",") if code]

    extent = int(given["--object"]) if "--object" in given else None
    return Choice(codes("--select") or None, codes("--ignore"), extent)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_case(case: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    text = case.read_text(encoding="utf-8")
    made, choice = compile_spec(case.name), choice_of(text)
    rewriting = rewrite(made, choice)
    before, after = text.splitlines(), rewriting.text.splitlines()
    lines = difflib.unified_diff(before, after, case.name, "rewritten", lineterm="", n=0)
    answer = render([advise(made, choice)])
    if rewriting.followed:
        answer += f"\n--fix: {rewriting.gain}\n" + "\n".join(lines) + "\n"
    golden = case.with_suffix(".txt")
    if request.config.getoption("--regenerate"):
        golden.write_text(answer, encoding="utf-8")
    assert answer == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("code", ADVICE, ids=lambda code: code.value)
def test_every_advice_has_a_case(code: Code) -> None:
    assert any(f"[{code.value}]" in golden.read_text("utf-8") for golden in FOLDER.glob("*.txt"))
