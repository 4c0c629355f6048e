"""``variants/NAME.yaml``, written in full with origins, must be ``variants/NAME.txt``, and that text the same network.

After a change that is meant::

    pytest tests/inheritance --regenerate
    git diff tests/inheritance
"""

from __future__ import annotations

from pathlib import Path

import pytest

from inception_graph.compiler import Compilation, compile_spec, compile_text
from inception_graph.resources import specs
from inception_graph.spec.resolve import resolved
from inception_graph.spec.tree import Mapping

FOLDER = Path(__file__).parent / "variants"
CASES = sorted(path for path in FOLDER.glob("*.yaml") if "extends:" in path.read_text("utf-8"))


def in_full(compilation: Compilation, *, origins: bool = False) -> str:
    assert compilation.document is not None
    assert isinstance(compilation.document.tree, Mapping)
    return resolved(compilation.document.tree, origins=origins)


def facts(compilation: Compilation) -> list[object]:
    assert compilation.typed is not None, [found.message for found in compilation.report.found]
    typed = compilation.typed
    return [
        (
            node.name,
            node.operation,
            [typed.nodes[index].name for index in node.inputs if index >= 0],
        )
        for node in typed.nodes
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_origins(case: Path, request: pytest.FixtureRequest) -> None:
    compilation = compile_text(case.read_text("utf-8"), name=case.name, folder=FOLDER)
    assert [found.message for found in compilation.report.found] == []
    answer, golden = in_full(compilation, origins=True), case.with_suffix(".txt")
    if request.config.getoption("--regenerate"):
        golden.write_text(answer, encoding="utf-8")
    assert answer == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", [*CASES, *specs().values()], ids=lambda case: case.stem)
def test_the_full_text_is_the_same_network(case: Path) -> None:
    variant = compile_spec(case)
    full = compile_text(in_full(variant), folder=case.parent)
    assert full.document is not None
    assert len(full.sources) == 1
    assert facts(full) == facts(variant)
    assert in_full(full) == in_full(variant)


@pytest.mark.parametrize("name", list(specs()))
def test_a_variant_without_a_difference_is_its_parent(name: str) -> None:
    variant = compile_text(f"inception_graph: 1\nname: variant\nextends: {name}\n")
    assert facts(variant) == facts(compile_spec(name))


def test_a_chain_may_be_long_but_not_endless(tmp_path: Path) -> None:
    text = "inception_graph: 1\nname: variant\nextends: {}\n"
    for number in range(33):
        parent = f"{number - 1}.yaml" if number else "googlenet"
        (tmp_path / f"{number}.yaml").write_text(text.format(parent), encoding="utf-8")
    (tmp_path / "googlenet").write_text("a file beside does not stand in for a shipped network")
    assert compile_spec(tmp_path / "31.yaml").report.found == []
    (found,) = compile_spec(tmp_path / "32.yaml").report.found
    assert (found.code.value, found.message) == ("S215", "more than 32 specs extend one another")


def test_a_variant_of_other_channels_keeps_the_checkpoints_of_its_parent() -> None:
    text = (
        "inception_graph: 1\nname: grey\nextends: inception_v3_torchvision\ninput: {channels: 1}\n"
    )
    variant = compile_text(text)
    assert [found.message for found in variant.report.found] == []
    assert variant.program is not None
    assert "torchvision" in variant.program.checkpoints
