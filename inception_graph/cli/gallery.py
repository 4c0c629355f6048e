"""A family of networks in one folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inception_graph.cli.options import SPEC, with_limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inception_graph.backends.pictures.options import Tone
    from inception_graph.network import Network


@click.command()
@click.argument("specs", nargs=-1, type=SPEC, metavar="[SPEC]...")
@click.option(
    "-o", "--output", metavar="DIR", required=True, help="Where to; made if it is not there."
)
@click.option(
    "--title", default="The Inception family", show_default=True, help="Title of poster and page."
)
@click.option(
    "--theme",
    type=click.Choice(["light", "dark", "print"]),
    default="light",
    show_default=True,
    help="Colours.",
)
@with_limits
@click.option("--force", is_flag=True, help="Replace files that are not ours.")
def gallery(
    specs: tuple[str, ...],
    output: str,
    title: str,
    theme: Tone,
    limits: tuple[str, ...],
    force: bool,
) -> None:
    """Draw networks side by side: an A3 poster, pictures and figures of each, and a page that leads to them.

    Without SPEC all that are shipped, in the order of their lineage.
    """
    from inception_graph.backends.figures.gallery import gallery as files_of
    from inception_graph.backends.figures.poster import Entry, by_lineage, poster
    from inception_graph.backends.figures.writing import write
    from inception_graph.files import guard, write_atomically

    networks = _networks(specs, limits)
    entries = by_lineage([Entry(made.typed, made.compilation.parent) for made in networks])
    target = Path(output)
    target.mkdir(exist_ok=True)
    files = {
        **files_of(entries, title=title, theme=theme, whole=True),
        **{f"{made.name}.html": made.page for made in networks},
    }
    for name in (*files, "poster.pdf"):
        guard(target / name, force=force)
    write(poster(entries, theme=theme, title=title), target / "poster.pdf")
    with click.progressbar(
        files.items(), label="drawing", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as waiting:
        for name, made in waiting:
            write_atomically(target / name, made())
    click.echo(f"wrote {len(files) + 1} files to {target}; open {target / 'index.html'}", err=True)


def _networks(specs: Sequence[str], limits: tuple[str, ...]) -> list[Network]:
    """The networks of some specs, or of all that are shipped."""
    from inception_graph.backends.figures.poster import MOST
    from inception_graph.cli.options import network
    from inception_graph.resources import specs as shipped

    found = [network(spec, (), limits) for spec in specs or shipped()]
    if len({made.name for made in found}) < len(found):
        message = "two of these networks have one name; give each its own with 'name:'"
        raise click.UsageError(message)
    if len(found) > MOST:
        message = f"at most {MOST} networks fit on a sheet, and these are {len(found)}"
        raise click.UsageError(message)
    return found
