"""Random fills that are put off give what they would have given at once."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from inception_graph.backends.pytorch.starting import DeferredFills


def started(make) -> Tensor:
    with DeferredFills() as fills:
        tensor = make()
    fills.carry_out()
    return tensor.detach()


def test_the_last_fill_counts() -> None:
    def make() -> Tensor:
        weight = torch.empty(100, 100)
        nn.init.uniform_(weight, 5, 6)
        nn.init.kaiming_uniform_(weight)
        return nn.init.normal_(weight, 2.0, 0.1)

    tensor = started(make)
    assert tensor.mean().item() == pytest.approx(2.0, abs=0.01)
    assert tensor.std().item() == pytest.approx(0.1, rel=0.05)


def test_what_is_done_with_a_fill_is_done_behind_it() -> None:
    assert started(lambda: torch.empty(50, 50).uniform_(1, 2).mul_(10)).min() >= 10
    assert (
        started(lambda: nn.init.trunc_normal_(torch.empty(50, 50), std=0.1, a=-0.1, b=0.1))
        .abs()
        .max()
        <= 0.1
    )
    square = started(lambda: nn.init.orthogonal_(torch.empty(20, 20)))
    torch.testing.assert_close(square @ square.T, torch.eye(20), atol=1e-5, rtol=0)


def test_parts_of_a_tensor_keep_their_own_fill() -> None:
    def make() -> Tensor:
        weight = torch.empty(10, 10).uniform_(0, 1)
        weight[:5].uniform_(5, 6)
        weight.data[5:].uniform_(7, 8)
        return weight

    tensor = started(make)
    assert 5 <= tensor[:5].min() <= tensor[:5].max() <= 6
    assert 7 <= tensor[5:].min() <= tensor[5:].max() <= 8


def test_a_constant_behind_a_fill_stays() -> None:
    def make() -> Tensor:
        layer = nn.Linear(4, 4)
        nn.init.constant_(layer.bias, 0.2)
        return layer.bias

    assert started(make).tolist() == pytest.approx([0.2] * 4)


def test_weights_depend_on_the_seed_and_not_on_the_threads() -> None:
    def once(threads: int) -> list[Tensor]:
        before = torch.get_num_threads()
        torch.set_num_threads(threads)
        try:
            torch.manual_seed(3)
            with DeferredFills() as fills:
                layers = [nn.Linear(64, 64) for _ in range(8)]
            fills.carry_out()
            return [layer.weight.detach() for layer in layers]
        finally:
            torch.set_num_threads(before)

    first, second = once(1), once(4)
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
    assert not torch.equal(first[0], first[1])


def test_a_generator_that_is_given_is_used() -> None:
    wanted = torch.empty(9).normal_(generator=torch.Generator().manual_seed(5))
    assert torch.equal(
        started(lambda: torch.empty(9).normal_(generator=torch.Generator().manual_seed(5))), wanted
    )
