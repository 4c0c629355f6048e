"""Inputs that a network can read: solved, against all sizes tried one by one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import inception_graph as ig
from inception_graph.analysis.sizes import Progression, failure, sizes
from inception_graph.analysis.totals import totals
from inception_graph.compiler import compile_text
from inception_graph.ir.graph import INPUT, TypedGraph
from inception_graph.ir.shapes import shapes_of

KNOWN = [
    # torchvision states 15 and 75 as the least that its networks take (`min_size` of their weights), Keras 75 for v3.
    ("googlenet_torchvision", False, 15, (32, 32)),
    ("inception_v3", False, 75, (75, 32)),
    # With its head it needs all of its 299: 5x5 windows on a 5x5 map.
    ("inception_v3", True, 299, (299, 96)),
    ("googlenet", True, 79, (128, 96)),
    ("googlenet", False, 31, (32, 32)),
]


@pytest.mark.parametrize(("name", "auxiliary", "smallest", "clean"), KNOWN)
def test_known_networks(name: str, auxiliary: bool, smallest: int, clean: tuple[int, int]) -> None:
    made = ig.load(name)
    found = sizes((made if auxiliary else made.without_auxiliary()).typed)
    assert found.smallest == (3, smallest, smallest)
    assert found.heights == found.widths == Progression(*clean)
    assert found.below is not None
    assert found.below.input == (3, smallest - 1, smallest - 1)


SPEC = """\
inception_graph: 1
name: tiny
input: {{channels: 3, height: {height}, width: {width}}}
body:
{body}"""
BODIES = {
    "one window": ["a: {conv: 4, kernel: 7, padding: valid}"],
    "strides without padding": [
        "a: {conv: 4, kernel: 3, stride: 2, padding: valid}", "b: {max_pool: 3, stride: 2}",
    ],
    "strides with padding": [
        "a: {conv: 4, kernel: 7, stride: 2, padding: 3}", "b: {max_pool: 3, stride: 2, ceil: true}",
    ],
    "strides as in TensorFlow": [
        "a: {conv: 4, kernel: 3, stride: 2}", "b: {conv: 4, kernel: 3, stride: 3}",
    ],
    "a mixture": [
        "a: {conv: 4, kernel: 3, stride: 2, padding: valid}", "b: {conv: 4, kernel: 3, stride: 2}",
    ],
    "axes that differ": [
        "a: {conv: 4, kernel: [1, 7], stride: [1, 3], padding: valid}", "b: {max_pool: [2, 1]}",
    ],
    "padding on one side": ["a: {conv: 4, kernel: 4, stride: 2, padding: [0, 1, 3, 0]}"],
    "dilation": ["a: {conv: 4, kernel: 3, dilation: 4, padding: valid}", "b: {max_pool: 2}"],
    "strides wider than windows": [
        "a: {conv: 4, kernel: 1, stride: 2}", "b: {max_pool: 2, stride: 3}",
    ],
    "an adaptive pool": [
        "a: {max_pool: 2}", "b: {avg_pool: adaptive, output: 4}", "c: {max_pool: 3, stride: 2}",
    ],
    "a global pool": [
        "a: {max_pool: 5, stride: 2}", "b: {avg_pool: global}", "c: {linear: 2}",
    ],
    "flattened cells": ["a: {max_pool: 3, stride: 2}", "b: {flatten: }", "c: {linear: 2}"],
    "branches that fit at odd sizes": [
        "a: {concat: {x: {max_pool: 3, stride: 2}, y: {max_pool: 2}}}",
    ],
    "branches that fit at even sizes": [
        "a:", "  concat:", "    x: {conv: 4, kernel: 3, stride: 2, padding: 1}",
        "    y: {max_pool: 3, stride: 2, ceil: true}",
    ],
    "a shortcut": ["a: {add: {x: {conv: 3, kernel: 3, stride: 2}, y: {max_pool: 2}}}"],
    "strides that exclude each other": [
        "a:", "  concat:",
        "    x: {x1: {conv: 4, kernel: 3, stride: 2}, x2: {avg_pool: global}}",
        "    y: {y1: {max_pool: 3, stride: 2}, y2: {avg_pool: global}}",
    ],
}  # fmt: skip


def spec(name: str, height: int, width: int) -> str:
    lines = "".join(f"  {line}\n" for line in BODIES[name])
    return SPEC.format(height=height, width=width, body=lines)


def network(name: str) -> TypedGraph:
    """A network for sides of 60 pixels, or of 61 where even ones do not work."""
    text = next(
        spec(name, side, side)
        for side in (60, 61)
        if not compile_text(spec(name, side, side)).report.failed
    )
    return ig.load(text).typed


def works(typed: TypedGraph, height: int, width: int) -> bool:
    return failure(typed, (3, height, width)) is None


def divides(typed: TypedGraph, axis: int, size: int) -> bool:
    """Whether every window divides what it goes over along an axis, by its own numbers."""
    x = list(typed.graph.input)
    x[1 + axis] = size
    graph = replace(typed.graph, input=tuple(x))
    other = list(x)
    other[1 + axis] = size + 210  # what does not change with the input is asked for nothing
    larger = shapes_of(replace(typed.graph, input=tuple(other)))
    shapes = shapes_of(graph)
    for index, node in enumerate(graph.nodes):
        shape = graph.input if node.inputs[0] == INPUT else shapes[node.inputs[0]]
        after = other if node.inputs[0] == INPUT else larger[node.inputs[0]]
        if shape is None or shapes[index] is None:
            return False
        window = None if node.operation.many or len(shape) != 3 else node.operation.window(shape)
        if window is None or after is None or len(shapes[index]) != 3 or larger[index] is None:
            continue
        if after[1 + axis] == shape[1 + axis] or larger[index][1 + axis] == shapes[index][1 + axis]:
            continue
        kernel, stride = window.span(axis), window.stride[axis]
        padded = any(window.pads[axis]) or window.ceil
        left = kernel if kernel >= stride and not padded else 0
        if (shape[1 + axis] - left) % stride:
            return False
    return True


@pytest.mark.parametrize("name", BODIES)
def test_solved_sizes_are_those_found_by_trying_all(name: str) -> None:
    typed = network(name)
    found = sizes(typed)
    _, height, width = found.smallest
    assert works(typed, height, width)
    assert not any(works(typed, size, width) for size in range(1, height))
    assert not any(works(typed, height, size) for size in range(1, width))
    assert (found.below is None) == ((height, width) == (1, 1))
    gaps = [more for more in range(1, 40) if not works(typed, height + more, width + more)]
    expected = (3, height + gaps[0], width + gaps[0]) if gaps else None
    assert (found.gap.input if found.gap else None) == expected
    for axis, progression in enumerate((found.heights, found.widths)):
        least = found.smallest[1 + axis]
        clean = [size for size in range(least, least + 120) if divides(typed, axis, size)]
        if progression is None:
            assert not clean
        else:
            assert clean == [size for size in range(least, least + 120) if size in progression]


@pytest.mark.parametrize("name", ig.list_models())
def test_shipped_networks(name: str) -> None:
    typed = ig.load(name).typed
    found = sizes(typed)
    assert works(typed, *found.smallest[1:])
    least = max(found.smallest[1] - 12, 1)
    assert not any(works(typed, size, size) for size in range(least, found.smallest[1]))
    first = found.heights.first if found.heights else 0
    clean = [size for size in range(found.smallest[1], first + 1) if divides(typed, 0, size)]
    assert clean == ([first] if found.heights else [])


def test_totals_see_along_both_axes_and_not_into_heads() -> None:
    text = spec("axes that differ", 60, 61)
    text += "auxiliary: {aux: {from: a, loss_weight: 0.3, nodes: {b: {conv: 2, kernel: 31}}}}\n"
    found = totals(ig.load(text).typed)
    assert (found.receptive_field, found.smallest_input) == ((2, 7), (2, 7))


TEXT = """\
Inception v3, declared for 3x299x299

