"""New nodes for a spec, written as their neighbours are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inception_graph.advice.editing import Edit, Insert, Put, Remove, Rename, Wrap
from inception_graph.advice.finding import NoEdit
from inception_graph.ir.expressions import Expression, is_symbolic, parse
from inception_graph.ir.program import Chain, Fork, Leaf
from inception_graph.ops.convolution import Conv
from inception_graph.ops.joining import Concat
from inception_graph.ops.linear import Linear
from inception_graph.ops.separable import SeparableConv
from inception_graph.spec.yaml_text import Line

if TYPE_CHECKING:
    from inception_graph.advice.subject import Subject
    from inception_graph.diagnostics.source import Path
    from inception_graph.ir.expressions import Symbolic
    from inception_graph.ir.program import Element
    from inception_graph.spec.yaml_text import Written

_GEOMETRY: dict[str, Written] = {
    "kernel": 1,
    "stride": 1,
    "padding": "same",
    "dilation": 1,
    "groups": 1,
}
"""Fields that say what a window looks at, with the values under which a convolution looks at one cell."""

_KEEPING = ("pooling", "normalisation", "activation", "regularisation")
"""Families of operations that give as many channels as they read."""


def written(value: Symbolic) -> Written:
    """A value as YAML holds it, its expressions as texts."""
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, list):
        return [written(item) for item in value]
    if isinstance(value, dict):
        return Line({name: written(item) for name, item in value.items()})
    return value


def own(leaf: Leaf) -> dict[str, Written]:
    """The fields that the node itself states, not its defaults; its main argument left out."""
    return {
        name: written(value)
        for name, value in leaf.attributes.items()
        if leaf.origins[name][0] != "defaults" and name != leaf.operation.argument
    }


def known(leaf: Leaf, *fields: str) -> None:
    """Make sure that some fields are numbers or words, not expressions.

    Raises:
        NoEdit: One of them is an expression.
    """
    for name in fields:
        value = leaf.attributes.get(name)
        if is_symbolic(value):
            message = f"its {name} is given by an expression"
            raise NoEdit(message)


def width(subject: Subject, element: Element | None) -> Symbolic:
    """What an element says of the number of its output channels; None where it does not say."""
    match element:
        case Leaf() if issubclass(element.operation, Conv | SeparableConv | Linear):
            return element.attributes[str(element.operation.argument)]
        case Leaf() if element.operation.family in _KEEPING:
            return width(subject, subject.before(element))
        case Chain() if element.nodes:
            return width(subject, element.nodes[-1])
        case Fork() if issubclass(element.operation, Concat) and element.branches:
            widths = [width(subject, branch) for branch in element.branches]
            return None if None in widths else added(widths)
        case _:
            return None


def term(value: Symbolic) -> str:
    """A number or an expression as part of a larger expression."""
    return value.text[1:] if isinstance(value, Expression) else str(value)


def added(values: list[Any]) -> Symbolic:
    """The sum of numbers and expressions."""
    if not any(isinstance(value, Expression) for value in values):
        return sum(values)
    return parse(f"$({' + '.join(map(term, values))})")


def divided(value: Symbolic, by: int) -> Written:
    """A number or an expression, divided and rounded down."""
    if isinstance(value, int):
        return max(value // by, 1)
    return f"$({term(value)} // {by})"


def pointwise(subject: Subject, like: Leaf, channels: Written, *, reads: bool = False) -> Line:
    """A 1x1 convolution whose other fields are those of a convolution beside it.

    Args:
        subject: The network.
        like: The other convolution.
        channels: Output channels.
        reads: Whether it reads what the other one names.
    """
    fields = {name: value for name, value in own(like).items() if name not in _GEOMETRY}
    defaults = subject.program.defaults.get("conv", {})
    neutral = {
        name: value
        for name, value in _GEOMETRY.items()
        if name != "kernel" and name in defaults and written(defaults[name]) not in (value, "valid")
    }
    source = {"from": like.reads} if reads and like.reads else {}
    return Line(conv=channels, kernel=1, **neutral, **fields, **source)


def ahead(
    subject: Subject, leaf: Leaf, path: Path, name: str, new: Written, inner: str
) -> tuple[Edit, ...]:
    """Edits that put a node ahead of another, which keeps its name where it stands in a chain.

    Args:
        subject: The network.
        leaf: The other node.
        path: Where it is edited.
        name: What the new one is called.
        new: The new node.
        inner: What the other is called where the two become a branch or a block.
    """
    moved = (Remove((*path, "from")),) if leaf.reads else ()
    if isinstance(subject.around.get(id(leaf)), Chain):
        return (*moved, Insert((*path[:-1], name), new, leaf.name))
    return (*moved, Wrap(path, inner, first=((name, new),)))


def in_two(
    subject: Subject,
    leaf: Leaf,
    path: Path,
    channels: Written,
    first: dict[str, Written],
    second: dict[str, Written],
) -> tuple[Edit, ...]:
    """Edits that make two convolutions of one, one behind the other.

    Args:
        subject: The network.
        leaf: The convolution.
        path: Where it is edited.
        channels: What the first one gives.
        first: Fields of the first one that differ.
        second: Fields of the second one that differ.
    """
    source = {"from": leaf.reads} if leaf.reads else {}
    new = Line({leaf.operation.key: channels, **first, **_others(leaf, first), **source})
    changed = [Put((*path, name), value) for name, value in second.items()]
    in_chain = isinstance(subject.around.get(id(leaf)), Chain)
    one, two = _pair(subject, leaf) if in_chain else ("conv1", "conv2")
    edits = [*changed, *ahead(subject, leaf, path, one, new, two)]
    if in_chain and two != leaf.name:
        edits.append(Rename(path, two, node=True))
    return tuple(edits)


def _others(leaf: Leaf, stated: dict[str, Written]) -> dict[str, Written]:
    """The fields that a node states beside some others."""
    return {name: value for name, value in own(leaf).items() if name not in stated}


def _pair(subject: Subject, leaf: Leaf) -> tuple[str, str]:
    """Names for the two nodes that come of one; the second keeps the name where others read it."""
    around = subject.around[id(leaf)]
    taken = {node.name for node in around.nodes} if isinstance(around, Chain) else set[str]()
    part = "_" if leaf.name[-1].isdigit() else ""
    while f"{leaf.name}{part}1" in taken or f"{leaf.name}{part}2" in taken:
        part += "_"
    second = leaf.name if subject.is_named(leaf) else f"{leaf.name}{part}2"
    return f"{leaf.name}{part}1", second
