"""Sweeps: values written in short, every combination against the network by itself, and the front."""

from __future__ import annotations

import csv
import io
import json
import re
from itertools import product
from pathlib import Path
from xml.etree import ElementTree

import pytest

import inception_graph as ig
from inception_graph.analysis.costs import costs
from inception_graph.analysis.totals import Totals
from inception_graph.backends.figures.axes import axis
from inception_graph.compiler import compile_spec
from inception_graph.sweeps import tables
from inception_graph.sweeps.grid import GridError, values
from inception_graph.sweeps.sweep import Variant, pareto_front

WIDE = Path(__file__).with_name("wide.yaml")
MOST = 1000


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("10", ["10"]),
        ("10,1000", ["10", "1000"]),
        ("relu, silu", ["relu", "silu"]),
        ("1:4", ["1", "2", "3", "4"]),
        ("0.1:0.3:0.1", ["0.1", "0.2", "0.3"]),
        ("0.25:1.2:0.5", ["0.25", "0.75"]),
        ("3:1:-1", ["3", "2", "1"]),
        ("10:30:10,5", ["10", "20", "30", "5"]),
        ("100:100", ["100"]),
    ],
)
def test_values(text: str, found: list[str]) -> None:
    assert values(text, MOST) == found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1:2:3:4", "not of the form first:last:step"),
        ("a:b", "not of the form first:last:step"),
        ("1:1e9", "not of the form first:last:step"),
        ("1:5:0", "never gets from 1 to 5"),
        ("5:1", "never gets from 5 to 1"),
        ("1,,2", "an empty place"),
        ("", "an empty place"),
        ("0:999999999999:0.000000000001", "variants, more than 1,000"),
        (",".join(["0:999"] * 2), "2,000 variants, more than 1,000"),
    ],
)
def test_values_that_cannot_be_read(text: str, words: str) -> None:
    with pytest.raises(GridError, match=words):
        values(text, MOST)


def test_every_combination_is_the_network_of_its_values(command_line) -> None:
    status, out, _ = command_line(
        "table", str(WIDE), "--set", "width=0.5:1.5:0.5", "--set", "classes=10,20",
        "--format", "csv",
    )  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(out)))
    assert status == 0
    for row, (width, classes) in zip(rows, product((0.5, 1, 1.5), (10, 20)), strict=True):
        network = ig.load(WIDE, width=width, classes=classes)
        assert (float(row["width"]), row["classes"]) == (width, str(classes))
        assert (row["parameters"], row["macs"]) == (str(network.parameters), str(network.macs))
        assert row["activations"] == str(network.costs.activations)


def test_images_and_what_cannot_be_built(command_line) -> None:
    status, out, _ = command_line("table", str(WIDE), "googlenet", "--input", "8,32x48,3x96x96", "--without-auxiliary",
        "--format", "json",
    )  # fmt: skip
    found = json.loads(out)["variants"]
    assert status == 1
    sizes = [[3, 8, 8], [3, 32, 48], [3, 96, 96]]
    assert [variant["input"] for variant in found] == sizes * 2
    failures = [variant["failure"] for variant in found]
    message = "wide.yaml:17:3: H403: the 8x8 window of this avg_pool is larger than its input, 4x4"
    assert failures[0] == message
    assert failures[3].startswith("googlenet.yaml:")
    for row, spec in ((found[1], WIDE), (found[2], WIDE), (found[5], "googlenet")):
        typed = compile_spec(spec, size=tuple(row["input"])).typed
        assert typed is not None
        assert row["macs"] == costs(typed).macs


def test_heads_that_do_not_fit_are_left_out_when_asked(command_line) -> None:
    with_heads = command_line("table", "googlenet", "--input", "64:65")
    without = command_line("table", "googlenet", "--input", "64:65", "--without-auxiliary")
    assert (with_heads[0], without[0]) == (1, 0)
    assert "H403" in with_heads[1]


def test_heads_with_other_faults_are_not_left_out(command_line, tmp_path: Path) -> None:
    text = WIDE.read_text(encoding="utf-8")
    text += "auxiliary: {aux: {from: nowhere, loss_weight: 0.3, nodes: {out: {linear: 2}}}}\n"
    (tmp_path / "faulty.yaml").write_text(text, encoding="utf-8")
    status, out, _ = command_line("table", str(tmp_path / "faulty.yaml"), "--without-auxiliary")
    assert (status, "G301" in out) == (1, True)


