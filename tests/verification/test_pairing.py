"""Differences between two networks are found where they are, and said in words.

Theirs is the live module of the network below, recorded while it runs; ours is the same text with one change.
"""

from __future__ import annotations

import pytest

import inception_graph as ig
from inception_graph.checkpoints import tensors
from inception_graph.verification.declared import declared
from inception_graph.verification.outputs import live
from inception_graph.verification.pairing import Pairing, paired
from inception_graph.verification.recorded import recorded
from inception_graph.verification.steps import Trace
from inception_graph.verification.words import folded

TEXT = """\
inception_graph: 1
name: small
input: {channels: 3, height: 16, width: 16}
defaults:
  conv: {bias: false, norm: batch_norm, activation: relu}
stem:
  conv1: {conv: 8, kernel: 3, stride: 2, padding: 1}
body:
  mixed:
    concat:
      one: {conv: 4, kernel: 1}
      three:
        reduce: {conv: 4, kernel: 1}
        expand: {conv: 8, kernel: 3}
      pool:
        pool: {avg_pool: 3, stride: 1, padding: 1, count_padding: true}
        proj: {conv: 4, kernel: 1}
  pool1: {max_pool: 3, stride: 2, ceil: true}
  residual:
    add:
      same: {}
      up:
        mixed:
          concat:
            one: {conv: 4, kernel: 1}
            two: {conv: 4, kernel: 1}
        conv: {conv: 16, kernel: 1, norm: none, activation: none, bias: true}
        scale: {scale: 0.5}
    activation: relu
head:
  pool: {avg_pool: adaptive, output: 1}
  flatten: {flatten: }
  dropout: {dropout: 0.4}
  classifier: {linear: 10}
auxiliary:
  aux:
    from: mixed
    loss_weight: 0.3
    nodes:
      pool: {avg_pool: 5, stride: 3}
      flatten: {flatten: }
      classifier: {linear: 10}
"""


@pytest.fixture(scope="module")
def theirs() -> Trace:
    typed = ig.load(TEXT).typed
    return recorded(live(typed).to("meta"), ("logits", "aux"), typed.graph.input)


def compare(text: str, theirs: Trace) -> Pairing:
    typed = ig.load(text).typed
    return paired(declared(typed), theirs, {tensor.name: tensor.name for tensor in tensors(typed)})


def sentences(found: Pairing) -> list[str]:
    return [
        " ".join(filter(None, (d.where + ":", d.text, "(training)" * d.training, d.there)))
        for d in folded(found.differences)
    ]


def test_a_network_is_what_its_module_computes(theirs: Trace) -> None:
    found = compare(TEXT, theirs)
    assert sentences(found) == []
    assert found.paired == found.steps == len(theirs.steps)


