"""Every advice has a page: its wrong example shows that advice and no other, its corrected one none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from inception_graph.advice import Choice, advise, rewrite
from inception_graph.advice.rules import RULES, Rule
from inception_graph.compiler import compile_text
from inception_graph.diagnostics.codes import Code
from inception_graph.diagnostics.report import Report

BY_HAND = {Code.SMALL_FIELD, Code.LARGE_FIELD}
"""Advice that no edit can follow."""


def messages(report: Report) -> list[str]:
    return [found.message for found in report.found]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code.value)
def test_page(rule: Rule) -> None:
    page = rule.code.page
    headings = ["## Example", "## Corrected", "## Why", "## Source"]
    assert re.findall(r"^## .*$", page, re.MULTILINE) == headings
    source = " ".join(page.partition("## Source\n")[2].split())
    assert source.lower() == f"{rule.source}.".lower()
    wrong, corrected = re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    made = compile_text(wrong)
    assert [found.code for found in advise(made).found] == [rule.code]
    rewriting = rewrite(made, Choice([rule.code]))
    assert bool(rewriting.followed) != (rule.code in BY_HAND)
    if rewriting.followed:
        assert rewriting.text == corrected
    better = compile_text(corrected)
    assert messages(better.report) == []
    assert messages(advise(better)) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code.value)
def test_what_is_followed_on_request_only(rule: Rule) -> None:
    wrong = re.findall(r"^```yaml\n(.*?)^```$", rule.code.page, re.MULTILINE | re.DOTALL)[0]
    followed = rewrite(compile_text(wrong)).followed
    by_itself = not rule.on_request and rule.code not in BY_HAND
    assert followed == ((rule.code,) if by_itself else ())


def test_the_explanation_names_every_advice() -> None:
    page = Path(__file__).parents[2] / "docs" / "explanation" / "advice.md"
    rows = page.read_text(encoding="utf-8").partition("| family")[2].partition("\n\n")[0]
    assert sorted(re.findall(r"A7\d\d", rows)) == sorted(rule.code.value for rule in RULES)
    requests = re.search(
        r"only when asked for by its code.*?\n\n", page.read_text("utf-8"), re.DOTALL
    )
    assert requests is not None
    named = set(re.findall(r"\(?(A7\d\d)[,)]", requests[0]))
    assert named == {rule.code.value for rule in RULES if rule.on_request}


def test_every_advice_has_one_rule() -> None:
    advice = [code for code in Code if code.severity == "advice"]
    assert sorted(rule.code.value for rule in RULES) == [code.value for code in advice]
