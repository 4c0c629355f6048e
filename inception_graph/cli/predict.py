"""The command that says what pictures show."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inception_graph.cli.failures import FINDINGS, fail
from inception_graph.cli.options import network, run_in, spec_options

if TYPE_CHECKING:
    from inception_graph.prediction.ranking import Prediction

_NEEDED = {"torch": "torch", "Pillow": "PIL", "numpy": "numpy"}


@click.command()
@spec_options
@click.argument("images", metavar="IMAGE...", nargs=-1, required=True)
@click.option("--weights", metavar="FILE", help="Trained weights, or where to fetch them.")
@click.option(
    "--from", "source", metavar="SOURCE", help="Whose names they have; recognised unless given."
)
@click.option("--labels", metavar="FILE", help="Names of the classes: one a line, or JSON.")
@click.option(
    "--top", type=click.IntRange(1), default=5, show_default=True, help="Classes to name."
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
    source: str | None,
    labels: str | None,
    top: int,
    batch: int,
    form: str,
) -> None:
    """Say what pictures show: the likeliest classes of each, with their probabilities.

    An IMAGE is a file, a folder or a quoted pattern. Pictures are prepared as the weights say, or else the spec. The
    folder of a run may stand for SPEC: it has weights and labels. Exit status 1 where a picture was refused.
    """
    if (run := run_in(spec)) is not None:
        weights = weights or str(run.weights)
    if weights is None:
        fail("random weights see nothing in pictures: name trained ones, --weights FILE")
    missing = [name for name, module in _NEEDED.items() if find_spec(module) is None]
    if missing:
        fail(f"{' and '.join(missing)} not installed: pip install 'inception-graph[torch]'")
    from inception_graph.analysis.scores import scores
    from inception_graph.images.finding import find_images
    from inception_graph.prediction.labels import Labels, labels_for
    from inception_graph.prediction.loading import loaded, preparation
    from inception_graph.prediction.ranking import Classifier

    made = network(spec, settings, limits)
    kind = scores(made.typed)
    if made.input[0] not in (1, 3):
        fail(f"'{made.name}' takes images of {made.input[0]} channels; pictures have 1 or 3")
    model, fit = loaded(made, weights, source)
    own = Labels(run.labels, "the run's") if run and labels is None else None
    file = Path(labels) if labels else None
    named = own or labels_for(made.output[0], file, background=fit.background)
    preprocess, words = preparation(made.typed, fit)
    click.echo(f"pictures are {words}; labels: {named.source}", err=True)
    if fit.also and source is None:
        others = " and ".join(fit.also)
        click.echo(
            f"{others} has the same names: say --from {fit.also[0]} if it is theirs", err=True
        )
    classifier = Classifier(model, made.input, preprocess, kind)
    files = find_images(images)
    seen: list[Prediction] = []
    bar: Any = click.progressbar(
        classifier.predict(files, top=top, batch=batch),
        length=len(files),
        label="predicting",
        file=sys.stderr,
        hidden=len(files) <= batch or not sys.stderr.isatty(),
    )
    try:
        with bar as predictions:
            for prediction in predictions:
                seen.append(prediction)
    finally:  # what was seen before an interruption is told all the same
        _tell(seen, named.names, form)
    if any(prediction.error for prediction in seen):
        sys.exit(FINDINGS)


def _tell(seen: list[Prediction], labels: tuple[str, ...], form: str) -> None:
    from inception_graph.diagnostics.terminal import visible

    for prediction in seen:
        if prediction.error is not None:
            click.echo(f"error: {prediction.error}", err=True)
    if form == "json":
        click.echo(json.dumps([_entry(prediction, labels) for prediction in seen], indent=2))
        return
    for prediction in seen:
        if prediction.error is not None:
            continue
        click.echo(visible(str(prediction.image)))
        width = len(str(max(guess.index for guess in prediction.guesses)))
        for guess in prediction.guesses:
            name = visible(labels[guess.index]) if labels else ""
            line = f"  {100 * guess.probability:6.2f} %  {guess.index:{width}}  {name}"
            click.echo(line.rstrip())


def _entry(prediction: Prediction, labels: tuple[str, ...]) -> dict[str, Any]:
    image = str(prediction.image) if prediction.image else None
    if prediction.error is not None:
        return {"image": image, "error": prediction.error}
    guesses = [
        {
            "class": guess.index,
            "label": labels[guess.index] if labels else None,
            "probability": guess.probability,
        }
        for guess in prediction.guesses
    ]
    return {"image": image, "predictions": guesses}
