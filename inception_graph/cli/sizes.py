"""The command that says which inputs a network can read."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from inception_graph.cli.options import network, spec_options

if TYPE_CHECKING:
    from inception_graph.analysis.sizes import Progression, Sizes
    from inception_graph.ir.program import Size

_SHOWN = 4


@click.command()
@spec_options
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def sizes(spec: str, settings: tuple[str, ...], limits: tuple[str, ...], form: str) -> None:
    """Say which inputs a network can read: the smallest, and those that every stride divides.

    A window without padding that overlaps its neighbours divides a map if it leaves no cell over; any other does if it
    gives exactly size / stride.
    """
    from inception_graph.analysis.sizes import sizes as solve
    from inception_graph.ops.base import size

    made = network(spec, settings, limits)
    whole = solve(made.typed)
    without = solve(made.without_auxiliary().typed) if made.program.auxiliary else None
    if form == "json":
        document = {"name": made.name, "input": made.input, **asdict(whole)}
        if without is not None:
            document["without_auxiliary"] = asdict(without)
        click.echo(json.dumps(document, indent=2))
        return
    click.echo(f"{made.program.meta.title or made.name}, declared for {size(made.input)}")
    if without is not None:
        click.echo("\nwith auxiliary heads")
    click.echo(_table(whole, made.input))
    if without is not None:
        click.echo("\nwithout auxiliary heads")
        click.echo(_table(without, made.input))


def _table(found: Sizes, declared: Size) -> str:
    from inception_graph.analysis.notation import columns
    from inception_graph.ops.base import size

    rows = [("smallest input", size(found.smallest))]
    for name, fault in (("one pixel less", found.below), ("larger sizes", found.gap)):
        if fault is not None:
            shown = f"{size(fault.input)} fails at '{fault.node}': {fault.message}"
            rows.append((name, shown))
    _, height, width = declared
    if (found.heights, height) == (found.widths, width):
        rows.append(("strides divide", _words(found.heights, height)))
    else:
        rows.append(("strides divide heights", _words(found.heights, height)))
        rows.append(("strides divide widths", _words(found.widths, width)))
    return "\n".join(f"  {line}" for line in columns(rows, ()))


def _words(found: Progression | None, declared: int) -> str:
    """Sizes that divide cleanly, and whether the declared one is among them."""
    if found is None:
        return "no size: what one stride needs, another one excludes"
    first, step = found.first, found.step
    if step == 1:
        return f"every size from {first} on"
    some = ", ".join(str(first + step * number) for number in range(_SHOWN))
    if declared in found:
        own = f"{declared} is one of them"
    else:
        under = declared - (declared - first) % step
        near = [str(one) for one in (under, under + step) if one >= first]
        own = f"{declared} is not; nearest: {' and '.join(near)}"
    return f"{some}, ... ({first} + {step} k); {own}"
