"""From two typed graphs to their difference."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from inception_graph.analysis.totals import totals
from inception_graph.comparison.edits import (
    Added,
    Changed,
    Difference,
    Edit,
    Note,
    Pair,
    Removed,
    Renamed,
    Rewired,
    Setting,
)
from inception_graph.comparison.fields import fields, written
from inception_graph.comparison.matching import Matching
from inception_graph.comparison.parts import Part, Reading, alone
from inception_graph.comparison.rewiring import Wires
from inception_graph.ir.graph import INPUT
from inception_graph.ir.header import Preprocess
from inception_graph.ir.training import Training

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from inception_graph.ir.graph import TypedGraph
    from inception_graph.ir.header import Section


def compare(one: TypedGraph, other: TypedGraph, *, names: tuple[str, str]) -> Difference:
    """What differs between two networks.

    Args:
        one: The network before.
        other: The network after.
        names: What to call them.
    """
    reading, matching = Reading(), Matching()
    mine, yours = reading.parts(one), reading.parts(other)
    matching.match(mine, yours)
    edits = _Edits(one, other, matching, mine, yours)
    return Difference(
        before=names[0],
        after=names[1],
        edits=(*edits.settings(), *edits.parts()),
        parts=_parts_side_by_side(mine, yours, matching),
        nodes=_side_by_side(_nodes(mine), _nodes(yours), matching.nodes),
        totals_before=totals(one),
        totals_after=totals(other),
        notes=tuple(dict.fromkeys((*_notes(one), *_notes(other)))),
    )


def _differing(
    key: str, model: type[Section], one: Section | None, other: Section | None
) -> Iterator[Setting]:
    """Differences of a section, field by field; where it comes from makes none."""
    given = {name for held in (one, other) if held for name in held.model_fields_set}
    for name in model.model_fields:
        old, new = (written(getattr(held, name)) if held else None for held in (one, other))
        if old != new and name in given and name != "source":
            yield Setting(f"{key}.{name}", old, new)


def _notes(typed: TypedGraph) -> Iterator[Note]:
    for text in typed.program.meta.notes:
        yield Note(typed.program.name, " ".join(text.split()))


class _Edits:
    def __init__(
        self,
        one: TypedGraph,
        other: TypedGraph,
        matching: Matching,
        mine: Sequence[Part],
        yours: Sequence[Part],
    ) -> None:
        self.one, self.other, self.matching = one, other, matching
        self.mine, self.yours = mine, yours
        self.wires = Wires(one.graph, other.graph, matching.nodes)

    def settings(self) -> Iterator[Setting]:
        """Differences beside the nodes."""
        before, after = self.one.program, self.other.program
        if before.input != after.input:
            yield Setting("input", list(before.input), list(after.input))
        for name in {**before.variables, **after.variables}:
            old, new = before.variables.get(name), after.variables.get(name)
            if old != new:
                yield Setting(f"variables.{name}", old, new)
        yield from _differing("preprocess", Preprocess, before.preprocess, after.preprocess)
        yield from _differing("training", Training, before.training, after.training)
        yield from self._heads()
        ends = (self.one.graph.output,), (self.other.graph.output,)
        if self.wires.differ(*ends):
            yield Setting("output", *_names(self.one, ends[0]), *_names(self.other, ends[1]))

    def _heads(self) -> Iterator[Setting]:
        before = {head.name: head.loss_weight for head in self.one.graph.heads}
        after = {head.name: head.loss_weight for head in self.other.graph.heads}
        for old, new in self.matching.pairs.items():
            weights = before.get(old.name), after.get(new.name)
            if old.head and new.head and weights[0] != weights[1]:
                yield Setting(f"{new.name}.loss_weight", *weights)
        order = [new.name for old, new in self.matching.pairs.items() if old.head and new.head]
        kept = [name for name in after if name in order]
        if order != kept:
            yield Setting("auxiliary", order, kept)

    def parts(self) -> tuple[Edit, ...]:
        """Differences of nodes and parts, in the order of the second network; what is gone stands where it was."""
        walked = (part for top in self.yours for part in top.walk())
        place = {part: index for index, part in enumerate(walked)}
        found: list[tuple[int, int, Edit]] = []
        for top in self.yours:
            found += [(place[part], 0, edit) for part, edit in self._of(top)]
        last = -1
        for order, part in enumerate((part for top in self.mine for part in self._gone(top)), 1):
            if isinstance(part, Removed):
                found.append((last, order, part))
            else:
                last = max(last, place[part])
        return tuple(edit for *_, edit in sorted(found, key=lambda entry: entry[:2]))

    def _of(self, part: Part) -> Iterator[tuple[Part, Edit]]:
        """The differences of a part of the second network and of all inside it."""
        old = self.matching.back.get(part)
        if old is not None:
            yield from ((part, edit) for edit in self._pair(old, part))
        elif not any(inner in self.matching.back for inner in part.walk()):
            yield part, Added(part)
            return
        elif part.node is not None:
            yield part, Added(alone(part))
        for child in part.children:
            yield from self._of(child)

    def _gone(self, part: Part) -> Iterator[Part | Removed]:
        """What is gone of a part of the first network, between the counterparts of what is not."""
        new = self.matching.pairs.get(part)
        if new is not None:
            yield new
        elif not any(inner in self.matching.pairs for inner in part.walk()):
            yield Removed(part)
            return
        elif part.node is not None:
            yield Removed(alone(part))
        for child in part.children:
            yield from self._gone(child)

    def _pair(self, old: Part, new: Part) -> Iterator[Edit]:
        if self._renamed(old, new):
            yield Renamed(old, new)
        if old.node is None or new.node is None:
            return
        x = self.one.inputs(old.node)[0], self.other.inputs(new.node)[0]
        changed = fields(self.one.operation(old.node), self.other.operation(new.node), x)
        if changed:
            yield Changed(old, new, changed)
        reads = self.one.nodes[old.node].inputs, self.other.nodes[new.node].inputs
        if self.wires.differ(*reads):
            yield Rewired(old, new, _names(self.one, reads[0]), _names(self.other, reads[1]))

    def _renamed(self, old: Part, new: Part) -> bool:
        """Whether the name differs by more than the name of what is around it does."""
        around, its = (part.name.rpartition(".")[0] for part in (old, new))
        return old.own != new.own if self._around.get(around) == its else old.name != new.name

    @cached_property
    def _around(self) -> Mapping[str, str]:
        """Names that parts with others inside have in the second network, by those in the first."""
        return {"": "", **{old.name: new.name for old, new in self.matching.pairs.items()}}


def _names(typed: TypedGraph, nodes: Sequence[int]) -> tuple[str, ...]:
    return tuple("input" if node == INPUT else typed.nodes[node].name for node in nodes)


def _parts_side_by_side(
    mine: Sequence[Part], yours: Sequence[Part], matching: Matching
) -> tuple[Pair, ...]:
    before = [inner for part in mine for inner in _whole(part, matching.pairs)]
    after = [inner for part in yours for inner in _whole(part, matching.back)]
    place = {part: index for index, part in enumerate(after)}
    pairs = {
        index: place[new]
        for index, part in enumerate(before)
        if (new := matching.pairs.get(part)) in place
    }
    return _side_by_side(before, after, pairs)


def _whole(part: Part, known: Mapping[Part, Part]) -> Iterator[Part]:
    """The part, or the parts in it where they have counterparts and it has none."""
    if part in known or not any(inner in known for inner in part.walk()):
        yield part
        return
    if part.node is not None:
        yield alone(part)
    for child in part.children:
        yield from _whole(child, known)


def _nodes(parts: Sequence[Part]) -> list[Part]:
    """Each node on its own, by its id."""
    walked = [inner for part in parts for inner in part.walk() if inner.node is not None]
    return [alone(part) for part in sorted(walked, key=lambda part: part.node or 0)]


def _side_by_side(
    one: Sequence[Part], other: Sequence[Part], pairs: Mapping[int, int]
) -> tuple[Pair, ...]:
    """Both sequences as one, in the order of the second; what it lacks stands behind what it stood behind."""
    found = [(place, 0, Pair(None, part)) for place, part in enumerate(other)]
    last = -1
    for index, part in enumerate(one):
        if index in pairs:
            last = pairs[index]
            found[last] = last, 0, Pair(part, other[last])
        else:
            found.append((last, index + 1, Pair(part, None)))
    return tuple(pair for *_, pair in sorted(found, key=lambda entry: entry[:2]))