with auxiliary heads
  smallest input  3x299x299
  one pixel less  3x298x298 fails at 'aux.conv': the 5x5 window of this conv is larger than its input, 4x4
  strides divide  299, 395, 491, 587, ... (299 + 96 k); 299 is one of them

without auxiliary heads
  smallest input  3x75x75
  one pixel less  3x74x74 fails at 'mixed_7a.branch3.expand': the 3x3 window of this conv is larger than its input, 2x2
  strides divide  75, 107, 139, 171, ... (75 + 32 k); 299 is one of them
"""


def test_the_command(command_line) -> None:
    assert command_line("sizes", "inception_v3") == (0, TEXT, "")
    document = json.loads(command_line("sizes", "inception_v3", "--format", "json")[1])
    assert document["input"] == [3, 299, 299]
    assert document["smallest"] == [3, 299, 299]
    assert document["without_auxiliary"]["below"]["node"] == "mixed_7a.branch3.expand"
    assert document["without_auxiliary"]["widths"] == {"first": 75, "step": 32}
    assert document["gap"] is None


@pytest.mark.parametrize(
    ("name", "height", "width", "lines"),
    [
        ("axes that differ", 60, 61, [
            "strides divide heights  2, 4, 6, 8, ... (2 + 2 k); 60 is one of them",
            "strides divide widths   7, 10, 13, 16, ... (7 + 3 k); 61 is one of them",
        ]),
        ("strides with padding", 61, 61, [
            "strides divide  4, 8, 12, 16, ... (4 + 4 k); 61 is not; nearest: 60 and 64",
        ]),
        ("strides as in TensorFlow", 5, 8, [
            "strides divide heights  6, 12, 18, 24, ... (6 + 6 k); 5 is not; nearest: 6",
        ]),
        ("branches that fit at even sizes", 60, 60, [
            "larger sizes    3x3x3 fails at 'a': the branches of this concat differ",
        ]),
        ("one window", 60, 60, ["strides divide  every size from 7 on"]),
        ("strides that exclude each other", 60, 60, [
            "no size: what one stride needs, another one excludes",
        ]),
    ],
)  # fmt: skip
def test_what_the_command_says(
    name: str,
    height: int,
    width: int,
    lines: list[str],
    tmp_path: Path,
    command_line,
) -> None:
    path = tmp_path / "tiny.yaml"
    path.write_text(spec(name, height, width), encoding="utf-8")
    status, out, _ = command_line("sizes", str(path))
    assert status == 0
    for line in lines:
        assert line in out


@pytest.mark.parametrize(
    ("size", "status", "words"),
    [
        ("3x299x299", 0, "no problems in 1 file"),
        ("3x331x331", 0, "no problems in 1 file"),
        ("3X300x420", 0, "no problems in 1 file"),
        ("1x299x299", 0, "no problems in 1 file"),
        ("3x160x160", 1, "it reads 'aux.proj': 128x2x2"),
        ("3x1000000x1000000", 1, "has more than 268,435,456 elements"),
        ("299x299", 2, "not of the form CHANNELSxHEIGHTxWIDTH"),
        ("3x0x9", 2, "not of the form CHANNELSxHEIGHTxWIDTH"),
        ("3x9x-9", 2, "not of the form CHANNELSxHEIGHTxWIDTH"),
        ("3x9x9999999999", 2, "not of the form CHANNELSxHEIGHTxWIDTH"),
    ],
)
def test_check_for_another_size(
    size: str,
    status: int,
    words: str,
    command_line,
) -> None:
    found, out, err = command_line("check", "inception_v3", "--input", size)
    assert found == status
    assert words in out + err
