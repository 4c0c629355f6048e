"""The command that draws a network."""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, Any

import click

from inception_graph.cli.failures import FINDINGS
from inception_graph.cli.options import compiled, network_of, spec_options

if TYPE_CHECKING:
    from collections.abc import Callable

    from inception_graph.backends.pictures import View
    from inception_graph.compiler import Compilation

_OPTIONS = {
    "level": click.option(
        "--level",
        type=click.Choice(["network", "block", "op"]),
        default="block",
        show_default=True,
        help="How much to draw: stages and blocks, each block also from inside, or every operation.",
    ),
    "expand": click.option("--expand", metavar="NAME", multiple=True, help="Open a block, or one use of it."),
    "collapse": click.option(
        "--collapse", metavar="NAME", multiple=True, help="Draw a block, a part or a section as one box."
    ),
    "section": click.option("--section", metavar="NAME", help="Draw one section or auxiliary head only."),
    "only": click.option("--only", metavar="NAME", help="Draw the inside of one block, or of one use, only."),
    "direction": click.option(
        "--direction",
        type=click.Choice(["TB", "LR"]),
        default="TB",
        show_default=True,
        help="From top to bottom, or from left to right.",
    ),
    "page": click.option(
        "--page", type=click.Choice(["a4", "letter", "slide"]), help="Lay out for a sheet of this size."
    ),
    "theme": click.option(
        "--theme",
        type=click.Choice(["light", "dark", "print"]),
        default="light",
        show_default=True,
        help="Colours; 'print' needs none.",
    ),
    "title": click.option("--title", help="The title, instead of the network's."),
    "dpi": click.option(
        "--dpi", type=click.IntRange(36, 1200), default=144, show_default=True, help="Of a png."
    ),
    "force": click.option(
        "--force", is_flag=True, help="Replace a file that is not ours; draw what is too large to be read."
    ),
}  # fmt: skip
"""How each field of a view is given."""


def view_options(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Options of a picture, given to a command as one ``view``: those that are named, or all."""

    def decorated(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def with_view(**given: Any) -> Any:
            from inception_graph.backends.pictures import View

            return function(view=View(**{name: given.pop(name) for name in chosen}), **given)

        chosen = names or tuple(_OPTIONS)
        for name in reversed(chosen):
            with_view = _OPTIONS[name](with_view)
        return with_view

    return decorated


@click.command()
@spec_options
@click.option(
    "-o", "--output", metavar="FILE", required=True, help="Where to; the suffix says the format."
)
@view_options()
@click.option("--without-auxiliary", is_flag=True, help="Leave out the auxiliary heads.")
@click.option("--watch", "watched", is_flag=True, help="Draw again whenever the spec is saved.")
def render(
    spec: str,
    settings: tuple[str, ...],
    limits: tuple[str, ...],
    output: str,
    view: View,
    without_auxiliary: bool,
    watched: bool,
) -> None:
    """Draw a network, by the suffix of the file: svg, png, pdf, html, tex, mmd, dot, graphml or json."""
    from inception_graph.cli.watching import watch

    def run() -> Compilation:
        compilation = compiled(spec, settings, limits)
        made = network_of(compilation, settings, auxiliary=not without_auxiliary)
        if made is not None:
            made.render(output, view=view, force=view.force)
            click.echo(f"wrote {output}", err=True)
        return compilation

    if watched:
        watch((spec,), lambda: run().files)
    elif run().typed is None:
        sys.exit(FINDINGS)
