"""Commands that make files of specs."""

from __future__ import annotations

import difflib
import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inception_graph.cli.failures import FINDINGS
from inception_graph.cli.options import SPEC, compiled, network, parted_settings, spec_options

if TYPE_CHECKING:
    from inception_graph.network import Network


@click.command()
@spec_options
@click.option("-o", "--output", metavar="FILE", help="Write to a file, or a folder with training.")
@click.option(
    "--check", metavar="FILE", help="Compare with a file instead; exit status 1 where it differs."
)
@click.option(
    "--with-training",
    is_flag=True,
    help="Write a folder: the source, a training loop and the recipe. --set training.NAME=VALUE changes it.",
)
@click.option("--without-auxiliary", is_flag=True, help="Leave out the auxiliary heads.")
@click.option(
    "--optimize",
    metavar="PASSES",
    help="Optimise first: train, inference, compile, or names of passes.",
)
@click.option("--force", is_flag=True, help="Replace a file that is not ours.")
def emit(
    spec: str,
    settings: tuple[str, ...],
    limits: tuple[str, ...],
    output: str | None,
    check: str | None,
    with_training: bool,
    without_auxiliary: bool,
    optimize: str | None,
    force: bool,
) -> None:
    """Print a network as PyTorch source that needs torch only."""
    from inception_graph.cli.outputs import deliver

    variables, changes = parted_settings(settings) if with_training else (settings, {})
    made = network(spec, variables, limits, auxiliary=not without_auxiliary)
    made = made.optimised(optimize) if optimize else made
    if with_training:
        _emit_folder(made, changes, output, force=force)
        return
    source = made.emit()
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


def _emit_folder(
    made: Network, changes: dict[str, Any], output: str | None, *, force: bool
) -> None:
    from inception_graph.training.folder import files, write
    from inception_graph.training.recipe import advice

    if output is None:
        raise click.UsageError("--with-training writes a folder: say which, -o FOLDER")
    write(files(made, changes), Path(output), force=force)
    for hint in advice(made.program.training, changes):
        click.echo(f"hint: {hint}", err=True)
    start = shlex.quote(str(Path(output) / "train.py"))
    click.echo(f"wrote {output}: 'python {start} --data DIR' starts", err=True)


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
