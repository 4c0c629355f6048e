"""The anatomy of a network: where its parameters and multiply-accumulates are, as bars along it and by branch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inception_graph.analysis.anatomy import KINDS, Branch, Cost, anatomy, total
from inception_graph.backends.figures.palette import PALETTES, is_dark
from inception_graph.backends.figures.scene import Scene, Words, bar, rule
from inception_graph.backends.figures.sheet import Sheet
from inception_graph.backends.pictures.words import amount, plain, shortened, size, width

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from inception_graph.analysis.anatomy import Anatomy, Kind, Step
    from inception_graph.backends.pictures.options import Tone
    from inception_graph.ir.graph import TypedGraph

_MARGIN, _GAP = 24.0, 40.0
_TITLE, _HEADING, _TEXT, _SMALL = 16.0, 10.5, 8.5, 7.5
_NAMES, _WAYS = 128.0, 204.0
"""Width of the names of nodes, and of those of branches with their windows."""
_BARS, _NUMBER, _BETWEEN = 112.0, 40.0, 12.0
"""The longest bar, the number behind it, and what is left between the two columns of bars."""
_COLUMNS = 2 * (_BARS + _NUMBER) + _BETWEEN
_ROW, _THICK, _STAGE = 14.0, 9.0, 20.0
_LEAST_LABEL = 0.004
"""Share of the whole below which a number says nothing."""
MOST_ROWS = 64
"""Longer networks have several nodes to a row."""


@dataclass(frozen=True)
class _Row:
    name: str
    note: str
    kinds: Mapping[Kind, Cost]
    beside: bool = False  # whether it serves an auxiliary head, and is no part of the whole

    @property
    def cost(self) -> Cost:
        return total(self.kinds.values())


def cost_figure(typed: TypedGraph, *, theme: Tone = "light", title: str | None = None) -> Scene:
    """Where the costs of a network are.

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
        self.anatomy: Anatomy = anatomy(typed)

    def scene(self) -> Scene:
        blocks = self.anatomy.branches
        left = _MARGIN + _NAMES + _COLUMNS + _GAP
        wide = left + _WAYS + _COLUMNS + _MARGIN if blocks else left - _GAP + _MARGIN
        top = self._header(wide)
        top = self._stages(top + 22, wide) + 30
        foot = self._panel("Along the network", self._rows(), _MARGIN, top, _NAMES)
        if blocks:
            groups = [
                (block, [_branch(branch) for branch in branches])
                for block, branches in blocks.items()
            ]
            heading = "By branch, all uses of a block together"
            foot = max(foot, self._panel(heading, groups, left, top, _WAYS))
        title = f"{self.title}: where parameters and multiply-accumulates are"
        return Scene(title, wide, foot + _MARGIN, self.palette.paper, tuple(self.parts))

    def _header(self, wide: float) -> float:
        """The title, the totals and the legend; gives its foot."""
        self.say(_MARGIN, _MARGIN + _TITLE, self.title, _TITLE, bold=True)
        whole = self.anatomy.whole
        line = (
            f"{whole.parameters:,} parameters · {amount(whole.macs)} multiply-accumulates for an image of "
            f"{size(self.typed.graph.input)}; shares are of these"
        )
        self.quiet(_MARGIN, _MARGIN + _TITLE + 16, line)
        return self._legend(_MARGIN + _TITLE + 36, wide)

    def _legend(self, y: float, wide: float) -> float:
        """What the colours stand for, each with its share of the whole."""
        x, whole = _MARGIN, self.anatomy.whole
        steps = self.anatomy.steps
        for name in KINDS:
            if not any(name in step.kinds for step in steps):
                continue
            inside = (step.kinds for step in steps if step.section != "auxiliary")
            cost = total(kinds[name] for kinds in inside if name in kinds)
            macs, weights = (
                _percent(cost.macs, whole.macs),
                _percent(cost.parameters, whole.parameters),
            )
            shares = f"{macs} of MACs, {weights} of parameters"
            shares = "in auxiliary heads" if cost == Cost() else shares
            called = self._called(name)
            long = 14 + max(width(called, _TEXT, bold=True), width(shares, _SMALL))
            if x > _MARGIN and x + long > wide - _MARGIN:
                x, y = _MARGIN, y + 28
            self._bar(x, y - 7, 9, 8, self.palette.kinds[name], "")
            self.say(x + 14, y, called, _TEXT, bold=True)
            self.quiet(x + 14, y + 11, shares, _SMALL)
            x += long + 12
        return y + 11

    def _called(self, name: Kind) -> str:
        words = {"linear": "linear", "other": "other layers"}
        if name in words:
            return words[name]
        kernels = self.anatomy.kernels[name]
        more = " …" if len(kernels) > 4 else ""
        return f"{'depthwise' if name == 'depth' else 'conv'} {', '.join(kernels[:4])}{more}"

    def _stages(self, top: float, wide: float) -> float:
        """Two bars, each the whole network, cut where its stages end; gives their foot."""
        self.say(_MARGIN, top, "By stage", _HEADING, bold=True)
        left = _MARGIN + _NAMES
        span, whole = wide - _MARGIN - left, self.anatomy.whole
        stages = self.anatomy.stages()
        top += 8
        for words, of, costs in (
            ("multiply-accumulates", whole.macs, [cost.macs for _, cost in stages]),
            ("parameters", whole.parameters, [cost.parameters for _, cost in stages]),
        ):
            self.say(left - 8, top + 13.5, words, _TEXT, anchor="end")
            x, rest = left, list[str]()
            for index, ((name, _), cost) in enumerate(zip(stages, costs, strict=True)):
                long = span * cost / of if of else 0
                tip = f"{name}: {cost:,} {words}, {_percent(cost, of)}"
                # Colour stands for kinds of layers; stages are greys.
                fill = self.palette.tint(0.1 + 0.3 * index / len(stages))
                self.parts.append(
                    bar(x, top, long, _STAGE, fill, line=self.palette.paper, thick=1, tip=tip)
                )
                label = f"{name} {_percent(cost, of)}"
                if width(label, _TEXT) + 4 <= long:
                    colour = "#ffffff" if is_dark(fill) else "#000000"
                    self.parts.append(
                        Words(x + long / 2, top + 13.5, label, _TEXT, colour, anchor="middle")
                    )
                elif cost:
                    rest.append(label)
                x += long
            if rest:
                self.quiet(
                    left, top + _STAGE + 10, f"too small for a label: {', '.join(rest)}", _SMALL
                )
            top += _STAGE + (19 if rest else 7)
        return top

    def _rows(self) -> list[tuple[str, list[_Row]]]:
        steps = self.anatomy.steps
        rows = [_row(step) for step in steps if step.section != "auxiliary"]
        beside = [_row(step) for step in steps if step.section == "auxiliary"]
        each = -(-len(rows) // MOST_ROWS)
        if each > 1:
            rows = [_merged(rows[at : at + each]) for at in range(0, len(rows), each)]
        heads = [("Auxiliary, while training", beside[:MOST_ROWS])] if beside else []
        return [("", rows), *heads]

    def _panel(
        self,
        heading: str,
        groups: Sequence[tuple[str, Sequence[_Row]]],
        left: float,
        top: float,
        names: float,
    ) -> float:
        """Rows of names and two bars, with a common scale for each of the two; gives the foot."""
        whole = self.anatomy.whole
        every = [row.cost for _, rows in groups for row in rows]
        macs = max((cost.macs / whole.macs for cost in every), default=0) if whole.macs else 0
        weights = (
            max((cost.parameters / whole.parameters for cost in every), default=0)
            if whole.parameters
            else 0
        )
        first = left + names
        second = first + _BARS + _NUMBER + _BETWEEN
        self.say(left, top, heading, _HEADING, bold=True)
        self.quiet(first, top + 14, "multiply-accumulates")
        self.quiet(second, top + 14, "parameters")
        y = top + 22
        for name, rows in groups:
            if name:
                self.say(left, y + 10, shortened(name, 40), _TEXT, bold=True)
                y += _ROW
            begin = y
            for row in rows:
                self._name(row, left, y, names - 6)
                self._stack(row, "macs", whole.macs, macs, first, y)
                self._stack(row, "parameters", whole.parameters, weights, second, y)
                y += _ROW
            for x in (first, second):
                self.parts.append(rule(((x, begin - 1), (x, y - 1)), self.palette.quiet, 0.6))
            y += 6
        return y

    def _name(self, row: _Row, left: float, y: float, room: float) -> None:
        """The name of a row, right before its bars, and a note where there is room for it."""
        name = row.name
        while width(name, _TEXT) > room and len(name) > 6:
            name = shortened(row.name, len(name) - 1)
        self.say(left + room, y + 8.5, name, _TEXT, anchor="end")
        if width(row.note, _SMALL) + width(name, _TEXT) + 8 <= room:
            self.quiet(left, y + 8.5, row.note, _SMALL)

    def _stack(self, row: _Row, what: str, whole: int, most: float, left: float, y: float) -> None:
        """A bar made of what the kinds of layers cost, and the share of the whole behind it."""
        x = left
        for name, cost in row.kinds.items():
            number = getattr(cost, what)
            long = _BARS * number / whole / most if whole and most else 0
            if not number:
                continue
            tip = f"{row.name}: {number:,} {'multiply-accumulates' if what == 'macs' else what} in {self._called(name)}"
            self._bar(x, y + 1, long, _THICK, self.palette.kinds[name], tip, dashed=row.beside)
            x += long
        number = getattr(row.cost, what)
        if whole and number / whole >= _LEAST_LABEL:
            words = _percent(number, whole)
            self.quiet(x + 4, y + 8.5, f"+{words}" if row.beside else words)

    def _bar(
        self,
        x: float,
        y: float,
        long: float,
        high: float,
        fill: str,
        tip: str,
        *,
        dashed: bool = False,
    ) -> None:
        line = self.palette.ink if dashed else self.palette.edge
        self.parts.append(bar(x, y, long, high, fill, line=line, thick=0.5, dashed=dashed, tip=tip))


def _row(step: Step) -> _Row:
    grid = "×".join(str(extent) for extent in step.output)
    return _Row(step.name, grid, step.kinds, step.section == "auxiliary")


def _branch(branch: Branch) -> _Row:
    return _Row(branch.name or "outside the branches", branch.words, branch.kinds)


def _merged(rows: Sequence[_Row]) -> _Row:
    """Several rows as one."""
    kinds: dict[Kind, Cost] = {}
    for row in rows:
        for name, cost in row.kinds.items():
            kinds[name] = kinds.get(name, Cost()) + cost
    called = f"{rows[0].name} … {rows[-1].name}" if len(rows) > 1 else rows[0].name
    return _Row(called, rows[-1].note, {name: kinds[name] for name in KINDS if name in kinds})


def _percent(part: int, whole: int) -> str:
    share = 100 * part / whole if whole else 0
    if 0 < share < 0.1:
        return "<0.1 %"
    return f"{share:.0f} %" if share >= 99.5 or share == 0 else f"{share:.1f} %"
