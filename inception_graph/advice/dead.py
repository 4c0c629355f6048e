"""Work that no output depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.advice.editing import Remove
from inception_graph.advice.finding import Finding
from inception_graph.diagnostics.codes import Code
from inception_graph.ir.program import Chain, Use

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inception_graph.advice.editing import Edit
    from inception_graph.advice.subject import Subject
    from inception_graph.ir.graph import Instance
    from inception_graph.ir.program import Element


def unserving_nodes(subject: Subject) -> Iterator[Finding]:
    """The largest parts of a network on which neither its output nor that of a head depends."""
    code = Code.UNSERVING_NODES
    nodes: dict[int, list[int]] = {}
    elements: dict[int, Element] = {}
    alive: set[int] = set()
    waiting = [subject.graph.root, *(head.instance for head in subject.graph.heads)]
    while waiting:
        instance = waiting.pop()
        inside = _nodes(instance)
        dead = bool(inside) and not subject.graph.served.intersection(inside)
        if dead and not isinstance(instance.element, Chain):
            elements[id(instance.element)] = instance.element
            nodes.setdefault(id(instance.element), []).extend(inside)
        else:
            alive.add(id(instance.element))
            waiting += instance.children
    for key, element in elements.items():
        if key in alive:  # another use of its block needs it
            continue
        found = tuple(index for index in nodes[key] if subject.open(code, index))
        if found:
            claim = f"no output depends on '{element.name}'"
            edits = (Remove(element.path), *_with_its_block(subject, element))
            yield Finding(code, element.path, claim, "remove it", found, edits)


def _nodes(instance: Instance) -> list[int]:
    return [inner.node for inner in instance.walk() if inner.node is not None]


def _with_its_block(subject: Subject, element: Element) -> tuple[Edit, ...]:
    """An edit that removes the block that an element alone uses."""
    if isinstance(element, Use) and len(subject.program.users[element.block]) == 1:
        return (Remove(("blocks", element.block)),)
    return ()
