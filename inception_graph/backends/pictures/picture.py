"""A picture as a value: what a notebook shows, and what can be written to a file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Picture:
    """A picture of a network, which notebooks show.

    Attributes:
        name: What it shows.
        svg: The picture as an SVG document.
    """

    name: str
    svg: str

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<Picture of {self.name}: {len(self.svg):,} characters of SVG>"
