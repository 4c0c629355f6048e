"""Grid reductions: a pool that stands alone before or behind the module that widens."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from inception_graph.advice.editing import Remove, Wrap
from inception_graph.advice.finding import NoEdit, found
from inception_graph.advice.subject import reads
from inception_graph.advice.writing import pointwise
from inception_graph.diagnostics.codes import Code
from inception_graph.ir.graph import INPUT
from inception_graph.ir.program import Chain, Fork, Leaf, Use
from inception_graph.ops.base import size
from inception_graph.ops.convolution import Conv
from inception_graph.ops.joining import Concat
from inception_graph.ops.pooling import AvgPool, MaxPool
from inception_graph.spec.yaml_text import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inception_graph.advice.editing import Edit
    from inception_graph.advice.finding import Finding
    from inception_graph.advice.subject import Site, Subject
    from inception_graph.ir.graph import Instance
    from inception_graph.ops.window import Shape

_WIDENS = 1.5
"""How many times as many channels a module gives as it reads, to be the one that widens."""

_REMEDY = "put a strided convolution and a pool side by side in the place of both"


def pools_first(subject: Subject) -> Iterator[Finding]:
    """Pools before the module that widens: a representational bottleneck."""
    pairs = [
        (pool, behind)
        for pool, before, behind in _pools(subject)
        if _widens(subject, behind) and not _widens(subject, before)
    ]
    for site, pool, behind in _sites(subject, Code.POOLS_FIRST, pairs):
        x, out = subject.x(_node(pool)), subject.typed.shapes[_node(pool)]
        wide = subject.typed.shape(behind.output)[0]
        claim = (
            f"this pool shrinks {size(x)} to {size(out)} before the module behind it widens to "
            f"{wide} channels"
        )
        edits = _side_by_side(subject, site, pool, behind)
        yield found(Code.POOLS_FIRST, site, claim, _REMEDY, edits)


def widens_first(subject: Subject) -> Iterator[Finding]:
    """Pools behind the module that widens, which computes on the large grid what the pool then throws away."""
    pairs = [(pool, before) for pool, before, _ in _pools(subject) if _widens(subject, before)]
    for site, pool, before in _sites(subject, Code.WIDENS_FIRST, pairs):
        x, out = subject.typed.shape(before.reads), subject.typed.shapes[_node(pool)]
        claim = (
            f"the module before this pool widens {x[0]} to {out[0]} channels on a grid of "
            f"{x[1]}x{x[2]}, of which {out[1]}x{out[2]} is left"
        )
        edits = _side_by_side(subject, site, pool, before)
        yield found(Code.WIDENS_FIRST, site, claim, _REMEDY, edits)


_Pair: TypeAlias = "tuple[Instance, Instance | None]"


def _sites(
    subject: Subject, code: Code, pairs: list[_Pair]
) -> Iterator[tuple[Site, Instance, Instance]]:
    """The places of some pools in the spec, each with one pool and the module beside it."""
    meant = {_node(pool) for pool, _ in pairs}
    told: set[int] = set()
    for pool, module in pairs:
        leaf = pool.element
        if not isinstance(leaf, Leaf) or module is None or id(leaf) in told:
            continue
        told.add(id(leaf))
        site = subject.site(code, leaf, lambda index: index in meant)
        if site is not None:
            yield site, pool, module


def _pools(subject: Subject) -> Iterator[tuple[Instance, Instance | None, Instance | None]]:
    """Pools outside of branches that make the grid smaller, each with what it reads and with what stands behind it."""
    root = subject.graph.root
    chains = [[child for section in root.children for child in section.children]]
    for instance in subject.instances:
        element = instance.element
        in_block = isinstance(element, Chain) and element.path[:1] == ("blocks",)
        if in_block and not isinstance(subject.around.get(id(element)), Fork):
            chains.append(instance.children)
    for nodes in chains:
        for before, pool, behind in zip([None, *nodes], nodes, [*nodes[1:], None], strict=False):
            if pool.node is None or not _shrinks(subject, pool.node):
                continue
            reads_it = behind is not None and behind.reads == pool.output
            is_read = before is not None and before.output == pool.reads
            yield pool, before if is_read else None, behind if reads_it else None


def _node(pool: Instance) -> int:
    if pool.node is None:
        raise AssertionError(pool.name)
    return pool.node


def _shrinks(subject: Subject, index: int) -> bool:
    """Whether a node is a pool that gives a smaller map."""
    if not isinstance(subject.operation(index), MaxPool | AvgPool):
        return False
    x, out = subject.x(index), subject.typed.shapes[index]
    return len(out) == 3 and out[1] > 1 and out[1] < x[1] and out[2] < x[2]


def _widens(subject: Subject, module: Instance | None) -> bool:
    """Whether an instance is a module of branches that gives many more channels than it reads, on the same grid."""
    if module is None or module.output == INPUT:
        return False
    if not isinstance(subject.operation(module.output), Concat):
        return False
    x, out = subject.typed.shape(module.reads), subject.typed.shape(module.output)
    return len(x) == len(out) == 3 and x[1:] == out[1:] and out[0] >= _WIDENS * x[0]


def _side_by_side(subject: Subject, site: Site, pool: Instance, module: Instance) -> Iterator[Edit]:
    """Edits that put one module in the place of a pool and of the module beside it."""
    leaf, other = site.leaf, module.element
    if len(subject.nodes_of(leaf)) > 1:
        raise NoEdit("the pool stands in a block that is used several times")
    if subject.is_named(leaf) or subject.is_named(other) or reads(leaf) or reads(other):
        raise NoEdit("other nodes read the two by their names")
    if isinstance(other, Use) and other.repeat is not None:
        raise NoEdit("the module is repeated")
    first, last = sorted((pool, module), key=lambda instance: instance.output)
    x, out = subject.typed.shape(first.reads), subject.typed.shape(last.output)
    conv = _strided(subject, pool, module, x, out[0] - x[0])
    yield Wrap(leaf.path, "pool", first=(("conv", conv),), join=Concat.key)
    yield Remove(other.path)
    if isinstance(other, Use) and len(subject.program.users[other.block]) == 1:
        yield Remove(("blocks", other.block))


def _strided(subject: Subject, pool: Instance, module: Instance, x: Shape, channels: int) -> Line:
    """A convolution that makes of a map the grid that a pool makes of it."""
    operation = subject.operation(_node(pool))
    window = operation.window(subject.x(_node(pool)))
    grid = subject.typed.shapes[_node(pool)][1:]
    leaves = (child.element for child in module.walk())
    like = next((e for e in leaves if isinstance(e, Leaf) and e.operation is Conv), None)
    if window is None or like is None:
        raise NoEdit("there is no convolution after which a new one could be written")
    stride = window.stride
    for padding in ("valid", "same"):
        conv = Conv(channels=channels, kernel=(3, 3), stride=stride, padding=padding)
        sizes = tuple(conv.window(x).size(axis, x[1 + axis]) for axis in (0, 1))
        if sizes == grid:
            step = stride[0] if stride[0] == stride[1] else list(stride)
            fields = {"kernel": 3, "stride": step, "padding": padding}
            return Line({**pointwise(subject, like, channels), **fields})
    raise NoEdit("no 3x3 convolution gives the grid that the pool gives")
