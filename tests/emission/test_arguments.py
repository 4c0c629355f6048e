"""Names and values that classes are printed for: which stay parameters, and when a class serves two uses."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import torch
from test_emission import interpret

import inception_graph as ig

HEAD = "inception_graph: 1\nname: given\ninput: {channels: 3, height: 9, width: 8}\n"


def made(text: str) -> Any:
    """The live module of a spec, which does what its graph says."""
    network = ig.load(HEAD + text)
    assert not network.check()
    torch.manual_seed(0)
    model = network.create_model().eval()
    x = torch.randn(2, *network.input)
    with torch.no_grad():
        wanted = interpret(network, model, x)[network.typed.graph.output]
        torch.testing.assert_close(model(x), wanted)
    assert sum(weight.numel() for weight in model.parameters()) == network.parameters
    return model


def parameters(module: Any) -> dict[str, Any]:
    return {name: p.annotation for name, p in inspect.signature(type(module)).parameters.items()}


def test_an_argument_may_be_called_as_the_width_of_the_input() -> None:
    model = made(
        "blocks:\n  b:\n    arguments: [in_channels]\n"
        "    nodes: {x1: {conv: 6}, x2: {conv: $in_channels, kernel: 3}}\n"
        "body: {a: {b: 5}, c: {b: 7}}\n"
    )
    assert list(parameters(model.a)) == ["in_channels_", "in_channels"]


def test_a_block_pads_for_the_size_that_each_use_reads() -> None:
    model = made(
        "blocks: {less: {arguments: [w],"
        " nodes: {x1: {conv: $w, kernel: 3, stride: 2}, x2: {conv: 3}}}}\n"
        "body: {a: {less: 4}, b: {pad: [1, 0, 0, 0]}, c: {less: 4}, d: {less: 4}}\n"
    )
    # 9x8, 6x4 and 3x2: the second pads rows on one side only.
    assert type(model.a) is type(model.d) is not type(model.c)


def test_equal_numbers_of_two_types_are_told_apart() -> None:
    model = made(
        "blocks: {b: {arguments: [f], nodes: {x1: {scale: $f}, x2: {conv: 3}}}}\n"
        "body: {a: {b: 2}, c: {b: 2.0}, d: {b: 2}}\n"
    )
    assert [parameters(use)["f"] for use in (model.a, model.c, model.d)] == ["int", "float", "int"]


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ("{a: {conv: $n}, b: {conv: $n}}", True),
        ("{a: {conv: $n}, b: {conv: $(n)}}", True),
        ("{a: {conv: $n}, b: {conv: $(n + 1)}}", False),
        ("{a: {conv: $n}, b: {conv: 4, kernel: $n}}", False),
        ("{a: {conv: $n}, b: {wide: $n}}", False),
        ("{a: {conv: $n}, b: {wide: 3, repeat: $n}}", False),
    ],
)
def test_a_variable_stays_where_it_is_a_size_and_nothing_else(body: str, kept: bool) -> None:
    blocks = "blocks: {wide: {arguments: [w], nodes: {x1: {conv: $w}}}}\n" if "wide" in body else ""
    model = made(f"variables: {{n: 5}}\n{blocks}body: {body}\n")
    assert list(parameters(model)) == (["n"] if kept else [])


def test_texts_with_what_cannot_be_printed_stay_one_line() -> None:
    # A change of direction, an escape, a separator of lines; none of them may stand in a source.
    hostile = r'"turned \u202e and \e[31m red\u2028 and a bell\a"'
    source = ig.emit(f"{HEAD}meta: {{title: {hostile}}}\nbody: {{a: {{conv: 4}}}}\n")
    assert all(character.isprintable() or character == "\n" for character in source)
    assert "Turned ? and ?[31m red and a bell?" in source


def test_a_size_that_others_must_divide_is_no_argument() -> None:
    """Another width would not fit the groups, so the constructor must not offer it."""
    spec = """\
inception_graph: 1
name: grouped
input: {channels: 3, height: 8, width: 8}
variables: {width: 4, classes: 5}
body: {a: {conv: $width}, b: {conv: 8, groups: 4}, pool: {avg_pool: global}, out: {linear: $classes}}
"""
    assert "def __init__(self, classes: int = 5) -> None:" in ig.emit(spec)
