"""Which network a file of weights is from, whatever stands before its names and wherever its numbers start."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from name_tables import FOLDER, TABLES, held

from inception_graph.checkpoints import Candidate, expected, match, recognise
from inception_graph.compiler import compile_text
from inception_graph.zoo import candidates

Shapes = dict[str, tuple[int, ...]]

NUMBERED = """
inception_graph: 1
name: numbered
input: {channels: 3, height: 32, width: 32}
variables: {classes: 10}
defaults: {conv: {norm: batch_norm, bias: false}}
body:
  conv1: {conv: 8, kernel: 3}
  conv2: {conv: 16, kernel: 3}
  conv3: {conv: 16, kernel: 1}
  conv4: {conv: 4, kernel: 3}
  pool: {avg_pool: global}
  classifier: {linear: $classes}
checkpoints:
  keras:
    layout: keras
    names:
      "{m..}.conv": conv2d{#}
      "{m..}.norm": batch_normalization{#}
      classifier: predictions
  torchvision:
    layout: torch
    names: {"{m..}": "{m}"}
  slim:
    layout: tensorflow
    convolutions: [classifier]
    names: {"{m..}": "Net/{m}"}
"""


@cache
def zoo() -> tuple[Candidate, ...]:
    return tuple(candidates())


@cache
def numbered(source: str, classes: int = 10) -> Candidate:
    typed = compile_text(NUMBERED, {"classes": classes}).typed
    assert typed is not None
    return Candidate("numbered", source, expected(typed, typed.program.checkpoints[source]))


def file_of(source: str, classes: int = 10) -> Shapes:
    return {e.theirs: e.shape for e in numbered(source, classes).expected if e.theirs is not None}


def renumbered(names: Shapes, numbers: dict[int, int]) -> Shapes:
    """The names with other numbers."""

    def name_of(name: str) -> str:
        word, number, leaf = re.fullmatch(
            r"(conv2d|batch_normalization)(?:_(\d+))?(/.*)", name
        ).groups()
        return f"{word}_{numbers[int(number or 0)]}{leaf}"

    return {name if "predictions" in name else name_of(name): names[name] for name in names}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.stem)
def test_public_weights_are_recognised(table: Path) -> None:
    found = recognise(held(table), zoo())
    assert found is not None
    assert (found.share, found.complete, found.unused) == (1.0, True, ())
    # Libraries that copied each other's names cannot be told apart.
    source, _, spec = table.stem.partition(".")
    twins = [other.stem for other in TABLES if held(other) == held(table)]
    assert f"{found.candidate.source}.{found.candidate.spec}" in {f"{source}.{spec}", *twins}


@pytest.mark.parametrize("spec", ["googlenet", "inception_v3"])
def test_our_own_files_are_recognised(spec: str) -> None:
    (own,) = [c for c in zoo() if c.spec == spec and c.source is None]
    found = recognise({e.tensor.name: e.shape for e in own.expected}, zoo())
    assert found is not None
    assert (found.candidate.spec, found.candidate.source, found.share) == (spec, None, 1.0)


@pytest.mark.parametrize(
    ("source", "prefix"),
    [
        ("torchvision", "module."),
        ("torchvision", "model.backbone."),
        ("torchvision", "state_dict/"),
        ("keras", "inception_v3/"),
        ("keras", "layers/inception_v3/"),
        ("slim", "Outer/"),
    ],
)
def test_a_prefix_is_found(source: str, prefix: str) -> None:
    file = {f"{prefix}{name}": shape for name, shape in file_of(source).items()}
    found = match({**file, "head/kernel": (4, 2), "other.weight": (1,)}, numbered(source))
    assert found.prefix == prefix
    assert found.complete
    assert found.unused == ("head/kernel", "other.weight")
    assert all(name == prefix + (entry.theirs or "") for entry, name in found.found)


def test_the_names_of_a_variable_s_output_count_as_those_of_the_variable() -> None:
    file = {f"{name}:0": shape for name, shape in file_of("keras").items()}
    found = match(file, numbered("keras"))
    assert found.share == 1.0
    assert {name for _, name in found.found} == set(file)


@pytest.mark.parametrize(
    "numbers",
    [{0: 188, 1: 189, 2: 190, 3: 191}, {0: 7, 1: 10, 2: 20, 3: 101}, {0: 8, 1: 9, 2: 10, 3: 11}],
    ids=["later", "with gaps", "across ten"],
)
@pytest.mark.parametrize("prefix", ["", "backbone/"])
def test_numbers_may_start_anywhere(numbers: dict[int, int], prefix: str) -> None:
    file = {prefix + name: shape for name, shape in renumbered(file_of("keras"), numbers).items()}
    found = match(file, numbered("keras"))
    assert (found.share, found.prefix) == (1.0, prefix)
    names = {entry.tensor.name: name for entry, name in found.found}
    assert names["conv3.conv.weight"] == f"{prefix}conv2d_{numbers[2]}/kernel"
    assert names["conv4.norm.bias"] == f"{prefix}batch_normalization_{numbers[3]}/beta"


@pytest.mark.parametrize("number", [0, 5], ids=["before", "behind"])
def test_a_numbered_layer_that_is_not_of_the_network(number: int) -> None:
    file = renumbered(file_of("keras"), {0: 1, 1: 2, 2: 3, 3: 4})
    strange = f"conv2d_{number}/kernel" if number else "conv2d/kernel"
    found = match({strange: (5, 5, 3, 2), **file}, numbered("keras"))
    assert found.complete
    assert found.unused == (strange,)


def test_a_numbered_layer_that_is_missing() -> None:
    file = file_of("keras")
    del file["conv2d_1/kernel"]
    found = match(file, numbered("keras"))
    assert [entry.tensor.name for entry in found.missing] == ["conv2.conv.weight"]
    assert not found.reshaped


def test_another_number_of_classes_and_channels_still_fits() -> None:
    file = {**file_of("torchvision", classes=11), "conv1.conv.weight": (8, 1, 3, 3)}
    found = recognise(file, [numbered("torchvision")])
    assert found is not None
    assert found.complete
    assert found.share == 1.0
    assert {entry.tensor.name: entry.tensor.adapts for entry, _ in found.adapted} == {
        "conv1.conv.weight": "channels",
        "classifier.weight": "classes",
        "classifier.bias": "classes",
    }


@pytest.mark.parametrize("table", sorted(FOLDER.glob("slim.*.txt")), ids=lambda table: table.stem)
def test_a_class_for_the_background_still_fits(table: Path) -> None:
    file = {n: tuple(1001 if size == 1000 else size for size in s) for n, s in held(table).items()}
    found = recognise(file, zoo())
    assert found is not None
    assert (found.candidate.spec, found.complete) == (table.stem.partition(".")[2], True)
    assert {entry.tensor.adapts for entry, _ in found.adapted} <= {"classes"}


@pytest.mark.parametrize(
    ("name", "shape", "kind"),
    [
        ("conv2.conv.weight", (16, 4, 3, 3), "reshaped"),
        ("conv1.conv.weight", (8, 3, 5, 5), "reshaped"),
        ("conv1.conv.weight", (9, 1, 3, 3), "reshaped"),
        ("classifier.weight", (10, 5), "reshaped"),
        ("classifier.weight", (10, 4, 1, 1), "found"),
        ("classifier.weight", (12, 4, 1, 1), "adapted"),
        ("classifier.weight", (40,), "reshaped"),
    ],
)
def test_shapes(name: str, shape: tuple[int, ...], kind: str) -> None:
    found = match({**file_of("torchvision"), name: shape}, numbered("torchvision"))
    there = {"found": found.found, "adapted": found.adapted, "reshaped": found.reshaped}
    assert [key for key, pairs in there.items() if name in [held for _, held in pairs]] == [kind]


def test_a_linear_layer_is_as_good_as_its_convolution() -> None:
    file = {**file_of("slim"), "Net/classifier/weights": (4, 10)}
    assert match(file, numbered("slim")).share == 1.0


def test_counts_of_batches_may_be_absent() -> None:
    file = {name: shape for name, shape in file_of("torchvision").items() if "num_" not in name}
    assert match(file, numbered("torchvision")).share == 1.0


@pytest.mark.parametrize(
    "file",
    [
        {},
        {"": ()},
        {"a": (1,), "b.c": (2, 2)},
        {".": (3,), "/": (), ":0": (1,), "..": (1,)},
        {"a." * 100_000: (1,)},
    ],
    ids=["empty", "no name", "strange", "separators", "a long name"],
)
def test_a_file_of_nothing_that_we_know(file: Shapes) -> None:
    assert recognise(file, zoo()) is None


def test_the_closest_network_is_found_of_an_edited_one() -> None:
    table = FOLDER / "torchvision.googlenet_torchvision.txt"
    file = {n.replace("inception4c", "inserted"): s for n, s in held(table).items()}
    found = recognise(file, zoo())
    assert found is not None
    assert found.candidate.spec == "googlenet_torchvision"
    assert not found.complete
    assert 0.5 < found.share < 1
