"""What batch normalisation makes superfluous."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.advice.editing import Put, Remove
from inception_graph.advice.finding import Finding, NoEdit, found
from inception_graph.advice.writing import known, own
from inception_graph.diagnostics.codes import Code
from inception_graph.ir.program import Chain
from inception_graph.ops.convolution import Conv
from inception_graph.ops.linear import Dropout
from inception_graph.ops.normalisation import BatchNorm, LocalResponseNorm
from inception_graph.ops.separable import SeparableConv

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inception_graph.advice.editing import Edit
    from inception_graph.advice.subject import Site, Subject
    from inception_graph.ops.base import Operation


def normalised(operation: Operation) -> bool:
    """Whether batch normalisation is part of an operation."""
    has_norm = isinstance(operation, Conv | SeparableConv) and operation.norm is not None
    return has_norm or isinstance(operation, BatchNorm)


def _normalises(subject: Subject) -> bool:
    return any(normalised(subject.operation(index)) for index in subject.graph.main)


def response_norms(subject: Subject) -> Iterator[Finding]:
    """Local response normalisation in a network that normalises by batches."""
    if _normalises(subject):
        for leaf in subject.leaves(LocalResponseNorm):
            site = subject.site(Code.RESPONSE_NORM, leaf, lambda index: True)
            if site is not None:
                claim = "with batch normalisation this LRN is not needed"
                yield found(Code.RESPONSE_NORM, site, claim, "remove it", _without(subject, site))


def dropouts(subject: Subject) -> Iterator[Finding]:
    """Dropout in a network that normalises by batches."""
    if not _normalises(subject):
        return
    for leaf in subject.leaves(Dropout):

        def drops(index: int) -> bool:
            operation = subject.operation(index)
            rate = operation.rate if isinstance(operation, Dropout) else 0
            return rate > 0 and index in subject.graph.main

        site = subject.site(Code.DROPOUT, leaf, drops)
        if site is not None:
            claim = "with batch normalisation this dropout can go"
            yield found(Code.DROPOUT, site, claim, "remove it", _without(subject, site))


def _without(subject: Subject, site: Site) -> Iterator[Edit]:
    """Edits that remove a node from its chain."""
    leaf = site.leaf
    if not isinstance(subject.around.get(id(leaf)), Chain):
        raise NoEdit("it is all of a branch or block")
    if leaf.reads or subject.is_named(leaf):
        raise NoEdit("the network is wired by its name")
    path, parting = subject.parted(site)
    yield from parting
    yield Remove(path)


def cancelled_biases(subject: Subject) -> Iterator[Finding]:
    """Biases of convolutions that are normalised right behind; those of the defaults are told of once."""
    code = Code.CANCELLED_BIAS
    shared: dict[str, list[Site]] = {}
    for leaf in subject.leaves(Conv, SeparableConv):
        site = subject.site(code, leaf, lambda index: _is_cancelled(subject, index))
        if site is None:
            continue
        origin = leaf.origins.get("norm", leaf.path)
        if origin[0] == "defaults" and "bias" not in own(leaf):
            shared.setdefault(leaf.operation.key, []).append(site)
        else:
            claim = "batch normalisation cancels the bias of this convolution"
            yield found(code, site, claim, "write 'bias: false'", _unbiased(subject, site))
    for key, sites in shared.items():
        nodes = tuple(index for site in sites for index in site.nodes)
        many = f"{len(nodes)} convolutions" if len(nodes) > 1 else "a convolution"
        claim = f"batch normalisation cancels the bias of {many} with these defaults"
        edits = _by_default(subject, key, sites)
        path = ("defaults", key, "norm")
        yield Finding(code, path, claim, "write 'bias: false' beside it", nodes, edits)


def _is_cancelled(subject: Subject, index: int) -> bool:
    """Whether a convolution has a bias whose effect the mean takes away."""
    operation = subject.operation(index)
    if not isinstance(operation, Conv | SeparableConv) or not operation.bias:
        return False
    if operation.norm is not None:
        return True
    readers = subject.graph.readers[index]
    norms = [isinstance(subject.operation(reader), BatchNorm) for reader in readers]
    return operation.activation == "none" and bool(norms) and all(norms)


def _unbiased(subject: Subject, site: Site) -> Iterator[Edit]:
    """An edit that takes a bias away."""
    known(site.leaf, "bias")
    path, parting = subject.parted(site)
    yield from parting
    yield Put((*path, "bias"), value=False)


def _by_default(subject: Subject, key: str, sites: list[Site]) -> tuple[Edit, ...]:
    """Edits that take biases away: in the defaults, or node by node where other nodes need theirs."""
    meant = {id(site.element): len(site.nodes) for site in sites}
    kinds = [leaf for leaf in subject.leaves(Conv, SeparableConv) if leaf.operation.key == key]
    others = (leaf for leaf in kinds if "bias" not in own(leaf))
    if all(meant.get(id(leaf)) == len(subject.nodes_of(leaf)) for leaf in others):
        return (Put(("defaults", key, "bias"), value=False),)
    return tuple(Put((*site.element.path, "bias"), value=False) for site in sites)
