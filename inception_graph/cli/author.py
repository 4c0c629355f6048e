"""Commands for those who write specs."""

from __future__ import annotations

import click

from inception_graph.cli.failures import FINDINGS, fail
from inception_graph.cli.options import SPEC, compiled


@click.command()
@click.argument("spec", type=SPEC)
@click.option("--origins", is_flag=True, help="Say the file and line of every value.")
@click.option("-o", "--output", metavar="FILE", help="Write to a file.")
@click.option("--force", is_flag=True, help="Replace a file that is not ours.")
def resolve(spec: str, origins: bool, output: str | None, force: bool) -> None:
    """Print a variant in full: all that it inherits and all that it changes."""
    from inception_graph.cli.outputs import deliver
    from inception_graph.spec.resolve import resolved
    from inception_graph.spec.tree import Mapping

    document = compiled(spec, (), ()).document
    if document is None or not isinstance(document.tree, Mapping):
        fail(f"'{spec}' cannot be read; see 'inception-graph check {spec}'", FINDINGS)
    deliver(resolved(document.tree, origins=origins), output, force=force)
