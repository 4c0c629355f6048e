"""Two networks as one graph: each of them is in it, whole, and the marks say which part is whose."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from drawn import typed

from inception_graph.backends.pictures.union import Union, union
from inception_graph.comparison.compare import compare
from inception_graph.comparison.edits import Rewired
from inception_graph.ir.graph import INPUT

if TYPE_CHECKING:
    from inception_graph.comparison.edits import Difference

CASES = Path(__file__).parents[1] / "comparison" / "cases"
PAIRS = [
    *((str(CASES / "base.yaml"), str(path)) for path in sorted(CASES.glob("*.yaml"))),
    (str(CASES / "residual.yaml"), str(CASES / "residual_repeated.yaml")),
    (str(CASES / "residual_repeated.yaml"), str(CASES / "residual_plain.yaml")),
    ("googlenet", "bn_inception"),
    ("inception_v3", "inception_v3_torchvision"),
    ("inception_v3", "inception_v4"),
    ("inception_resnet_v1", "inception_resnet_v2"),
    ("inception_v4", "xception"),
]
every_pair = pytest.mark.parametrize(
    ("one", "other"), PAIRS, ids=[f"{Path(one).stem}-{Path(other).stem}" for one, other in PAIRS]
)


def made(one: str, other: str) -> tuple[Difference, Union]:
    before, after = typed(one), typed(other)
    difference = compare(before, after, names=("a", "b"))
    return difference, union(before, after, difference)


@every_pair
@pytest.mark.parametrize("side", ["before", "after"])
def test_each_network_is_in_it_wire_by_wire(one: str, other: str, side: str) -> None:
    """What is left without marks of the other side is the network, but for wires past nodes that are gone or new."""
    difference, whole = made(one, other)
    network, foreign = (typed(one), "added") if side == "before" else (typed(other), "removed")
    number = {INPUT: INPUT}
    for place, pair in enumerate(difference.nodes):
        part = getattr(pair, side)
        assert (part is None) == (whole.marking.nodes.get(place) == foreign)
        if part is not None:
            number[part.node] = place
    shared = {INPUT, *(n for n, pair in enumerate(difference.nodes) if pair.before and pair.after)}
    rewired = {edit.after.name for edit in difference.edits if isinstance(edit, Rewired)}
    for index, node in enumerate(network.nodes):
        place = number[index]
        read = whole.graph.nodes[place].inputs
        kept = {value for value in read if whole.marking.wires.get((value, place)) != foreign}
        own = {number[value] for value in node.inputs}
        assert kept <= own, node.name
        follows = place in shared and whole.graph.nodes[place].name not in rewired
        assert own - kept <= (shared if follows else set()), node.name


@every_pair
def test_every_node_stands_in_the_tree_once(one: str, other: str) -> None:
    _, whole = made(one, other)
    graph = whole.graph.graph
    trees = (graph.root, *(head.instance for head in graph.heads))
    walked = [instance for tree in trees for instance in tree.walk() if instance.node is not None]
    assert sorted(instance.node for instance in walked) == list(range(len(graph.nodes)))
    assert all(instance.name == graph.nodes[instance.node].name for instance in walked)
    names = [node.name for node in graph.nodes]
    assert len(names) == len(set(names))
    assert {node.name for node in typed(other).nodes} <= set(names)


@pytest.mark.parametrize("name", ["googlenet", "inception_resnet_v2"])
def test_a_network_and_itself_are_the_network(name: str) -> None:
    _, whole = made(name, name)
    assert not whole.marking.nodes | whole.marking.wires | whole.marking.words
    assert not whole.opened
    assert [(n.name, n.inputs) for n in whole.graph.nodes] == [
        (n.name, n.inputs) for n in typed(name).nodes
    ]


def test_what_differs_nearly_everywhere_is_told_once() -> None:
    """An initialisation of 95 convolutions is no change of 95 places; ten pools that count padding are."""
    _, whole = made("inception_v3", "inception_v3_torchvision")
    (fold,) = whole.everywhere
    assert (fold.where, fold.what) == ("95 of 96 conv nodes", "init he_normal -> {normal: 0.1}")
    words = {whole.graph.nodes[node].name: said for node, said in whole.marking.words.items()}
    assert words["mixed_5b.branch_pool.pool"] == "count_padding false → true"
    assert "conv1" not in words
    assert words["classifier"] == "bias_init 0 → none"


def test_a_name_that_both_have_for_other_things_stays_apart() -> None:
    _, whole = made(str(CASES / "base.yaml"), str(CASES / "node_becomes_a_join.yaml"))
    names = {node.name for node in whole.graph.nodes}
    twice = {name.removesuffix("-before") for name in names if name.endswith("-before")}
    assert twice
    assert twice <= names


def test_what_differs_inside_is_opened() -> None:
    _, whole = made(str(CASES / "base.yaml"), str(CASES / "node_inserted.yaml"))
    marked = [whole.graph.nodes[node].name for node in whole.marking.nodes]
    assert marked
    for name in marked:
        around = {name.rsplit(".", count)[0] for count in range(1, name.count(".") + 1)}
        assert around <= set(whole.opened)
