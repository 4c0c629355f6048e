"""Texts that a page shows beside the picture, and which of their lines belong to what."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from inception_graph.ir.program import Fork, Leaf, Use

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from inception_graph.diagnostics.source import Path as Keys
    from inception_graph.diagnostics.source import Source
    from inception_graph.ir.graph import Instance
    from inception_graph.ir.program import Element, Program

Span: TypeAlias = tuple[int, int]
"""First and last line, counted from 1."""


class Found(Protocol):
    """The lines of one part of a network: its own, and those of what it stands in or is made of."""

    @property
    def own(self) -> tuple[Span, ...]:
        """Where it is made and used."""
        ...

    @property
    def around(self) -> tuple[Span, ...]:
        """What says more about it."""
        ...


@dataclass(frozen=True)
class Listing:
    """The source that a network is emitted as.

    Attributes:
        name: The name of its file.
        text: The text.
        lines: Which lines belong to which instance of the network.
    """

    name: str
    text: str
    lines: Mapping[Instance, Found]


@dataclass
class SpecLines:
    """Finds the lines of a spec; a variant's stand in its own text and in those of its parents.

    Attributes:
        sources: The texts, in the order in which lines of them were first asked for.
    """

    program: Program
    sources: list[Source] = field(default_factory=list["Source"])

    def __post_init__(self) -> None:
        self._number(self.program.places.key(()).source)

    def own(self, element: Element) -> list[tuple[int, int, int]]:
        """The lines in which an element is written: number of the text, first and last line."""
        paths = [element.path]
        if isinstance(element, Leaf | Fork):
            # A field of a variant may stand in another text than the node.
            paths += [path for path in element.origins.values() if path[0] != "defaults"]
        return self._spans(paths)

    def around(self, element: Element, uses: Iterable[Use]) -> list[tuple[int, int, int]]:
        """The lines that say more: a use's block, the uses in which a node stands, the defaults that it takes."""
        paths = [use.path for use in uses]
        if isinstance(element, Use):
            paths.append(self.program.blocks[element.block].path)
        if isinstance(element, Leaf | Fork):
            paths += [path for path in element.origins.values() if path[0] == "defaults"]
        return self._spans(paths)

    def of(self, *paths: Keys) -> list[tuple[int, int, int]]:
        """The lines of what stands at paths."""
        return self._spans(paths)

    def _spans(self, paths: Iterable[Keys]) -> list[tuple[int, int, int]]:
        spans: dict[tuple[int, int, int], None] = {}
        for path in paths:
            key, value = self.program.places.key(path), self.program.places.value(path)
            if key.source is value.source:
                last, column = value.end_position
                # A block's value ends where the next line starts.
                last -= column == 1 and last > key.position[0]
                spans[self._number(key.source), key.position[0], last] = None
        return [span for span in spans if not any(_within(span, other) for other in spans)]

    def _number(self, source: Source) -> int:
        if source not in self.sources:
            self.sources.append(source)
        return self.sources.index(source)


def shown_name(source: Source, network: str) -> str:
    """What a page calls a text: the name of its file, never where that stands."""
    name = Path(source.name.strip("<>")).name
    if name in ("text", "stdin"):
        name = network
    return name if Path(name).suffix else f"{name}.yaml"


def _within(span: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    """Whether a span is a part of another."""
    return span != other and span[0] == other[0] and other[1] <= span[1] and span[2] <= other[2]
