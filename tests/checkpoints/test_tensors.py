"""What a network keeps is what its module holds, and each tensor says what it is for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import inception_graph as ig
from inception_graph.backends.pytorch.emit import network_class
from inception_graph.backends.pytorch.live import load_source
from inception_graph.checkpoints import Expected, Tensor, expected, tensors
from inception_graph.compiler import compile_text
from inception_graph.resources import specs

SMALL = """
inception_graph: 1
name: small
input: {channels: 3, height: 8, width: 12}
body:
  conv1: {separable_conv: 12, kernel: 3, multiplier: 2, stride: 2}
  conv2: {conv: 10, kernel: [1, 3], norm: {batch_norm: {scale: false}}, bias: false, activation: relu}
  norm2: {batch_norm: }
  conv3: {conv: 4, kernel: 2, stride: 2}
  split:
    concat:
      maps: {flatten: }
      means: {pool: {avg_pool: global}}
      columns: {pool: {max_pool: [2, 1], stride: [2, 1]}, flatten: {flatten: }}
  hidden: {linear: 7, activation: relu}
  dropout: {dropout: 0.5}
  classifier: {linear: 5}
auxiliary:
  aux:
    from: conv3
    loss_weight: 0.3
    nodes: {conv: {conv: 5}, pool: {avg_pool: global}}
checkpoints:
  torchvision: {layout: torch, parts: {norm: bn, depthwise: conv1}, names: {"{m..}": "{m}"}}
  keras: {layout: keras, names: {"{m..}.norm": "{m}_bn", "{m..}": "{m}"}}
  slim: {layout: tensorflow, scale: false, convolutions: [classifier], names: {"{m..}": "net/{m}"}}
