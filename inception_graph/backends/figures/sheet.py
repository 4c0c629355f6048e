"""A sheet on which a figure is put down, part by part, in the colours of a palette."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.backends.figures.scene import Words

if TYPE_CHECKING:
    from inception_graph.backends.figures.palette import Palette
    from inception_graph.backends.figures.scene import Anchor, Part


class Sheet:
    """Collects the parts of a figure, whose letters are of one size unless it is said otherwise."""

    def __init__(self, palette: Palette, letters: float) -> None:
        self.palette, self.letters = palette, letters
        self.parts: list[Part] = []

    def say(
        self,
        x: float,
        y: float,
        text: str,
        letters: float,
        *,
        bold: bool = False,
        anchor: Anchor = "start",
    ) -> None:
        """Put down a text, in letters of a size, to be read first."""
        self.parts.append(Words(x, y, text, letters, self.palette.ink, bold, anchor))

    def quiet(
        self,
        x: float,
        y: float,
        text: str,
        letters: float | None = None,
        *,
        anchor: Anchor = "start",
    ) -> None:
        """Put down a text that is read second."""
        size = self.letters if letters is None else letters
        self.parts.append(Words(x, y, text, size, self.palette.quiet, anchor=anchor))
