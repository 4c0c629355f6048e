"""A sweep as a picture: one number against another, with the Pareto front; SVG, the same bytes on every machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias
from xml.sax.saxutils import escape

from inception_graph.backends.figures.axes import Axis, axis
from inception_graph.backends.pictures.theme import FONTS, THEMES
from inception_graph.backends.pictures.words import amount, plain, width
from inception_graph.files import MAKER
from inception_graph.ops.base import size
from inception_graph.sweeps.sweep import pareto_front
from inception_graph.sweeps.tables import called, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inception_graph.backends.pictures.curves import Point
    from inception_graph.sweeps.sweep import Variant

_THEME = THEMES["light"]
_Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right and foot."""
_WIDE, _PLOT = 760.0, 378.0
_LEFT, _RIGHT, _FOOT, _ROOM = 78.0, 28.0, 58.0, 26.0
"""Beside and under the plot, and between it and the last line of the legend."""
_TITLE, _LABEL = 15.0, 10.0
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9", "#4b535d")
"""The hues of Okabe and Ito, which stay apart for colour-blind readers; forms tell the specs apart in greyscale."""
_FORMS = (
    "M-4.2,0a4.2,4.2 0 1 0 8.4,0a4.2,4.2 0 1 0 -8.4,0Z",
    "M-3.8,-3.8H3.8V3.8H-3.8Z",
    "M0,-4.8L4.6,3.4H-4.6Z",
    "M0,-5.2L5.2,0L0,5.2L-5.2,0Z",
)
_MOST_TITLE, _MOST_NAME, _MOST_LABEL = 100, 40, 60

_STYLE = f"""\
text {{ font-family: {FONTS}; font-size: {_LABEL:g}px; fill: {_THEME.ink}; }}
.t {{ font-size: {_TITLE:g}px; font-weight: bold; }}
.q {{ fill: {_THEME.quiet}; }}
.g {{ stroke: #e4e7eb; stroke-width: 1; }}
.f {{ fill: none; stroke: {_THEME.ink}; stroke-width: 1.2; stroke-dasharray: 5 3; }}
.o {{ fill-opacity: 0.35; }}
.p {{ stroke: {_THEME.ink}; stroke-width: 1; }}"""


def svg(variants: Sequence[Variant], x: str, y: str) -> str:
    """The picture of a sweep.

    Args:
        variants: The variants; those that cannot be built are counted under the title.
        x: The column that is paid, from left to right.
        y: The column that is had for it, upwards.
    """
    return "\n".join(_Plot(list(variants), x, y).lines())


