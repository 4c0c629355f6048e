"""A module that is given all of its weights need not start them first."""

from __future__ import annotations

import pytest
import torch

import inception_graph as ig
from inception_graph.backends.pytorch.emit import network_class
from inception_graph.backends.pytorch.live import hollow, load_source

SPEC = """\
inception_graph: 1
name: small
input: {{channels: 3, height: 8, width: 8}}
defaults:
  conv: {{norm: {{batch_norm: {{scale: false}}}}, bias: false, init: {init}}}
body:
  conv1: {{conv: 6, kernel: 3}}
  conv2: {{separable_conv: 4, kernel: 3, norm: batch_norm}}
  pool: {{avg_pool: global}}
  norm1: {{batch_norm: }}
  classifier: {{linear: 5}}
"""


@pytest.mark.parametrize(
    "init",
    ["null", "he_normal", "he_uniform", "lecun_normal", "xavier_normal", "xavier_uniform",
     "{normal: 0.1}", "{truncated_normal: 0.1}"],
)  # fmt: skip
def test_a_hollow_module_filled_is_the_module(init: str) -> None:
    network = ig.load(SPEC.format(init=init))
    written = load_source(network.emit(), network.name)
    filled = hollow(getattr(written, network_class(network.program)))
    model = network.create_model()
    assert [(name, kept.shape, kept.dtype) for name, kept in filled.state_dict().items()] == [
        (name, kept.shape, kept.dtype) for name, kept in model.state_dict().items()
    ]
    assert all(kept.device.type == "cpu" for kept in [*filled.parameters(), *filled.buffers()])
    assert all(weight.requires_grad for weight in filled.parameters())
    filled.load_state_dict(model.state_dict())
    for name, buffer in model.named_buffers():
        assert torch.equal(filled.get_buffer(name), buffer), name
    images = torch.randn(2, 3, 8, 8)
    assert torch.equal(filled.eval()(images), model.eval()(images))
