"""Figures of costs and receptive fields: sound, legible, the same every time."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest

import inception_graph as ig
from inception_graph.backends.figures.costs import MOST_ROWS, cost_figure
from inception_graph.backends.figures.fields import field_figure
from inception_graph.backends.figures.scene import Form, Words
from inception_graph.backends.figures.writing import dot_text, svg_text, write
from inception_graph.backends.pictures import PictureError
from inception_graph.backends.pictures.words import width
from inception_graph.cli import group

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inception_graph.backends.figures.scene import Scene

FIGURES = {"costs": cost_figure, "fields": field_figure}
SMALL = """\
inception_graph: 1
name: small
input: {channels: 3, height: 8, width: 8}
stem: {pool: {avg_pool: global}}
"""


def right(words: Words) -> float:
    long = width(words.text, words.size, bold=words.bold)
    return words.x + {"start": long, "middle": long / 2, "end": 0}[words.anchor]


def left(words: Words) -> float:
    long = width(words.text, words.size, bold=words.bold)
    return words.x - {"start": 0, "middle": long / 2, "end": long}[words.anchor]


@pytest.mark.parametrize(
    "name", ["googlenet", "inception_v4", "inception_resnet_v2", "xception_timm"]
)
@pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)
def test_all_is_on_the_sheet_and_can_be_read(figure: Callable[..., Scene], name: str) -> None:
    scene = figure(ig.load(name).typed)
    for part in scene.parts:
        if isinstance(part, Words):
            assert part.size >= 7
            assert left(part) >= 0, part.text
            assert right(part) <= scene.width, part.text
            assert 0 < part.y < scene.height
        else:
            assert all(0 <= x <= scene.width and 0 <= y <= scene.height for x, y in part.points)
    ET.fromstring(svg_text(scene))
    assert svg_text(scene) == svg_text(figure(ig.load(name).typed))


@pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)
def test_themes(figure: Callable[..., Scene]) -> None:
    typed = ig.load("inception_v3").typed
    light, dark, printed = (
        svg_text(figure(typed, theme=tone)) for tone in ("light", "dark", "print")
    )
    assert len({light, dark, printed}) == 3
    for red, green, blue in re.findall(r"#(..)(..)(..)\b", printed):
        assert red == green == blue


@pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)
def test_a_title_is_text(figure: Callable[..., Scene]) -> None:
    scene = figure(ig.load(SMALL).typed, title='<script>"&\\\u202e')
    text = svg_text(scene)
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert '\\"&' in dot_text(scene)
    assert "\u202e" not in text


def test_bars_are_in_proportion() -> None:
    """The two bars of a row of convolutions with one kernel: lengths are shares, the longest fills its column."""
    text = """\
inception_graph: 1
name: two
input: {channels: 4, height: 8, width: 8}
defaults: {conv: {kernel: 1, bias: false, norm: none}}
stem: {first: {conv: 4}, second: {conv: 12}}
"""
    scene = cost_figure(ig.load(text).typed)
    long: dict[str, float] = {}
    for part in scene.parts:
        if isinstance(part, Form) and part.tip.startswith(("first:", "second:")):
            long[part.tip] = part.points[1][0] - part.points[0][0]
    assert {tip: round(length, 6) for tip, length in long.items()} == {
        "first: 1,024 multiply-accumulates in conv 1×1": 112 / 3,
        "first: 16 parameters in conv 1×1": 112 / 3,
        "second: 3,072 multiply-accumulates in conv 1×1": 112,
        "second: 48 parameters in conv 1×1": 112,
    } | {
        "first: 1,024 multiply-accumulates in conv 1×1": round(112 / 3, 6),
        "first: 16 parameters in conv 1×1": round(112 / 3, 6),
    }


@pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)
def test_long_networks_have_rows_that_can_be_counted(figure: Callable[..., Scene]) -> None:
    nodes = "".join(f"  conv{index}: {{conv: 4, kernel: 1}}\n" for index in range(1000))
    scene = figure(
        ig.load(SMALL.replace("stem: {pool: {avg_pool: global}}\n", f"stem:\n{nodes}")).typed
    )
    assert scene.height < 20 * MOST_ROWS


@pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)
def test_networks_without_costs_or_maps(figure: Callable[..., Scene]) -> None:
    ET.fromstring(svg_text(figure(ig.load(SMALL).typed)))


def test_formats(tmp_path: Path) -> None:
    """The page of a pdf has the size of the figure in points."""
    scene = cost_figure(ig.load("googlenet").typed)
    write(scene, tmp_path / "costs.pdf")
    page = (tmp_path / "costs.pdf").read_bytes()
    (box,) = re.findall(rb"/MediaBox \[ ?0 0 ([0-9.]+) ([0-9.]+)", page)
    assert [float(side) for side in box] == pytest.approx([scene.width, scene.height], abs=1)
    write(scene, tmp_path / "costs.png", dpi=72)
    assert (tmp_path / "costs.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(
        PictureError, match=r"'costs\.html': this figure is drawn as \.svg, \.png, \.pdf"
    ):
        write(scene, tmp_path / "costs.html")


@pytest.mark.parametrize(
    ("option", "words"), [("--costs", "By branch"), ("--receptive-field", "side of the image")]
)
def test_command(option: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "figure.svg"
    group.main(
        ["render", "googlenet", option, "-o", str(path), "--theme", "dark"], standalone_mode=False
    )
    assert words in path.read_text(encoding="utf-8")
