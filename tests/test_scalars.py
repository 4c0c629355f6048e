"""What a scalar means: the core schema of YAML 1.2, and arithmetic that ends in a whole number."""

from __future__ import annotations

from typing import Any

import pytest

import inception_graph as ig
from inception_graph.compiler import compile_text
from inception_graph.diagnostics.report import Report
from inception_graph.diagnostics.source import Source
from inception_graph.limits import DEFAULT_LIMITS
from inception_graph.spec.reader import read_tree

# YAML 1.2.2, section 10.3.2; what YAML 1.1 read in another way is behind it.
CORE = {
    "null": None, "Null": None, "NULL": None, "~": None, "": None, "nULL": "nULL",
    "true": True, "True": True, "TRUE": True, "false": False, "FALSE": False, "tRUE": "tRUE",
    "0": 0, "-19": -19, "+7": 7, "0o17": 15, "0x1F": 31, "-0x1F": "-0x1F", "0b11": "0b11",
    "1.": 1.0, "-.5": -0.5, "+12e03": 12000.0, "1e-3": 0.001, "-2E+05": -200000.0, ".e3": ".e3",
    "yes": "yes", "No": "No", "on": "on", "off": "off", "y": "y",
    "010": 10, "0777": 777, "1_000": "1_000", "190:20:30": "190:20:30", "2001-01-01": "2001-01-01",
    "'12'": "12", '"true"': "true", "'~'": "~",
}  # fmt: skip


@pytest.mark.parametrize("text", CORE)
def test_a_scalar_is_what_yaml_1_2_says(text: str) -> None:
    report = Report()
    tree: Any = read_tree(Source("scalar", f"key: {text}\n"), report, DEFAULT_LIMITS)
    value = tree.get("key").value
    assert not report.found
    assert value == CORE[text]
    assert type(value) is type(CORE[text])


HEAD = "inception_graph: 1\nname: sums\ninput: {channels: 3, height: 8, width: 8}\n"


@pytest.mark.parametrize(
    ("text", "channels"),
    [
        ("$(w / 2)", 6),
        ("$(0.5 * w)", 6),
        ("$(w // 5)", 2),
        ("$(w % 5)", 2),
        ("$(-w // 5 + 4)", 1),
        ("$(int(w / 5))", 2),
        ("$(round(2.5) + round(3.5))", 6),  # as Python rounds
        ("$(max(1, w - 20, 3))", 3),
        ("$(min(w, 4))", 4),
        ("$((w + 2) * 3 - 1)", 41),
    ],
)
def test_arithmetic_gives_whole_numbers_where_they_are_whole(text: str, channels: int) -> None:
    network = ig.load(f'{HEAD}variables: {{w: 12}}\nbody: {{a: {{conv: "{text}"}}}}\n')
    assert network.output == (channels, 8, 8)


def test_a_variable_set_to_its_own_value_makes_no_variant() -> None:
    text = (
        f"{HEAD}variables: {{v: 4, w: 5}}\nbody: {{a: {{conv: $v}}, b: {{conv: $w}}}}\n"
        "expect: {output: [5, 8, 8], parameters: 41}\n"
    )
    assert not compile_text(text, {"v": 4, "w": 5}).report.found
    for settings in ({"v": 3}, {"w": 6}, {"v": 3, "w": 5}):
        assert not compile_text(text, settings).report.found, "held to what another is expected"
    assert compile_text(text.replace("41", "40"), {"v": 4}).report.found