CHANGES = {
    "window": (
        "three:\n        reduce: {conv: 4, kernel: 1}\n        expand: {conv: 8, kernel: 3}",
        "three:\n        reduce: {conv: 4, kernel: 1}\n        expand: {conv: 8, kernel: 5}",
        ["mixed.three.expand: window is 5x5 here, 3x3 there",
         "mixed.three.expand: padding is 2 here, 1 there"],
    ),
    "window that is not square": (
        "expand: {conv: 8, kernel: 3}",
        "expand: {conv: 8, kernel: [1, 3]}",
        ["mixed.three.expand: window is 1x3 here, 3x3 there",
         "mixed.three.expand: padding is [0, 0, 1, 1] here, 1 there"],
    ),
    "channels": (
        "reduce: {conv: 4, kernel: 1}",
        "reduce: {conv: 6, kernel: 1}",
        ["mixed.three.reduce: gives 6 channels here, 4 there"],
    ),
    "padding on the other side": (
        "stride: 2, padding: 1}",
        "stride: 2}",
        ["conv1: padding is [0, 1, 0, 1] here, [1, 0, 1, 0] there"],
    ),
    "groups": (
        "expand: {conv: 8, kernel: 3}",
        "expand: {conv: 8, kernel: 3, groups: 2}",
        ["mixed.three.expand: groups is 2 here, 1 there"],
    ),
    "counted padding": (
        "padding: 1, count_padding: true}",
        "padding: 1}",
        ["mixed.pool.pool: average counts padding there, not here"],
    ),
    "eps of all": (
        "norm: batch_norm, ",
        "norm: {batch_norm: {eps: 0.001}}, ",
        ["conv1 and 6 more: eps is 0.001 here, 1e-05 there"],
    ),
    "momentum": (
        "norm: batch_norm, ",
        "norm: {batch_norm: {momentum: 0.01}}, ",
        ["conv1 and 6 more: momentum is 0.01 here, 0.1 there (training)"],
    ),
    "bias": (
        "conv: {bias: false, norm",
        "conv: {bias: true, norm",
        ["conv1 and 6 more: has a bias here, not there"],
    ),
    "no normalisation": (
        "proj: {conv: 4, kernel: 1}",
        "proj: {conv: 4, kernel: 1, norm: none}",
        ["mixed.pool.proj: batch normalisation stands there, not here mixed.pool.proj.norm"],
    ),
    "no activation": (
        "proj: {conv: 4, kernel: 1}",
        "proj: {conv: 4, kernel: 1, activation: none}",
        ["mixed.pool.proj: ReLU stands there, not here mixed.pool.proj"],
    ),
    "another activation": (
        "    activation: relu\nhead",
        "    activation: sigmoid\nhead",
        ["residual: sigmoid stands here, not there",
         "residual: ReLU stands there, not here residual"],
    ),
    "another pool": (
        "pool1: {max_pool: 3",
        "pool1: {avg_pool: 3",
        ["pool1: average pool stands here, not there",
         "mixed: max pool stands there, not here pool1"],
    ),
    "a layer more": (
        "      one: {conv: 4, kernel: 1}\n      three",
        "      one: {a: {conv: 4, kernel: 1}, b: {conv: 4, kernel: 1}}\n      three",
        ["mixed.one.a and 1 more: convolution stands here, not there",
         "mixed.one.a and 1 more: batch normalisation stands here, not there",
         "mixed.one.b: ReLU stands here, not there",
         "conv1: batch normalisation stands there, not here mixed.one.norm",
         "conv1: convolution stands there, not here mixed.one.conv"],
    ),
    "order of branches": (
        "      one: {conv: 4, kernel: 1}\n      three:\n        reduce: {conv: 4, kernel: 1}\n"
        "        expand: {conv: 8, kernel: 3}\n",
        "      three:\n        reduce: {conv: 4, kernel: 1}\n"
        "        expand: {conv: 8, kernel: 3}\n      one: {conv: 4, kernel: 1}\n",
        ["mixed: branches stand in another order: 1 to 3 here are 2, 1, 3 there"],
    ),
    "order of a sum": (
        "      same: {}\n      up:\n        mixed:\n          concat:\n"
        "            one: {conv: 4, kernel: 1}\n            two: {conv: 4, kernel: 1}\n"
        "        conv: {conv: 16, kernel: 1, norm: none, activation: none, bias: true}\n"
        "        scale: {scale: 0.5}\n",
        "      up:\n        mixed:\n          concat:\n"
        "            one: {conv: 4, kernel: 1}\n            two: {conv: 4, kernel: 1}\n"
        "        conv: {conv: 16, kernel: 1, norm: none, activation: none, bias: true}\n"
        "        scale: {scale: 0.5}\n      same: {}\n",
        [],
    ),
    "a branch less": (
        "      pool:\n        pool: {avg_pool: 3, stride: 1, padding: 1, count_padding: true}\n"
        "        proj: {conv: 4, kernel: 1}\n",
        "",
        [],
    ),
    "scale of a residual": (
        "scale: 0.5",
        "scale: 0.2",
        ["residual.up.scale: factor is 0.2 here, 0.5 there"],
    ),
    "scale of one": (
        "scale: 0.5",
        "scale: 1",
        ["residual.up.conv: scale stands there, not here residual.up.scale"],
    ),
    "rewired": (
        "    from: mixed\n",
        "    from: conv1\n",
        ["aux.pool: reads conv1 here, mixed there"],
    ),
    "dropout": (
        "  dropout: {dropout: 0.4}\n", "  dropout: {dropout: 0.2}\n",
        ["dropout: rate is 0.2 here, 0.4 there (training)"],
    ),
    "no dropout": (
        "  dropout: {dropout: 0.4}\n", "",
        ["pool: dropout stands there, not here (training) dropout"],
    ),
    "no head": (
        TEXT[TEXT.index("auxiliary:"):], "",
        ["aux: this head stands there, not here (training)"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_what_differs_is_said(change: str, theirs: Trace) -> None:
    before, after, wanted = CHANGES[change]
    assert TEXT.count(before) == 1
    assert sentences(compare(TEXT.replace(before, after), theirs)) == wanted
