"""Colours of figures, by theme: those of pictures, and more for quantities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inception_graph.backends.pictures.theme import THEMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inception_graph.analysis.anatomy import Kind
    from inception_graph.backends.pictures.options import Tone


@dataclass(frozen=True)
class Palette:
    """Colours of one theme.

    Attributes:
        paper: Behind everything.
        ink: Texts and outlines.
        quiet: Texts that are read second.
        grid: Lines behind bars.
        kinds: Of convolutions and other layers; square kernels are darker the larger they are, so that they keep their
            order in greyscale.
        pool: Of pools.
        join: Of joins.
        accent: What is to be noticed.
        edge: Around coloured areas, where they do not tell themselves apart.
    """

    paper: str
    ink: str
    quiet: str
    grid: str
    kinds: Mapping[Kind, str]
    pool: str
    join: str
    accent: str
    edge: str | None

    def tint(self, share: float) -> str:
        """A grey between the paper (0) and the ink (1)."""
        ends = zip(_channels(self.paper), _channels(self.ink), strict=True)
        return "#" + "".join(f"{round(low + (high - low) * share):02x}" for low, high in ends)


def is_dark(colour: str) -> bool:
    """Whether white letters are read better on a colour than black ones."""
    red, green, blue = _channels(colour)
    return 0.299 * red + 0.587 * green + 0.114 * blue < 128


def _channels(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


def _palette(tone: Tone, grid: str, kinds: Mapping[Kind, str], pool: str, accent: str) -> Palette:
    theme = THEMES[tone]
    join = theme.paints["join"].line
    edge = theme.ink if tone == "print" else None
    return Palette(theme.paper, theme.ink, theme.quiet, grid, kinds, pool, join, accent, edge)


PALETTES: Mapping[Tone, Palette] = {
    "light": _palette(
        "light", "#e4e7eb",
        {"point": "#b9d9ef", "small": "#6aaedb", "middle": "#1f6fa8", "large": "#0b3a5e", "line": "#0a9d74",
         "depth": "#e69f00", "linear": "#cc79a7", "other": "#b8bec6"},
        "#f5c77e", "#c8500a",
    ),
    "dark": _palette(
        "dark", "#28313b",
        {"point": "#d3e9f8", "small": "#86c1ea", "middle": "#3d8fca", "large": "#1f5f92", "line": "#2fbf95",
         "depth": "#f0b429", "linear": "#dc93bd", "other": "#5b6672"},
        "#c98a2b", "#f0954f",
    ),
    "print": _palette(
        "print", "#dcdcdc",
        {"point": "#e0e0e0", "small": "#b4b4b4", "middle": "#7c7c7c", "large": "#3c3c3c", "line": "#989898",
         "depth": "#a0a0a0", "linear": "#000000", "other": "#f4f4f4"},
        "#ffffff", "#000000",
    ),
}  # fmt: skip