"""


@pytest.fixture(scope="module")
def small() -> Any:
    compilation = compile_text(SMALL)
    assert compilation.typed is not None
    assert not compilation.report.found
    return compilation.typed


def by_name(typed: Any) -> dict[str, Tensor]:
    return {tensor.name: tensor for tensor in tensors(typed)}


def entries(typed: Any, source: str) -> dict[str, Expected]:
    return {e.tensor.name: e for e in expected(typed, typed.program.checkpoints[source])}


@pytest.mark.parametrize("spec", [SMALL, *specs()], ids=["small", *specs()])
def test_tensors_are_those_of_the_module(spec: str) -> None:
    network = ig.load(spec)
    source = load_source(network.emit(), network.name)
    with torch.device("meta"):
        module = getattr(source, network_class(network.program))()
    kept = {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}
    assert {tensor.name: tensor.shape for tensor in tensors(network.typed)} == kept
    trained = {name for name, _ in module.named_parameters()}
    assert {tensor.name for tensor in tensors(network.typed) if tensor.trained} == trained


ROLES = {
    "conv1.depthwise.weight": "depthwise",
    "conv1.pointwise.weight": "pointwise",
    "conv1.pointwise.bias": "bias",
    "conv2.conv.weight": "kernel",
    "conv2.norm.bias": "beta",
    "conv2.norm.running_mean": "mean",
    "conv2.norm.running_var": "variance",
    "conv2.norm.num_batches_tracked": "count",
    "norm2.weight": "gamma",
    "norm2.bias": "beta",
    "hidden.linear.weight": "kernel",
    "classifier.bias": "bias",
}


@pytest.mark.parametrize("name", ROLES)
def test_roles(small: Any, name: str) -> None:
    assert by_name(small)[name].role == ROLES[name]


def test_what_adapts(small: Any) -> None:
    adapting = {
        tensor.name: (tensor.adapts, tensor.free) for tensor in tensors(small) if tensor.adapts
    }
    assert adapting == {
        "conv1.depthwise.weight": ("channels", 0),
        "conv1.pointwise.weight": ("channels", 1),
        "classifier.weight": ("classes", 0),
        "classifier.bias": ("classes", 0),
        "aux.conv.weight": ("classes", 0),
        "aux.conv.bias": ("classes", 0),
    }


def test_an_embedding_has_no_classes() -> None:
    typed = ig.load("inception_resnet_v1_facenet").typed
    adapting = {tensor.name for tensor in tensors(typed) if tensor.adapts == "classes"}
    assert adapting == {"identities.classifier.weight", "identities.classifier.bias"}


def test_maps_behind_a_vector(small: Any) -> None:
    with_maps = {tensor.name: tensor.maps for tensor in tensors(small) if tensor.maps}
    assert with_maps == {"hidden.linear.weight": ((4, 2, 3), (4,), (4, 1, 3))}


def test_maps_behind_a_long_way() -> None:
    steps = "".join(f"  drop{n}: {{dropout: 0.1}}\n" for n in range(1500))
    joins = "".join(f"  join{n}: {{concat: [flat, drop{n}]}}\n" for n in range(2))
    text = (
        SMALL.partition("body:")[0]
        + f"body:\n  flat: {{flatten: }}\n{steps}{joins}  out: {{linear: 3}}\n"
    )
    typed = compile_text(text).typed
    assert typed is not None
    assert by_name(typed)["out.weight"].maps == ((3, 8, 12), (3, 8, 12))


NAMES = [
    # ours, and theirs by source
    ("conv1.depthwise.weight", "conv1.conv1.weight", "conv1/depthwise_kernel", "net/conv1/depthwise_weights"),
    ("conv1.pointwise.weight", "conv1.pointwise.weight", "conv1/pointwise_kernel", "net/conv1/pointwise_weights"),
    ("conv1.pointwise.bias", "conv1.pointwise.bias", "conv1/bias", "net/conv1/biases"),
    ("conv2.conv.weight", "conv2.conv.weight", "conv2/kernel", "net/conv2/weights"),
    ("conv2.norm.weight", "conv2.bn.weight", "conv2_bn/gamma", None),
    ("conv2.norm.bias", "conv2.bn.bias", "conv2_bn/beta", "net/conv2/BatchNorm/beta"),
    ("conv2.norm.running_var", "conv2.bn.running_var", "conv2_bn/moving_variance",
     "net/conv2/BatchNorm/moving_variance"),
    ("conv2.norm.num_batches_tracked", "conv2.bn.num_batches_tracked", None, None),
    ("norm2.weight", "norm2.weight", "norm2/gamma", None),
    ("norm2.running_mean", "norm2.running_mean", "norm2/moving_mean", "net/norm2/moving_mean"),
    ("hidden.linear.weight", "hidden.linear.weight", "hidden/kernel", "net/hidden/weights"),
    ("classifier.bias", "classifier.bias", "classifier/bias", "net/classifier/biases"),
]  # fmt: skip


@pytest.mark.parametrize("names", NAMES, ids=lambda names: names[0])
def test_names(small: Any, names: tuple[str, ...]) -> None:
    ours, *theirs = names
    for source, name in zip(("torchvision", "keras", "slim"), theirs, strict=True):
        entry = entries(small, source).get(ours)
        assert (entry.theirs if entry else None) == name


SHAPES = [
    ("conv1.depthwise.weight", (6, 1, 3, 3), (3, 3, 3, 2), (3, 3, 3, 2)),
    ("conv1.pointwise.weight", (12, 6, 1, 1), (1, 1, 6, 12), (1, 1, 6, 12)),
    ("conv2.conv.weight", (10, 12, 1, 3), (1, 3, 12, 10), (1, 3, 12, 10)),
    ("conv2.norm.bias", (10,), (10,), (10,)),
    ("hidden.linear.weight", (7, 40), (40, 7), (40, 7)),
    ("classifier.weight", (5, 7), (7, 5), (1, 1, 7, 5)),
]


@pytest.mark.parametrize("shapes", SHAPES, ids=lambda shapes: shapes[0])
def test_shapes(small: Any, shapes: tuple[Any, ...]) -> None:
    ours, *theirs = shapes
    for source, shape in zip(("torchvision", "keras", "slim"), theirs, strict=True):
        assert entries(small, source)[ours].shape == shape


def test_axes(small: Any) -> None:
    kept = entries(small, "keras")

    def moved(name: str) -> tuple[np.ndarray, np.ndarray]:
        entry = kept[name]
        theirs = np.arange(np.prod(entry.shape)).reshape(entry.shape)
        return theirs, theirs.transpose(entry.axes).reshape(entry.tensor.shape)

    theirs, ours = moved("conv2.conv.weight")
    assert ours[4, 7, 0, 2] == theirs[0, 2, 7, 4]
    theirs, ours = moved("conv1.depthwise.weight")
    assert ours[2 * 2 + 1, 0, 1, 2] == theirs[1, 2, 2, 1]
    theirs, ours = moved("classifier.weight")
    assert ours[3, 6] == theirs[6, 3]
    assert all(entry.axes == () for entry in entries(small, "torchvision").values())


def test_a_scale_that_only_they_have_is_not_kept(small: Any) -> None:
    names = {source: entries(small, source) for source in ("torchvision", "keras", "slim")}
    gone = {source: [n for n, e in held.items() if not e.kept] for source, held in names.items()}
    assert gone == {
        "torchvision": ["conv2.norm.weight"],
        "keras": ["conv2.norm.weight"],
        "slim": [],
    }
    assert names["slim"]["norm2.weight"].fill == 1
    assert names["keras"]["norm2.num_batches_tracked"].fill == 0


def test_what_may_be_absent(small: Any) -> None:
    held = entries(small, "torchvision")
    assert {name for name, entry in held.items() if entry.optional} == {
        "conv2.norm.num_batches_tracked",
        "norm2.num_batches_tracked",
        "aux.conv.weight",
        "aux.conv.bias",
    }


def test_our_own_names(small: Any) -> None:
    own = expected(small, None)
    assert [(entry.theirs, entry.shape) for entry in own] == [
        (t.name, t.shape) for t in tensors(small)
    ]
    assert [entry.theirs for entry in own if entry.optional] == ["aux.conv.weight", "aux.conv.bias"]
