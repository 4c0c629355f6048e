"""The differences between two networks: frozen values, one a node or part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from inception_graph.analysis.totals import Totals
    from inception_graph.comparison.parts import Part
    from inception_graph.spec.yaml_text import Written


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an operation with its two values; ``operation`` stands for the operation itself."""

    name: str
    before: Written
    after: Written


@dataclass(frozen=True, slots=True)
class Added:
    """A part that only the second network has, with all inside it."""

    after: Part


@dataclass(frozen=True, slots=True)
class Removed:
    """A part that only the first network has, with all inside it."""

    before: Part


@dataclass(frozen=True, slots=True)
class Renamed:
    """A part under another name; the names of what stands inside follow."""

    before: Part
    after: Part


@dataclass(frozen=True, slots=True)
class Changed:
    """A node with other fields, or another operation under the same name."""

    before: Part
    after: Part
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Rewired:
    """A node that reads others; what follows from nodes added or removed before it is not told again.

    Attributes:
        reads_before: Names of what it read, in order; ``input`` is the network's.
        reads_after: Names of what it reads now.
    """

    before: Part
    after: Part
    reads_before: tuple[str, ...]
    reads_after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """A value beside the nodes: of the input, a variable, preprocessing, the recipe, a head's loss, the output."""

    name: str
    before: Written
    after: Written


Edit: TypeAlias = "Added | Removed | Renamed | Changed | Rewired | Setting"


@dataclass(frozen=True, slots=True)
class Pair:
    """A part of either network beside its counterpart; None where there is none."""

    before: Part | None
    after: Part | None


@dataclass(frozen=True, slots=True)
class Note:
    """A note of a spec.

    Attributes:
        spec: Name of the network.
        text: What it says, on one line.
    """

    spec: str
    text: str


@dataclass(frozen=True, eq=False)
class Difference:
    """What differs between two networks.

    Attributes:
        before: Name of the first, as the user called it.
        after: Name of the second.
        edits: All differences: settings, then nodes in the order of the second network.
        parts: The parts at the top side by side, in order.
        nodes: All nodes side by side, in order.
        totals_before: What the first network costs.
        totals_after: What the second costs.
        notes: What the specs note of themselves, the first's notes first.
    """

    before: str
    after: str
    edits: tuple[Edit, ...]
    parts: tuple[Pair, ...]
    nodes: tuple[Pair, ...]
    totals_before: Totals
    totals_after: Totals
    notes: tuple[Note, ...]

    @property
    def equal(self) -> bool:
        """Whether the networks are the same; names, notes, expectations and the way of writing do not count."""
        return not self.edits

    def to(self, form: str, level: str = "network") -> str:
        """The differences with what they cost, for readers, pull requests or machines.

        Args:
            form: ``text``, ``markdown`` or ``json``.
            level: Rows of the table of costs: ``network`` for each node at the top, ``op`` for every operation.
        """
        from inception_graph.comparison.formats import formatted

        return formatted(self, form, level)

    def __str__(self) -> str:
        return self.to("text")

    def _repr_markdown_(self) -> str:
        return self.to("markdown")
