"""Where a network's costs are: along it, by stage, by the kernel of its convolutions, and by branch."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby
from math import prod
from typing import TYPE_CHECKING, Literal, TypeAlias

from inception_graph.analysis.costs import costs
from inception_graph.ir.program import Chain, Fork, Use

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from inception_graph.ir.graph import Instance, TypedGraph
    from inception_graph.ops.window import Shape

Kind: TypeAlias = Literal["point", "small", "middle", "large", "line", "depth", "linear", "other"]
KINDS: tuple[Kind, ...] = (
    "point", "small", "middle", "large", "line", "depth", "linear", "other",
)  # fmt: skip
"""Convolutions by the side of a square kernel (1, to 3, to 5, beyond), of other kernels, depthwise; other layers."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Trained weights, and multiply-accumulates for one image."""

    parameters: int = 0
    macs: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.parameters + other.parameters, self.macs + other.macs)


@dataclass(frozen=True, slots=True)
class Step:
    """A node at the top of the network, or a use of a block.

    Attributes:
        name: Its full name; with the number of copies where it is a block that follows itself.
        section: stem, body, head or auxiliary.
        output: Shape of what it gives.
        kinds: What its layers cost, by kind; those that cost something.
    """

    name: str
    section: str
    output: tuple[int, ...]
    kinds: Mapping[Kind, Cost]

    @property
    def cost(self) -> Cost:
        """What it costs as a whole."""
        return total(self.kinds.values())


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch of a block, all uses of the block taken together.

    Attributes:
        name: Its name; empty for what stands before or behind the branches.
        words: The windows on its way: ``1×1 → 5×5``.
        kinds: As in ``Step``.
    """

    name: str
    words: str
    kinds: Mapping[Kind, Cost]

    @property
    def cost(self) -> Cost:
        """What it costs as a whole."""
        return total(self.kinds.values())


@dataclass(frozen=True, slots=True)
class Anatomy:
    """A network taken apart.

    Attributes:
        whole: The network without auxiliary heads.
        steps: Along the network, auxiliary heads last.
        branches: By block, in the order in which a reader meets them; blocks without branches are left out.
        kernels: The kernels that occur, by kind: ``3×3``.
    """

    whole: Cost
    steps: tuple[Step, ...]
    branches: Mapping[str, tuple[Branch, ...]]
    kernels: Mapping[Kind, tuple[str, ...]]

    def stages(self) -> tuple[tuple[str, Cost], ...]:
        """Stem, body by the sizes of its maps, and head, with what each costs."""

        def stage(step: Step) -> str:
            return f"{step.output[1]}×{step.output[2]}" if _in_body(step) else step.section

        inside = (step for step in self.steps if step.section != "auxiliary")
        grouped = groupby(inside, key=stage)
        return tuple((name, total(step.cost for step in steps)) for name, steps in grouped)


def total(parts: Iterable[Cost]) -> Cost:
    """Costs taken together."""
    return sum(parts, Cost())


def anatomy(typed: TypedGraph) -> Anatomy:
    """Where the costs of a network are."""
    known, graph = costs(typed), typed.graph
    tops = [child for section in graph.root.children for child in section.children]
    tops += [head.instance for head in graph.heads]
    kernels: dict[Kind, dict[str, None]] = defaultdict(dict)
    for index in range(len(typed.nodes)):
        for weight in _kernels(typed, index):
            kernels[_kind(typed, index, weight)]["×".join(map(str, weight[2:]))] = None
    return Anatomy(
        Cost(known.parameters, known.macs),
        tuple(_step(typed, instance) for instance in tops),
        _blocks(typed, tops),
        {name: tuple(kernels[name]) for name in KINDS if name in kernels},
    )


def _kernels(typed: TypedGraph, index: int) -> list[Shape]:
    """The shapes of the kernels of a node: output channels, input channels that each reads, height, width."""
    weights = typed.weights[index]
    return [weight.shape for weight in weights if weight.trained and len(weight.shape) == 4]


def _kind(typed: TypedGraph, index: int, kernel: Shape) -> Kind:
    _, deep, high, wide = kernel
    if deep == 1 and typed.inputs(index)[0][0] > 1:
        return "depth"
    if high != wide:
        return "line"
    return "point" if high == 1 else "small" if high <= 3 else "middle" if high <= 5 else "large"


def _split(typed: TypedGraph, index: int) -> Iterator[tuple[Kind, Cost]]:
    """What the layers of a node cost. Kernels share its multiply-accumulates by their sizes.

    Biases and what normalises the output count with the last of them.
    """
    known = costs(typed).nodes[index]
    rest = Cost(known.parameters, known.macs)
    kernels = _kernels(typed, index)
    weights = sum(prod(kernel) for kernel in kernels)
    *first, last = kernels or [()]
    for kernel in first:
        part = Cost(prod(kernel), known.macs * prod(kernel) // weights)
        rest = Cost(rest.parameters - part.parameters, rest.macs - part.macs)
        yield _kind(typed, index, kernel), part
    linear = typed.operation(index).family == "linear"
    yield _kind(typed, index, last) if last else "linear" if linear else "other", rest


def kinds(typed: TypedGraph, index: int) -> tuple[Kind, ...]:
    """The kinds of layers that a node is made of, in their order: two for a separable convolution."""
    return tuple(dict.fromkeys(name for name, _ in _split(typed, index)))


def _in_body(step: Step) -> bool:
    return step.section == "body" and len(step.output) == 3


def _step(typed: TypedGraph, instance: Instance) -> Step:
    section, shape = str(instance.element.path[0]), typed.shape(instance.output)
    name = f"{instance.name} ×{len(instance.children)}" if instance.copies else instance.name
    return Step(name, section, shape, _kinds(typed, _nodes(instance)))


def _kinds(typed: TypedGraph, nodes: Iterable[int]) -> Mapping[Kind, Cost]:
    found: dict[Kind, Cost] = defaultdict(Cost)
    for index in nodes:
        for name, cost in _split(typed, index):
            found[name] += cost
    return {name: found[name] for name in KINDS if found.get(name, Cost()) != Cost()}


def _nodes(instance: Instance) -> list[int]:
    return [inside.node for inside in instance.walk() if inside.node is not None]


def _blocks(typed: TypedGraph, tops: Sequence[Instance]) -> Mapping[str, tuple[Branch, ...]]:
    """The branches of each block that is used at the top."""
    bodies: dict[str, list[Instance]] = defaultdict(list)
    for top in tops:
        if isinstance(top.element, Use):
            bodies[top.element.block] += top.children
    found = {block: _branches(typed, uses) for block, uses in bodies.items()}
    return {block: branches for block, branches in found.items() if branches}


def _branches(typed: TypedGraph, bodies: Sequence[Instance]) -> tuple[Branch, ...]:
    """The branches of the join that has most of them, and what is outside of it."""
    nodes: dict[str, list[int]] = defaultdict(list)
    words: dict[str, str] = {}
    outside: list[int] = []
    for body in bodies:
        branches = _widest(body)
        for branch in branches:
            name = branch.element.name
            nodes[name] += _nodes(branch)
            words.setdefault(name, _way(typed, branch))
        inside = {node for branch in branches for node in _nodes(branch)}
        outside += [node for node in _nodes(body) if node not in inside]
    if not nodes:
        return ()
    found = [Branch(name, words[name], _kinds(typed, members)) for name, members in nodes.items()]
    rest = Branch("", "", _kinds(typed, outside))
    return (*found, rest) if rest.kinds else tuple(found)


def _widest(body: Instance) -> list[Instance]:
    """The branches of a body, those that hold something, of the first join that has most of them."""
    forks = [inside.children for inside in body.walk() if isinstance(inside.element, Fork)]
    held = [[branch for branch in branches if _nodes(branch)] for branches in forks]
    return max(held, key=len) if held else []


def _way(typed: TypedGraph, instance: Instance) -> str:
    """The windows on the way through a branch."""
    if isinstance(instance.element, Chain | Use):
        return " → ".join(filter(None, (_way(typed, child) for child in instance.children)))
    if isinstance(instance.element, Fork):
        inside = " + ".join(filter(None, (_way(typed, child) for child in instance.children)))
        return f"({inside})" if inside else ""
    if instance.node is None:
        return ""
    operation = typed.operation(instance.node)
    window = operation.window(typed.inputs(instance.node)[0])
    if operation.family == "pooling":
        return "pool"
    return "×".join(map(str, window.kernel)) if window else ""