@dataclass
class _Plot:
    variants: list[Variant]
    x: str
    y: str

    def __post_init__(self) -> None:
        built = [variant for variant in self.variants if variant.totals]
        self.specs = list(dict.fromkeys(variant.spec for variant in self.variants))
        self.across = axis([variant.number(self.x) for variant in built])
        self.up = axis([variant.number(self.y) for variant in built])
        self.front = pareto_front(self.variants, self.x, self.y)
        self.legend = _legend_places(self.specs) if len(self.specs) > 1 else {}
        self.top = max((y for _, y in self.legend.values()), default=58.0) + _ROOM
        self.high = self.top + _PLOT + _FOOT
        places = (self._place(at) for at in self.front)
        self.taken: list[_Box] = [(x - 5, y - 5, x + 5, y + 5) for x, y in places]

    def lines(self) -> Iterator[str]:
        """The document, line by line."""
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDE:g}" height="{_n(self.high)}" '
            f'viewBox="0 0 {_WIDE:g} {_n(self.high)}">'
        )
        yield f"<!-- {MAKER} -->"
        title = f"{called(self.y)} against {called(self.x)}"
        title = title[0].upper() + title[1:] if title[0] != "M" else title
        yield f"<title>{escape(title)}</title>"
        yield f"<style>\n{_STYLE}\n</style>"
        yield f'<rect width="{_WIDE:g}" height="{_n(self.high)}" fill="{_THEME.paper}"/>'
        yield _text("t", _LEFT, 26, title)
        yield _text("q", _LEFT, 43, self._subtitle())
        yield from self._legend()
        yield from self._grid()
        yield self._front_line()
        chosen = set(self.front)
        points = [at for at, variant in enumerate(self.variants) if variant.totals]
        for at in (*(at for at in points if at not in chosen), *self.front):
            yield self._point(at, at in chosen)
        for at in self.front:
            yield from self._label(at)
        yield "</svg>\n"

    def _place(self, at: int) -> Point:
        variant = self.variants[at]
        return self._x(variant.number(self.x)), self._y(variant.number(self.y))

    def _x(self, number: float) -> float:
        return _LEFT + self.across.share(number) * (_WIDE - _LEFT - _RIGHT)

    def _y(self, number: float) -> float:
        return self.top + (1 - self.up.share(number)) * _PLOT

    def _subtitle(self) -> str:
        count = len(self.variants)
        failed = sum(variant.totals is None for variant in self.variants)
        whose = self.specs[0] if len(self.specs) == 1 else f"{len(self.specs)} networks"
        words = [f"{count} variant{'s' if count != 1 else ''} of {whose}"]
        words += [f"{failed} cannot be built"] if failed else []
        return plain("; ".join(words), _MOST_TITLE)

    def _legend(self) -> Iterator[str]:
        words = f"Pareto front: no variant beats these in {called(self.y)} without more {called(self.x)}"
        yield f'<path class="f" d="M{_n(_LEFT)},58h22"/>{_text("q", _LEFT + 28, 61.5, words)}'
        for spec, (x, y) in self.legend.items():
            yield f"{self._mark(spec, x, y, 'p')}{_text('q', x + 9, y + 3.5, plain(spec, _MOST_NAME))}"

    def _grid(self) -> Iterator[str]:
        foot, right = self.top + _PLOT, _WIDE - _RIGHT
        for number in self.across.ticks:
            x = self._x(number)
            yield f'<path class="g" d="M{_n(x)},{_n(self.top)}V{_n(foot)}"/>'
            yield _text("q", x, foot + 16, _tick(number), "middle")
        for number in self.up.ticks:
            y = self._y(number)
            yield f'<path class="g" d="M{_n(_LEFT)},{_n(y)}H{_n(right)}"/>'
            yield _text("q", _LEFT - 8, y + 3.5, _tick(number), "end")
        yield _text("", (_LEFT + right) / 2, foot + 38, _titled(self.x, self.across), "middle")
        middle = (self.top + foot) / 2
        words = escape(_titled(self.y, self.up))
        yield f'<text transform="translate(18,{_n(middle)})rotate(-90)" text-anchor="middle">{words}</text>'

    def _front_line(self) -> str:
        if not self.front:
            return ""
        (x, y), *others = [self._place(at) for at in self.front]
        steps = "".join(f"H{_n(right)}V{_n(up)}" for right, up in others)
        return f'<path class="f" d="M{_n(x)},{_n(self.top + _PLOT)}V{_n(y)}{steps}H{_n(_WIDE - _RIGHT)}"/>'

    def _mark(self, spec: str, x: float, y: float, kind: str, tip: str = "") -> str:
        rank = self.specs.index(spec)
        form, colour = _FORMS[rank % len(_FORMS)], _COLOURS[rank % len(_COLOURS)]
        inside = f"<title>{escape(tip)}</title>" if tip else ""
        return f'<path class="{kind}" transform="translate({_n(x)},{_n(y)})" fill="{colour}" d="{form}">{inside}</path>'

    def _point(self, at: int, chosen: bool) -> str:
        variant = self.variants[at]
        numbers = (f"{variant.number(column):,} {called(column)}" for column in (self.x, self.y))
        tip = f"{variant.spec} {self._settings(variant)}: {', '.join(numbers)}"
        return self._mark(variant.spec, *self._place(at), "p" if chosen else "o", tip)

    def _settings(self, variant: Variant) -> str:
        """What tells a variant from the others of its spec."""
        words = [f"{name}={shown(value)}" for name, value in variant.settings.items()]
        sizes = {other.input for other in self.variants if other.spec == variant.spec}
        return ", ".join([*words, *([size(variant.input or ())] if len(sizes) > 1 else [])])

    def _label(self, at: int) -> Iterator[str]:
        """The settings beside a point of the front, above and to the left, where no other variant can be."""
        words = plain(self._settings(self.variants[at]) or self.variants[at].spec, _MOST_LABEL)
        long = width(words, _LABEL)
        x, y = self._place(at)
        left, foot = max(x - 8 - long, _LEFT + 4), max(y - 8, self.top + 12)
        box = (left, foot - _LABEL, left + long, foot + 2)
        if not any(_overlap(box, other) for other in self.taken):
            self.taken.append(box)
            yield _text("", left, foot, words)


def _legend_places(specs: Sequence[str]) -> dict[str, Point]:
    """Where the marks of specs stand under the title, in as many lines as they need."""
    places: dict[str, Point] = {}
    x, y = _LEFT + 6, 76.0
    for spec in specs:
        long = 9 + width(plain(spec, _MOST_NAME), _LABEL)
        if x + long > _WIDE - _RIGHT and x > _LEFT + 6:
            x, y = _LEFT + 6, y + 17
        places[spec] = x, y
        x += long + 18
    return places


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _tick(number: float) -> str:
    return f"{round(number):,}" if number < 10_000 else amount(round(number))


def _titled(column: str, scale: Axis) -> str:
    unit = {"receptive_field": " in pixels", "activations": ", elements for one image",
            "macs": " for one image"}.get(column, "")  # fmt: skip
    return f"{called(column)}{unit}{' (logarithmic)' if scale.logarithmic else ''}"


def _text(kind: str, x: float, y: float, words: str, anchor: str = "") -> str:
    looks = f' class="{kind}"' if kind else ""
    looks += f' text-anchor="{anchor}"' if anchor else ""
    return f'<text{looks} x="{_n(x)}" y="{_n(y)}">{escape(words)}</text>'


def _n(number: float) -> str:
    return f"{round(number, 1) + 0.0:g}"
