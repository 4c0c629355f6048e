"""What the layers of a network are called in a public source of weights."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from inception_graph.checkpoints.layouts import axes, ending, leaf, separator, shape
from inception_graph.checkpoints.patterns import (
    NOTHING,
    SERIES,
    Pattern,
    RuleFault,
    Template,
    check_holes,
    pattern,
    template,
)
from inception_graph.checkpoints.tensors import (
    Layer,
    Tensor,
    layers,
    tensors,
    tensors_by_layer,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inception_graph.ir.checkpoints import CheckpointSource
    from inception_graph.ir.graph import TypedGraph


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it is applied.

    Attributes:
        index: Its place among the rules of its source.
        ours: Its left side as it is written, and ``pattern`` what that means.
        template: Its right side, or None where it says that the source has no such layer.
    """

    index: int
    ours: str
    pattern: Pattern
    template: Template | None


@dataclass(slots=True, eq=False)
class Named:
    """What a part of a layer is called.

    Attributes:
        layer: The part.
        rule: The rule that names it.
        prefix: What the names of its tensors begin with.
        series: The same with ``SERIES`` for its number, or None where it has none.
        rank: Its place in the series, from 0.
    """

    layer: Layer
    rule: Rule
    prefix: str
    series: str | None = None
    rank: int = 0


@dataclass(frozen=True)
class Naming:
    """What the rules of a source say of a network's layers.

    Attributes:
        named: The parts that have a name, in the order of the network.
        unnamed: Those that no rule matches.
        rules: The rules that can be read, and ``used`` the places of those that were the first to match some layer.
        faults: What is wrong with the others, and with names that a rule cannot make, by the rule's left side.
    """

    named: list[Named] = field(default_factory=list[Named])
    unnamed: list[Layer] = field(default_factory=list[Layer])
    rules: list[Rule] = field(default_factory=list[Rule])
    used: set[int] = field(default_factory=set[int])
    faults: dict[str, RuleFault] = field(default_factory=dict[str, RuleFault])


@dataclass(frozen=True, slots=True)
class Expected:
    """A tensor as a public source keeps it.

    To make it ours: leave out the ones of a 1x1 convolution (``shape`` has them, a linear layer of ours has not),
    transpose by ``axes``, and give it our shape. Where ``tensor.maps`` says so and axes are moved, the rows of a linear
    layer stand for maps with their channels last, one map after the other, and ours for maps with their channels first.

    Attributes:
        tensor: Ours.
        theirs: Its name there, or None where they have none: ours holds ``fill``.
        shape: Its shape there.
        axes: The order of their axes in which they are ours; empty where it is the same.
        kept: Whether ours keeps it. A scale (gamma) that ours does not have must be one everywhere.
        optional: Whether it may be absent in a file: the tensors of auxiliary heads, and counts of batches.
        series: Its name with ``SERIES`` for a number that may start anywhere; None where it is not numbered.
        rank: Its place in the series.
    """

    tensor: Tensor
    theirs: str | None
    shape: tuple[int, ...]
    axes: tuple[int, ...] = ()
    kept: bool = True
    optional: bool = False
    series: str | None = None
    rank: int = 0

    @property
    def fill(self) -> int:
        """What ours holds where they have none: a scale of one, no batches counted."""
        return 1 if self.tensor.role == "gamma" else 0


def naming(typed: TypedGraph, source: CheckpointSource) -> Naming:
    """What the rules of a source say of a network's layers."""
    found = Naming()
    for index, (ours, theirs) in enumerate(source.names.items()):
        try:
            found.rules.append(_rule(index, ours, theirs))
        except RuleFault as fault:
            found.faults[ours] = fault
    search, between = Search(found.rules), separator(source)
    counts: dict[str, dict[str, int]] = {}
    for layer in layers(typed):
        won = search.first(layer)
        if won is None:
            found.unnamed.append(layer)
            continue
        rule, holes, whole = won
        found.used.add(rule.index)
        if rule.template is None:
            continue
        try:
            name = rule.template.fill(holes, between)
        except RuleFault as fault:
            found.faults.setdefault(rule.ours, fault)
            continue
        behind = "" if whole else ending(source, layer)
        if name.endswith(SERIES):  # the parts of one layer share its number
            series = counts.setdefault(name, {})
            rank = series.setdefault(layer.node, len(series))
            numbered = name.removesuffix(SERIES) + (f"_{rank}" if rank else "")
            found.named.append(Named(layer, rule, numbered + behind, name + behind, rank))
        else:
            found.named.append(Named(layer, rule, name + behind))
    return found


