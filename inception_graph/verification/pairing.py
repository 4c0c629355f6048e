"""Two networks node by node: layers with weights are paired by the rules of names, others by walking up from them."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from inception_graph.verification.steps import INPUT, Trace
from inception_graph.verification.words import Difference, facts_differ, named, only, stands

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Pairing:
    """How two networks compare.

    Attributes:
        steps: How many were compared, here and there.
        paired: How many have a counterpart.
        differences: What differs, in our order.
    """

    steps: tuple[int, int]
    paired: int
    differences: tuple[Difference, ...]


def paired(ours: Trace, theirs: Trace, names: Mapping[str, str]) -> Pairing:
    """Compare the steps of two networks; those of outputs that only one of them has are left out.

    Args:
        ours: Our steps.
        theirs: Those of the other.
        names: The names of their tensors by those of ours.
    """
    return _Walk(ours, theirs, names).pairing()


class _Side:
    """One of the two networks, as far as it is compared.

    Attributes:
        steps: Its steps.
        weighted: Those that are paired by their weights, with the number of the pair.
        compared: Those that serve an output which both have.
        dissolved: Concats that were taken for part of another, which reads them.
    """

    def __init__(self, trace: Trace, outputs: list[str]) -> None:
        self.trace, self.steps = trace, trace.steps
        self.weighted: dict[int, int] = {}
        self.compared = trace.behind(outputs)
        self.dissolved: set[int] = set()
        self._signatures: dict[int, object] = {}

    def run(self, place: int) -> tuple[list[int], int]:
        """The unpaired steps of one input from a place upwards, and what the last of them reads."""
        found: list[int] = []
        while place != INPUT and place not in self.weighted and not self.joins(place):
            found.append(place)
            place = self.steps[place].inputs[0]
        return found, place

    def joins(self, place: int) -> bool:
        return place != INPUT and (len(self.steps[place].inputs) > 1 or self._is(place, "concat"))

    def _is(self, place: int, kind: str) -> bool:
        return place != INPUT and self.steps[place].kind == kind

    def branches(self, join: int) -> list[int]:
        """What a join reads; a concat of concats is one."""
        step = self.steps[join]
        if step.kind != "concat":
            return list(step.inputs)
        found: list[int] = []
        for place in step.inputs:
            inner = self._is(place, "concat")
            if inner:
                self.dissolved.add(place)
            found += self.branches(place) if inner else [place]
        return found

    def kinds(self, place: int) -> list[str]:
        """Kinds of the steps of a run."""
        return [self.steps[at].kind for at in self.run(place)[0]]

    def signature(self, place: int) -> object:
        """What stands behind a value, equal for those that may be counterparts: pairs of weights, joins of such."""
        _, end = self.run(place)
        if end == INPUT or end in self.weighted:
            return self.weighted.get(end, INPUT)
        if end not in self._signatures:
            step = self.steps[end]
            inside = (self.signature(source) for source in self.branches(end))
            self._signatures[end] = hash((step.kind, frozenset(inside)))
        return self._signatures[end]

    def whole(self) -> set[int]:
        """The steps that count."""
        return self.compared - self.dissolved

    def shown(self, place: int) -> str:
        """A place in a sentence."""
        return "the image" if place == INPUT else named(self.steps[place])


class _Walk:
    """The comparison while it is made.

    Attributes:
        differences: Those found, each with the place of ours that it is told at.
        met: Pairs of values that were found to be made by others.
        lone: Steps of ours that had no counterpart on some way up.
        extra: The same of theirs, each with the place of ours that is next to it.
        found: Our steps with their counterparts.
    """

    def __init__(self, ours: Trace, theirs: Trace, names: Mapping[str, str]) -> None:
        self.shared = [name for name in ours.outputs if name in theirs.outputs]
        self.ours, self.theirs = _Side(ours, self.shared), _Side(theirs, self.shared)
        self.differences: dict[Difference, int] = {}
        self.met: set[tuple[int, int]] = set()
        self.lone: set[int] = set()
        self.extra: dict[int, int] = {}
        self.found: dict[int, int] = {}
        self._pair_weights(names)

    def _pair_weights(self, names: Mapping[str, str]) -> None:
        keepers = {
            tensor: place
            for place in self.theirs.compared
            for tensor in self.theirs.steps[place].tensors
        }
        for place in sorted(self.ours.compared):
            for tensor in self.ours.steps[place].tensors:
                other = keepers.get(names.get(tensor, ""))
                if other is not None and other not in self.theirs.weighted:
                    self.ours.weighted[place] = self.theirs.weighted[other] = len(self.found)
                    self.found[place] = other
                    break

    def pairing(self) -> Pairing:
        self._heads()
        for name in self.shared:
            self._values(self.ours.trace.outputs[name], self.theirs.trace.outputs[name], INPUT)
        for place, other in list(self.found.items()):
            self._facts(place, other)
            sources = self.ours.steps[place].inputs, self.theirs.steps[other].inputs
            self._values(sources[0][0], sources[1][0], place)
        self._alone()
        order = sorted(self.differences, key=lambda difference: self.differences[difference])
        ours, theirs = self.ours.whole(), self.theirs.whole()
        return Pairing((len(ours), len(theirs)), len(ours & self.found.keys()), tuple(order))

    def _differ(self, difference: Difference, place: int) -> None:
        self.differences.setdefault(difference, place)

    def _heads(self) -> None:
        here, there = self.ours.trace.outputs, self.theirs.trace.outputs
        for name in {**here, **there}:
            if name not in self.shared:
                text = f"this head stands {only(name in here)}"
                self._differ(Difference(name, text, training=True), len(self.ours.steps))

    def _values(self, place: int, other: int, reader: int) -> None:
        """Compare two values that should be one: what made them, up to the next pairs of weights or joins."""
        mine, end = self.ours.run(place)
        others, other_end = self.theirs.run(other)
        # From above, where both begin with the same: what is inserted stands behind that.
        mine, others = mine[::-1], others[::-1]
        kinds = self.ours.kinds(place)[::-1], self.theirs.kinds(other)[::-1]
        matcher, nearest = SequenceMatcher(None, *kinds, autojunk=False), reader
        for _, a, a_end, b, b_end in matcher.get_opcodes():
            if a_end - a == b_end - b:
                for at, its in zip(mine[a:a_end], others[b:b_end], strict=True):
                    self._facts(at, its)
                nearest = nearest if nearest != reader else mine[a]
                continue
            self.lone.update(mine[a:a_end])
            near = (end, *mine)[a] if (end, *mine)[a] != INPUT else reader
            self.extra.update(dict.fromkeys(others[b:b_end], near))
        self._ends(end, other_end, nearest)

    def _ends(self, end: int, other: int, reader: int) -> None:
        joins = self.ours.joins(end) and self.theirs.joins(other)
        if joins and self.ours.steps[end].kind == self.theirs.steps[other].kind:
            if end not in self.found:
                self.found[end] = other
                self._branches(end, other)
            if self.found[end] == other:
                return
        elif not joins and self.ours.signature(end) == self.theirs.signature(other):
            return
        if reader == INPUT or (end, other) in self.met:
            return
        self.met.add((end, other))
        text = f"reads {self.ours.shown(end)} here, {self.theirs.shown(other)} there"
        self._differ(Difference(self.ours.shown(reader), text), reader)

    def _branches(self, join: int, other: int) -> None:
        mine, theirs = self.ours.branches(join), self.theirs.branches(other)
        where = self.ours.shown(join)
        if len(mine) != len(theirs):
            text = f"joins {len(mine)} branches here, {len(theirs)} there"
            self._differ(Difference(where, text), join)
        order = self._matched(mine, theirs)
        if len(mine) == len(theirs):
            rest = [at for at in range(len(theirs)) if at not in order.values()]
            order |= dict(
                zip((at for at in range(len(mine)) if at not in order), rest, strict=True)
            )
        for at, its in sorted(order.items()):
            self._values(mine[at], theirs[its], join)
        for place in (place for at, place in enumerate(mine) if at not in order):
            self.lone.update(self.ours.run(place)[0])
        for place in (place for its, place in enumerate(theirs) if its not in order.values()):
            self.extra.update(dict.fromkeys(self.theirs.run(place)[0], join))
        places = [its for _, its in sorted(order.items())]
        if self.ours.steps[join].kind == "concat" and places != sorted(places):
            shown = ", ".join(str(its + 1) for its in places)
            text = f"branches stand in another order: 1 to {len(places)} here are {shown} there"
            self._differ(Difference(where, text), join)

    def _matched(self, mine: list[int], theirs: list[int]) -> dict[int, int]:
        """Which branch there each of ours is, by what stands behind it, of several by what is done there."""
        order: dict[int, int] = {}
        for at, place in enumerate(mine):
            behind, kinds = self.ours.signature(place), self.ours.kinds(place)
            left = (its for its in range(len(theirs)) if its not in order.values())
            fitting = [its for its in left if self.theirs.signature(theirs[its]) == behind]
            if fitting:
                alike = [self.theirs.kinds(theirs[its]) != kinds for its in fitting]
                order[at] = min(zip(alike, (its != at for its in fitting), fitting, strict=True))[2]
        return order

    def _facts(self, place: int, other: int) -> None:
        self.found.setdefault(place, other)
        for difference in facts_differ(self.ours.steps[place], self.theirs.steps[other]):
            self._differ(difference, place)

    def _alone(self) -> None:
        """Steps that only one of the two has; layers with weights also where a join has a branch more."""
        for place in sorted((self.lone | _weighted(self.ours)) - self.found.keys()):
            step = self.ours.steps[place]
            self._differ(stands(step, named(step), here=True), place)
        others = dict.fromkeys(_weighted(self.theirs), INPUT) | self.extra
        for other in sorted(others.keys() - {*self.found.values()}):
            near = others[other]
            where = self.ours.shown(near)
            self._differ(stands(self.theirs.steps[other], where, here=False), near)


def _weighted(side: _Side) -> set[int]:
    return {place for place in side.compared if side.steps[place].tensors}
