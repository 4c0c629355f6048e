"""A family on one sheet: every network a strip, all at one scale, side by side where their maps are of one size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inception_graph.analysis.anatomy import KINDS, anatomy
from inception_graph.analysis.costs import costs
from inception_graph.analysis.receptive_field import sights
from inception_graph.backends.figures.glyphs import CELL, Pen
from inception_graph.backends.figures.palette import PALETTES
from inception_graph.backends.figures.scene import Part, Scene, Words, bar, rule
from inception_graph.backends.figures.sheet import Sheet
from inception_graph.backends.pictures.words import amount, plain, shortened, size, width
from inception_graph.ir.program import Leaf, Use

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from inception_graph.backends.pictures.options import Tone
    from inception_graph.ir.graph import Instance, TypedGraph

WIDE, HIGH = 1190.55, 841.89
"""A3 on its side, in points."""
_MARGIN, _AXIS, _BETWEEN = 26.0, 38.0, 5.0
_TITLE, _HEADING, _TEXT, _SMALL = 22.0, 7.0, 6.0, 5.2
_HEAD_TOP, _HEAD = 82.0, 92.0
"""Where the heads of the columns start, and how high they are."""
_NAME, _PAD, _STEP, _AUXILIARY = 8.0, 2.0, 3.4, 9.0
"""Of a block: the line of its name and what surrounds it; between things; an auxiliary head."""
MOST = 20
"""Networks on one sheet; more would be narrower than their texts."""


@dataclass(frozen=True)
class Entry:
    """A network of a family.

    Attributes:
        typed: The network.
        parent: Name of the one that it is a variant of, or None.
    """

    typed: TypedGraph
    parent: str | None = None

    @property
    def name(self) -> str:
        """Its name."""
        return self.typed.program.name


@dataclass(frozen=True)
class _Run:
    """An instance at the top, or equal blocks that follow one another.

    Attributes:
        band: Stride of its output, or 0 where that is no map.
    """

    first: Instance
    times: int
    last: Instance
    band: int
    heads: tuple[str, ...]


def by_lineage(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The oldest first, each with its variants behind it."""
    names = {entry.name for entry in entries}

    def year(entry: Entry) -> tuple[int, str]:
        return entry.typed.program.meta.year or 9999, entry.name

    def below(parent: str | None) -> Iterator[Entry]:
        for entry in sorted(entries, key=year):
            mine = entry.parent if entry.parent in names else None
            if mine == parent:
                yield entry
                yield from below(entry.name)

    return tuple(below(None))


def poster(
    entries: Sequence[Entry], *, theme: Tone = "light", title: str = "A family of networks"
) -> Scene:
    """The sheet.

    Args:
        entries: At most ``MOST`` networks, in the order in which they are drawn.
        theme: ``light``, ``dark`` or ``print``.
        title: The title of the sheet.
    """
    return _Poster(entries, theme, title).scene()


