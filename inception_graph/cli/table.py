"""The command that says what variants would cost."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inception_graph.cli.failures import FINDINGS, tell
from inception_graph.cli.options import (
    SPEC,
    compiled,
    parsed_limits,
    parsed_settings,
    with_limits,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inception_graph.ir.expressions import Value
    from inception_graph.sweeps.sweep import Sweep, Variant

_COLUMNS = click.Choice(["parameters", "macs", "activations", "receptive_field"])
_SIZE = re.compile(r"[1-9]\d{0,8}(x[1-9]\d{0,8}){0,2}")
_MOST_SILENT = 20
"""Variants that take no longer than a bar is read."""


@click.command()
@click.argument("specs", type=SPEC, nargs=-1, required=True)
@click.option(
    "--set",
    "settings",
    metavar="NAME=VALUES",
    multiple=True,
    help="Vary a variable: 10,1000 or first:last:step.",
)
@click.option(
    "--input", "images", metavar="SIZES", help="Vary the images: 128:320:32 or 3x160x160,3x160x320."
)
@with_limits
@click.option("--x", default="macs", show_default=True, type=_COLUMNS, help="What is paid.")
@click.option(
    "--y", default="parameters", show_default=True, type=_COLUMNS, help="What is had for it."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "csv", "json"]),
    default="text",
    show_default=True,
)
@click.option(
    "-o",
    "--output",
    "outputs",
    metavar="FILE",
    multiple=True,
    help="Write to files instead, each by its suffix: .txt, .csv, .json or .svg (a plot).",
)
@click.option("--without-auxiliary", is_flag=True, help="Leave out the auxiliary heads.")
@click.option("--force", is_flag=True, help="Replace files that are not ours.")
def table(
    specs: tuple[str, ...],
    settings: tuple[str, ...],
    images: str | None,
    limits: tuple[str, ...],
    x: str,
    y: str,
    form: str,
    outputs: tuple[str, ...],
    without_auxiliary: bool,
    force: bool,
) -> None:
    """Say what networks would cost, for every combination of variables and sizes of images.

    Variants on the Pareto front of Y against X are marked: no other has as much of Y for less of X. Those that cannot
    be built say why, and make the exit status 1. At most 10,000 variants, unless '--limit variants=NUMBER' says more.
    """
    from inception_graph.cli.outputs import deliver
    from inception_graph.files import guard

    if x == y:
        message = f"'--x' and '--y' are both {x}: set one number against another"
        raise click.UsageError(message)
    makers = [_maker(Path(output).suffix.lower().removeprefix(".")) for output in outputs]
    for output in outputs:
        guard(Path(output), force=force)
    sweep = _sweep(specs, settings, images, limits, auxiliary=not without_auxiliary)
    found = _compiled(sweep)
    for maker, output in zip(makers, outputs, strict=True):
        deliver(maker(found, x, y), output, force=True)
    if not outputs:
        deliver(_maker(form)(found, x, y), None, force=force)
    if any(variant.failure for variant in found):
        sys.exit(FINDINGS)


def _maker(form: str) -> Callable[[Sequence[Variant], str, str], str]:
    """What writes a sweep in a format."""
    from inception_graph.sweeps import plot, tables

    makers = {
        "text": tables.text,
        "txt": tables.text,
        "csv": tables.comma_separated,
        "json": tables.as_json,
        "svg": plot.svg,
    }
    if form not in makers:
        message = f"a table is written to .txt, .csv, .json or .svg, not to '.{form}'"
        raise click.UsageError(message)
    return makers[form]


def _sweep(
    specs: tuple[str, ...],
    settings: tuple[str, ...],
    images: str | None,
    limits: tuple[str, ...],
    *,
    auxiliary: bool,
) -> Sweep:
    """What is asked for, once it is clear that all of it can be begun."""
    from inception_graph.sweeps.grid import GridError, check_count, values
    from inception_graph.sweeps.sweep import Sweep

    if "-" in specs:
        message = "standard input can be read only once: write the spec to a file"
        raise click.UsageError(message)
    bounds = parsed_limits(limits)
    knobs: dict[str, list[Value]] = {}
    try:
        for setting in settings:
            name, equals, text = setting.partition("=")
            items = values(text, bounds.variants) if equals else [""]
            found = [parsed_settings((f"{name}={item}",)) for item in items]
            ((name, _),) = found[0].items()
            if name in knobs:
                message = f"'--set {name}=...' is given twice: write all its values in one"
                raise click.UsageError(message)
            knobs[name] = [value for entry in found for value in entry.values()]
        sizes = values(images, bounds.variants) if images is not None else []
        counts = (len(specs), len(sizes) or 1, *(len(found) for found in knobs.values()))
        check_count(counts, bounds.variants)
    except GridError as error:
        raise click.UsageError(str(error)) from None
    for size in sizes:
        if not _SIZE.fullmatch(size):
            message = f"'--input {size}' is no size: write 160, 160x192 or 3x160x160"
            raise click.UsageError(message)
    first = tuple(f"{name}={found[0]}" for name, found in knobs.items())
    channels: dict[str, int] = {}
    for spec in specs:
        made = compiled(spec, first, limits)
        if made.program is None:
            tell(made.report)
            sys.exit(FINDINGS)
        channels[spec] = made.program.input[0]
    extents = [tuple(int(extent) for extent in size.split("x")) for size in sizes]
    return Sweep(channels, knobs, extents, bounds, auxiliary)


def _compiled(sweep: Sweep) -> list[Variant]:
    bar: Any = click.progressbar(
        sweep.variants(),
        length=len(sweep),
        label="compiling",
        file=sys.stderr,
        hidden=not sys.stderr.isatty() or len(sweep) <= _MOST_SILENT,
    )
    with bar as variants:
        return list(variants)
