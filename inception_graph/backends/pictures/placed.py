"""What a layout is: everything at its place, in points from the top left corner."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inception_graph.backends.pictures.words import width

if TYPE_CHECKING:
    from inception_graph.backends.pictures.curves import Point
    from inception_graph.backends.pictures.drawing import Box, Drawing, Frame, Wire


@dataclass(frozen=True, slots=True)
class PlacedBox:
    """A box with its centre, its size and the frames around it, from the outside in.

    Attributes:
        faint: Whether it has no mark where others have one.
    """

    box: Box
    x: float
    y: float
    width: float
    height: float
    inside: tuple[Frame, ...] = ()
    faint: bool = False


@dataclass(frozen=True, slots=True)
class PlacedFrame:
    """A frame with its top left corner, its size and the frames around it, from the outside in."""

    frame: Frame
    left: float
    top: float
    width: float
    height: float
    inside: tuple[Frame, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """A wire with its course, an arrow at its end.

    Attributes:
        wire: The wire.
        points: Its ends and its bends; every run is level or upright.
        label: Left end and baseline of its shape's text, or None where another wire says it.
        faint: Whether it has no mark where others have one.
    """

    wire: Wire
    points: tuple[Point, ...]
    label: Point | None
    faint: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text with its left end and baseline; quiet where it comes second."""

    x: float
    y: float
    text: str
    size: float
    bold: bool = False
    quiet: bool = False

    @property
    def width(self) -> float:
        """How wide it is."""
        return width(self.text, self.size, bold=self.bold)


@dataclass(frozen=True, slots=True)
class Pieces:
    """Things at their places. Frames that hold others come first."""

    boxes: tuple[PlacedBox, ...] = ()
    frames: tuple[PlacedFrame, ...] = ()
    routes: tuple[Route, ...] = ()
    texts: tuple[Text, ...] = ()

    def __add__(self, other: Pieces) -> Pieces:
        """Both."""
        return Pieces(
            self.boxes + other.boxes,
            self.frames + other.frames,
            self.routes + other.routes,
            self.texts + other.texts,
        )

    def moved(self, dx: float, dy: float) -> Pieces:
        """The same elsewhere."""
        return Pieces(
            tuple(replace(box, x=box.x + dx, y=box.y + dy) for box in self.boxes),
            tuple(replace(f, left=f.left + dx, top=f.top + dy) for f in self.frames),
            tuple(
                replace(
                    route,
                    points=tuple((x + dx, y + dy) for x, y in route.points),
                    label=route.label and (route.label[0] + dx, route.label[1] + dy),
                )
                for route in self.routes
            ),
            tuple(replace(text, x=text.x + dx, y=text.y + dy) for text in self.texts),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """A drawing with everything at its place.

    Attributes:
        drawing: The drawing.
        width: Width of the sheet in the units of all lengths.
        height: Its height.
        boxes: The boxes.
        frames: The frames; those that hold others come first.
        routes: The wires.
        texts: Title, caption and what the legend says, and the names of branches.
        scale: Points on paper for each unit: 1 but on a page.
    """

    drawing: Drawing
    width: float
    height: float
    boxes: tuple[PlacedBox, ...]
    frames: tuple[PlacedFrame, ...]
    routes: tuple[Route, ...]
    texts: tuple[Text, ...]
    scale: float = 1
