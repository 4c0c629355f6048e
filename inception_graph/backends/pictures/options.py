"""What to draw of a network, and how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from inception_graph.backends.pictures.engine import PictureError

if TYPE_CHECKING:
    from collections.abc import Mapping

Level: TypeAlias = Literal["network", "block", "op"]
Direction: TypeAlias = Literal["TB", "LR"]
Page: TypeAlias = Literal["a4", "letter", "slide"]
Tone: TypeAlias = Literal["light", "dark", "print"]

LEVELS: tuple[Level, ...] = get_args(Level)
"""From the coarsest to the finest."""
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
PAGES: tuple[Page, ...] = get_args(Page)
TONES: tuple[Tone, ...] = get_args(Tone)
_CHOICES: Mapping[str, tuple[str | None, ...]] = {
    "level": LEVELS,
    "direction": DIRECTIONS,
    "page": (None, *PAGES),
    "theme": TONES,
}


@dataclass(frozen=True, slots=True)
class View:
    """What is drawn of a network, and how; each field is an option of ``render``.

    Attributes:
        level: ``network`` (stages and blocks), ``block`` (each block also drawn from inside) or ``op`` (everything).
        expand: Names of nodes or blocks that are open whatever the level says.
        collapse: Names of nodes, blocks or sections that are one box whatever the level says.
        section: The only section, or auxiliary head, that is drawn; None for all.
        only: The only block, or use of a block, that is drawn; None for all.
        direction: Whether values run from top to bottom (``TB``) or from left to right (``LR``).
        page: The sheet that the picture is laid out for; None for a sheet as large as it needs.
        theme: ``light``, ``dark`` or ``print``, which is readable where there is no colour.
        title: The title; None for the network's own.
        dpi: Pixels per inch of a png.
        force: Whether it is drawn even if nobody could read it.

    Raises:
        PictureError: A level, direction, page or theme is none that there is.
    """

    level: Level = "block"
    expand: tuple[str, ...] = ()
    collapse: tuple[str, ...] = ()
    section: str | None = None
    only: str | None = None
    direction: Direction = "TB"
    page: Page | None = None
    theme: Tone = "light"
    title: str | None = None
    dpi: int = 144
    force: bool = False

    def __post_init__(self) -> None:
        for name, known in _CHOICES.items():
            given = getattr(self, name)
            if given not in known:
                choices = ", ".join(choice for choice in known if choice is not None)
                message = f"there is no {name} '{given}': use {choices}"
                raise PictureError(message)
        for name in ("expand", "collapse"):
            given = getattr(self, name)
            # One name is easily given without the list around it.
            object.__setattr__(self, name, (given,) if isinstance(given, str) else tuple(given))