class _Poster(Sheet):
    def __init__(self, entries: Sequence[Entry], theme: Tone, title: str) -> None:
        super().__init__(PALETTES[theme], _TEXT)
        self.entries, self.title = entries, title
        self.pens = {entry.name: Pen(entry.typed, self.palette) for entry in entries}
        self.runs = {entry.name: _runs(entry.typed) for entry in entries}
        self.step = (WIDE - 2 * _MARGIN - _AXIS) / max(len(entries), 1)
        self.wide = min(self.step, 150) - _BETWEEN

    def scene(self) -> Scene:
        self._header()
        tops = self._bands(_HEAD_TOP + _HEAD)
        for index, entry in enumerate(self.entries):
            left = _MARGIN + _AXIS + index * self.step
            self._head(entry, left, _HEAD_TOP)
            self._strip(entry, left, tops)
            self.parts += self.pens[entry.name].parts
        return Scene(self.title, WIDE, HIGH, self.palette.paper, tuple(self.parts))

    def _header(self) -> None:
        self.say(_MARGIN, _MARGIN + 18, self.title, _TITLE, bold=True)
        line = (
            "Each column is a network, from its input at the top to its output. What stands at one height has maps "
            "of one share of the image's size. Blocks are drawn as they are wired, once for all that follow one "
            "another (×n); norms and activations are left out. Under each name: bars to one scale, size of the "
            "image, best published top-1 accuracy for one crop."
        )
        self.quiet(_MARGIN, _MARGIN + 33, line, _TEXT + 0.4)
        self._legend(_MARGIN + 46)

    def _legend(self, y: float) -> None:
        found = [anatomy(entry.typed).kernels for entry in self.entries]
        x = _MARGIN
        for name in KINDS:
            kernels = dict.fromkeys(kernel for each in found for kernel in each.get(name, ()))
            if name == "linear":
                words = "linear"
            elif kernels:
                words = f"{'depthwise' if name == 'depth' else 'convolution'} {', '.join(kernels)}"
            else:
                continue
            x = self._key(x, y, self.palette.kinds[name], words)
        x = self._key(x, y, self.palette.pool, "pool")
        x = self._key(x, y, self.palette.join, "concatenation")
        self._key(x, y, self.palette.paper, "addition", line=self.palette.join)

    def _key(self, x: float, y: float, fill: str, words: str, line: str | None = None) -> float:
        line = line or self.palette.edge
        self.parts.append(bar(x, y - 5.5, 11, CELL - 0.5, fill, line=line))
        self.quiet(x + 14, y, words)
        return x + 14 + width(words, _TEXT) + 14

    def _bands(self, top: float) -> Mapping[int, float]:
        """Stripes behind maps of one size, high enough for all; gives their tops."""
        strides = {run.band for runs in self.runs.values() for run in runs}
        heights = {
            band: max(self._band_height(entry, band) for entry in self.entries)
            for band in (*sorted(strides - {0}), *([0] if 0 in strides else []))
        }
        room = HIGH - _MARGIN - top
        spare = (room - sum(heights.values())) / len(heights) if heights else 0
        tops: dict[int, float] = {}
        for index, (band, height) in enumerate(heights.items()):
            high = height + max(min(spare, 26), 2)
            tops[band] = top
            if index % 2 == 0:
                stripe = self.palette.tint(0.035)
                self.parts.append(bar(_MARGIN, top, WIDE - 2 * _MARGIN, high, stripe))
            self.say(_MARGIN + 4, top + 10, f"1/{band}" if band else "vector", _HEADING, bold=True)
            if band:
                self.quiet(_MARGIN + 4, top + 18, "of the size")
            top += high
        return tops

    def _band_height(self, entry: Entry, band: int) -> float:
        return sum(self._height(entry, run) for run in self.runs[entry.name] if run.band == band)

    def _height(self, entry: Entry, run: _Run) -> float:
        heads = _AUXILIARY * len(run.heads)
        if isinstance(run.first.element, Leaf):
            return CELL + _STEP + heads
        inside = self.pens[entry.name].height(_drawn(run.first))
        return inside + _NAME + 2 * _PAD + _STEP + heads

    def _head(self, entry: Entry, left: float, top: float) -> None:
        """Who the network is, and what it costs beside the others."""
        program, totals = entry.typed.program, costs(entry.typed)
        if entry.parent is None:
            self.parts.append(
                rule(((left, top - 3), (left + self.wide, top - 3)), self.palette.ink, 1.6)
            )
        year = str(program.meta.year or "")
        self.say(left, top + 7, year, _HEADING, bold=True)
        title = plain(program.meta.title or program.name, 60)
        y = top + 17
        for line in _wrapped(title, self.wide, _HEADING)[:3]:
            self.say(left, y, line, _HEADING, bold=True)
            y += 8.6
        y = top + 44
        facts = [_shortest(program.name, self.wide, _SMALL)]
        facts += [
            f"from {_shortest(entry.parent, self.wide - 14, _SMALL)}"
            if entry.parent
            else program.meta.paper or ""
        ]
        for fact in facts:
            self.quiet(left, y, fact, _SMALL)
            y += 6.8
        for words, number, numbers in (
            (
                "parameters",
                totals.parameters,
                [costs(other.typed).parameters for other in self.entries],
            ),
            ("MACs", totals.macs, [costs(other.typed).macs for other in self.entries]),
        ):
            self.parts.append(bar(left, y, self.wide, 3, self.palette.grid))
            share = number / max(*numbers, 1)
            self.parts.append(bar(left, y, self.wide * share, 3, self.palette.tint(0.75)))
            self.quiet(left, y + 9, f"{amount(number)} {words}", _SMALL)
            y += 12.5
        best = max(
            (each.top1 for each in program.meta.accuracy if each.top1 and not each.crops),
            default=None,
        )
        fact = size(program.input) + (f" · {best:.1f} %" if best else "")
        self.quiet(left, y + 3, fact, _SMALL)

    def _strip(self, entry: Entry, left: float, tops: Mapping[int, float]) -> None:
        runs, pen = self.runs[entry.name], self.pens[entry.name]
        middle = left + self.wide / 2
        spine: list[Part] = []
        at, before = 0.0, None
        for run in runs:
            if run.band != before:
                at = max(at, tops[run.band] + _STEP)
                before = run.band
            spine.append(rule(((middle, at - _STEP), (middle, at)), self.palette.quiet, 0.8))
            at = self._run(entry, run, left, at) + _STEP
        first = tops[runs[0].band] if runs else 0
        # Behind all that stands on it; a strip may skip a band.
        pen.parts.insert(0, rule(((middle, first), (middle, at - _STEP)), self.palette.quiet, 0.8))
        pen.parts[1:1] = spine

    def _run(self, entry: Entry, run: _Run, left: float, top: float) -> float:
        pen, foot = self.pens[entry.name], top
        if isinstance(run.first.element, Leaf):
            self._leaf(entry, run.first, left, top)
            foot = top + CELL
        else:
            inside = _drawn(run.first)
            foot = top + _NAME + 2 * _PAD + pen.height(inside)
            frame = bar(
                left,
                top,
                self.wide,
                foot - top,
                self.palette.paper,
                line=self.palette.quiet,
                tip=_spoken(run),
            )
            pen.parts.append(frame)
            times = f" ×{run.times}" if run.times > 1 else ""
            element = run.first.element
            name = element.block if isinstance(element, Use) else run.first.name
            room = self.wide - 6 - width(times, _SMALL, bold=True)
            called = _shortest(name, room, _SMALL) + times
            pen.parts.append(
                Words(left + 3, top + 7, called, _SMALL, self.palette.ink, bold=run.times > 1)
            )
            pen.draw(inside, left + _PAD, self.wide - 2 * _PAD, top + _NAME + _PAD)
        for head in run.heads:
            foot += 1.5
            corner = left + self.wide / 2 + 4, foot
            pen.parts.append(
                bar(
                    *corner,
                    self.wide / 2 - 4,
                    _AUXILIARY - 2.5,
                    self.palette.paper,
                    line=self.palette.quiet,
                    dashed=True,
                )
            )
            words = _shortest(head, self.wide / 2 - 7, _SMALL)
            pen.parts.append(Words(corner[0] + 2, foot + 5.2, words, _SMALL, self.palette.quiet))
            foot += _AUXILIARY - 1.5
        return foot

    def _leaf(self, entry: Entry, leaf: Instance, left: float, top: float) -> None:
        """A node at the top: its name and its kernel."""
        pen, typed = self.pens[entry.name], entry.typed
        operation = typed.operation(leaf.node or 0)
        window = operation.window(typed.inputs(leaf.node or 0)[0])
        kernel = "×".join(map(str, window.kernel)) if window else ""
        inset = self.wide * 0.14
        words = _shortest(f"{leaf.name} {kernel}".strip(), self.wide - 2 * inset - 3, 5.6)
        tip = f"{leaf.name}: {operation.label()}"
        pen.cell(left + inset, self.wide - 2 * inset, top, words, pen.colours(leaf.node or 0), tip)


