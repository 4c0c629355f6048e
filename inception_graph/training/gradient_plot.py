"""Gradients as a figure: of one network layer by layer, of several side by side."""

from __future__ import annotations

from itertools import groupby
from math import cos, pi, sin
from typing import TYPE_CHECKING

from inception_graph.backends.figures.axes import Axis, axis
from inception_graph.backends.figures.palette import PALETTES
from inception_graph.backends.figures.scene import Form, Scene, rule
from inception_graph.backends.figures.sheet import Sheet
from inception_graph.backends.pictures.words import shortened
from inception_graph.training.gradient_tables import mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inception_graph.backends.pictures.curves import Point
    from inception_graph.backends.pictures.options import Tone
    from inception_graph.training.gradients import Gradients, Layer

_MARGIN, _TITLE, _HEADING, _TEXT = 24.0, 16.0, 10.5, 8.5
_NAMES, _PLOT, _NUMBERS = 128.0, 470.0, 84.0
_ROW, _DOT = 14.0, 2.3
MOST_ROWS = 64
"""Of longer networks each row is several stages."""
_ACROSS, _UP, _BESIDE, _BELOW, _COLUMNS = 210.0, 120.0, 30.0, 46.0, 4
_BINS = 40
"""Points of a line in a small panel at most."""
_WITHOUT = "without auxiliary heads (main loss alone)"
_WITH = "with the auxiliary heads that there are (main loss + weighted losses of the heads)"


def scene(found: Sequence[Gradients], words: str, *, theme: Tone = "light") -> Scene:
    """The figure.

    Args:
        found: One network, drawn layer by layer; or several, one panel each over a common scale.
        words: What was measured: images, weights.
        theme: ``light``, ``dark`` or ``print``.
    """
    return (
        _Layers(found[0], words, theme).scene()
        if len(found) == 1
        else _Family(found, words, theme).scene()
    )


class _Figure(Sheet):
    def __init__(self, theme: Tone, words: str, found: Sequence[Gradients]) -> None:
        super().__init__(PALETTES[theme], _TEXT)
        self.words = words
        self.heads = any(one.heads for one in found)
        norms = [
            norm for one in found for layer in one.layers for norm in (layer.main, layer.whole)
        ]
        self.scale: Axis = axis([norm for norm in norms if norm])

    def header(self, title: str) -> float:
        """Title, what was measured, and the legend; gives its foot."""
        self.say(_MARGIN, _MARGIN + _TITLE, title, _TITLE, bold=True)
        self.quiet(_MARGIN, _MARGIN + _TITLE + 16, self.words)
        y = _MARGIN + _TITLE + 34
        for words, whole in ((_WITHOUT, False), (_WITH, True)) if self.heads else ():
            self.course([(_MARGIN, y - 3), (_MARGIN + 22, y - 3)], whole=whole)
            self.dot(_MARGIN + 11, y - 3, words, whole=whole)
            self.quiet(_MARGIN + 30, y, words)
            y += 14
        return y

    def colour(self, *, whole: bool) -> str:
        return self.palette.kinds["middle"] if whole or not self.heads else self.palette.accent

    def course(self, points: Sequence[Point], *, whole: bool) -> None:
        self.parts.append(
            rule(points, self.colour(whole=whole), 1.4, dashed=self.heads and not whole)
        )

    def dot(self, x: float, y: float, tip: str, *, whole: bool) -> None:
        """A disc, filled for all losses; a ring for the main loss where there are heads."""
        corners = [
            (x + _DOT * cos(turn * pi / 6), y + _DOT * sin(turn * pi / 6)) for turn in range(13)
        ]
        ring = self.heads and not whole
        fill = self.palette.paper if ring else self.palette.kinds["small"]
        self.parts.append(Form(tuple(corners), fill, self.colour(whole=whole), 0.9, tip=tip))


