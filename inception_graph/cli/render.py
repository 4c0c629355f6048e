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

_OPTIONS = (
    click.option(
        "--level",
        type=click.Choice(["network", "block", "op"]),
        default="block",
        show_default=True,
        help="How much to draw: stages and blocks, each block also from inside, or every operation.",
    ),
    click.option("--expand", metavar="NAME", multiple=True, help="Open a block, or one use of it."),
    click.option(
        "--collapse", metavar="NAME", multiple=True, help="Draw a block, a part or a section as one box."
    ),
    click.option("--section", metavar="NAME", help="Draw one section or auxiliary head only."),
    click.option("--only", metavar="NAME", help="Draw the inside of one block, or of one use, only."),
    click.option(
        "--direction",
        type=click.Choice(["TB", "LR"]),
        default="TB",
        show_default=True,
        help="From top to bottom, or from left to right.",
    ),
    click.option(
        "--page", type=click.Choice(["a4", "letter", "slide"]), help="Lay out for a sheet of this size."
    ),
    click.option(
        "--theme",
        type=click.Choice(["light", "dark", "print"]),
        default="light",
        show_default=True,
        help="Colours; 'print' needs none.",
    ),
    click.option("--title", help="The title, instead of the network's."),
    click.option(
        "--dpi", type=click.IntRange(36, 1200), default=144, show_default=True, help="Of a png."
    ),
    click.option(
        "--force", is_flag=True, help="Replace a file that is not ours; draw what is too large to be read."
    ),
)  # fmt: skip


def view_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a picture, given to the command as one ``view``."""

    @functools.wraps(function)
    def with_view(*arguments: Any, level: Any, direction: Any, page: Any, theme: Any, **others: Any) -> Any:  # fmt: skip
        from inception_graph.backends.pictures import View

        names = ("expand", "collapse", "section", "only", "title", "dpi", "force")
        given = {name: others.pop(name) for name in names}
        view = View(level=level, direction=direction, page=page, theme=theme, **given)
        return function(*arguments, view=view, **others)

    for option in reversed(_OPTIONS):
        with_view = option(with_view)
    return with_view


@click.command()
@spec_options
@click.option("-o", "--output", metavar="FILE", required=True, help="Where to draw; its suffix says the format.")  # fmt: skip
@view_options
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
