"""The numbers of a difference as rows of texts: the totals, and what nodes cost more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.analysis.notation import mebibytes, square
from inception_graph.comparison.ledger import Change, change
from inception_graph.ops.base import size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inception_graph.comparison.edits import Difference, Pair

Row = tuple[str, ...]
NODE_HEADINGS: Row = ("node", "parameters", "MACs", "activations", "field", "output")


def totals(difference: Difference) -> Iterator[Row]:
    """For each total its name, both values, and the change where it is not nothing."""
    one, other = difference.totals_before, difference.totals_after
    heads = one.parameters != one.parameters_with_auxiliary or (
        other.parameters != other.parameters_with_auxiliary
    )
    yield _counted("parameters", one.parameters, other.parameters)
    if heads:
        both = one.parameters_with_auxiliary, other.parameters_with_auxiliary
        yield _counted("  with auxiliary heads", *both)
    yield _counted("MACs", one.macs, other.macs)
    if heads:
        yield _counted("  with auxiliary heads", one.macs_with_auxiliary, other.macs_with_auxiliary)
    yield _counted("activations", one.activations, other.activations)
    memory = [f"{mebibytes(total.activations):.3g} MiB" for total in (one, other)]
    yield ("  in float32", *memory, "")
    yield _paired("receptive field", one.receptive_field, other.receptive_field)
    yield _paired("smallest input", one.smallest_input, other.smallest_input)


def _counted(name: str, before: int, after: int) -> Row:
    more, share = signed(after - before), 100 * (after - before) / max(before, 1)
    words = f" ({share:+.1f} %)" if before and abs(share) >= 0.05 else ""
    return name, f"{before:,}", f"{after:,}", more + words


def _paired(name: str, before: tuple[int, int], after: tuple[int, int]) -> Row:
    more = [signed(b - a) or "0" for a, b in zip(before, after, strict=True)]
    both = more[0] if more[0] == more[1] else "x".join(more)
    return name, square(before), square(after), both if before != after else ""


def nodes(pairs: Sequence[Pair]) -> Iterator[Row]:
    """The rows of what costs more or less, gives another shape or sees another part of the input."""
    for pair in pairs:
        one, other = pair.before, pair.after
        more = change(one.cost if one else None, other.cost if other else None)
        fields = [square(part.cost.receptive_field) if part else "" for part in (one, other)]
        shapes = [size(part.shape) if part else "" for part in (one, other)]
        if more or fields[0] != fields[1] or shapes[0] != shapes[1]:
            yield (_name(pair), *costs(more), _both(*fields), _both(*shapes))


def costs(more: Change) -> Row:
    """Changes of costs as texts, empty for none."""
    return signed(more.parameters), signed(more.macs), signed(more.activations)


def _name(pair: Pair) -> str:
    if pair.before and pair.after:
        return _both(pair.before.name, pair.after.name)
    part, sign = (pair.after, "+") if pair.after else (pair.before, "-")
    return f"{sign} {part.name}" if part else ""


def _both(before: str, after: str) -> str:
    """Two texts as one: the second only, where they are the same or there is but one."""
    return f"{before} -> {after}" if before and after and before != after else after or before


def signed(number: int) -> str:
    """A change in words, nothing for none."""
    return f"{number:+,}" if number else ""
