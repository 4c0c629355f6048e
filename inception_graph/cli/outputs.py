"""Where results go: to standard output, or to a file that is ours to write."""

from __future__ import annotations

from pathlib import Path

import click


def deliver(text: str, output: str | None, *, force: bool) -> None:
    """Print a text, or write it to a file that is new, ours, or given up by ``--force``."""
    if output is None or output == "-":
        click.echo(text, nl=False)
        return
    from inception_graph.files import guard, write_atomically

    path = Path(output)
    same = path.is_file() and path.read_bytes() == text.encode()
    guard(path, force=force or same)
    write_atomically(Path(output), text)
    click.echo(f"wrote {output}", err=True)


def check_figure(output: str, *, force: bool) -> None:
    """Make sure, before long work, that a figure can be written to a file in the end."""
    from inception_graph.backends.figures.writing import FORMATS
    from inception_graph.files import guard

    if Path(output).suffix.lower().removeprefix(".") not in FORMATS:
        known = ", ".join(f".{name}" for name in FORMATS)
        message = f"'-o {output}': a plot is written to {known}"
        raise click.UsageError(message)
    guard(Path(output), force=force)
