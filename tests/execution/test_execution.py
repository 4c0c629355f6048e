"""How a module computes: numbers, order in memory, compiled."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest

import inception_graph as ig
from inception_graph.execution import Execution

torch = pytest.importorskip("torch")

# torch imports what it deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
SMALL = Path(__file__).parents[1] / "export" / "small.yaml"
IMAGES = torch.randn(2, 3, 12, 12, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("dtype", ["bfloat16", torch.bfloat16])
def test_numbers_and_order_in_memory(dtype: str) -> None:
    model = ig.create_model(SMALL, dtype=dtype, channels_last=True)
    weight = model.conv1.conv.weight
    assert weight.dtype == torch.bfloat16
    assert weight.is_contiguous(memory_format=torch.channels_last)
    assert model.eval()(IMAGES.bfloat16()).dtype == torch.bfloat16


@pytest.mark.parametrize("keyword", [{"dtype": "int8"}, {"dtype": 16}, {"compile": True}])
def test_what_there_is_not(keyword: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="is none of '"):
        ig.create_model(SMALL, **keyword)


def test_compiled_for_training_keeps_its_names() -> None:
    plain, compiled = ig.create_model(SMALL), ig.create_model(SMALL, compile="train")
    compiled.load_state_dict(plain.state_dict())
    with torch.compiler.set_stance("force_eager"):
        assert compiled(IMAGES)[0].requires_grad
    assert compiled.training


def test_compiled_for_inference_holds_its_weights() -> None:
    """torch can freeze without saying so, and can leave it without saying so."""
    model = ig.create_model(SMALL, auxiliary=False).eval()
    with torch.no_grad():
        wanted = model(IMAGES)
    state = model.state_dict()
    frozen = ig.create_model(SMALL, auxiliary=False, compile="inference")
    frozen.load_state_dict(state)  # before the first call
    given = frozen(IMAGES)
    torch.testing.assert_close(given, wanted)
    assert not given.requires_grad
    assert not torch._inductor.config.freezing
    with pytest.raises(RuntimeError, match="the weights are compiled in"):
        frozen.load_state_dict(state)
    with torch.no_grad():
        frozen.conv1.conv.weight.zero_()
    assert torch.equal(frozen(IMAGES), given)
    loose = copy.deepcopy(frozen)  # a copy is a plain module
    loose.load_state_dict(state)
    torch.testing.assert_close(loose(IMAGES), wanted)


def test_a_module_to_be_frozen_can_be_pickled() -> None:
    model = Execution(compile="inference").apply(ig.create_model(SMALL))
    again = pickle.loads(pickle.dumps(model))
    assert again(IMAGES).shape == (2, 5)
