"""Specs at the edge of what is allowed, about which nothing is to be said."""

from __future__ import annotations

import pytest

from inception_graph.compiler import compile_text

HEAD = "inception_graph: 1\nname: sound\ninput: {channels: 3, height: 9, width: 9}\n"
SOUND = {
    "a head that weighs nothing": (
        "body: {a: {conv: 4}}\nauxiliary: {aux: {from: a, loss_weight: 0, nodes: {b: {conv: 2}}}}\n"
    ),
    "a variable that only a block reads": (
        "variables: {w: 4}\nblocks: {b: {arguments: [k], nodes: {conv: $w, kernel: $k}}}\nbody: {a: {b: 3}}\n"
    ),
    "a variable that only a head, a default and the input read": (
        "variables: {l: 0.5, k: 3}\ndefaults: {conv: {kernel: $k}}\nbody: {a: {conv: 4}}\n"
        "auxiliary: {aux: {from: a, loss_weight: $l, nodes: {b: {conv: 2}}}}\n"
    ),
    "an argument that only an inner block reads": (
        "blocks:\n  inner: {arguments: [v], nodes: {conv: $v}}\n"
        "  outer: {arguments: [w], nodes: {inner: $(w + 1)}}\nbody: {a: {outer: 3}}\n"
    ),
    "a window as large as its padded input": "body: {a: {conv: 4, kernel: 11, padding: 1}}\n",
    "a window of all the input": "body: {a: {max_pool: 9}}\n",
    "padding of all but one row of the window": "body: {a: {max_pool: 3, padding: 2}}\n",
    "as many groups as channels": "body: {a: {conv: 6, groups: 3}, b: {conv: 12, groups: 6}}\n",
    "an identity in a join of two": "body: {a: {conv: 3}, b: {add: {x1: {conv: 3}, x2: {}}}}\n",
    "one node joined with itself": "body: {a: {conv: 3}, b: {concat: [a, a]}}\n",
    "a later node": (
        "body: {z: {conv: 3}, a: {from: b, conv: 3}, b: {from: z, conv: 3}, c: {add: [a, b]}}\n"
    ),
    "a block repeated once": "blocks: {b: {nodes: {conv: 3}}}\nbody: {a: {b: , repeat: 1}}\n",
    "statistics for each channel": (
        "body: {a: {conv: 4}}\npreprocess: {mean: [1, 2, 3], std: [1, 2, 3]}\n"
    ),
}


@pytest.mark.parametrize("name", SOUND)
def test_nothing_is_said(name: str) -> None:
    compilation = compile_text(HEAD + SOUND[name])
    assert [found.message for found in compilation.report.found] == []
    assert compilation.typed is not None
