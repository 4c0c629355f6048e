"""A layout as DOT: every position is given, so that Graphviz only draws."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape as escape_markup

from inception_graph.backends.pictures.curves import course
from inception_graph.backends.pictures.measure import heading, headline, line_of
from inception_graph.backends.pictures.theme import (
    FONTS,
    FRAME,
    LABEL,
    LOOKS,
    NAME,
    NOTE,
    SHAPE,
    SIGNS,
    THEMES,
    THICK,
    weight,
)
from inception_graph.backends.pictures.words import width

if TYPE_CHECKING:
    from inception_graph.backends.pictures.curves import Point
    from inception_graph.backends.pictures.drawing import Frame, Mark
    from inception_graph.backends.pictures.options import Tone
    from inception_graph.backends.pictures.placed import (
        Layout,
        PlacedBox,
        PlacedFrame,
        Route,
        Text,
    )

_INCH = 72
_CORNER = {"shape": "box", "width": "0", "height": "0", "fixedsize": "true", "style": "invis"}
"""What is not seen at the corners of the sheet."""


def _form(placed: PlacedBox) -> dict[str, str]:
    """The outline in Graphviz's terms; its own trapezium and parallelogram would leave too little room for text."""
    match LOOKS[placed.box.style].form:
        case "square":
            return {"shape": "box", "style": "filled"}
        case "round" | "pill":
            return {"shape": "box", "style": "filled,rounded"}
        case "funnel":
            return {
                "shape": "polygon",
                "sides": "4",
                "style": "filled",
                "distortion": f"{-11.3 / placed.width:.3f}",
            }
        case "slanted":
            return {
                "shape": "polygon",
                "sides": "4",
                "style": "filled",
                "skew": f"{14 / placed.width:.3f}",
            }
        case "hexagon":
            return {"shape": "hexagon", "style": "filled"}
        case "chamfer":
            return {"shape": "octagon", "style": "filled"}


def _paper(layout: Layout) -> dict[str, str]:
    """The size of a page, in inches; without a page the drawing has its own."""
    if layout.scale == 1:
        return {}
    wide, high = (layout.scale * side / _INCH for side in (layout.width, layout.height))
    return {"size": f"{_number(wide)},{_number(high)}!"}


def dot_text(layout: Layout, tone: Tone = "light") -> str:
    """The picture as DOT.

    ``layout=nop2`` asks Graphviz to keep the positions; without that line any of its engines lays out the graph anew.
    """
    return _Writer(layout, tone).text()


