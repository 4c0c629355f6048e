"""The command that says how strongly losses pull at every layer."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inception_graph.cli.options import SPEC, network, run_in, with_limits, with_settings

if TYPE_CHECKING:
    from inception_graph.network import Network
    from inception_graph.training.batches import Batch
    from inception_graph.training.gradients import Gradients


@click.command()
@click.argument("specs", type=SPEC, nargs=-1, required=True)
@with_settings
@with_limits
@click.option("--data", metavar="DIR", help="Class folders with images; noise unless given.")
@click.option(
    "--batch", type=click.IntRange(2, 1024), default=8, show_default=True, help="Images at once."
)
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Of weights and images."
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@click.option("-o", "--output", metavar="FILE", help="Draw a plot too: .svg, .png or .pdf.")
@click.option("--force", is_flag=True, help="Replace a file that is not ours.")
def gradients(
    specs: tuple[str, ...],
    settings: tuple[str, ...],
    limits: tuple[str, ...],
    data: str | None,
    batch: int,
    seed: int,
    form: str,
    output: str | None,
    force: bool,
) -> None:
    """Measure the gradient at every layer with weights, with the auxiliary heads and without them.

    Weights are as they start, or those of a run where a SPEC is its folder. Both answers come from one pass over the
    same images. Several SPECs are compared in one plot, from input to output.
    """
    from inception_graph.training import starting

    starting.check_installed()
    if output is not None:
        from inception_graph.cli.outputs import check_figure

        check_figure(output, force=force)
    runs = [run_in(spec) for spec in specs]
    weights = [run.weights if run else None for run in runs]
    networks = [network(spec, settings, limits) for spec in specs]
    measured: list[tuple[Gradients, Batch]] = []
    bar: Any = click.progressbar(
        zip(networks, weights, strict=True),
        length=len(specs),
        label="measuring",
        file=sys.stderr,
        hidden=len(specs) == 1 or not sys.stderr.isatty(),
    )
    with bar as subjects:
        for made, file in subjects:
            measured.append(_measured(made, file, data, batch, seed))
    found = [one for one, _ in measured]
    begun = "as trained" if all(weights) else "as they start"
    mixed = ", of runs as trained" if any(weights) and not all(weights) else ""
    words = f"{measured[0][1].words}, weights {begun}{mixed}, seed {seed}"
    if form == "json":
        document = {"measured": words, "networks": [asdict(one) for one in found]}
        click.echo(json.dumps(document, indent=2))
    else:
        from inception_graph.training.gradient_tables import text

        click.echo(text(found, words))
    if output is not None:
        from inception_graph.backends.figures.writing import write
        from inception_graph.training.gradient_plot import scene

        write(scene(found, words), output)
        click.echo(f"wrote {output}", err=True)


def _measured(
    made: Network, weights: Path | None, data: str | None, batch: int, seed: int
) -> tuple[Gradients, Batch]:
    import torch

    from inception_graph.training.batches import noise, pictures
    from inception_graph.training.classes import classes
    from inception_graph.training.gradients import gradients

    count = classes(made)
    images = (
        noise(made.program, count, batch, seed)
        if data is None
        else pictures(Path(data), made.program, count, batch, seed)
    )
    torch.manual_seed(seed)  # pyright: ignore[reportUnknownMemberType]
    model = made.create_model(weights, strict=weights is not None)
    return gradients(made.typed, model, images.images, images.labels, seed=seed), images
