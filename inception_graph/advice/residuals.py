"""Residual branches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.advice.editing import Put, Remove, Wrap
from inception_graph.advice.finding import NoEdit, found
from inception_graph.advice.writing import known
from inception_graph.diagnostics.codes import Code
from inception_graph.ir.graph import INPUT
from inception_graph.ir.program import Chain, Fork, Leaf
from inception_graph.ops.activation import Activation
from inception_graph.ops.convolution import Conv
from inception_graph.ops.joining import Add
from inception_graph.ops.reshaping import Scale
from inception_graph.ops.separable import SeparableConv
from inception_graph.spec.yaml_text import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inception_graph.advice.editing import Edit
    from inception_graph.advice.finding import Finding
    from inception_graph.advice.subject import Site, Subject
    from inception_graph.diagnostics.source import Path
    from inception_graph.ir.program import Element

_WIDE = 1000
"""Channels above which residuals that are not scaled made training unstable."""
_LARGEST_FACTOR = 0.3
"""The paper scales by 0.1 to 0.3."""
_FACTOR = 0.2
"""What is written where nothing is."""


def _residuals(subject: Subject, index: int) -> list[int]:
    """Ids of what a node adds to its own input: its branches that are not a shortcut, where one is."""
    inputs = subject.typed.nodes[index].inputs
    shortcuts = [source for source in inputs if any(_leads(subject, source, o) for o in inputs)]
    return [source for source in inputs if source not in shortcuts] if shortcuts else []


def _leads(subject: Subject, source: int, target: int) -> bool:
    """Whether a value is computed from another one."""
    waiting, seen = [target], {target}
    while waiting:
        index = waiting.pop()
        inputs = () if index == INPUT else subject.typed.nodes[index].inputs
        if source in inputs:
            return True
        # Nodes are in order: what comes before the source cannot depend on it.
        new = {i for i in inputs if i > source} - seen
        seen |= new
        waiting += new
    return False


def _adds(subject: Subject) -> Iterator[Leaf | Fork]:
    for element in subject.program.elements():
        if isinstance(element, Fork) and element.operation is Add:
            yield element


def unscaled_residuals(subject: Subject) -> Iterator[Finding]:
    """Wide residuals that are added as they are."""
    code = Code.UNSCALED_RESIDUAL

    def unscaled(index: int) -> bool:
        wide = subject.typed.shapes[index][0] > _WIDE
        return wide and any(
            _factor(subject, r) > _LARGEST_FACTOR for r in _residuals(subject, index)
        )

    for element in _adds(subject):
        site = subject.site(code, element, unscaled)
        if site is None:
            continue
        index = site.nodes[0]
        factor = max(_factor(subject, residual) for residual in _residuals(subject, index))
        how = "is not scaled" if factor == 1 else f"is scaled by {factor:g}"
        wide = subject.typed.shapes[index][0]
        claim = f"this residual of {wide} channels {how}"
        remedy = f"scale it by 0.1 to 0.3, say {_FACTOR:g}, before it is added"
        where = (*element.path, Add.key)
        yield found(code, site, claim, remedy, _scaled(subject, site), where)


def _factor(subject: Subject, index: int) -> float:
    """By how much a value has been multiplied; 1 where it has not."""
    operation = subject.operation(index)
    return abs(operation.factor) if isinstance(operation, Scale) else 1


def _scaled(subject: Subject, site: Site) -> Iterator[Edit]:
    """Edits that scale the residual branches of a join."""
    join = site.element
    if not isinstance(join, Fork) or not join.branches:
        raise NoEdit("the join lists nodes by their names")
    path, parting = subject.parted(site)
    yield from parting
    index = site.nodes[0]
    residuals = _residuals(subject, index)
    inputs = subject.typed.nodes[index].inputs
    for branch, source in zip(join.branches, inputs, strict=True):
        if source in residuals:
            yield from _scaling(branch, (*path, *branch.path[len(join.path) :]))


def _scaling(branch: Element, path: Path) -> Iterator[Edit]:
    """Edits that scale what one branch gives."""
    last = branch.nodes[-1] if isinstance(branch, Chain) and branch.nodes else branch
    if isinstance(last, Leaf) and last.operation is Scale:
        known(last, "factor")
        yield Put((*path, *last.path[len(branch.path) :], Scale.key), _FACTOR)
    elif isinstance(branch, Chain):
        yield Put((*path, "scale"), Line(scale=_FACTOR))
    else:
        yield Wrap(path, "residual", last=(("scale", Line(scale=_FACTOR)),))


def activated_residuals(subject: Subject) -> Iterator[Finding]:
    """Residuals that end in an activation, so that they can only add."""
    code = Code.ACTIVATED_RESIDUAL
    ends: set[int] = set()
    for element in _adds(subject):
        for index in subject.nodes_of(element):
            for residual in _residuals(subject, index):
                ends.add(_before_scaling(subject, residual))
    for leaf in subject.leaves(Conv, SeparableConv, Activation):
        site = subject.site(code, leaf, lambda index: index in ends and _is_active(subject, index))
        if site is None:
            continue
        claim = "this residual ends in an activation"
        remedy = "leave the last convolution of the branch without one, and activate the sum"
        yield found(code, site, claim, remedy, _linear(subject, site))


def _linear(subject: Subject, site: Site) -> Iterator[Edit]:
    """An edit that takes an activation away."""
    leaf = site.leaf
    known(leaf, "activation")
    path, parting = subject.parted(site)
    yield from parting
    yield Remove(path) if leaf.operation is Activation else Put((*path, "activation"), "none")


def _before_scaling(subject: Subject, index: int) -> int:
    """The value that was scaled, or the value itself."""
    while isinstance(subject.operation(index), Scale):
        (index,) = subject.typed.nodes[index].inputs
    return index


def _is_active(subject: Subject, index: int) -> bool:
    operation = subject.operation(index)
    if isinstance(operation, Conv | SeparableConv):
        return operation.activation != "none"
    return isinstance(operation, Activation)
