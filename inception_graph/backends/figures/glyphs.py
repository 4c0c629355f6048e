"""Parts of a network as small diagrams that keep their wiring: cells with kernels, branches, bars for joins."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from inception_graph.analysis.anatomy import kinds
from inception_graph.backends.figures.palette import is_dark
from inception_graph.backends.figures.scene import Part, Words, bar, rule
from inception_graph.backends.pictures.words import width
from inception_graph.ir.program import Fork, Leaf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inception_graph.backends.figures.palette import Palette
    from inception_graph.ir.graph import Instance, TypedGraph

CELL, GAP = 8.2, 1.6
"""Height of a cell, and what is left below it."""
_FORK, _JOIN = 2.6, 3.0
"""Height of what leads to branches, and of the bar that joins them."""
_LETTERS, _LEAST = 6.0, 5.0
_NARROW = 0.82
"""How wide the fonts of most readers are, beside the widest for which room is measured."""
_SHOWN = ("convolution", "pooling", "linear")
"""Families that are cells; what follows them (norms, activations) is not shown."""


@dataclass
class Pen:
    """Draws instances of one network.

    Attributes:
        parts: What has been drawn.
    """

    typed: TypedGraph
    palette: Palette
    parts: list[Part] = field(default_factory=list[Part])

    def columns(self, instance: Instance) -> int:
        """How many cells stand side by side where it is widest."""
        if instance.children and isinstance(instance.element, Fork):
            return sum(self.columns(branch) for branch in instance.children)
        return max((self.columns(child) for child in instance.parts), default=1)

    def height(self, instance: Instance) -> float:
        """How high it is drawn."""
        if isinstance(instance.element, Leaf):
            return CELL + GAP if self._is_shown(instance) else 0
        if not isinstance(instance.element, Fork):
            return sum(self.height(child) for child in instance.children)
        inside = max((self.height(branch) for branch in instance.children), default=0)
        above = self.height(instance.entry) if instance.entry else 0
        return above + _FORK + max(inside, CELL) + _JOIN

    def draw(self, instance: Instance, left: float, width: float, top: float) -> float:
        """Draw an instance between two sides; gives its foot."""
        if isinstance(instance.element, Leaf):
            return self._cell(instance, left, width, top) if self._is_shown(instance) else top
        if isinstance(instance.element, Fork):
            return self._fork(instance, left, width, top)
        for child in instance.children:
            top = self.draw(child, left, width, top)
        return top

    def _fork(self, fork: Instance, left: float, width: float, top: float) -> float:
        if fork.entry is not None:
            top = self.draw(fork.entry, left, width, top)
        foot = top + self.height(fork) - _JOIN - (self.height(fork.entry) if fork.entry else 0)
        total, x = sum(self.columns(branch) for branch in fork.children), left
        middles: list[float] = []
        for branch in fork.children:
            wide = width * self.columns(branch) / total
            middle = x + wide / 2
            middles.append(middle)
            self._line((middle, top + 0.8), (middle, foot))
            self.draw(branch, x, wide, top + _FORK)
            x += wide
        if middles:
            self._line((middles[0], top + 0.8), (middles[-1], top + 0.8))
            self._line((left + width / 2, top), (left + width / 2, top + 0.8))
        adds = fork.node is not None and self.typed.operation(fork.node).key == "add"
        span = (left + 1, foot, width - 2, _JOIN - 1.2)
        if adds:
            self.parts.append(bar(*span, self.palette.paper, line=self.palette.join, thick=0.8))
        else:
            self.parts.append(bar(*span, self.palette.join))
        return foot + _JOIN

    def _cell(self, instance: Instance, left: float, width: float, top: float) -> float:
        node = instance.node or 0
        operation = self.typed.operation(node)
        window = operation.window(self.typed.inputs(node)[0])
        kernel = "×".join(map(str, window.kernel)) if window else operation.family[:3]
        self.cell(
            left, width, top, kernel, self.colours(node), f"{instance.name}: {operation.label()}"
        )
        return top + CELL + GAP

    def cell(
        self, left: float, wide: float, top: float, text: str, fills: Sequence[str], tip: str = ""
    ) -> None:
        """One cell, side by side in its colours; its text is left out where it would be too small to be read."""
        each = (wide - 1.4) / len(fills)
        for index, fill in enumerate(fills):
            span = (left + 0.7 + index * each, top, each, CELL)
            self.parts.append(bar(*span, fill, line=self.palette.edge, thick=0.4, tip=tip))
        long = max(width(text, 1), 0.1)
        letters = min(_LETTERS, (wide - 1.2) / long)
        if letters >= _LEAST or _LEAST * long * _NARROW <= wide - 0.8:
            letters = max(letters, _LEAST)
            ink = "#ffffff" if all(is_dark(fill) for fill in fills) else "#14181d"
            at = left + wide / 2, top + CELL / 2 + 2.1
            self.parts.append(Words(*at, text, round(letters, 1), ink, anchor="middle"))

    def colours(self, node: int) -> tuple[str, ...]:
        """The colours of a node's cell."""
        if self.typed.operation(node).family == "pooling":
            return (self.palette.pool,)
        return tuple(self.palette.kinds[name] for name in kinds(self.typed, node))

    def _is_shown(self, instance: Instance) -> bool:
        return instance.node is not None and self.typed.operation(instance.node).family in _SHOWN

    def _line(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.parts.append(rule((start, end), self.palette.quiet, 0.6))
