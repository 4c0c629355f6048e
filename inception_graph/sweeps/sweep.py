"""Networks for every combination of values, one row each, those that cannot be built among them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

from inception_graph.analysis.totals import totals
from inception_graph.compiler import compile_spec, finish

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from inception_graph.analysis.totals import Totals
    from inception_graph.compiler import Compilation
    from inception_graph.ir.expressions import Value
    from inception_graph.ir.program import Size
    from inception_graph.limits import Limits

_SHAPES = "H"
"""Codes of what is wrong with shapes begin so."""


@dataclass(frozen=True)
class Variant:
    """A network for some values of its variables.

    Attributes:
        spec: What its user calls the spec.
        settings: The values of the variables that are swept.
        input: The size of its images; None where that cannot be worked out.
        totals: What it costs; None where it cannot be built.
        failure: Why it cannot.
    """

    spec: str
    settings: Mapping[str, Value]
    input: Size | None
    totals: Totals | None
    failure: str | None

    def number(self, column: str) -> int:
        """One of the totals by its name; of a receptive field that is no square its longer side."""
        found: int | tuple[int, int] = getattr(self.totals, column)
        return max(found) if isinstance(found, tuple) else found


@dataclass(frozen=True)
class Sweep:
    """What is to be varied.

    Attributes:
        specs: Names and paths of specs, each with the number of channels of its images.
        knobs: The values of each variable.
        sizes: Images: the side of a square, height and width, or channels, height and width. None for those declared.
        limits: Bounds on the networks.
        auxiliary: Whether auxiliary heads must fit too.
    """

    specs: Mapping[str, int]
    knobs: Mapping[str, Sequence[Value]]
    sizes: Sequence[tuple[int, ...]]
    limits: Limits
    auxiliary: bool = True

    def __len__(self) -> int:
        values = (len(values) for values in self.knobs.values())
        return len(self.specs) * prod(values) * max(len(self.sizes), 1)

    def variants(self) -> Iterator[Variant]:
        """Every combination, the size changing fastest, then the last variable; each is compiled when it is reached.

        Raises:
            SettingError: A spec has no variable of a name.
        """
        for spec, channels in self.specs.items():
            for given, image in product(product(*self.knobs.values()), self.sizes or [None]):
                settings = dict(zip(self.knobs, given, strict=True))
                size = _size(image, channels) if image else None
                made = compile_spec(spec, settings, self.limits, size=size)
                made = made if self.auxiliary else _stripped(made)
                declared = made.program.input if made.program else size
                found = totals(made.typed) if made.typed else None
                yield Variant(spec, settings, declared, found, None if found else _reason(made))


def _stripped(made: Compilation) -> Compilation:
    """The network without its auxiliary heads, which may be all that does not fit."""
    faults = {found.code.value[0] for found in made.report.found if found.code.severity == "error"}
    if made.program is None or not made.program.auxiliary or faults - {_SHAPES}:
        return made
    return finish(made.program.without_auxiliary(), made)


def _size(image: tuple[int, ...], channels: int) -> Size:
    """The size of an image of which not all is said."""
    *given, height, width = image * 2 if len(image) == 1 else image
    return (given or [channels])[0], height, width


def _reason(made: Compilation) -> str:
    """Why a variant cannot be built: the first of its errors with its place, and how many more there are."""
    errors = [found for found in made.report.sorted() if found.code.severity == "error"]
    others = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    first, (line, column) = errors[0], errors[0].place.position
    where = f"{Path(first.place.source.name).name}:{line}:{column}"
    return f"{where}: {first.code.value}: {first.message}{others}"


def pareto_front(variants: Sequence[Variant], x: str, y: str) -> list[int]:
    """Positions of the variants of which no other has as much of ``y`` for less of ``x``, or more for as much.

    Args:
        variants: The variants; those that cannot be built are on no front.
        x: The column that is paid.
        y: The column that is had for it.
    """
    built = [index for index, variant in enumerate(variants) if variant.totals]
    order = sorted(built, key=lambda at: (variants[at].number(x), -variants[at].number(y)))
    front: list[int] = []
    most = paid = -1
    for at in order:
        here, had = variants[at].number(x), variants[at].number(y)
        if had > most or (had == most and here == paid):
            front.append(at)
            most, paid = had, here
    return front
