"""Where costs are and what values see, held to totals and to sums done by hand."""

from __future__ import annotations

import pytest

import inception_graph as ig
from inception_graph.analysis.anatomy import Cost, anatomy, total
from inception_graph.analysis.receptive_field import Sight, sights

NETWORKS = (
    "googlenet",
    "inception_v3",
    "inception_v4",
    "inception_resnet_v2",
    "xception",
    "inception_v2",
)
SEES = """\
inception_graph: 1
name: sees
input: {channels: 3, height: 32, width: 48}
stem:
  conv1: {conv: 4, kernel: 3, stride: 2, padding: same}
  fork:
    concat:
      near: {conv: 4, kernel: 1}
      far: {down: {conv: 4, kernel: [1, 5], padding: same}, up: {conv: 4, kernel: 3, dilation: 2, padding: same}}
      same: {}
  pool: {max_pool: 2}
head:
  flat: {flatten: }
"""


@pytest.mark.parametrize("name", NETWORKS)
def test_parts_make_the_whole(name: str) -> None:
    made = ig.load(name)
    found = anatomy(made.typed)
    main = [step for step in found.steps if step.section != "auxiliary"]
    whole = Cost(made.parameters, made.macs)
    assert found.whole == whole
    assert total(step.cost for step in main) == whole
    assert total(cost for _, cost in found.stages()) == whole
    every = total(step.cost for step in found.steps)
    assert every.parameters == made.costs.parameters_with_auxiliary
    assert every.macs == made.costs.macs_with_auxiliary
    for block, branches in found.branches.items():
        sections = made.program.sections.values()
        names = [
            n.name for chain in sections for n in chain.nodes if getattr(n, "block", "") == block
        ]
        steps = [step.cost for step in found.steps if step.name.split(" ")[0] in names]
        assert total(branch.cost for branch in branches) == total(steps), block


def test_branches_of_googlenet() -> None:
    """Table 1 of the paper, `#5x5` and `#5x5 reduce`: weights and biases of nine modules."""
    reads = (192, 256, 480, 512, 512, 512, 528, 832, 832)
    reduce = (16, 32, 16, 24, 24, 32, 32, 32, 48)
    fives = (32, 96, 48, 64, 64, 64, 128, 128, 128)
    (block,) = anatomy(ig.load("googlenet").typed).branches.values()
    branch = {branch.name: branch for branch in block}["branch5"]
    assert branch.words == "1×1 → 5×5"
    assert branch.kinds["middle"].parameters == sum(
        25 * a * b + b for a, b in zip(reduce, fives, strict=True)
    )
    assert branch.kinds["point"].parameters == sum(
        a * b + b for a, b in zip(reads, reduce, strict=True)
    )


def test_a_separable_convolution_is_taken_apart() -> None:
    text = """\
inception_graph: 1
name: apart
input: {channels: 8, height: 10, width: 10}
stem: {only: {separable_conv: 16, kernel: 3, padding: same, norm: none, activation: none, bias: true}}
"""
    (step,) = anatomy(ig.load(text).typed).steps
    assert step.kinds == {
        "point": Cost(8 * 16 + 16, 100 * 8 * 16),
        "depth": Cost(8 * 9, 100 * 8 * 9),
    }


def test_sights_of_branches() -> None:
    typed = ig.load(SEES).typed
    names = [node.name for node in typed.nodes]
    found = dict(zip(names, sights(typed), strict=True))
    assert found["conv1"] == Sight((3, 3), (3, 3), (2, 2))
    assert found["fork.near"] == Sight((3, 3), (3, 3), (2, 2))
    assert found["fork.far.down"] == Sight((3, 11), (3, 11), (2, 2))
    assert found["fork.far.up"] == Sight((11, 19), (11, 19), (2, 2))
    assert found["fork"] == Sight((3, 3), (11, 19), (2, 2))
    assert found["pool"] == Sight((5, 5), (13, 21), (4, 4))
    # All 8x12 cells of the pool, each 4 pixels behind the one before.
    assert found["flat"] == Sight((33, 49), (41, 65), (4, 4))
