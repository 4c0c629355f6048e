"""What a network computes, step by step, in words that ours and those of others share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from inception_graph.ops.window import Shape, Window

INPUT = -1
"""Stands for the image; steps count from 0."""

Fact: TypeAlias = "bool | int | float | str | tuple[int, ...] | None"


@dataclass(frozen=True)
class Step:
    """One layer, or one function, as it is computed for one image.

    Attributes:
        kind: ``conv``, ``batch_norm``, ``max_pool``, ``concat``, ``relu`` and so on.
        where: The node, layer or module in which it stands.
        facts: What decides on its result, apart from weights, and the shape of it.
        inputs: What it reads, by their places in the list of steps.
        shape: Shape of its result.
        tensors: Names of what it keeps.
    """

    kind: str
    where: str
    facts: Mapping[str, Fact]
    inputs: tuple[int, ...]
    shape: Shape
    tensors: tuple[str, ...] = ()


@dataclass
class Trace:
    """The steps of a network, each behind those that it reads.

    Attributes:
        steps: The steps.
        outputs: By our names, the steps that give its outputs.
    """

    steps: list[Step] = field(default_factory=list[Step])
    outputs: dict[str, int] = field(default_factory=dict[str, int])

    def add(self, step: Step) -> int:
        """Append a step; one that changes nothing gives the place of what it reads."""
        if self._idle(step):
            return step.inputs[0]
        self.steps.append(step)
        return len(self.steps) - 1

    def _idle(self, step: Step) -> bool:
        match step.kind:
            case "scale":
                return step.facts["factor"] == 1
            case "dropout":
                return step.facts["rate"] == 0
            case "avg_pool":
                source = step.inputs[0]
                return source != INPUT and max(self.steps[source].shape[1:], default=1) == 1
            case _:
                return False

    def behind(self, outputs: Iterable[str]) -> set[int]:
        """The steps on which outputs depend."""
        found: set[int] = set()
        waiting = [self.outputs[name] for name in outputs]
        while waiting:
            place = waiting.pop()
            if place != INPUT and place not in found:
                found.add(place)
                waiting += self.steps[place].inputs
        return found


def window_facts(window: Window, x: Shape, shape: Shape) -> dict[str, Fact]:
    """Size, step and padding of a window over a map; padding that no window reads is left out."""
    sides: list[int] = []
    for axis in (0, 1):
        before = window.pads[axis][0]
        read = (shape[1 + axis] - 1) * window.stride[axis] + window.span(axis)
        sides += [before, max(read - before - x[1 + axis], 0)]
    facts: dict[str, Fact] = {"window": window.kernel}
    if max(shape[1:]) > 1:  # else there is nowhere to step to
        facts["stride"] = window.stride
    return {**facts, "dilation": window.dilation, "padding": tuple(sides)}


def conv_facts(
    window: Window, x: Shape, shape: Shape, *, groups: int, bias: bool
) -> tuple[str, dict[str, Fact]]:
    """Kind and facts of a convolution; over a single cell it is a linear layer."""
    if tuple(x[1:]) == (1, 1) == window.kernel and groups == 1 and not any(map(any, window.pads)):
        return "linear", {"bias": bias}
    return "conv", {**window_facts(window, x, shape), "groups": groups, "bias": bias}


def average_facts(
    window: Window, x: Shape, shape: Shape, *, counts_padding: bool
) -> dict[str, Fact]:
    """Facts of an average pool; ``window`` is ``global`` where it takes the mean of the whole map."""
    facts = window_facts(window, x, shape)
    padding = facts["padding"]
    padded = isinstance(padding, tuple) and any(padding)
    if not padded and window.kernel == tuple(x[1:]):
        return {"window": "global"}
    return {**facts, "counts_padding": counts_padding} if padded else facts
