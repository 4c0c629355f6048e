"""The five networks on a GPU, optimised, against the modules of torchvision and timm under the same settings.

Training in bfloat16 autocast, channels last, at a batch of 256 and at the largest that fits both, eager and compiled;
inference of one image at a time, replayed from a CUDA graph. Ours and theirs take turns. Prints a table, writes JSON:

    python -m benchmarks.gpu -o gpu.json
    python -m benchmarks.gpu --device cpu --smoke     # no numbers to believe, only that it runs

That both are the same network, number for number, is what ``inception-graph verify SPEC --against PEER`` shows.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import inception_graph as ig
from inception_graph.execution import Execution
from inception_graph.files import write_atomically
from inception_graph.peers.table import PEERS, Peer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from inception_graph.execution import Compiled

_PEERS = {
    "googlenet_torchvision": "torchvision",
    "inception_v3_torchvision": "torchvision",
    "inception_v4": "timm",
    "inception_resnet_v2": "timm",
    "xception_timm": "timm",
}
"""The networks, and whose module is theirs."""
_TARGETS = {"eager": 1.15, "compiled": 1.05}
"""How many images theirs sees in training while ours sees so many more."""
_LARGEST = 4096


@dataclass(frozen=True)
class _Plan:
    """What is measured, and how long."""

    device: str
    batch: int
    rounds: int
    steps: int
    runtimes: tuple[str, ...]

    @property
    def cuda(self) -> bool:
        return self.device.startswith("cuda")

    def wait(self) -> None:
        """Until the device has done all that it was given."""
        if self.cuda:
            torch.cuda.synchronize()


@dataclass(frozen=True)
class Row:
    """Ours and theirs in one setting.

    Attributes:
        network: The spec.
        peer: Their module.
        what: ``train`` in images a second, or ``graph`` in milliseconds an image.
        runtime: ``eager`` or ``compiled``.
        batch: Images at a time.
        ours: Median, and quartiles, over the rounds.
        theirs: The same.
        ratio: How much quicker ours is, by the medians.
        memory: Peak of what tensors take, ours and theirs, in bytes; nothing on a CPU.
    """

    network: str
    peer: str
    what: str
    runtime: str
    batch: int
    ours: tuple[float, float, float]
    theirs: tuple[float, float, float]
    ratio: float
    memory: tuple[int, int] | None


def _pair(network: str, peer: Peer, plan: _Plan, runtime: str, use: Compiled) -> list[nn.Module]:
    """Ours and theirs, for training or for inference, under the same settings."""
    ours = ig.create_model(network, auxiliary=False, optimize=_passes(runtime, use))
    theirs = peer.build(heads=False).module
    execution = Execution(
        dtype="bfloat16" if use == "inference" else None,
        channels_last=True,
        compile=use if runtime == "compiled" else None,
    )
    training = use == "train"
    return [
        execution.apply(module.to(plan.device).train(training)).requires_grad_(training)
        for module in (ours, theirs)
    ]


def _passes(runtime: str, use: Compiled) -> str:
    return "compile" if (runtime, use) == ("compiled", "inference") else use


def _images(network: str, plan: _Plan, batch: int) -> Tensor:
    images = torch.randn(batch, *ig.load(network).input, device=plan.device)
    return images.contiguous(memory_format=torch.channels_last)


def _training(model: nn.Module, images: Tensor, plan: _Plan) -> Callable[[], None]:
    """A whole step: forward, loss, backward, SGD with momentum."""
    labels = torch.randint(1000, (len(images),), device=plan.device)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9)

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(images.device.type, torch.bfloat16):
            outputs: Any = model(images)
            loss = F.cross_entropy(outputs, labels)
        loss.backward()
        optimizer.step()

    return step


def _replay(model: nn.Module, images: Tensor, plan: _Plan) -> Callable[[], None]:
    """A call of a module as a CUDA graph; on a CPU the call itself."""

    def call() -> None:
        with torch.inference_mode():
            model(images)

    if not plan.cuda:
        return call
    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(5):
            call()
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        call()
    return graph.replay


def _turns(runs: list[Callable[[], None]], plan: _Plan) -> list[list[float]]:
    """Seconds a step, ours and theirs, round by round; the first to go changes with the round."""
    for run in runs:
        for _ in range(min(plan.steps, 5)):
            run()
    plan.wait()
    found: list[list[float]] = [[] for _ in runs]
    for turn in range(plan.rounds):
        for index in (0, 1) if turn % 2 else (1, 0):
            begin = time.perf_counter()
            for _ in range(plan.steps):
                runs[index]()
            plan.wait()
            found[index].append((time.perf_counter() - begin) / plan.steps)
    return found


def _spread(values: list[float]) -> tuple[float, float, float]:
    if len(values) < 2:
        return values[0], values[0], values[0]
    lower, middle, upper = quantiles(values, n=4)
    return middle, lower, upper


def _clean(plan: _Plan) -> None:
    torch._dynamo.reset()
    gc.collect()
    if plan.cuda:
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def _peaks(network: str, peer: Peer, plan: _Plan, runtime: str, batch: int) -> tuple[int, int]:
    """Peak memory of a training step, each module alone on the device."""
    found: list[int] = []
    for index in (0, 1):
        _clean(plan)
        model = _pair(network, peer, plan, runtime, "train")[index]
        step = _training(model, _images(network, plan, batch), plan)
        for _ in range(3):
            step()
        plan.wait()
        found.append(torch.cuda.max_memory_allocated() if plan.cuda else 0)
        del model, step
    return found[0], found[1]


def _fits(network: str, peer: Peer, plan: _Plan, batch: int) -> bool:
    try:
        _peaks(network, peer, plan, "eager", batch)
    except torch.cuda.OutOfMemoryError:
        return False
    return True


def _largest(network: str, peer: Peer, plan: _Plan) -> int:
    """The largest batch, in multiples of 64, that both modules can be trained with."""
    low, high = plan.batch, plan.batch * 2
    while high < _LARGEST and _fits(network, peer, plan, high):
        low, high = high, 2 * high
    while high - low > 64:
        middle = (low + high) // 2 // 64 * 64
        low, high = (middle, high) if _fits(network, peer, plan, middle) else (low, middle)
    return low


def _train(network: str, peer: Peer, plan: _Plan, runtime: str, batch: int) -> Row:
    memory = _peaks(network, peer, plan, runtime, batch) if plan.cuda else None
    _clean(plan)
    images = _images(network, plan, batch)
    modules = _pair(network, peer, plan, runtime, "train")
    seconds = _turns([_training(module, images, plan) for module in modules], plan)
    ours, theirs = (_spread([batch / value for value in one]) for one in seconds)
    ratio = ours[0] / theirs[0]
    return Row(network, peer.name, "train", runtime, batch, ours, theirs, ratio, memory)


def _latency(network: str, peer: Peer, plan: _Plan, runtime: str) -> Row:
    _clean(plan)
    images = _images(network, plan, 1).bfloat16()
    modules = _pair(network, peer, plan, runtime, "inference")
    seconds = _turns([_replay(module, images, plan) for module in modules], plan)
    ours, theirs = (_spread([1e3 * value for value in one]) for one in seconds)
    ratio = median(seconds[1]) / median(seconds[0])
    return Row(network, peer.name, "graph", runtime, 1, ours, theirs, ratio, None)


def measure(networks: list[str], plan: _Plan) -> Iterator[Row]:
    """All rows, one by one."""
    for network in networks:
        peer = next(one for one in PEERS if (one.source, one.spec) == (_PEERS[network], network))
        batches = [plan.batch]
        if plan.cuda:
            largest = _largest(network, peer, plan)
            batches += [largest] if largest > plan.batch else []
        for runtime in plan.runtimes:
            for batch in batches:
                yield _train(network, peer, plan, runtime, batch)
            yield _latency(network, peer, plan, runtime)


def table(rows: list[Row], *, judged: bool) -> str:
    """The rows as Markdown; targets are for a GPU, so that nothing else is judged by them."""
    lines = [
        "| network | what | runtime | batch | ours | peer | ratio | target | peak memory | |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for row in rows:
        train = row.what == "train"
        target = _TARGETS[row.runtime] if train and judged else None
        verdict = "" if target is None else "met" if row.ratio >= target else "**missed**"
        unit = "images/s" if train else "ms"
        memory = f"{row.memory[0] / row.memory[1]:.2f}x" if row.memory else ""
        what = "training" if train else "one image"
        lines.append(
            f"| {row.network} | {what} | {row.runtime} | {row.batch} | {row.ours[0]:.4g} {unit} "
            f"| {row.theirs[0]:.4g} {unit} | {row.ratio:.2f} | {target or ''} | {memory} | {verdict} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--networks", nargs="+", choices=list(_PEERS), default=list(_PEERS))
    parser.add_argument("--runtimes", nargs="+", choices=list(_TARGETS), default=list(_TARGETS))
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--steps", type=int, default=20, help="steps, or images, of one turn")
    parser.add_argument("--smoke", action="store_true", help="two images, one turn: does it run?")
    parser.add_argument("-o", "--output", type=Path, help="where to write JSON")
    given = parser.parse_args()
    if given.device.startswith("cuda") and not torch.cuda.is_available():
        sys.exit(
            "error: there is no GPU that torch can use; --device cpu --smoke shows that it runs"
        )
    sizes = (2, 1, 1) if given.smoke else (given.batch, given.rounds, given.steps)
    plan = _Plan(given.device, *sizes, tuple(given.runtimes))
    rows: list[Row] = []
    with torch.cuda.device(given.device) if plan.cuda else nullcontext():
        for row in measure(given.networks, plan):
            rows.append(row)
            print(f"{row.network} {row.what} {row.runtime}: {row.ratio:.2f}", file=sys.stderr)
            if given.output is not None:  # what was measured before an interruption is kept
                _write(given.output, rows, plan)
    print(table(rows, judged=plan.cuda))


def _write(path: Path, rows: list[Row], plan: _Plan) -> None:
    facts = {
        "device": torch.cuda.get_device_name() if plan.cuda else plan.device,
        "torch": torch.__version__,
        "cuda": torch.version.cuda,
        "rounds": plan.rounds,
        "steps": plan.steps,
        "rows": [asdict(row) for row in rows],
    }
    write_atomically(path, json.dumps(facts, indent=2) + "\n")


if __name__ == "__main__":
    main()
