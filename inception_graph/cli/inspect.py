"""Commands that look at specs."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from inception_graph.cli.failures import FINDINGS, coloured, fail
from inception_graph.cli.options import (
    SPEC,
    compiled,
    network,
    spec_options,
    with_limits,
    with_settings,
)
from inception_graph.diagnostics.render import FORMATS

if TYPE_CHECKING:
    from inception_graph.compiler import Compilation
    from inception_graph.diagnostics.render import Format


@click.command("list")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def list_(form: str) -> None:
    """List the shipped networks."""
    from inception_graph.analysis.notation import columns
    from inception_graph.interface import list_models, load
    from inception_graph.ops.base import size
    from inception_graph.resources import examples

    networks = [load(name) for name in list_models()]
    if form == "json":
        entries = [
            {
                "name": made.name,
                "title": made.program.meta.title,
                "paper": made.program.meta.paper,
                "year": made.program.meta.year,
                "input": made.input,
                "output": made.output,
                "parameters": made.parameters,
                "parameters_with_auxiliary": made.costs.parameters_with_auxiliary,
                "macs": made.macs,
                "macs_with_auxiliary": made.costs.macs_with_auxiliary,
            }
            for made in networks
        ]
        click.echo(json.dumps(entries, indent=2))
        return
    rows = [("name", "input", "parameters", "MACs", "paper", "title")]
    for made in networks:
        meta = made.program.meta
        costs = (f"{made.parameters:,}", f"{made.macs:,}")
        rows.append((made.name, size(made.input), *costs, meta.paper or "", meta.title or ""))
    click.echo("\n".join(columns(rows, (2, 3))))
    click.echo(f"examples, to be trained in minutes: {', '.join(examples())}", err=True)


@click.command()
@click.argument("spec", type=SPEC)
def show(spec: str) -> None:
    """Print the text of a spec."""
    sources = compiled(spec, (), ()).sources
    if not sources:
        fail(f"there is no spec '{spec}'; see 'inception-graph list'")
    click.echo(sources[0].text, nl=False)


@click.command()
@click.argument("specs", metavar="SPEC...", nargs=-1, required=True, type=SPEC)
@with_settings
@with_limits
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
)
@click.option(
    "--input", "size", metavar="CxHxW", help="Check for images of another size: 3x160x160."
)
@click.option("--watch", "watched", is_flag=True, help="Check again whenever a file is saved.")
def check(
    specs: tuple[str, ...],
    settings: tuple[str, ...],
    limits: tuple[str, ...],
    size: str | None,
    form: Format,
    watched: bool,
) -> None:
    """Check specs: syntax, names, shapes, expectations. Exit status 1 where anything is found."""
    from inception_graph.cli.watching import watch
    from inception_graph.diagnostics.render import render

    def run() -> list[Compilation]:
        made = [compiled(spec, settings, limits, size) for spec in specs]
        reports = [compilation.report for compilation in made]
        click.echo(render(reports, form, colour=form == "text" and coloured(sys.stdout)), nl=False)
        return made

    if watched:
        watch(specs, lambda: {file for compilation in run() for file in compilation.files})
    elif any(made.report.found or made.report.dropped for made in run()):
        sys.exit(FINDINGS)


@click.command()
@click.argument("code", required=False)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def explain(code: str | None, form: str) -> None:
    """Print the page of a diagnostic's code, or the list of all codes."""
    from inception_graph.diagnostics.codes import Code
    from inception_graph.diagnostics.report import did_you_mean

    if code is None:
        pages = [
            {"code": known.value, "severity": known.severity, "title": known.title}
            for known in Code
        ]
        lines = (f"{page['code']}  {page['severity']:7}  {page['title']}" for page in pages)
        click.echo(json.dumps(pages, indent=2) if form == "json" else "\n".join(lines))
        return
    try:
        found = Code(code.upper())
    except ValueError:
        hint = (
            did_you_mean(code.upper(), [known.value for known in Code])
            or "'inception-graph explain' lists them"
        )
        fail(f"there is no code '{code}': {hint}")
    if form == "json":
        page = {
            "code": found.value,
            "severity": found.severity,
            "title": found.title,
            "page": found.page,
        }
        click.echo(json.dumps(page, indent=2))
    else:
        click.echo(found.page, nl=False)


@click.command()
@spec_options
@click.option(
    "--level",
    type=click.Choice(["network", "op"]),
    default="network",
    show_default=True,
    help="A row for each node at the top, or for every operation.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "csv", "json"]),
    default="text",
    show_default=True,
)
@click.option("-o", "--output", metavar="FILE", help="Write to a file.")
@click.option("--force", is_flag=True, help="Replace a file that is not ours.")
def summary(
    spec: str,
    settings: tuple[str, ...],
    limits: tuple[str, ...],
    level: str,
    form: str,
    output: str | None,
    force: bool,
) -> None:
    """Print shapes and costs: parameters, MACs, activations, receptive field, stride."""
    from inception_graph.cli.outputs import deliver

    deliver(network(spec, settings, limits).summary(level).to(form), output, force=force)
