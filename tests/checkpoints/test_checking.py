"""Rules are held to what they say, where the network is as it was written. (What is reported: tests/errors.)"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from inception_graph.checkpoints import expected
from inception_graph.compiler import Compilation, compile_text

PARENT = """
inception_graph: 1
name: parent
input: {channels: 3, height: 32, width: 32}
variables: {copies: 2}
defaults: {conv: {norm: batch_norm, bias: false}}
blocks:
  unit: {nodes: {conv: 8}}
body:
  conv1: {conv: 8, kernel: 3}
  units: {unit: , repeat: $copies}
  mixed: {concat: {one: {conv: 8}, two: {conv: 8}}}
head: {pool: {avg_pool: global}, classifier: {linear: 10}}
auxiliary:
  aux: {from: conv1, loss_weight: 0.3, nodes: {pool: {avg_pool: global}, classifier: {linear: 10}}}
"""
RULES = """
torchvision:
  layout: torch
  names: {conv1: c, units.0: u.0, units.1: u.1, mixed.one: a, mixed.two: b, classifier: fc}
"""
VARIANT = "inception_graph: 1\nname: variant\nextends: parent.yaml\n"
INDENTED = "checkpoints:" + RULES.replace("\n", "\n  ")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "parent.yaml").write_text(PARENT + "checkpoints: rules.yaml\n", encoding="utf-8")
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    return tmp_path


def found(compilation: Compilation) -> list[str]:
    assert compilation.typed is not None
    return [f"{one.code.value} {one.message}" for one in compilation.report.sorted()]


def test_rules_that_fit_and_heads_without_names() -> None:
    assert not found(compile_text(PARENT + INDENTED))


def test_other_values_of_variables_are_not_held_to_rules() -> None:
    assert not found(compile_text(PARENT + INDENTED, {"copies": 1}))


def test_a_variant_is_not_held_to_the_rules_that_it_inherits(folder: Path) -> None:
    text = VARIANT + "body: {mixed: {concat: {two: null, three: {conv: 8}}}, units: null}\n"
    assert not found(compile_text(text, folder=folder))


def test_a_variant_is_held_to_the_rules_that_it_adds(folder: Path) -> None:
    text = VARIANT + "body: {mixed: {concat: {two: null, three: {conv: 8}}}, units: null}\n"
    text += "checkpoints: {torchvision: {names: {mixed.three: d, mixed.four: e}}}\n"
    assert found(compile_text(text, folder=folder)) == [
        "C602 no layer with weights is called 'mixed.four'"
    ]


def test_a_source_that_a_variant_changes_names_all_of_its_layers(folder: Path) -> None:
    text = VARIANT + "body: {more: {conv: 8}}\n"
    text += "checkpoints: {torchvision: {names: {conv1: d}}}\n"
    assert found(compile_text(text, folder=folder)) == ["C604 no rule names 'more'"]


def test_a_file_of_rules_is_blamed_where_it_stands(folder: Path) -> None:
    (folder / "rules.yaml").write_text(RULES.replace("conv1", "conv7"), encoding="utf-8")
    compilation = compile_text(PARENT + "checkpoints: rules.yaml\n", folder=folder)
    places = {one.place.source.name: one.code.value for one in compilation.report.found}
    assert places == {str(folder / "rules.yaml"): "C604"}
    assert len(compilation.report.found) == 2
    assert folder / "rules.yaml" in compilation.files


def test_a_layer_may_be_said_to_be_nowhere() -> None:
    text = PARENT + INDENTED.replace("mixed.two: b", '"mixed.t{w}": none')
    assert not found(compile_text(text))


def test_too_many_rules_are_refused() -> None:
    nodes = "".join(f"  n{n}: {{conv: 8}}\n" for n in range(900))
    rules = "".join(f'      "{{m}}x{n}": y\n' for n in range(9_000))
    head = PARENT.partition("blocks:")[0].replace("variables: {copies: 2}\n", "")
    text = f"{head}body:\n{nodes}checkpoints:\n  own:\n    layout: torch\n    names:\n{rules}"
    (one,) = compile_text(text).report.found
    assert one.code.value == "S107"
    assert one.message == "9,000 rules of names are too many for 1,800 layers"


def test_the_example_of_the_reference_page() -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "checkpoints.md"
    (example,) = re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    compilation = compile_text(example)
    assert not found(compilation)
    assert compilation.typed is not None
    names = {
        source: [entry.theirs for entry in expected(compilation.typed, rules)]
        for source, rules in compilation.typed.program.checkpoints.items()
    }
    assert "Mixed_3b.branch3x3_2.bn.running_mean" in names["torchvision"]
    assert "batch_normalization_6/beta" in names["keras"]
    assert "Small/Mixed_3c/Branch_1/Conv2d_0b_3x3/BatchNorm/moving_mean" in names["slim"]
