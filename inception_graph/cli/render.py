"""The command that draws a network."""

from __future__ import annotations

import functools
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import click

from inception_graph.cli.failures import FINDINGS
from inception_graph.cli.options import compiled, network_of, spec_options

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from inception_graph.backends.pictures import View
    from inception_graph.backends.pictures.picture import Picture
    from inception_graph.compiler import Compilation
    from inception_graph.network import Network

Figure: TypeAlias = Literal["costs", "fields"]

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
@click.option("-o", "--output", metavar="FILE", help="Where to; the suffix says the format.")
@view_options()
@click.option(
    "--costs",
    "figure",
    flag_value="costs",
    help="Draw where parameters and multiply-accumulates are.",
)
@click.option(
    "--receptive-field", "figure", flag_value="fields", help="Draw how the receptive field grows."
)
@click.option("--without-auxiliary", is_flag=True, help="Leave out the auxiliary heads.")
@click.option(
    "--watch",
    "watched",
    is_flag=True,
    help="Draw again whenever the spec is saved, and show it in a browser.",
)
def render(
    spec: str,
    settings: tuple[str, ...],
    limits: tuple[str, ...],
    output: str | None,
    view: View,
    figure: Figure | None,
    without_auxiliary: bool,
    watched: bool,
) -> None:
    """Draw a network, by the suffix of the file: svg, png, pdf, html, tex, mmd, dot, graphml or json.

    A faulty spec is drawn with what fails in it, as far as it can be read; the exit status is 1 then.
    """
    if output is None and not watched:
        message = "say where to draw: '-o net.svg', or '--watch' to see it in a browser"
        raise click.UsageError(message)

    def run() -> tuple[Compilation, Picture | None]:
        compilation = compiled(spec, settings, limits)
        made = network_of(compilation, settings, auxiliary=not without_auxiliary)
        picture = made.render(view=view, force=view.force) if made else _broken(compilation, view)
        if output is not None and made is not None:
            if figure is not None:
                _draw_figure(made, figure, output, view)
            else:
                made.render(output, view=view, force=view.force)
            click.echo(f"wrote {output}", err=True)
        elif output is not None:
            _save_broken(picture, output, force=view.force)
        return compilation, picture

    if watched:
        _watch(spec, run)
    elif run()[0].typed is None:
        sys.exit(FINDINGS)


def _broken(compilation: Compilation, view: View) -> Picture | None:
    """The picture of a faulty spec, or None where too little of it can be read."""
    from inception_graph.backends.pictures.broken import broken_marking
    from inception_graph.backends.pictures.picture import Picture
    from inception_graph.ir.partial import partial_graph

    if compilation.program is None:
        return None
    partial = partial_graph(compilation.program, compilation.limits)
    if partial is None:
        return None
    return Picture(partial, view, broken_marking(partial, compilation.report.sorted()))


def _save_broken(picture: Picture | None, output: str, *, force: bool) -> None:
    """Write the picture of a faulty spec; one that cannot be drawn is no reason to end a watch."""
    from inception_graph.backends.pictures import PictureError

    if picture is None:
        click.echo("too little of this spec can be read to draw it", err=True)
        return
    try:
        picture.save(output, force=force)
    except PictureError as error:
        click.echo(f"not drawn: {error}", err=True)
    else:
        click.echo(f"wrote {output}", err=True)


def _draw_figure(made: Network, figure: Figure, output: str, view: View) -> None:
    """Write a figure about a network in place of its picture."""
    from inception_graph.backends.figures.costs import cost_figure
    from inception_graph.backends.figures.fields import field_figure
    from inception_graph.backends.figures.writing import write
    from inception_graph.files import guard

    guard(Path(output), force=view.force)
    draw = cost_figure if figure == "costs" else field_figure
    write(draw(made.typed, theme=view.theme, title=view.title), output, dpi=view.dpi)


def _watch(spec: str, run: Callable[[], tuple[Compilation, Picture | None]]) -> None:
    """Run after every change, and show in a page what came of it."""
    from inception_graph.backends.pictures import PictureError
    from inception_graph.cli.live import live_page
    from inception_graph.cli.watching import watch
    from inception_graph.diagnostics.render import render as written

    with live_page() as (page, address):

        def show() -> Collection[Path]:
            compilation, picture = run()
            report = compilation.report
            messages = written([report]) if report.found or report.dropped else ""
            try:
                page.show(spec, picture.svg if picture else None, messages)
            except PictureError as error:
                page.show(spec, None, f"{messages}{error}\n")
            return compilation.files

        click.echo(f"see {address}", err=True)
        watch((spec,), show)
