"""What a new variant suggests works, one by one and all together."""

from __future__ import annotations

import re

import pytest

from inception_graph.compiler import compile_spec, compile_text
from inception_graph.resources import specs
from inception_graph.spec.starter import starter


def text_of(name: str) -> str:
    program = compile_spec(name).program
    assert program is not None
    return starter("mine", name, program, "schema.json")


def followed(text: str, number: int | None = None) -> str:
    """The text with one of its suggestions followed, or all of them."""
    parts = text.split("\n\n")
    for index, part in enumerate(parts):
        if number is None or index == number:
            parts[index] = re.sub(
                r"^#(?! )", "", re.sub(r"^#( {2,})", r"\1", part, flags=re.M), flags=re.M
            )
    return "\n\n".join(parts)


@pytest.mark.parametrize("name", list(specs()))
def test_suggestions(name: str) -> None:
    text = text_of(name)
    assert compile_text(text).report.found == []
    parts = text.split("\n\n")
    changed = [number for number in range(len(parts)) if followed(text, number) != text]
    assert len(changed) >= 3
    for number in [*changed, None]:
        made = compile_text(followed(text, number))
        assert made.typed is not None, followed(text, number)
        # All together may leave a variable unused, that of a head.
        assert number is None or [found.message for found in made.report.found] == []
