"""The command that says how two networks differ."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from inception_graph.cli.failures import FINDINGS
from inception_graph.cli.options import SPEC, compiled, network_of, with_limits
from inception_graph.cli.render import view_options

if TYPE_CHECKING:
    from inception_graph.backends.pictures import View


@click.command()
@click.argument("before", type=SPEC)
@click.argument("after", type=SPEC, required=False)
@click.option(
    "--set", "settings", metavar="NAME=VALUE", multiple=True, help="Set a variable of the second."
)
@click.option("--input", "image", metavar="CxHxW", help="Give the second images of another size.")
@with_limits
@click.option(
    "--level",
    type=click.Choice(["network", "op"]),
    default="network",
    show_default=True,
    help="Costs of each node at the top, or of every operation.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    show_default=True,
)
@click.option("-o", "--output", metavar="FILE", help="Write to a file.")
@click.option(
    "--picture",
    metavar="FILE",
    help="Draw both as one graph, too: .svg, .png, .pdf, .dot, .mmd or .tex.",
)
@view_options("direction", "page", "theme", "title", "dpi")
@click.option("--force", is_flag=True, help="Replace a file that is not ours.")
def diff(
    before: str,
    after: str | None,
    settings: tuple[str, ...],
    image: str | None,
    limits: tuple[str, ...],
    level: str,
    form: str,
    output: str | None,
    picture: str | None,
    view: View,
    force: bool,
) -> None:
    """Say how the network AFTER differs from BEFORE, node by node, and what that costs.

    Without AFTER, BEFORE is compared with itself under '--set' or '--input'. Exit status 0 equal, 1 different.
    """
    from inception_graph.cli.outputs import deliver
    from inception_graph.network import Network

    if after is None and not settings and image is None:
        message = "name a second network, or say by '--set' or '--input' what the first becomes"
        raise click.UsageError(message)
    first = compiled(before, (), limits)
    # What is wrong with a network before and after is told once.
    one = Network(first, {}) if after is None and first.typed else network_of(first, ())
    other = network_of(compiled(after or before, settings, limits, image), settings)
    if one is None or other is None:
        sys.exit(FINDINGS)
    difference = one.diff(other)
    if picture is not None:
        from inception_graph.backends.pictures.difference import picture_of

        view = replace(view, level="op" if level == "op" else "block", force=force)
        picture_of(one.typed, other.typed, difference, view).save(picture, force=force)
        click.echo(f"wrote {picture}", err=True)
    deliver(difference.to(form, level), output, force=force)
    if not difference.equal:
        sys.exit(FINDINGS)