def _rule(index: int, ours: str, theirs: str) -> Rule:
    if theirs == NOTHING:
        return Rule(index, ours, pattern(ours), None)
    check_holes(ours, theirs)
    return Rule(index, ours, pattern(ours), template(theirs))


class Search:
    """Finds the first rule that matches a layer, among the few that can: by the last segment of its name."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._by_last: dict[str | None, list[Rule]] = {None: []}
        for rule in rules:
            self._by_last.setdefault(rule.pattern.last, []).append(rule)
        self._few: dict[tuple[int, str], list[Rule]] = {}
        self._node: tuple[str, tuple[Rule, dict[str, str]] | None] = "", None

    def first(self, layer: Layer) -> tuple[Rule, dict[str, str], bool] | None:
        """The rule, what its holes stand for, and whether it names the part and not the node."""
        if self._node[0] != layer.node:
            self._node = layer.node, self._match(layer.path)
        node = self._node[1]
        part = self._match((*layer.path, layer.part)) if layer.part else None
        if part is not None and (node is None or part[0].index < node[0].index):
            return *part, True
        return (*node, False) if node is not None else None

    def _match(self, path: tuple[str, ...]) -> tuple[Rule, dict[str, str]] | None:
        for rule in self._candidates(len(path), path[-1]):
            holes = rule.pattern.match(path)
            if holes is not None:
                return rule, holes
        return None

    def _candidates(self, size: int, last: str) -> list[Rule]:
        few = self._few.get((size, last))
        if few is None:
            both = [*self._by_last.get(last, ()), *self._by_last[None]]
            few = [rule for rule in both if rule.pattern.takes(size)]
            few.sort(key=lambda rule: rule.index)
            self._few[size, last] = few
        return few


def convolutions(source: CheckpointSource) -> tuple[Search, dict[str, RuleFault]]:
    """The search for linear layers that are 1x1 convolutions there, and what is wrong with its patterns."""
    rules: list[Rule] = []
    faults: dict[str, RuleFault] = {}
    for index, ours in enumerate(source.convolutions):
        try:
            rules.append(Rule(index, ours, pattern(ours), None))
        except RuleFault as fault:
            faults[ours] = fault
    return Search(rules), faults


def expected(typed: TypedGraph, source: CheckpointSource | None) -> tuple[Expected, ...]:
    """All that a file of a source holds for a network, in the order of ours.

    Tensors of layers that have no name there are left out.

    Args:
        typed: The network.
        source: Whose names and shapes; ours where it is None.
    """
    if source is None:
        heads = {layer.index for layer in layers(typed) if layer.auxiliary}
        return tuple(
            Expected(tensor, tensor.name, tensor.shape, optional=tensor.node in heads)
            for tensor in tensors(typed)
        )
    kept, (search, _) = tensors_by_layer(typed), convolutions(source)
    return tuple(
        entry
        for named in naming(typed, source).named
        for entry in _entries(
            source,
            named,
            kept[named.layer],
            convolution=search.first(named.layer) is not None,
        )
    )


def _entries(
    source: CheckpointSource, named: Named, kept: tuple[Tensor, ...], *, convolution: bool
) -> list[Expected]:
    ours = [(tensor, True) for tensor in kept]
    if source.scale and not named.layer.scaled:
        ours.append((_scale(kept), False))
    found: list[Expected] = []
    for tensor, present in ours:
        ends = leaf(source, tensor.role, tensor.name.rpartition(".")[2])
        end = None if ends is None else f"{separator(source)}{ends}"
        found.append(
            Expected(
                tensor,
                None if end is None else f"{named.prefix}{end}",
                shape(source, tensor, convolution=convolution),
                axes(source, tensor),
                kept=present,
                optional=named.layer.auxiliary or tensor.role == "count",
                series=None if end is None or named.series is None else f"{named.series}{end}",
                rank=named.rank,
            )
        )
    return found


def _scale(kept: tuple[Tensor, ...]) -> Tensor:
    """The scale that a normalisation would have."""
    shift = next(tensor for tensor in kept if tensor.role == "beta")
    name = f"{shift.name.removesuffix('bias')}weight"
    return Tensor(name, shift.shape, "gamma", trained=True, node=shift.node)
