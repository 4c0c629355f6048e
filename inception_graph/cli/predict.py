"""The command that says what pictures show."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inception_graph.cli.failures import FINDINGS, fail
from inception_graph.cli.options import network, spec_options

if TYPE_CHECKING:
    from inception_graph.prediction.ranking import Prediction


@click.command()
@spec_options
@click.argument("images", metavar="IMAGE...", nargs=-1, required=True)
@click.option("--weights", metavar="FILE", help="Trained weights.")
@click.option("--labels", metavar="FILE", help="Names of the classes: one a line, or JSON.")
@click.option(
    "--top", type=click.IntRange(1, 1000), default=5, show_default=True, help="Classes to name."
)
@click.option(
    "--batch",
    type=click.IntRange(1, 256),
    default=8,
    show_default=True,
    help="Pictures to look at together.",
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def predict(
    spec: str,
    images: tuple[str, ...],
    settings: tuple[str, ...],
    limits: tuple[str, ...],
    weights: str | None,
    labels: str | None,
    top: int,
    batch: int,
    form: str,
) -> None:
    """Say what pictures show: the likeliest classes of each and their probabilities.

    An IMAGE is a file, a folder, or a pattern in quotes. How a picture is prepared is said by the weights, or else by
    the spec. Exit status 1 where a picture is refused.
    """
    if weights is None:
        fail("weights at random see nothing in pictures: give trained ones, --weights FILE")
    missing = [name for name, module in _NEEDED.items() if find_spec(module) is None]
    if missing:
        fail(f"{', '.join(missing)} not installed: pip install 'inception-graph[torch]'")
    from inception_graph.images.finding import find_images
    from inception_graph.prediction.classifier import classifier

    ready = classifier(network(spec, settings, limits, auxiliary=False), weights, labels)
    click.echo(f"labels: {ready.labels.source}", err=True)
    found = find_images(images)
    seen: list[Prediction] = []
    try:
        bar: Any = click.progressbar(
            ready.predict(found, top=top, batch=batch),
            length=len(found),
            label="predicting",
            file=sys.stderr,
            hidden=not sys.stderr.isatty() or len(found) <= batch,
        )
        with bar as predictions:
            seen += predictions
    finally:  # what was seen before an interruption is told
        _tell(seen, form)
    if any(prediction.error for prediction in seen):
        sys.exit(FINDINGS)
