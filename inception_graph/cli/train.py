"""The command that trains a network."""

from __future__ import annotations

from pathlib import Path

import click

from inception_graph.cli.options import network, parted_settings, spec_options


@click.command()
@spec_options
@click.option(
    "--data",
    metavar="DATA",
    required=True,
    help="A folder of class folders, or of train/ and val/ with such; shards; or 'synthetic'.",
)
@click.option("--val", metavar="DATA", help="Images to validate on, where DATA has none.")
@click.option("-o", "--output", metavar="RUN", required=True, help="The folder of the run.")
@click.option("--resume", is_flag=True, help="Go on from the newest checkpoint.")
@click.option(
    "--processes",
    metavar="N",
    type=click.IntRange(1, 1024),
    default=1,
    show_default=True,
    help="Processes on this machine, one a GPU.",
)
@click.option("--device", type=click.Choice(["cpu", "cuda"]), help="A GPU if there is one.")
@click.option("--optimize", metavar="PASSES", help="Optimise first: train, or names of passes.")
@click.option("--force", is_flag=True, help="Replace files that are not ours.")
def train(
    spec: str,
    settings: tuple[str, ...],
    limits: tuple[str, ...],
    data: str,
    val: str | None,
    output: str,
    resume: bool,
    processes: int,
    device: str | None,
    optimize: str | None,
    force: bool,
) -> None:
    """Train a network by the recipe in its spec, in a folder that holds all of the run.

    --set training.NAME=VALUE changes the recipe, --set NAME=VALUE a variable. The loop is RUN/train.py, which runs
    without inception-graph too.
    """
    from inception_graph.training import folder, starting
    from inception_graph.training.recipe import advice, recipe
    from inception_graph.training.runs import Run

    starting.check_installed()
    run, (variables, changes) = Path(output), parted_settings(settings)
    made = network(spec, variables, limits)
    made = made.optimised(optimize) if optimize else made
    if resume and folder.holds_a_run(run):
        begun = Run(run, made.compilation.limits)
        starting.check_same(made, begun, spec)
        starting.check_processes(recipe(begun.recipe, changes), processes)
    else:
        texts = folder.files(made, changes)
        starting.check_processes(recipe(made.program.training, changes), processes)
        for hint in advice(made.program.training, changes):
            click.echo(f"hint: {hint}", err=True)
        folder.write(texts, run, force=force)
        click.echo(f"wrote {output}: the network, its recipe, the loop", err=True)
        changes = {}
    options = {"--data": data, "--val": val, "--device": device}
    told = [f"{name}={value}" for name, value in options.items() if value is not None]
    told += ["--resume"] if resume else []
    starting.start(starting.command(run, told, processes, changes))
