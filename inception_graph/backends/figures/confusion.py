"""Which classes are taken for which: a matrix of a few classes, of many the worst of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.backends.figures.palette import PALETTES, is_dark
from inception_graph.backends.figures.scene import Scene, Words, bar
from inception_graph.backends.figures.sheet import Sheet
from inception_graph.backends.pictures.words import plain, shortened, width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inception_graph.backends.figures.palette import Palette
    from inception_graph.backends.pictures.options import Tone

_MARGIN, _TITLE, _HEADING, _TEXT, _SMALL = 24.0, 16.0, 10.5, 8.5, 7.5
MOST_CELLS = 40
"""Classes of which a matrix can still be read."""
_NUMBERED, _LARGE, _LITTLE = 20, 26.0, 15.0
"""Classes up to which cells hold numbers, and the sides of cells with and without them."""
_ROW, _THICK, _BARS, _NAMES, _SHOWN = 14.0, 9.0, 150.0, 270.0, 40
_MOST_NAME = 24


def confusion_figure(
    counts: Sequence[Sequence[int]], names: Sequence[str], title: str, *, theme: Tone = "light"
) -> Scene:
    """A confusion matrix, or of many classes the most frequent confusions and the classes known worst.

    Args:
        counts: For each class how many of its images were taken for which.
        names: What the classes are called.
        title: What was evaluated.
        theme: ``light``, ``dark`` or ``print``.
    """
    called = [plain(name, 60) for name in names]
    figure = _Matrix if len(names) <= MOST_CELLS else _Worst
    return figure(counts, called, plain(title, 90), theme).scene()


def confusions(counts: Sequence[Sequence[int]]) -> list[tuple[int, int, int]]:
    """Class, what it was taken for, and how often, the most frequent first."""
    found = [
        (true, said, count)
        for true, row in enumerate(counts)
        for said, count in enumerate(row)
        if count and said != true
    ]
    return sorted(found, key=lambda one: (-one[2], one[0], one[1]))


def recall(counts: Sequence[Sequence[int]]) -> list[tuple[int, int, int]]:
    """Class, images of it that were recognised, and all of its images, the least known first; those with images."""
    found = [(true, row[true], sum(row)) for true, row in enumerate(counts) if sum(row)]
    return sorted(found, key=lambda one: (one[1] / one[2], one[0]))


class _Figure(Sheet):
    def __init__(
        self, counts: Sequence[Sequence[int]], names: Sequence[str], title: str, theme: Tone
    ) -> None:
        super().__init__(PALETTES[theme], _TEXT)
        self.counts, self.names, self.title = counts, names, title

    def header(self) -> float:
        """Title and accuracy; gives their foot."""
        total = sum(map(sum, self.counts))
        right = sum(row[true] for true, row in enumerate(self.counts))
        self.say(_MARGIN, _MARGIN + _TITLE, self.title, _TITLE, bold=True)
        words = f"{right:,} of {total:,} images recognised, {_percent(right, total)}"
        self.quiet(_MARGIN, _MARGIN + _TITLE + 16, words)
        return _MARGIN + _TITLE + 16


class _Matrix(_Figure):
    """A row for each class, a column for each answer; blue is right, orange wrong, both darker the larger the share."""

    def scene(self) -> Scene:
        top = self.header() + 34
        side = _LARGE if len(self.names) <= _NUMBERED else _LITTLE
        labels = [shortened(name, _MOST_NAME) for name in self.names]
        left = _MARGIN + 16 + max(width(label, _TEXT) for label in labels)
        across = _across(labels, side)
        foot = top + side * len(labels)
        right = left + side * len(labels)
        self.quiet(
            left,
            top - 20,
            "taken for" if across else "taken for (columns in the order of the rows)",
        )
        for row, (label, counts) in enumerate(zip(labels, self.counts, strict=True)):
            y = top + side * row
            self.say(left - 8, y + side / 2 + 3, label, _TEXT, anchor="end")
            if across:
                self.say(left + side * (row + 0.5), top - 6, label, _TEXT, anchor="middle")
            for column, count in enumerate(counts):
                self._cell(row, column, count, sum(counts), left + side * column, y, side)
            self.quiet(right + 8, y + side / 2 + 3, _percent(counts[row], sum(counts)))
        self.quiet(right + 8, top - 6, "recognised")
        wide = max(right + 64, _MARGIN + width(self.title, _TITLE, bold=True)) + _MARGIN
        caption = "rows: true classes; a cell's colour is its share of the row"
        self.quiet(_MARGIN, foot + 20, caption, _SMALL)
        title = f"{self.title}: confusion matrix"
        return Scene(title, wide, foot + 20 + _MARGIN, self.palette.paper, tuple(self.parts))

    def _cell(
        self, row: int, column: int, count: int, of: int, x: float, y: float, side: float
    ) -> None:
        # The root lets one image in a hundred be seen.
        share = (count / of) ** 0.5 if of else 0
        strong = self.palette.kinds["middle"] if row == column else self.palette.accent
        fill = _mixed(self.palette, strong, share)
        tip = f"{self.names[row]}, taken for {self.names[column]}: {count} of {of}"
        self.parts.append(bar(x, y, side, side, fill, line=self.palette.grid, thick=0.5, tip=tip))
        if count and side == _LARGE:
            ink = "#ffffff" if is_dark(fill) else "#14181d"
            words = f"{count:,}" if count < 10_000 else f"{count / 1000:.0f}k"
            self.parts.append(
                Words(x + side / 2, y + side / 2 + 3, words, _SMALL, ink, anchor="middle")
            )


class _Worst(_Figure):
    """Two lists of bars: the most frequent confusions, and the classes that are recognised least."""

    def scene(self) -> Scene:
        top = self.header() + 30
        pairs = confusions(self.counts)[:_SHOWN]
        classes = recall(self.counts)[:_SHOWN]
        totals = [sum(row) for row in self.counts]
        most = max((count / totals[true] for true, _, count in pairs), default=1)
        confused = [
            (f"{self._name(true, 22)} → {self._name(said, 22)}", count, totals[true], most)
            for true, said, count in pairs
        ]
        known = [(self._name(true, 46), right, of, 1.0) for true, right, of in classes]
        second = _MARGIN + _NAMES + _BARS + 90
        self._list(
            "Most frequent confusions: true class → answer",
            confused,
            _MARGIN,
            top,
            self.palette.accent,
        )
        self._list("Classes recognised least", known, second, top, self.palette.kinds["middle"])
        foot = top + 14 + _ROW * max(len(confused), len(known), 1)
        wide = second + _NAMES + _BARS + 90
        title = f"{self.title}: confusions"
        return Scene(title, wide, foot + _MARGIN, self.palette.paper, tuple(self.parts))

    def _name(self, index: int, most: int) -> str:
        return shortened(self.names[index], most)

    def _list(
        self,
        heading: str,
        rows: Sequence[tuple[str, int, int, float]],
        left: float,
        top: float,
        fill: str,
    ) -> None:
        """Rows of a name, a part, a whole, and the share that fills a bar."""
        self.say(left, top, heading, _HEADING, bold=True)
        for row, (name, part, whole, most) in enumerate(rows):
            y, x = top + 14 + _ROW * row, left + _NAMES
            long = _BARS * part / whole / most
            self.say(x - 8, y + 8, name, _TEXT, anchor="end")
            self.parts.append(bar(x, y, long, _THICK, fill, tip=f"{name}: {part} of {whole}"))
            self.quiet(x + long + 5, y + 8, f"{part:,} of {whole:,}", _SMALL)


def _across(labels: Sequence[str], side: float) -> bool:
    """Whether names fit above their columns."""
    return all(width(label, _TEXT) <= side for label in labels)


def _mixed(palette: Palette, strong: str, share: float) -> str:
    """A colour between the paper (0) and another (1)."""
    ends = [
        [int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in (palette.paper, strong)
    ]
    return "#" + "".join(
        f"{round(low + (high - low) * share):02x}" for low, high in zip(*ends, strict=True)
    )


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "no image"
