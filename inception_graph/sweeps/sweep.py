"""Networks for every combination of values, one row each, those that cannot be built among them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from inception_graph.analysis.totals import totals
from inception_graph.compiler import compile_spec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from inception_graph.analysis.totals import Totals
    from inception_graph.compiler import Compilation
    from inception_graph.ir.expressions import Value
    from inception_graph.ir.program import Size
    from inception_graph.limits import Limits

COLUMNS = ("parameters", "macs", "activations", "receptive_field")
"""The numbers of a variant that can be set against one another."""


@dataclass(frozen=True)
class Variant:
    """A network for some values of its variables.

    Attributes:
        spec: What its user calls the spec.
        settings: The values of the variables that are swept.
        input: The size of its images.
        totals: What it costs; None where it cannot be built.
        failure: Why it cannot.
    """

    spec: str
    settings: Mapping[str, Value]
    input: Size
    totals: Totals | None
    failure: str | None

    def number(self, column: str) -> int:
        """One of ``COLUMNS``; of a field that is no square its longer side."""
        found = getattr(self.totals, column)
        return max(found) if isinstance(found, tuple) else found


@dataclass(frozen=True)
class Sweep:
    """What is to be varied.

    Attributes:
        specs: The specs by name, each with the size of its images.
        knobs: The values of each variable.
        sides: Heights and widths of images; none for those that the specs declare.
        limits: Bounds on the networks.
    """

    specs: Mapping[str, Size]
    knobs: Mapping[str, Sequence[Value]]
    sides: Sequence[tuple[int, int]]
    limits: Limits

    def variants(self) -> Iterator[Variant]:
        """Every combination, the last variable changing fastest; each is compiled when it is reached.

        Raises:
            SettingError: A spec has no variable of a name.
        """
        for spec, declared in self.specs.items():
            sizes = [(declared[0], *sides) for sides in self.sides] or [declared]
            for *given, size in product(*self.knobs.values(), sizes):
                settings = dict(zip(self.knobs, given, strict=True))
                made = compile_spec(spec, settings, self.limits, size=size)
                found = totals(made.typed) if made.typed else None
                yield Variant(spec, settings, size, found, None if found else _reason(made))


def _reason(made: Compilation) -> str:
    """Why a variant cannot be built: the first of its errors, and how many more there are."""
    errors = [found for found in made.report.sorted() if found.severity == "error"]
    others = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"{errors[0].code.value}: {errors[0].message}{others}"


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
