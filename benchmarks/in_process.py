"""Inside one process: the compiler per node, constructors, forward passes and training steps."""

from __future__ import annotations

import time
from statistics import median
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F

import inception_graph as ig
from benchmarks.report import Measurement
from inception_graph.compiler import compile_text
from inception_graph.peers.importing import torchvision

if TYPE_CHECKING:
    from collections.abc import Callable


def _seconds(function: Callable[[], object]) -> float:
    begin = time.perf_counter()
    function()
    return time.perf_counter() - begin


def _ratio(
    name: str, ours: Callable[[], object], theirs: Callable[[], object], target: float, rounds: int
) -> Measurement:
    for function in (ours, theirs, ours, theirs):
        function()
    pairs = [(_seconds(ours), _seconds(theirs)) for _ in range(rounds)]
    mine, other = median(a for a, _ in pairs), median(b for _, b in pairs)
    return Measurement(
        name,
        f"{1e3 * mine:.1f} ms",
        f"{1e3 * other:.1f} ms",
        median(a / b for a, b in pairs),
        target,
    )


def _generated(nodes: int) -> str:
    body = "".join(f"  n{i}: {{conv: 64, kernel: 3}}\n" for i in range(nodes))
    return f"inception_graph: 1\nname: generated\ninput: {{channels: 64, height: 32, width: 32}}\nbody:\n{body}"


def _compiler(rounds: int) -> list[Measurement]:
    """Microseconds per node of a check at 100,000 nodes, and against 1,000."""
    limits = ig.Limits(bytes=10**9, values=10**8, nodes=10**6)

    def per_node(nodes: int, repeats: int) -> float:
        text = _generated(nodes)
        best = min(_seconds(lambda: compile_text(text, limits=limits)) for _ in range(repeats))
        return 1e6 * best / nodes

    per_node(1000, 3)
    small, large = per_node(1_000, 20), per_node(100_000, max(2, rounds // 4))
    shown = f"{large:.0f} us"
    return [
        Measurement(
            "check of 100,000 nodes, time per node / that of 1,000",
            shown,
            f"{small:.0f} us",
            large / small,
            1.5,
        ),
        Measurement(
            "check of 100,000 nodes, microseconds per node / 150", shown, "150 us", large / 150, 1.0
        ),
    ]


def _passes(rounds: int) -> Measurement:
    """Seconds that the passes take on a large network."""
    network = ig.load("inception_v4")
    taken = median(_seconds(lambda: network.optimised("inference")) for _ in range(rounds))
    name = "passes for inference on inception_v4, seconds / 0.3"
    return Measurement(name, f"{taken:.2f} s", "0.3 s", taken / 0.3, 1.0)


def _step(model: torch.nn.Module, x: torch.Tensor, labels: torch.Tensor) -> Callable[[], None]:
    model.train()

    def step() -> None:
        outputs: Any = model(x)
        loss = F.cross_entropy(outputs[0], labels) + 0.4 * F.cross_entropy(outputs[1], labels)
        model.zero_grad(set_to_none=True)
        loss.backward()

    return step


def measure(rounds: int) -> list[Measurement]:
    """All in-process measurements."""
    models = torchvision().models
    peer = models.inception_v3(weights=None, init_weights=False)
    ours = ig.create_model("inception_v3")
    x, batch = torch.randn(1, 3, 299, 299), torch.randn(4, 3, 299, 299)
    labels = torch.randint(1000, (4,))
    found = [
        *_compiler(rounds),
        _passes(rounds),
        _ratio(
            "create_model inception_v3 / torchvision's constructor",
            lambda: ig.create_model("inception_v3"),
            lambda: models.inception_v3(weights=None, init_weights=False),
            1.0,
            rounds,
        ),
    ]
    peer.eval()
    ours.eval()
    with torch.inference_mode():
        name = "eager forward of inception_v3, batch 1 / torchvision's"
        found.append(_ratio(name, lambda: ours(x), lambda: peer(x), 1.03, 3 * rounds))
    name = "training step of inception_v3, batch 4, with head / torchvision's"
    found.append(_ratio(name, _step(ours, batch, labels), _step(peer, batch, labels), 1.03, rounds))
    return found
