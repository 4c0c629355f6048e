"""Walks through programs that change elements from the inside out and leave all else as it is."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from inception_graph.ir.expressions import Expression, Symbolic, is_symbolic, parse
from inception_graph.ir.program import Chain, Fork, Leaf, Use

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from inception_graph.ir.graph import Instance, TypedGraph
    from inception_graph.ir.program import Block, Element, Program
    from inception_graph.ops.base import Operation
    from inception_graph.passes.base import Record

    Change = Callable[[Element, str], Element]
    """From an element and its name as its block sees it (dotted; empty for the body itself) to what takes its place."""


def rewritten(program: Program, change: Change, record: Record) -> Program:
    """The program with every element changed, the inner ones first; the same program where nothing is changed."""
    blocks: dict[str, Block] = {}
    for name, block in program.blocks.items():
        record.scope = name
        blocks[name] = _with(block, _changed(block.body, "", change))
    record.scope = ""
    sections = {name: _changed(chain, "", change) for name, chain in program.sections.items()}
    heads = tuple(_with(head, _changed(head.body, "", change)) for head in program.auxiliary)
    same = (
        all(blocks[name] is block for name, block in program.blocks.items())
        and all(sections[name] is chain for name, chain in program.sections.items())
        and all(new is old for new, old in zip(heads, program.auxiliary, strict=True))
    )
    if same:
        return program
    return replace(program, blocks=blocks, sections=sections, auxiliary=heads)


def _with(holder: Any, body: Element) -> Any:
    """A block or a head with another body."""
    return holder if body is holder.body else replace(holder, body=body)


def _changed(element: Element, path: str, change: Change) -> Any:
    match element:
        case Chain():
            nodes = _all(element.nodes, path, change)
            element = element if nodes is element.nodes else replace(element, nodes=nodes)
        case Fork():
            branches = _all(element.branches, path, change)
            element = (
                element if branches is element.branches else replace(element, branches=branches)
            )
            if element.entry is not None:
                entry = _changed(element.entry, inside(path, element.entry.name), change)
                element = element if entry is element.entry else replace(element, entry=entry)
        case _:
            pass
    return change(element, path)


def _all(elements: tuple[Element, ...], path: str, change: Change) -> tuple[Element, ...]:
    new = tuple(_changed(element, inside(path, element.name), change) for element in elements)
    same = all(one is other for one, other in zip(new, elements, strict=True))
    return elements if same else new


def inside(path: str, name: str) -> str:
    """The name of what stands inside of something."""
    return f"{path}.{name}" if path and name else path or name


def instances(typed: TypedGraph) -> dict[int, list[Instance]]:
    """Where each element of the program was built, by the element's id."""
    found: dict[int, list[Instance]] = defaultdict(list)
    for tree in (typed.graph.root, *(head.instance for head in typed.graph.heads)):
        for instance in tree.walk():
            found[id(instance.element)].append(instance)
    return found


def names_read(program: Program) -> frozenset[str]:
    """Every part of every name by which some node is read."""
    names: list[str] = [head.reads for head in program.auxiliary]
    for element in program.elements():
        names += [element.reads or ""] if isinstance(element, Leaf | Fork | Use) else []
        names += element.joins if isinstance(element, Fork) else ()
    return frozenset(part for name in names for part in name.split("."))


def free_name(wanted: str, taken: Sequence[str]) -> str:
    """The name, with as many underscores behind it as make it one of its own."""
    while wanted in taken:
        wanted += "_"
    return wanted


def leaf(
    name: str,
    operation: type[Operation],
    attributes: Mapping[str, Symbolic],
    model: Leaf,
    reads: str | None = None,
) -> Leaf:
    """A new node that is said to stand where another one does."""
    symbolic = any(is_symbolic(value) for value in attributes.values())
    ready = None if symbolic else operation.model_validate(dict(attributes))
    origins = {field: model.origins.get(field, model.path) for field in attributes}
    return Leaf(name, model.path, operation, dict(attributes), origins, ready, reads)


def total(numbers: Sequence[Symbolic]) -> Symbolic:
    """The sum of numbers, some of which may be symbolic; numbers that are known are added up."""
    known = sum(number for number in numbers if isinstance(number, int))
    counted = Counter(_bare(number) for number in numbers if isinstance(number, Expression))
    if not counted:
        return known
    terms = [_times(count, term) for term, count in counted.items()]
    text = " + ".join([*terms, str(known)] if known else terms)
    return parse(f"${text}" if text.isidentifier() else f"$({text})")


def _bare(number: Expression) -> str:
    """The text of an expression without what marks it; no operator binds more loosely than those of a sum."""
    body = number.text.removeprefix("$")
    return body[1:-1].strip() if body.startswith("(") else body


def _times(count: int, term: str) -> str:
    """A term that is added several times: ``2 * width``."""
    if count == 1:
        return term
    return f"{count} * {term if term.isidentifier() else f'({term})'}"


def pairs_of(chain: Chain) -> Iterator[tuple[Leaf, Leaf]]:
    """Nodes of a chain of which the second reads the first."""
    for first, second in pairwise(chain.nodes):
        if isinstance(first, Leaf) and isinstance(second, Leaf) and second.reads is None:
            yield first, second
