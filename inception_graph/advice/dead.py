"""Work that no output depends on."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from inception_graph.advice.editing import Remove
from inception_graph.advice.finding import Finding
from inception_graph.diagnostics.codes import Code
from inception_graph.diagnostics.report import listed
from inception_graph.ir.program import Chain, Use

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inception_graph.advice.editing import Edit
    from inception_graph.advice.subject import Subject
    from inception_graph.ir.program import Element


def unserving_nodes(subject: Subject) -> Iterator[Finding]:
    """Neighbouring nodes on which neither the output of the network nor that of a head depends."""
    code, inside = Code.UNSERVING_NODES, _inside(subject)
    served = subject.graph.served

    def is_dead(element: Element) -> bool:
        nodes = inside.get(id(element), [])
        return bool(nodes) and served.isdisjoint(nodes)

    for chain in subject.program.elements():
        whole = len(chain.path) > 1 and is_dead(chain)  # told where the whole of it stands
        if not isinstance(chain, Chain) or whole:
            continue
        for dead, run in groupby(chain.nodes, key=is_dead):
            elements = [element for element in run if dead]
            nodes = [index for element in elements for index in inside[id(element)]]
            found = tuple(index for index in nodes if subject.open(code, index))
            if found:
                names = listed(element.name for element in elements)
                edits = tuple(_removing(subject, elements))
                path = elements[0].path
                yield Finding(code, path, f"no output depends on {names}", _REMEDY, found, edits)


_REMEDY = "remove what nothing needs"


def _inside(subject: Subject) -> dict[int, list[int]]:
    """Ids of all nodes that came of an element or of what is inside of it, by the element's id."""
    found: dict[int, list[int]] = {}
    for instance in subject.instances:
        nodes = [inner.node for inner in instance.walk() if inner.node is not None]
        found.setdefault(id(instance.element), []).extend(nodes)
    return found


def _removing(subject: Subject, elements: Sequence[Element]) -> Iterator[Edit]:
    """Edits that remove elements, and the blocks that they alone use."""
    uses = [element.block for element in elements if isinstance(element, Use)]
    for element in elements:
        yield Remove(element.path)
    for block in dict.fromkeys(uses):
        if len(subject.program.users[block]) == uses.count(block):
            yield Remove(("blocks", block))
