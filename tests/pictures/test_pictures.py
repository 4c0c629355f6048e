"""What pictures show, and that nothing in a spec can make them show anything else."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from inception_graph.backends import pictures
from inception_graph.backends.pictures import View
from inception_graph.backends.pictures.layout import lay_out
from inception_graph.backends.pictures.plan import plan
from inception_graph.compiler import compile_spec, compile_text
from inception_graph.limits import Limits

if TYPE_CHECKING:
    from inception_graph.backends.pictures import Level
    from inception_graph.backends.pictures.drawing import Box
    from inception_graph.ir.graph import TypedGraph

HERE = Path(__file__).parent
SMALL = sorted((HERE / "specs").glob("*.yaml"))
SHIPPED = ("googlenet", "googlenet_naive", "inception_v3")
SVG = "{http://www.w3.org/2000/svg}"


def typed(spec: str | Path) -> TypedGraph:
    compilation = compile_spec(spec)
    assert compilation.typed, [finding.message for finding in compilation.report.found]
    return compilation.typed


def typed_text(text: str, limits: Limits | None = None) -> TypedGraph:
    compilation = compile_text(text, limits=limits or Limits())
    assert compilation.typed, [finding.message for finding in compilation.report.found]
    return compilation.typed


def chain(length: int, title: str | None = None) -> str:
    lines = [
        "inception_graph: 1",
        "name: chain",
        "input: {channels: 2, height: 4, width: 4}",
        "body:",
    ]
    lines += [f"  n{index}: {{conv: 2, kernel: 1}}" for index in range(length)]
    if title is not None:
        quoted = "".join(c if c.isascii() and c.isalnum() else f"\\U{ord(c):08x}" for c in title)
        lines.insert(2, f'meta: {{title: "{quoted}"}}')
    return "\n".join(lines) + "\n"


def fonts_in(pdf: Path) -> str:
    """All text of a PDF in which the names of its fonts can stand, unpacked."""
    found = [pdf.read_bytes()]
    for packed in re.findall(rb"stream\r?\n(.*?)endstream", found[0], re.DOTALL):
        with contextlib.suppress(zlib.error):
            found.append(zlib.decompressobj().decompress(packed))
    return b"".join(found).decode("latin-1")


def boxes(network: TypedGraph, level: Level) -> dict[str, Box]:
    return {box.id: box for box in plan(network, View(level)).boxes}


# Snapshots


@pytest.mark.parametrize("level", pictures.LEVELS)
@pytest.mark.parametrize("spec", SMALL, ids=lambda path: path.stem)
def test_dot_is_as_recorded(spec: Path, level: Level, request: pytest.FixtureRequest) -> None:
    golden = HERE / "golden" / f"{spec.stem}_{level}.dot"
    text = pictures.to_dot(typed(spec), level=level)
    if request.config.getoption("--regenerate"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_pictures_do_not_depend_on_the_process() -> None:
    """Neither on the seed of hashes nor on what was drawn before."""
    code = (
        "from inception_graph.compiler import compile_spec\n"
        "from inception_graph.backends import pictures\n"
        "typed = compile_spec('googlenet').typed\n"
        "for level in pictures.LEVELS: print(pictures.svg(typed, level), pictures.to_dot(typed, level=level))\n"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
        ).stdout
        for seed in ("0", "1")
    }
    assert len(seen) == 1
    network = typed("googlenet")
    assert pictures.svg(network, "op").encode() in seen.pop()


# What is drawn


@pytest.mark.parametrize("spec", SHIPPED)
def test_op_level_draws_every_node_and_every_edge(spec: str) -> None:
    """But for repeats, which are drawn once."""
    network = typed(spec)
    drawing = plan(network, View("op"))
    drawn = {box.id for box in drawing.boxes}
    names = [node.name for node in network.nodes]
    folded = {name for name in names if name not in drawn}
    assert all(name.startswith("mixed_6d.") or name == "mixed_6d" for name in folded)
    edges = {(wire.source, wire.target) for wire in drawing.wires}
    for node in network.nodes:
        for source in node.inputs:
            pair = ("network-input" if source == -1 else names[source], node.name)
            assert pair in edges or folded & set(pair)


@pytest.mark.parametrize("level", pictures.LEVELS)
@pytest.mark.parametrize("spec", [*SHIPPED, *SMALL], ids=lambda spec: Path(spec).stem)
def test_every_wire_is_drawn_from_box_to_box(spec: str | Path, level: Level) -> None:
    layout = lay_out(plan(typed(spec), View(level)))
    routes = [route for route in layout.routes if not route.wire.source.startswith("legend-")]
    assert len(routes) == len(layout.drawing.wires)
    placed = {box.box.id: box for box in layout.boxes}
    for route in routes:
        box = placed[route.wire.target]
        x, y = route.points[-1]
        assert abs(x - box.x) <= box.width / 2 + 0.01
        assert abs(y - box.y) <= box.height / 2 + 0.01
        for (ax, ay), (bx, by) in zip(route.points, route.points[1:], strict=False):
            assert ax == bx or ay == by


@pytest.mark.parametrize("level", pictures.LEVELS)
@pytest.mark.parametrize("spec", [*SHIPPED, *SMALL], ids=lambda spec: Path(spec).stem)
def test_no_box_covers_another_and_all_stand_on_the_sheet(spec: str | Path, level: Level) -> None:
    layout = lay_out(plan(typed(spec), View(level)))
    for index, one in enumerate(layout.boxes):
        assert one.width / 2 <= one.x <= layout.width - one.width / 2
        assert one.height / 2 <= one.y <= layout.height - one.height / 2
        for two in layout.boxes[index + 1 :]:
            apart_x = abs(one.x - two.x) >= (one.width + two.width) / 2
            apart_y = abs(one.y - two.y) >= (one.height + two.height) / 2
            assert apart_x or apart_y, (one.box.id, two.box.id)


@pytest.mark.parametrize("spec", SHIPPED)
@pytest.mark.parametrize("level", pictures.LEVELS)
def test_pictures_have_the_proportions_of_a_screen(spec: str, level: Level) -> None:
    layout = lay_out(plan(typed(spec), View(level)))
    assert 0.9 <= layout.width / layout.height <= 2.6


def test_branches_stand_in_the_order_of_their_channels() -> None:
    layout = lay_out(plan(typed("googlenet"), View("op")))
    at = {box.box.id: box.x for box in layout.boxes}
    branches = ["branch1", "branch3.reduce", "branch5.reduce", "branch_pool.pool"]
    places = [at[f"inception_3a.{branch}"] for branch in branches]
    assert places == sorted(places)


def test_block_level_shows_each_block_once_with_its_arguments() -> None:
    drawing = plan(typed("googlenet"), View("block"))
    (panel,) = drawing.panels
    assert panel.title == "inception(b1, b3_reduce, b3, b5_reduce, b5, pool)"
    assert panel.note == "shapes as in inception_3a"
    found = boxes(typed("googlenet"), "block")
    assert found["block-inception.branch3.reduce"].labels == ("conv 1×1 · b3_reduce",)
    assert found["inception_3a"].labels == ("inception", "64 + 128 + 32 + 32")


def test_auxiliary_heads_are_dashed_and_say_their_weight() -> None:
    for level in pictures.LEVELS:
        drawing = plan(typed("googlenet"), View(level))
        dashed = {wire.target for wire in drawing.wires if wire.dashed}
        assert {name.partition(".")[0].removeprefix("head-")[:4] for name in dashed} == {
            "aux1",
            "aux2",
        }
        assert pictures.svg(typed("googlenet"), level).count(">loss × 0.3<") == 2


def test_the_caption_says_what_the_network_costs() -> None:
    drawing = plan(typed("googlenet"), View("network"))
    assert drawing.title == "GoogLeNet (Inception v1)"
    assert drawing.caption == (
        "6,998,552 parameters · 1.58 G multiply-accumulates · input 3×224×224 · output 1000",
        "with auxiliary heads 13,378,280 parameters · 1.59 G multiply-accumulates",
    )


# Repeats


def test_repeats_are_folded() -> None:
    network = typed(HERE / "specs" / "repeats.yaml")
    found = boxes(network, "network")
    assert {name: box.times for name, box in found.items() if box.times > 1} == {
        "copies": 3,
        "a1": 3,
        "wide": 3,
    }
    assert found["a1"].name == "a1 … a3"
    svg = pictures.svg(network, "op")
    assert "a1 … a3 · pair ×3" in svg
    assert "first, second · unit ×2" in svg
    assert "copies · unit ×3" in svg
    # The first copy of this one reads fewer channels than the others.
    assert "1, 2 ×2" in svg


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("  b: {unit: {width: 5}}", "other arguments"),
        ("  b: {unit: {width: 4}, from: input_conv}", "reads another node"),
        ("  b: {unit: {width: 4}}\n  c: {concat: [a, b]}", "the first is read by a third"),
    ],
)
def test_what_is_not_a_repeat_is_not_folded(change: str, why: str) -> None:
    text = (
        "inception_graph: 1\nname: net\ninput: {channels: 4, height: 4, width: 4}\n"
        "blocks:\n  unit: {arguments: [width], nodes: {x: {conv: $width, kernel: 3}}}\n"
        f"body:\n  input_conv: {{conv: 4}}\n  a: {{unit: {{width: 4}}}}\n{change}\n"
    )
    found = boxes(typed_text(text), "network")
    assert {"a", "b"} <= found.keys(), why
    assert found["a"].times == 1


def test_a_repeat_that_feeds_a_head_is_not_folded() -> None:
    text = (
        "inception_graph: 1\nname: net\ninput: {channels: 4, height: 4, width: 4}\n"
        "blocks:\n  unit: {arguments: [width], nodes: {x: {conv: $width, kernel: 3}}}\n"
        "body:\n  a: {unit: {width: 4}}\n  b: {unit: {width: 4}}\n"
        "auxiliary:\n  h: {from: a, loss_weight: 1, nodes: {p: {avg_pool: global}}}\n"
    )
    assert {"a", "b"} <= boxes(typed_text(text), "op").keys() | boxes(
        typed_text(text), "block"
    ).keys()


# Text
