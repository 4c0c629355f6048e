"""Commands that make files of specs."""

from __future__ import annotations

import difflib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inception_graph.cli.failures import FINDINGS
from inception_graph.cli.options import SPEC, compiled, network, network_of, spec_options

if TYPE_CHECKING:
    from inception_graph.backends.pictures import Level
    from inception_graph.compiler import Compilation


@click.command()
@spec_options
@click.option(
    "-o", "--output", metavar="FILE", required=True, help="Where to draw: .svg, .png, .pdf or .dot."
)
@click.option(
    "--level",
    type=click.Choice(["network", "block", "op"]),
    default="block",
    show_default=True,
    help="How much to draw.",
)
@click.option("--without-auxiliary", is_flag=True, help="Leave out the auxiliary heads.")
@click.option("--force", is_flag=True, help="Replace a file that is not ours.")
@click.option("--watch", "watched", is_flag=True, help="Draw again whenever the spec is saved.")
def render(
    spec: str,
    settings: tuple[str, ...],
    limits: tuple[str, ...],
    output: str,
    level: Level,
    without_auxiliary: bool,
    force: bool,
    watched: bool,
) -> None:
    """Draw a network, by the suffix of the file."""
    from inception_graph.cli.watching import watch

    def run() -> Compilation:
        compilation = compiled(spec, settings, limits)
        made = network_of(compilation, settings, auxiliary=not without_auxiliary)
        if made is not None:
            made.render(output, level=level, force=force)
            click.echo(f"wrote {output}", err=True)
        return compilation

    if watched:
        watch((spec,), lambda: run().files)
    elif run().typed is None:
        sys.exit(FINDINGS)


@click.command()
@spec_options
@click.option("-o", "--output", metavar="FILE", help="Write to a file.")
@click.option(
    "--check", metavar="FILE", help="Compare with a file instead; exit status 1 where it differs."
)
@click.option("--without-auxiliary", is_flag=True, help="Leave out the auxiliary heads.")
@click.option(
    "--optimize", metavar="PASSES", help="Optimise first: train, inference, or names of passes."
)
@click.option("--force", is_flag=True, help="Replace a file that is not ours.")
def emit(
    spec: str,
    settings: tuple[str, ...],
    limits: tuple[str, ...],
    output: str | None,
    check: str | None,
    without_auxiliary: bool,
    optimize: str | None,
    force: bool,
) -> None:
    """Print a network as PyTorch source that needs torch only."""
    from inception_graph.cli.outputs import deliver

    made = network(spec, settings, limits, auxiliary=not without_auxiliary)
    source = (made.optimised(optimize) if optimize else made).emit()
    if check is None:
        deliver(source, output, force=force)
        return
    found = Path(check).read_text(encoding="utf-8", errors="replace")
    if found == source:
        click.echo(f"{check} is up to date", err=True)
        return
    difference = difflib.unified_diff(
        found.splitlines(), source.splitlines(), check, "emitted now", lineterm="", n=1
    )
    click.echo("\n".join(difference))
    click.echo(f"{check} is not what {spec} emits now", err=True)
    sys.exit(FINDINGS)


@click.command()
@click.argument("spec", type=SPEC, required=False)
@click.option("-o", "--output", metavar="FILE", help="Write to a file.")
@click.option("--force", is_flag=True, help="Replace a file that is not ours.")
def schema(spec: str | None, output: str | None, force: bool) -> None:
    """Print the JSON Schema of specs for editors; with SPEC, one that knows its blocks too."""
    from inception_graph.cli.outputs import deliver
    from inception_graph.spec.schema import json_schema

    program = compiled(spec, (), ()).program if spec else None
    if spec and program is None:
        from inception_graph.cli.failures import fail

        fail(f"'{spec}' cannot be read; see 'inception-graph check {spec}'", FINDINGS)
    deliver(
        json.dumps(json_schema(program.blocks if program else None), indent=2) + "\n",
        output,
        force=force,
    )
