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
