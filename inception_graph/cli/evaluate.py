"""The command that says how well a trained network does."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inception_graph.cli.failures import fail

if TYPE_CHECKING:
    from inception_graph.training.evaluation import Result


@click.command()
@click.argument("run", metavar="RUN")
@click.option("--data", metavar="DATA", required=True, help="Images or shards, as for training.")
@click.option(
    "--split",
    metavar="NAME",
    default="val",
    show_default=True,
    help="'val': what training holds out; 'all'; or a folder of DATA, such as 'test'.",
)
@click.option(
    "--checkpoint",
    metavar="FILE",
    default="best",
    show_default=True,
    help="'best', 'last', or a file of weights.",
)
@click.option("--device", type=click.Choice(["cpu", "cuda"]), help="A GPU if there is one.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@click.option("-o", "--output", metavar="FOLDER", help="Write pictures and numbers there too.")
@click.option("--force", is_flag=True, help="Replace files that are not ours.")
def evaluate(
    run: str,
    data: str,
    split: str,
    checkpoint: str,
    device: str | None,
    form: str,
    output: str | None,
    force: bool,
) -> None:
    """Evaluate a trained network: its accuracy, its confusions, and what each head costs and gives.

    RUN is the folder of a run. FOLDER gets confusion.svg, heads.svg and evaluation.json.
    """
    from inception_graph.cli.options import run_in
    from inception_graph.diagnostics.terminal import visible
    from inception_graph.training import starting

    starting.check_installed()
    begun = run_in(run)
    if begun is None:
        fail(f"'{visible(run)}' is not the folder of a run: it has no config.yaml and spec.yaml")
    if output is not None:
        _check(Path(output), force=force)
    from inception_graph.files import MAKER
    from inception_graph.training import evaluation
    from inception_graph.training.evaluation_tables import text, values

    bar: Any = click.progressbar(
        length=1, label="evaluating", file=sys.stderr, hidden=not sys.stderr.isatty()
    )
    with bar:
        found = evaluation.evaluate(
            begun,
            data,
            split=split,
            checkpoint=checkpoint,
            device=device,
            seen=lambda total, images: _advance(bar, total, images),
        )
    for line in found.unreadable:
        click.echo(f"not read: {line}", err=True)
    document = json.dumps({"maker": MAKER, **values(found)}, indent=2)
    click.echo(document if form == "json" else text(found))
    if output is not None:
        _write(found, Path(output), document)
        click.echo(f"wrote {output}", err=True)


def _advance(bar: Any, total: int, images: int) -> None:
    bar.length = total
    bar.update(images)


_FILES = ("confusion.svg", "heads.svg", "evaluation.json")


def _check(folder: Path, *, force: bool) -> None:
    """Make sure, before long work, that nothing of the user's is written over."""
    from inception_graph.files import FileConflictError, guard

    if folder.exists() and not folder.is_dir():
        message = f"'{folder}' is a file, not a folder"
        raise FileConflictError(message)
    for name in _FILES if folder.is_dir() else ():
        guard(folder / name, force=force)


def _write(found: Result, folder: Path, document: str) -> None:
    from inception_graph.backends.figures.confusion import confusion_figure
    from inception_graph.backends.figures.writing import write
    from inception_graph.files import write_atomically
    from inception_graph.training.evaluation_plot import scene

    folder.mkdir(parents=True, exist_ok=True)
    title = f"{found.network}: classes of {found.images:,} images"
    write(confusion_figure(found.confusion, found.classes, title), folder / _FILES[0])
    write(scene(found), folder / _FILES[1])
    write_atomically(folder / _FILES[2], f"{document}\n")