class _Layers(_Figure):
    """One network: a row for each stage, from the input down; a dot for each layer."""

    def __init__(self, found: Gradients, words: str, theme: Tone) -> None:
        super().__init__(theme, words, [found])
        self.found = found

    def scene(self) -> Scene:
        title = f"{self.found.network}: gradient at every layer with weights"
        top = self.header(title) + 24
        left = _MARGIN + _NAMES
        trunk, beside = self._rows(auxiliary=False), self._rows(auxiliary=True)
        foot = top + _ROW * (len(trunk) + len(beside) + (0.5 if beside else 0))
        self._grid(left, top, foot)
        for whole in (False, True) if self.heads else (True,):
            for start, rows in ((top, trunk), (foot - _ROW * len(beside), beside)):
                self._curve(rows, left, start, whole=whole)
        self._names(trunk, top)
        self._names(beside, foot - _ROW * len(beside))
        wide = left + _PLOT + _NUMBERS + _MARGIN
        return Scene(title, wide, foot + 36 + _MARGIN, self.palette.paper, tuple(self.parts))

    def _rows(self, *, auxiliary: bool) -> list[tuple[str, list[Layer]]]:
        layers = [layer for layer in self.found.layers if layer.auxiliary == auxiliary]
        rows = [
            (name, list(inside)) for name, inside in groupby(layers, key=lambda layer: layer.stage)
        ]
        each = -(-len(rows) // MOST_ROWS) or 1
        merged = [rows[at : at + each] for at in range(0, len(rows), each)]
        return [
            (
                " … ".join(dict.fromkeys((some[0][0], some[-1][0]))),
                [layer for _, inside in some for layer in inside],
            )
            for some in merged
        ]

    def _x(self, left: float, norm: float) -> float:
        return left + _PLOT * self.scale.share(norm)

    def _grid(self, left: float, top: float, foot: float) -> None:
        for tick in self.scale.ticks:
            x = self._x(left, tick)
            self.parts.append(rule([(x, top - 4), (x, foot)], self.palette.grid, 0.8))
            self.quiet(x, foot + 13, _shown(tick), anchor="middle")
        self.quiet(
            left + _PLOT / 2,
            foot + 28,
            "norm of the gradient; lines join geometric means",
            anchor="middle",
        )
        if self.heads:
            self.quiet(left + _PLOT + _NUMBERS, top - 8, "with / without", anchor="end")

    def _curve(
        self, rows: Sequence[tuple[str, Sequence[Layer]]], left: float, top: float, *, whole: bool
    ) -> None:
        """The dots of all layers, and a line through the means of their rows."""
        middles: list[Point] = []
        for row, (_, layers) in enumerate(rows):
            y = top + _ROW * (row + 0.5)
            norms = [layer.whole if whole else layer.main for layer in layers]
            for layer, norm in zip(layers, norms, strict=True):
                if norm:
                    tip = f"{layer.name}: {norm:.3g}, {norm / layer.weights:.2g} of the weights"
                    self.dot(self._x(left, norm), y, tip, whole=whole)
            if average := mean(norms):
                middles.append((self._x(left, average), y))
        if len(middles) > 1 and not all(layer.auxiliary for _, layers in rows for layer in layers):
            self.course(middles, whole=whole)

    def _names(self, rows: Sequence[tuple[str, Sequence[Layer]]], top: float) -> None:
        """Names on the left, on the right how much the heads add; and where heads read."""
        left = _MARGIN + _NAMES
        for row, (name, layers) in enumerate(rows):
            y = top + _ROW * (row + 0.5) + 3
            self.say(left - 8, y, shortened(name, 24), _TEXT, anchor="end")
            alone = mean(layer.main for layer in layers)
            if self.heads and alone:
                ratio = f"{mean(layer.whole for layer in layers) / alone:.2f} ×"
                self.quiet(left + _PLOT + _NUMBERS, y, ratio, anchor="end")
            stages = {layer.stage for layer in layers if not layer.auxiliary}
            reading = [start for start in self.found.heads if start.stage in stages]
            for start in reading:
                edge = top + _ROW * (row + 1)
                self.parts.append(
                    rule([(left, edge), (left + _PLOT, edge)], self.palette.quiet, 0.7, dashed=True)
                )
                words = f"{start.head} reads here, × {start.weight:g}"
                self.quiet(left + _PLOT - 2, edge - 3, words, anchor="end")


class _Family(_Figure):
    """Several networks: a panel each, the input on the left, the output on the right."""

    def __init__(self, found: Sequence[Gradients], words: str, theme: Tone) -> None:
        super().__init__(theme, words, found)
        self.found = found

    def scene(self) -> Scene:
        title = "Gradients from the input (left) to the output (right)"
        top = self.header(title) + 26
        columns = min(_COLUMNS, len(self.found))
        for place, one in enumerate(self.found):
            row, column = divmod(place, columns)
            left = _MARGIN + 40 + column * (_ACROSS + _BESIDE)
            self._panel(one, left, top + row * (_UP + _BELOW), first=column == 0)
        rows = -(-len(self.found) // columns)
        foot = top + rows * (_UP + _BELOW) - _BELOW + 16
        caption = "across: share of the longest way, in layers with weights; up: geometric mean of the gradients' norms"
        self.quiet(_MARGIN, foot + 18, caption)
        wide = _MARGIN + 40 + columns * (_ACROSS + _BESIDE) - _BESIDE + _MARGIN
        return Scene(
            title, max(wide, 480.0), foot + 18 + _MARGIN, self.palette.paper, tuple(self.parts)
        )

    def _panel(self, one: Gradients, left: float, top: float, *, first: bool) -> None:
        for tick in self.scale.ticks:
            y = top + _UP * (1 - self.scale.share(tick))
            self.parts.append(rule([(left, y), (left + _ACROSS, y)], self.palette.grid, 0.8))
            if first:
                self.quiet(left - 6, y + 3, _shown(tick), anchor="end")
        for share in (0, 0.5, 1):
            self.quiet(left + _ACROSS * share, top + _UP + 12, f"{share:g}", anchor="middle")
        self.say(left, top - 6, shortened(one.network, 32), _HEADING, bold=True)
        for start in one.heads:
            x = left + _ACROSS * start.depth
            self.parts.append(
                rule([(x, top), (x, top + _UP)], self.palette.quiet, 0.7, dashed=True)
            )
            self.quiet(x + 3, top + 8, start.head)
        for whole in (False, True) if one.heads else (True,):
            points = [
                (left + _ACROSS * depth, top + _UP * (1 - self.scale.share(norm)))
                for depth, norm in _line(one.trunk, whole=whole)
            ]
            if len(points) > 1:
                self.course(points, whole=whole)


def _line(layers: Sequence[Layer], *, whole: bool) -> list[tuple[float, float]]:
    """Mean depths and norms of layers that are about as deep, in the order of their depth."""
    bins: dict[int, list[Layer]] = {}
    for layer in layers:
        bins.setdefault(round(layer.depth * _BINS), []).append(layer)
    pairs = (
        (
            sum(layer.depth for layer in some) / len(some),
            mean(layer.whole if whole else layer.main for layer in some),
        )
        for _, some in sorted(bins.items())
    )
    return [(depth, norm) for depth, norm in pairs if norm]


def _shown(tick: float) -> str:
    return (
        f"{tick:g}"
        if 1e-3 <= tick < 1e5
        else f"{tick:.0e}".replace("e-0", "e-").replace("e+0", "e")
    )