class _Writer:
    """Writes one layout; y grows upwards in DOT."""

    def __init__(self, layout: Layout, tone: Tone) -> None:
        # Only those who want DOT wait for this import; the package has types, but does not say so.
        import graphviz  # pyright: ignore[reportMissingTypeStubs]

        self._layout = layout
        self._theme = THEMES[tone]
        theme = self._theme
        self._literal = graphviz.escape
        self._boxes: dict[tuple[Frame, ...], list[PlacedBox]] = defaultdict(list)
        self._frames: dict[tuple[Frame, ...], list[PlacedFrame]] = defaultdict(list)
        for box in layout.boxes:
            self._boxes[box.inside].append(box)
        for frame in layout.frames:
            self._frames[frame.inside].append(frame)
        self._graph: Any = graphviz.Digraph(
            layout.drawing.name,
            graph_attr={
                "layout": "nop2",
                "bb": f"0,0,{_number(layout.width)},{_number(layout.height)}",
                "bgcolor": theme.paper,
                "fontname": FONTS,
                "outputorder": "edgesfirst",
                "pad": "0",
                "margin": "0",
                **_paper(layout),
                "tooltip": self._plain(layout.drawing.title),
            },
            node_attr={
                "fontname": FONTS,
                "fontcolor": theme.ink,
                "fontsize": f"{LABEL:g}",
                "fixedsize": "shape",
            },
            edge_attr={
                "fontname": FONTS,
                "fontcolor": theme.quiet,
                "fontsize": f"{SHAPE:g}",
                "color": theme.wire,
                "arrowsize": "0.6",
            },
        )

    def text(self) -> str:
        layout = self._layout
        # Graphviz makes the sheet as large as what stands on it, whatever it is told.
        for index, (x, y) in enumerate([(0.0, 0.0), (layout.width, layout.height)]):
            place = f"{_number(x)},{_number(y)}"
            self._graph.node(f"corner-{index}", pos=place, label="", **_CORNER)
        for index, text in enumerate(layout.texts):
            self._text(f"title-{index}", text)
        self._inside(self._graph, ())
        self._ends()
        for route in layout.routes:
            self._route(route)
        return str(self._graph.source)

    def _inside(self, graph: Any, around: tuple[Frame, ...]) -> None:
        """What stands directly in some frames: boxes, then further frames."""
        for box in self._boxes.get(around, ()):
            self._box(graph, box)
        for placed in self._frames.get(around, ()):
            with graph.subgraph(name=f"cluster_{placed.frame.id}") as cluster:
                cluster.attr(**self._frame(placed))
                self._inside(cluster, (*around, placed.frame))

    def _box(self, graph: Any, placed: PlacedBox) -> None:
        box, look, theme = placed.box, LOOKS[placed.box.style], self._theme
        paint = theme.paints[box.style]
        form = _form(placed)
        if box.dashed:
            form["style"] += ",dashed"
        line, thick = paint.line, look.thick
        if box.mark:
            line, thick = theme.marks[box.mark], THICK[box.mark]
        elif placed.faint:
            line = theme.faint
        if placed.faint:
            form["fontcolor"] = theme.quiet
        graph.node(
            box.id,
            label=_box_label(placed),
            id=box.id,
            tooltip=self._plain(box.tooltip or box.name),
            pos=self._at((placed.x, placed.y)),
            width=_inches(placed.width),
            height=_inches(placed.height),
            fillcolor=theme.stage if box.mark == "unreached" else paint.fill,
            color=line,
            # A second border would lie over the shape that is written below the box.
            penwidth=f"{2 * thick if box.times > 1 else thick:g}",
            **form,
        )
        if box.mark:
            corner = (placed.x + placed.width / 2, placed.y - placed.height / 2)
            self._sign(f"mark-{box.id}", box.mark, corner)

    def _sign(self, identity: str, mark: Mark, at: Point) -> None:
        """The sign of a mark, at a corner."""
        colour = self._theme.marks[mark]
        self._graph.node(
            identity, label=SIGNS[mark], id=identity, pos=self._at(at), shape="circle", style="filled",
            width="0.15", height="0.15", fillcolor=colour, color=colour, fontcolor=self._theme.paper,
        )  # fmt: skip

    def _ends(self) -> None:
        """Points for wires that lead from nowhere to nowhere, as those of the legend do."""
        known = {placed.box.id for placed in self._layout.boxes}
        for route in self._layout.routes:
            for name, at in ((route.wire.source, 0), (route.wire.target, -1)):
                if name not in known:
                    self._graph.node(
                        name, pos=self._at(route.points[at]), shape="point", style="invis"
                    )

    def _frame(self, placed: PlacedFrame) -> dict[str, str]:
        frame = placed.frame
        left, top, right, foot = (
            placed.left,
            placed.top,
            placed.left + placed.width,
            placed.top + placed.height,
        )
        theme = self._theme
        colour = theme.quiet if frame.stage else theme.ink
        if frame.mark:
            colour = theme.marks[frame.mark]
            self._sign(f"mark-{frame.id}", frame.mark, (right, top))
        left_aligned = '<br align="left"/>'
        title = f"<b>{_sized(heading(frame), FRAME)}</b>{left_aligned}"
        note = f"{_sized(frame.note, NOTE)}{left_aligned}" if frame.note else ""
        wide = max(width(heading(frame), FRAME, bold=True), width(frame.note, NOTE))
        return {
            "label": f"<{title}{note}>",
            "id": frame.id,
            "tooltip": self._plain(frame.tooltip or frame.title),
            "bb": f"{self._at((left, foot))},{self._at((right, top))}",
            "lp": self._at((left + 9 + wide / 2, top + (17 if frame.note else 11))),
            "style": ",".join(["filled", "rounded", *(["dashed"] if frame.dashed else [])]),
            "fillcolor": theme.stage if frame.stage else theme.paper,
            "color": colour,
            "fontcolor": theme.quiet,
            "penwidth": "2.2" if frame.mark else "0.7" if frame.stage else "0.9",
        }

    def _route(self, route: Route) -> None:
        drawn = course(route.points)
        here, curves = drawn.start, [self._at(drawn.start)]
        for run in drawn.runs:
            # A quadratic curve, or a straight run, as the cubic one that it also is.
            bend = run.bend or ((here[0] + run.end[0]) / 2, (here[1] + run.end[1]) / 2)
            curves += [
                self._at(_between(here, bend)),
                self._at(_between(run.end, bend)),
                self._at(run.end),
            ]
            here = run.end
        more = {"style": "dashed"} if route.wire.dashed else {}
        if route.wire.mark:
            more["color"] = self._theme.marks[route.wire.mark]
        elif route.faint:
            more["color"] = self._theme.faint
        thick = THICK[route.wire.mark] if route.wire.mark else weight(route.wire.channels)
        if route.label:
            x, y = route.label
            half = width(route.wire.shape, SHAPE) / 2
            more |= {"label": route.wire.shape, "lp": self._at((x + half, y - SHAPE / 3))}
        self._graph.edge(
            route.wire.source,
            route.wire.target,
            pos=f"e,{self._at(drawn.tip)} {' '.join(curves)}",
            penwidth=f"{thick:g}",
            tooltip=self._plain(f"{route.wire.source} to {route.wire.target}: {route.wire.shape}"),
            **more,
        )

    def _text(self, identity: str, text: Text) -> None:
        self._graph.node(
            identity,
            label=self._plain(text.text) + "\\l",
            id=identity,
            pos=self._at((text.x + text.width / 2, text.y - text.size / 3)),
            width=_inches(text.width),
            height=_inches(text.size),
            margin="0",
            shape="plaintext",
            fontname=f"{FONTS} Bold" if text.bold else FONTS,
            fontsize=f"{text.size:g}",
            fontcolor=self._theme.quiet if text.quiet else self._theme.ink,
        )

    def _at(self, point: Point) -> str:
        return f"{_number(point[0])},{_number(self._layout.height - point[1])}"

    def _plain(self, text: str) -> str:
        # Graphviz reads HTML entities in every text; a user's & is meant as it stands.
        return self._literal(text.replace("&", "&amp;"))


def _box_label(placed: PlacedBox) -> str:
    box = placed.box
    if box.style == "join" and placed.width >= placed.height:
        line = _sized(line_of(box), NAME if headline(box) else LABEL)
        return f"<<b>{line}</b>>" if headline(box) else f"<{line}>"
    lines = [f"<b>{_sized(headline(box), NAME)}</b>"] if headline(box) else []
    lines += [_sized(label, LABEL) for label in box.labels]
    return f"<{'<br/>'.join(lines)}>"


def _sized(text: str, size: float) -> str:
    """A user's text as markup that shows it as it is."""
    return f'<font point-size="{size:g}">{escape_markup(text)}</font>'


def _between(end: Point, bend: Point) -> Point:
    """Control point of a cubic curve for that of a quadratic one."""
    return end[0] + (bend[0] - end[0]) * 2 / 3, end[1] + (bend[1] - end[1]) * 2 / 3


def _inches(points: float) -> str:
    return f"{points / _INCH:.4f}"


def _number(value: float) -> str:
    return f"{round(value, 2) + 0.0:g}" if abs(value) < 1e4 else f"{value:.2f}"
