"""`diff --picture`: both networks as one, what differs marked and open, in every format that is drawn."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

import inception_graph as ig
from inception_graph.backends.pictures import PictureError

CASES = Path(__file__).parents[1] / "comparison" / "cases"
BASE = str(CASES / "base.yaml")
SVG = "{http://www.w3.org/2000/svg}"


def marked(svg: str) -> dict[str, str]:
    """The ids of what is marked, with the marks."""
    found: dict[str, str] = {}
    for group in ElementTree.fromstring(svg).iter(f"{SVG}g"):
        identity = group.attrib.get("id", "legend-")
        for shape in group:
            for name in shape.attrib.get("class", "").split():
                if name in {"added", "removed", "changed"} and not identity.startswith("legend-"):
                    found[identity] = name
    return found


def texts(svg: str) -> list[str]:
    return [text.text or "" for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize(
    ("case", "level", "expected"),
    [
        ("node_inserted", "block", {"norm1": "added"}),
        ("node_removed", "op", {f"mixed_{use}.branch5.reduce": "removed" for use in "abc"}),
        (
            "branch_added",
            "block",
            {
                f"mixed_{use}.branch3.{node}": "added"
                for use in "abc"
                for node in ("reduce", "expand")
            },
        ),
        ("renamed", "op", {}),
    ],
)
def test_what_differs_is_marked(case: str, level: str, expected: dict[str, str]) -> None:
    picture = ig.load(BASE).render_diff(ig.load(CASES / f"{case}.yaml"), level=level)
    assert {
        name: mark for name, mark in marked(picture.svg).items() if "use-" not in name
    } == expected


def test_what_does_not_differ_is_closed_but_at_level_op() -> None:
    one, other = ig.load(BASE), ig.load(CASES / "node_inserted.yaml")
    closed, opened = one.render_diff(other).svg, one.render_diff(other, level="op").svg
    assert 'id="mixed_a"' in closed
    assert "mixed_a.branch1" not in closed
    assert "mixed_a.branch1" in opened


def test_changes_are_told_in_words() -> None:
    shown = texts(ig.load("inception_v3").render_diff(ig.load("inception_v3_torchvision")).svg)
    assert "inception_v3 → inception_v3_torchvision" in shown
    assert "nodes: 1 added · 1 removed · 12 changed" in shown
    assert "95 of 96 conv nodes: init he_normal → {normal: 0.1}" in shown
    assert shown.count("count_padding false → true") >= 8


def test_an_equal_network_has_no_marks() -> None:
    network = ig.load("googlenet")
    svg = network.render_diff(network).svg
    assert "no node differs" in texts(svg)
    assert not marked(svg)


@pytest.mark.parametrize("suffix", ["svg", "dot", "mmd", "tex"])
def test_marks_come_in_every_format_by_colour_and_by_sign(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"picture.{suffix}"
    ig.load(BASE).render_diff(ig.load(CASES / "node_inserted.yaml"), path)
    text = path.read_text(encoding="utf-8")
    assert re.search("#?0a7d5c", text, re.IGNORECASE)
    assert {"svg": ">+<", "dot": "+", "mmd": "<b>+ norm1", "tex": r"{\textname +}"}[suffix] in text


@pytest.mark.parametrize("suffix", ["json", "graphml"])
def test_data_of_two_networks_as_one_is_refused(suffix: str, tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="hold a network with its costs"):
        ig.load(BASE).render_diff(ig.load(BASE), tmp_path / f"picture.{suffix}")
    assert not list(tmp_path.iterdir())


def test_the_command_draws_and_tells(command_line, tmp_path: Path) -> None:
    picture = tmp_path / "picture.svg"
    other = str(CASES / "node_inserted.yaml")
    done = command_line("diff", BASE, other, "--picture", str(picture), "--theme", "print")
    assert done.status == 1
    assert "norm1" in done.out
    assert done.err == f"wrote {picture}\n"
    assert "ig-print" in picture.read_text(encoding="utf-8")
    picture.write_text("mine", encoding="utf-8")
    again = command_line("diff", BASE, other, "--picture", str(picture))
    assert (again.status, picture.read_text(encoding="utf-8")) == (2, "mine")
