"""How much of the image one cell sees: along the network, and branch by branch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.analysis.receptive_field import Sight, sights
from inception_graph.backends.figures.axes import axis
from inception_graph.backends.figures.palette import PALETTES
from inception_graph.backends.figures.scene import Form, Scene, Words, bar, rule
from inception_graph.backends.figures.sheet import Sheet
from inception_graph.backends.pictures.words import plain, shortened, size, width
from inception_graph.ir.graph import INPUT
from inception_graph.ir.program import Fork

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inception_graph.backends.pictures.options import Tone
    from inception_graph.ir.graph import Instance, TypedGraph

_MARGIN = 24.0
_TITLE, _HEADING, _TEXT, _SMALL = 16.0, 10.5, 8.5, 7.5
_NAMES, _PLOT, _NUMBERS = 128.0, 470.0, 170.0
_ROW, _THICK, _MARK = 14.0, 7.0, 2.6
_SQUARE = 210.0
"""Side of the picture of the image, if the widest field is no larger."""
MOST_ROWS = 64
"""Longer networks have several nodes to a row."""


def field_figure(typed: TypedGraph, *, theme: Tone = "light", title: str | None = None) -> Scene:
    """How the receptive field grows.

    Args:
        typed: The network.
        theme: ``light``, ``dark`` or ``print``.
        title: The title; the network's own unless given.
    """
    return _Figure(typed, theme, title).scene()


class _Figure(Sheet):
    def __init__(self, typed: TypedGraph, theme: Tone, title: str | None) -> None:
        super().__init__(PALETTES[theme], _TEXT)
        self.typed = typed
        self.title = plain(title or typed.program.meta.title or typed.program.name, 90)
        self.sights = sights(typed)
        self.rows = self._steps()
        self.image = max(typed.graph.input[1:])
        widest = max((_most(self.sights[row.output]) for row in self.rows), default=1)
        self.axis = axis([0, max(widest, self.image)])

    def scene(self) -> Scene:
        left = _MARGIN + _NAMES
        top = self._header() + 30
        foot = top + _ROW * len(self.rows)
        self._grid(left, top, foot)
        for index, row in enumerate(self.rows):
            self._row(row, left, top + _ROW * index)
        across = left + _PLOT + _NUMBERS + 20
        below = self._squares(across, top)
        wide = across + _SQUARE + _MARGIN
        high = max(foot + 34, below) + _MARGIN
        return Scene(
            f"{self.title}: receptive fields", wide, high, self.palette.paper, tuple(self.parts)
        )

    def _steps(self) -> list[Instance]:
        """The nodes at the top whose output is a map; of a long network some, evenly."""
        graph = self.typed.graph
        tops = [child for section in graph.root.children for child in section.children]
        maps = [
            top for top in tops if top.output != INPUT and len(self.typed.shape(top.output)) == 3
        ]
        each = -(-len(maps) // MOST_ROWS) or 1
        return maps[each - 1 :: each]

    def _header(self) -> float:
        self.say(_MARGIN, _MARGIN + _TITLE, self.title, _TITLE, bold=True)
        line = (
            f"receptive field of one cell of each output, in pixels of the input of {size(self.typed.graph.input)}: "
            "from the shortest way through the branches to the widest"
        )
        y = _MARGIN + _TITLE + 16
        self.quiet(_MARGIN, y, line)
        x, y = _MARGIN + _MARK, y + 17
        self._diamond(x, y - 3)
        self.quiet(x + 8, y, "one branch of the join that ends the row")
        return y

    def _grid(self, left: float, top: float, foot: float) -> None:
        for tick in self.axis.ticks:
            x = left + self.axis.share(tick) * _PLOT
            self.parts.append(rule(((x, top - 4), (x, foot)), self.palette.grid))
            self.quiet(x, foot + 14, f"{tick:,.0f}", anchor="middle")
        self.quiet(left + _PLOT / 2, foot + 28, "pixels of the input", anchor="middle")
        x = left + self.axis.share(self.image) * _PLOT
        self.parts.append(rule(((x, top - 8), (x, foot)), self.palette.accent, 1.2, dashed=True))
        words = Words(
            x,
            top - 12,
            f"side of the image, {self.image}",
            _TEXT,
            self.palette.accent,
            anchor="middle",
        )
        self.parts.append(words)
        self.say(left + _PLOT + 12, top - 12, "field, stride", _TEXT, bold=True)

    def _row(self, row: Instance, left: float, y: float) -> None:
        sight = self.sights[row.output]
        name = f"{row.name} ×{len(row.children)}" if row.copies else row.name
        while width(name, _TEXT) > _NAMES - 8 and len(name) > 6:
            name = shortened(name, len(name) - 1)
        self.say(left - 8, y + 10, name, _TEXT, anchor="end")
        begin = left + self.axis.share(_least(sight)) * _PLOT
        end = left + self.axis.share(_most(sight)) * _PLOT
        fill = self.palette.kinds["small"]
        words = _spoken(sight)
        tip = f"{row.name}: {words}"
        self.parts.append(
            bar(
                begin - 1,
                y + 4,
                max(end - begin, 0) + 2,
                _THICK,
                fill,
                line=self.palette.edge,
                tip=tip,
            )
        )
        for branch, other in self._branches(row):
            at = left + self.axis.share(_most(other)) * _PLOT
            self._diamond(at, y + 4 + _THICK / 2, f"{branch}: {_spoken(other)}")
        self.quiet(left + _PLOT + 12, y + 10, words)

    def _branches(self, row: Instance) -> Iterator[tuple[str, Sight]]:
        """The branches of the join that gives what a row gives."""
        for inside in row.walk():
            if isinstance(inside.element, Fork) and inside.node == row.output:
                for child in inside.children:
                    if child.output >= 0:
                        yield child.name, self.sights[child.output]

    def _squares(self, left: float, top: float) -> float:
        """The image with the fields of the last output of each stride upon it; gives their foot."""
        self.say(left, top - 12, "On the image", _HEADING, bold=True)
        stages = {self.sights[row.output].stride: row for row in self.rows}
        shown = list(stages.values())[-5:]
        largest = max((_most(self.sights[row.output]) for row in shown), default=1)
        scale = _SQUARE / max(largest, self.image)
        middle = left + _SQUARE / 2, top + 4 + _SQUARE / 2
        high, wide = (extent * scale for extent in self.typed.graph.input[1:])
        picture = bar(middle[0] - wide / 2, middle[1] - high / 2, wide, high, self.palette.grid)
        self.parts.append(picture)
        y = top + _SQUARE + 24
        for index, row in enumerate(shown):
            colour = self.palette.tint(0.35 + 0.65 * (index + 1) / len(shown))
            tall, broad = (extent * scale for extent in self.sights[row.output].most)
            corner = middle[0] - broad / 2, middle[1] - tall / 2
            self.parts.append(bar(*corner, broad, tall, None, line=colour, thick=1.6, tip=row.name))
            self.parts.append(bar(left, y - 7, 9, 8, None, line=colour, thick=1.6))
            field = _square(self.sights[row.output].most)
            self.quiet(left + 15, y, f"{field} px, after {shortened(row.name, 24)}")
            y += 13
        self.parts.append(bar(left, y - 7, 9, 8, self.palette.grid))
        self.quiet(left + 15, y, f"the image, {size(self.typed.graph.input[1:])} pixels")
        return y + 4

    def _diamond(self, x: float, y: float, tip: str = "") -> None:
        corners = ((x - _MARK, y), (x, y - _MARK), (x + _MARK, y), (x, y + _MARK))
        self.parts.append(Form(corners, self.palette.ink, self.palette.paper, 0.5, tip=tip))


def _least(sight: Sight) -> int:
    return max(sight.least)


def _most(sight: Sight) -> int:
    return max(sight.most)


def _spoken(sight: Sight) -> str:
    """``11 … 19 px, stride 8``; sides that differ are both given."""
    least, most = _square(sight.least), _square(sight.most)
    field = most if least == most else f"{least} … {most}"
    return f"{field} px, stride {_square(sight.stride)}"


def _square(extents: tuple[int, int]) -> str:
    return str(extents[0]) if extents[0] == extents[1] else f"{extents[0]}×{extents[1]}"
