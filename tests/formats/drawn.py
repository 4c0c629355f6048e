"""Networks for the tests of this folder, each compiled once."""

from __future__ import annotations

from functools import cache
from typing import Any

import inception_graph as ig
from inception_graph.backends.pictures.drawing import Drawing
from inception_graph.backends.pictures.layout import lay_out
from inception_graph.backends.pictures.options import View
from inception_graph.backends.pictures.placed import Layout
from inception_graph.backends.pictures.plan import plan
from inception_graph.backends.pictures.theme import THEMES
from inception_graph.ir.graph import TypedGraph

NAMES = ig.list_models()
LIGHT = THEMES["light"]
HOSTILE = [
    '"quoted" back\\slash \\N \\n %%{init}%% #35; #quot; $$x$$',
    "</title><script>alert(1)</script> <b>x</b> &lt; &#60; & ]]>",
    'a"];evil [label="x"] %comment ~tilde ^hat {braces} _under_ $(math)$ \\input{/etc/passwd}',
    "שלום \u202egnihton\u202c 漢字 🐱\u200d💻 naïve Œuvre ≤ 3 “quotes” – — ß ł Ħ",
    "`**md**` 1. list - item fa:fa-car end subgraph",
]


@cache
def typed(name: str) -> TypedGraph:
    return ig.load(name).typed


def titled(title: str) -> TypedGraph:
    """A small network with a title."""
    escaped = "".join(f"\\U{ord(char):08x}" for char in title)
    return ig.load(
        f'inception_graph: 1\nname: small\nmeta: {{title: "{escaped}"}}\n'
        "input: {channels: 3, height: 8, width: 8}\nbody:\n  conv: {conv: 4, kernel: 3}\n"
    ).typed


def drawing(network: TypedGraph, level: Any = "block", **options: Any) -> Drawing:
    return plan(network, View(level=level, **options))


def layout(network: TypedGraph, level: Any = "block", **options: Any) -> Layout:
    return lay_out(drawing(network, level, **options), View(level=level, **options))
