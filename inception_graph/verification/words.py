"""Differences between two networks, in words: "here" is ours, "there" the other."""

from __future__ import annotations

from dataclasses import dataclass
from math import isclose
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from inception_graph.verification.steps import Fact, Step

_KINDS = {
    "conv": "convolution",
    "linear": "linear layer",
    "batch_norm": "batch normalisation",
    "lrn": "local response normalisation",
    "l2_normalize": "scaling to length one",
    "max_pool": "max pool",
    "avg_pool": "average pool",
    "relu": "ReLU",
}
_PRESENCE = {
    "bias": "has a bias",
    "counts_padding": "average counts padding",
    "scale": "normalisation has a scale (gamma)",
}
_TRAINING_ONLY = {"momentum", "rate"}
_CHANNELS = {"conv", "linear"}


@dataclass(frozen=True)
class Difference:
    """Something that is not the same in two networks.

    Attributes:
        where: Our node, or its neighbour where ours has none.
        text: What differs, as a sentence about it.
        training: Whether it shows while training only.
        there: What the other calls a step that ours does not have.
    """

    where: str
    text: str
    training: bool = False
    there: str = ""


def kind_in_words(kind: str) -> str:
    """A kind of step in a sentence."""
    return _KINDS.get(kind, kind.replace("_", " "))


def named(step: Step) -> str:
    """What a step is called in a sentence: the node or module in which it stands."""
    return step.where or kind_in_words(step.kind)


def only(here: bool) -> str:
    """In which of the two networks something is."""
    return "here, not there" if here else "there, not here"


def stands(step: Step, where: str, *, here: bool) -> Difference:
    """A step that only one of the two has."""
    text = f"{kind_in_words(step.kind)} stands {only(here)}"
    return Difference(where, text, step.kind == "dropout", "" if here else named(step))


def facts_differ(ours: Step, theirs: Step) -> Iterator[Difference]:
    """What decides on the results of two steps and is not the same."""
    where = named(ours)
    if ours.kind != theirs.kind:
        here, there = kind_in_words(ours.kind), kind_in_words(theirs.kind)
        yield Difference(where, f"is {here} here, {there} there")
        return
    channels = ours.shape[0], theirs.shape[0]
    if ours.kind in _CHANNELS and channels[0] != channels[1]:
        yield Difference(where, f"gives {channels[0]} channels here, {channels[1]} there")
    for fact, here in ours.facts.items():
        if fact not in theirs.facts or _same(here, theirs.facts[fact]):
            continue
        there = theirs.facts[fact]
        if fact in _PRESENCE:
            # A scale that is not there is one of ones.
            training = fact == "scale" and here is True
            yield Difference(where, f"{_PRESENCE[fact]} {only(here is True)}", training=training)
        else:
            text = f"{fact} is {_value(fact, here)} here, {_value(fact, there)} there"
            yield Difference(where, text, training=fact in _TRAINING_ONLY)


def folded(differences: Iterable[Difference]) -> Iterator[Difference]:
    """The same, with those that say the same in one."""
    alike: dict[tuple[str, bool], list[Difference]] = {}
    for difference in differences:
        alike.setdefault((difference.text, difference.training), []).append(difference)
    for (text, training), group in alike.items():
        where = _first([difference.where for difference in group])
        there = _first([difference.there for difference in group if difference.there])
        yield Difference(where, text, training, there)


def _first(names: list[str]) -> str:
    return f"{names[0]} and {len(names) - 1} more" if len(names) > 1 else "".join(names)


def _same(here: Fact, there: Fact) -> bool:
    if isinstance(here, float) and isinstance(there, float):
        return isclose(here, there)
    return here == there


def _value(name: str, fact: Fact) -> str:
    """A value in a sentence: a window as 3x3, equal numbers once."""
    if isinstance(fact, tuple):
        if len(set(fact)) == 1 and name != "window":
            return str(fact[0])
        return "x".join(map(str, fact)) if len(fact) == 2 else str(list(fact))
    return f"{fact:g}" if isinstance(fact, float) else str(fact)
