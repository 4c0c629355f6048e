"""Which variables of a spec can stay variables in emitted source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.ir.expressions import Expression, expressions_in
from inception_graph.ir.program import Fork, Leaf, Use, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inception_graph.ir.program import Element, Program

_FREE = {"channels", "features", "rate", "factor"}
"""Fields whose value changes sizes or rates and nothing else about what is emitted."""


def free_variables(program: Program) -> tuple[str, ...]:
    """Variables that are read in sections and heads only, each time as a bare ``$name``, and as a size or a rate.

    All others are worked out: they shape the source itself, or sizes that were checked for one value only.
    """
    bound: set[str] = set()
    free: set[str] = set()
    for fields in program.defaults.values():
        for value in fields.values():
            bound.update(name for e in expressions_in(value) for name in e.names)
    for block in program.blocks.values():
        bound.update(_names(block.body))
    for chain in (*program.sections.values(), *(head.body for head in program.auxiliary)):
        for element in walk(chain):
            bound.update(_bound(element))
            free.update(_free(element))
    numbers = (
        n
        for n, v in program.variables.items()
        if isinstance(v, int | float) and not isinstance(v, bool)
    )
    return tuple(name for name in numbers if name in free and name not in bound)


def _names(element: Element) -> Iterator[str]:
    for inner in walk(element):
        yield from _bound(inner)
        yield from _free(inner)


def _free(element: Element) -> Iterator[str]:
    if isinstance(element, Leaf | Fork):
        for name, value in element.attributes.items():
            if name in _FREE and isinstance(value, Expression) and value.bare:
                yield from value.names


def _bound(element: Element) -> Iterator[str]:
    if isinstance(element, Leaf | Fork):
        for name, value in element.attributes.items():
            if not (name in _FREE and isinstance(value, Expression) and value.bare):
                yield from (n for e in expressions_in(value) for n in e.names)
    elif isinstance(element, Use):
        for value in element.arguments.values():
            yield from (n for e in expressions_in(value) for n in e.names)
        if isinstance(element.repeat, Expression):
            yield from element.repeat.names