def _runs(typed: TypedGraph) -> tuple[_Run, ...]:
    """What stands at the top, blocks of one kind and size of map together."""
    strides = [max(sight.stride) for sight in sights(typed)]
    heads: dict[int, list[str]] = {}
    for head in typed.graph.heads:
        heads.setdefault(head.instance.reads, []).append(head.name)
    found: list[_Run] = []
    for section in typed.graph.root.children:
        for child in section.children:
            band = (
                strides[child.output]
                if child.output >= 0 and len(typed.shape(child.output)) == 3
                else 0
            )
            times, read = (
                len(child.children) if child.copies else 1,
                tuple(heads.get(child.output, ())),
            )
            before = found[-1] if found else None
            if before and before.band == band and _alike(before.first, child):
                found[-1] = _Run(
                    before.first, before.times + times, child, band, before.heads + read
                )
            else:
                found.append(_Run(child, times, child, band, read))
    return tuple(found)


def _alike(one: Instance, other: Instance) -> bool:
    """Whether both are uses of one block that look the same inside."""
    a, b = one.element, other.element
    if not (isinstance(a, Use) and isinstance(b, Use) and a.block == b.block):
        return False
    return [type(inside.element) for inside in _drawn(one).walk()] == [
        type(inside.element) for inside in _drawn(other).walk()
    ]


def _drawn(instance: Instance) -> Instance:
    """What of an instance is drawn: of a use its body, of several copies the first."""
    return (
        instance.children[0]
        if isinstance(instance.element, Use) and instance.children
        else instance
    )


def _spoken(run: _Run) -> str:
    return run.first.name if run.first is run.last else f"{run.first.name} … {run.last.name}"


def _wrapped(text: str, room: float, letters: float) -> list[str]:
    """The text in lines that fit, bold; a word that is too long stands alone."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, letters, bold=True) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _shortest(text: str, room: float, letters: float) -> str:
    """The text, its middle left out where there is no room for it."""
    most = len(text)
    while width(shortened(text, most), letters) > room and most > 4:
        most -= 1
    return shortened(text, most)
