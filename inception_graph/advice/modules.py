"""Branches of modules: those that are dear, those that pass everything on, those that hold little."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.advice.editing import Put, Remove, Wrap
from inception_graph.advice.finding import NoEdit, found
from inception_graph.advice.writing import added, ahead, divided, pointwise, width
from inception_graph.diagnostics.codes import Code
from inception_graph.ir.graph import INPUT
from inception_graph.ir.program import Chain, Fork, Leaf, Use, walk
from inception_graph.ops.convolution import Conv
from inception_graph.ops.joining import Concat
from inception_graph.ops.pooling import AvgPool, MaxPool
from inception_graph.spec.yaml_text import flow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inception_graph.advice.editing import Edit
    from inception_graph.advice.finding import Finding
    from inception_graph.advice.subject import Site, Subject
    from inception_graph.ir.program import Element
    from inception_graph.spec.yaml_text import Written

_THIN = 0.05
"""Share of a join's channels under which a branch is thin; Table 1 of arXiv:1409.4842 has none under 9 %."""
_PROJECTION = 7
"""A pool's projection has the other branches' channels divided by this: in most rows of that table it does."""


def modules(subject: Subject) -> Iterator[Fork]:
    """Joins of branches along the channels that stand in no other such join."""

    def inside(element: Element | None) -> bool:
        while element is not None:
            if isinstance(element, Fork) and issubclass(element.operation, Concat):
                return True
            element = subject.around.get(id(element))
        return False

    for element in subject.program.elements():
        if not isinstance(element, Fork) or not issubclass(element.operation, Concat):
            continue
        if element.branches and not inside(subject.around.get(id(element))):
            yield element


def _first(branch: Element) -> Element | None:
    """The first node of a branch."""
    return (branch.nodes or (None,))[0] if isinstance(branch, Chain) else branch


def unreduced_branches(subject: Subject) -> Iterator[Finding]:
    """Convolutions of 3x3 or larger over all that a module reads, as in the naive module."""
    code = Code.UNREDUCED_BRANCH
    for module in modules(subject):
        for branch in module.branches:
            leaf = _first(branch)
            if not isinstance(leaf, Leaf) or leaf.operation is not Conv or leaf.reads:
                continue
            site = subject.site(code, leaf, lambda index: _narrows(subject, index))
            if site is None:
                continue
            claim = (
                f"this branch convolves all {_read(subject, site)} channels that it reads without a "
                "1x1 reduction"
            )
            channels = divided(leaf.attributes["channels"], 2)
            remedy = f"put a 1x1 convolution of half its channels, {flow(channels)}, before it"
            yield found(code, site, claim, remedy, _reduced(subject, site, channels))


def _reduced(subject: Subject, site: Site, channels: Written) -> Iterator[Edit]:
    """Edits that put a reduction before a convolution."""
    leaf, (path, parting) = site.leaf, subject.parted(site)
    yield from parting
    reduce = pointwise(subject, leaf, channels)
    yield from ahead(subject, leaf, path, "reduce", reduce, "expand")


def _narrows(subject: Subject, index: int) -> bool:
    """Whether a convolution of a window, cell by cell, gives fewer channels than it reads."""
    operation = subject.operation(index)
    return (
        isinstance(operation, Conv)
        and max(operation.kernel) >= 3
        and operation.stride == (1, 1)
        and operation.groups == 1
        and subject.x(index)[0] > operation.channels
    )


def _read(subject: Subject, site: Site) -> str:
    """The numbers of channels that the nodes of a site read."""
    numbers = [subject.x(index)[0] for index in site.nodes]
    low, high = min(numbers), max(numbers)
    return str(low) if low == high else f"{low} to {high}"


def unreduced_pools(subject: Subject) -> Iterator[Finding]:
    """Pools beside convolutions that pass on all channels, so that a module is wider than what it reads."""
    code = Code.UNREDUCED_POOL
    for module in modules(subject):
        for branch in module.branches:
            leaf = _first(branch)
            alone = not isinstance(branch, Chain) or len(branch.nodes) == 1
            if not isinstance(leaf, Leaf) or not alone or not _convolves(module):
                continue
            site = subject.site(code, leaf, lambda index: _keeps_grid(subject, index))
            if site is None or leaf.reads:
                continue
            claim = f"this pool passes all {_read(subject, site)} channels that it reads on"
            remedy = "put a 1x1 convolution behind it"
            yield found(code, site, claim, remedy, _projected(subject, site, module, branch))


def _convolves(module: Fork) -> bool:
    """Whether there is a convolution among the branches of a module, or a block, which may hold one."""
    return any(
        isinstance(element, Use) or (isinstance(element, Leaf) and element.operation is Conv)
        for element in walk(module)
    )


def _keeps_grid(subject: Subject, index: int) -> bool:
    """Whether a node is a pool whose output is as large as its input."""
    is_pool = isinstance(subject.operation(index), MaxPool | AvgPool)
    return is_pool and subject.typed.shapes[index] == subject.x(index)


def _passes(subject: Subject, join: int) -> bool:
    """Whether some branch of a join passes on what it reads, so that the others look thin."""
    sources = subject.typed.nodes[join].inputs
    return any(source != INPUT and _keeps_grid(subject, source) for source in sources)


def _projected(subject: Subject, site: Site, module: Fork, branch: Element) -> Iterator[Edit]:
    """Edits that put a projection behind the pool of a branch."""
    others = [other for other in module.branches if other is not branch]
    widths = [width(subject, other) for other in others]
    if None in widths:
        raise NoEdit("the channels of the other branches are not written beside it")
    convolutions = (
        leaf
        for other in others
        for leaf in (other.nodes if isinstance(other, Chain) else (other,))
        if isinstance(leaf, Leaf) and leaf.operation is Conv
    )
    like = next(convolutions, None)
    if like is None:
        raise NoEdit(
            "there is no convolution beside it after whose fields a new one could be written"
        )
    path, parting = subject.parted(site)
    yield from parting
    proj = pointwise(subject, like, divided(added(widths), _PROJECTION))
    if isinstance(branch, Chain):
        yield Put((*path[:-1], "proj"), proj)
    else:
        yield Wrap(path, "pool", last=(("proj", proj),))


def thin_branches(subject: Subject) -> Iterator[Finding]:
    """Branches that hold next to nothing of their join's channels."""
    code = Code.THIN_BRANCH
    for element in subject.program.elements():
        if not isinstance(element, Fork) or element.operation is not Concat:
            continue
        for position, branch in enumerate(element.branches):

            def thin(index: int, position: int = position) -> bool:
                inputs = [shape[0] for shape in subject.typed.inputs(index)]
                return inputs[position] < _THIN * sum(inputs) and not _passes(subject, index)

            site = subject.site(code, element, thin)
            if site is None:
                continue
            inputs = [shape[0] for shape in subject.typed.inputs(site.nodes[0])]
            share = f"{inputs[position]} of {sum(inputs)} channels"
            claim = f"this branch holds {share} of its join"
            remedy = "give it more channels, or remove it"
            edits = _removed(subject, site, branch)
            yield found(code, site, claim, remedy, edits, branch.path)


def _removed(subject: Subject, site: Site, branch: Element) -> Iterator[Edit]:
    """An edit that removes a branch of a join."""
    join = site.element
    if not isinstance(join, Fork) or len(join.branches) < 3:
        raise NoEdit("then the join has a single branch")
    path, parting = subject.parted(site)
    yield from parting
    yield Remove((*path, *branch.path[len(join.path) :]))