def test_files(command_line, tmp_path: Path) -> None:
    names = [str(tmp_path / f"sweep.{suffix}") for suffix in ("txt", "csv", "json", "svg")]
    outputs = [word for name in names for word in ("-o", name)]
    arguments = (str(WIDE), "googlenet_naive", "--set", "classes=5:50:5", *outputs)
    status, out, err = command_line("table", *arguments)
    assert (status, out) == (0, "")
    assert all(f"wrote {name}" in err for name in names)
    picture = ElementTree.parse(names[3])
    marks = [
        path.get("class")
        for path in picture.iter("{http://www.w3.org/2000/svg}path")
        if path.find("{http://www.w3.org/2000/svg}title") is not None
    ]
    document = json.loads(Path(names[2]).read_text(encoding="utf-8"))
    front = [variant["front"] for variant in document["variants"]]
    assert (marks.count("p"), marks.count("o")) == (sum(front), len(front) - sum(front))
    before = Path(names[3]).read_bytes()
    assert command_line("table", *arguments, "--force")[0] == 0
    assert Path(names[3]).read_bytes() == before
    assert command_line("table", *arguments)[0] == 2, "a csv does not say whose it is"


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--set", "widht=1"], 2, "did you mean 'width'?"),
        (["--set", "width=0:1:0.00001"], 2, "100,001 variants, more than 10,000"),
        (["--set", "width=1:200", "--set", "classes=1:200"], 2, "--limit variants=40000"),
        (["--set", "width=1:20", "--limit", "variants=19"], 2, "20 variants, more than 19"),
        (["--set", "width"], 2, "not of the form name=value"),
        (["--set", "width=1", "--set", "width=2"], 2, "given twice"),
        (["--input", "32x0"], 2, "is no size"),
        (["--x", "macs", "--y", "macs"], 2, "both macs"),
        (["-o", "table.xlsx"], 2, "not to '.xlsx'"),
        (["-"], 2, "write the spec to a file"),
        (["absent.yaml"], 1, "there is no network and no file 'absent.yaml'"),
    ],
)
def test_refusals_before_the_start(
    arguments: list[str], status: int, words: str, command_line
) -> None:
    left, out, err = command_line("table", str(WIDE), *arguments)
    assert (left, out) == (status, "")
    assert words in err


def variant(macs: int, parameters: int) -> Variant:
    return Variant("", {}, None, Totals(parameters, 0, macs, 0, 0, (1, 1), (1, 1)), None)


@pytest.mark.parametrize(
    ("points", "front"),
    [
        ([], []),
        ([(1, 1)], [0]),
        ([(1, 1), (2, 1)], [0]),
        ([(2, 2), (1, 1)], [0, 1]),
        ([(1, 2), (1, 1), (2, 2), (3, 3)], [0, 3]),
        ([(1, 1), (1, 2)], [1]),
        ([(1, 1), (1, 1)], [0, 1]),
        ([(0, 0), (5, 0)], [0]),
    ],
)
def test_front(points: list[tuple[int, int]], front: list[int]) -> None:
    variants = [variant(*point) for point in points]
    assert sorted(pareto_front(variants, "macs", "parameters")) == front


def test_fields_that_are_no_squares() -> None:
    totals = Totals(1, 0, 1, 0, 0, receptive_field=(3, 5), smallest_input=(7, 1))
    made = [Variant("", {}, (1, 8, 8), totals, None)]
    assert re.search(r" 3x5 +7x1 ", tables.text(made, "macs", "parameters"))


def test_front_leaves_out_what_cannot_be_built() -> None:
    failed = Variant("", {}, None, None, "why")
    assert pareto_front([failed, variant(1, 1)], "macs", "parameters") == [1]


@pytest.mark.parametrize(
    "numbers", [[], [0], [1], [7, 7], [715, 1311], [3, 500], [1, 10**12], [10**9, 10**9 + 7]]
)
def test_axes_hold_their_numbers_between_round_ends(numbers: list[int]) -> None:
    found = axis(numbers)
    assert all(0 <= found.share(number) <= 1 for number in numbers)
    assert 2 <= len(found.ticks) <= 12
    assert (found.share(found.low), found.share(found.high)) == (0, 1)
