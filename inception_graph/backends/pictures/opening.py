"""Which instances of a network are open in a picture, and which are one box."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.backends.pictures.engine import PictureError
from inception_graph.diagnostics.report import did_you_mean
from inception_graph.ir.program import Use

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inception_graph.backends.pictures.options import View
    from inception_graph.ir.graph import Instance, TypedGraph
    from inception_graph.ir.partial import PartialGraph


class Opening:
    """The level of a view, and the names that are excepted from it.

    Raises:
        PictureError: A name is neither that of a block nor of a part of the network that holds others.
    """

    def __init__(self, typed: TypedGraph | PartialGraph, view: View) -> None:
        self._level = view.level
        self._expand, self._collapse = frozenset(view.expand), frozenset(view.collapse)
        self._holds: set[str] = set()
        """Names of what stands around an expanded part; it has to be open, too."""
        if not view.expand and not view.collapse:
            return
        known = {*typed.program.blocks, *(head.name for head in typed.graph.heads)}
        sections = dict(zip(typed.program.sections, typed.graph.root.children, strict=True))
        for tree in trees(typed):
            for instance in tree.walk():
                if instance.children and instance.name:
                    known.add(instance.name)
        _check("expand", view.expand, known)
        _check("collapse", view.collapse, known | sections.keys())
        for tree in trees(typed):
            self._mark(tree)

    def closed(self, instance: Instance, depth: int) -> bool:
        """Whether an instance at a depth below its section (0: directly in it) is drawn as one box."""
        element = instance.element
        block = element.block if isinstance(element, Use) else None
        if instance.name in self._expand:
            return False
        if instance.name in self._collapse:
            return True
        if instance.name in self._holds or block in self._expand:
            return False
        if block in self._collapse:
            return True
        if self._level == "op":
            return False
        return block is not None or (self._level == "network" and depth == 0)

    def collapsed(self, name: str) -> bool:
        """Whether a section or head is one box."""
        return name in self._collapse

    def expanded(self, name: str) -> bool:
        """Whether a head is open whatever the level says."""
        return name in self._expand or name in self._holds

    def _mark(self, instance: Instance) -> bool:
        """Note what holds an expanded part; whether the instance is or holds one."""
        inside = [self._mark(part) for part in instance.parts]
        if any(inside):
            self._holds.add(instance.name)
        return any(inside) or (bool(instance.name) and instance.name in self._expand)


def trees(typed: TypedGraph | PartialGraph) -> tuple[Instance, ...]:
    """The network and its heads."""
    return typed.graph.root, *(head.instance for head in typed.graph.heads)


def _check(option: str, names: Iterable[str], known: Iterable[str]) -> None:
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known)
            message = f"--{option} {name}: no block and no part with others inside has that name"
            raise PictureError(f"{message}; {hint}" if hint else message)
