"""A picture as a value: a notebook shows it, and it can be written to files."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from inception_graph.backends.pictures import laid_out, render
from inception_graph.backends.pictures.marking import Marking
from inception_graph.backends.pictures.svg_writer import svg_text
from inception_graph.files import guard

if TYPE_CHECKING:
    from inception_graph.backends.pictures.options import View
    from inception_graph.ir.graph import TypedGraph
    from inception_graph.ir.partial import PartialGraph


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture of a network, drawn when it is looked at.

    Attributes:
        typed: The network, or two as one.
        view: What is drawn of it, and how.
        marking: What is set off.
    """

    typed: TypedGraph | PartialGraph
    view: View
    marking: Marking = field(default_factory=Marking)

    @cached_property
    def svg(self) -> str:
        """The picture as an SVG document.

        Raises:
            PictureError: The view names what is not there, or nobody could read the picture.
        """
        return svg_text(laid_out(self.typed, self.view, self.marking), self.view.theme)

    def save(self, path: str | Path, *, force: bool = False) -> None:
        """Write the picture to a file, by its suffix.

        Args:
            path: Where to.
            force: Whether a file that is not ours may be replaced.

        Raises:
            PictureError: As for ``svg``; the suffix is unknown; or png or pdf is wanted and there is no Graphviz.
            FileConflictError: A file is there that is not ours.
        """
        guard(Path(path), force=force)
        render(self.typed, path, self.view, self.marking)

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<Picture of {self.typed.program.name} at level {self.view.level}>"
