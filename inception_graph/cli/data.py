"""Commands that make data to train on."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click


@click.group()
def data() -> None:
    """Write an example to train on, or pack images for data sets that outgrow a disk."""


@data.command()
@click.option("-o", "--output", metavar="DIR", required=True, help="A new folder.")
def digits(output: str) -> None:
    """Write scikit-learn's 1,797 handwritten digits as folders of images.

    Every fifth goes to DIR/test, the others to DIR/train.
    """
    from inception_graph.training.digits import write_digits

    images = write_digits(Path(output))
    click.echo(f"wrote {images:,} images to {output}", err=True)


@data.command()
@click.argument("images", metavar="DIR")
@click.option("-o", "--output", metavar="SHARDS", required=True, help="A new folder.")
@click.option("--val", metavar="DIR", help="Images to check with, where DIR has none.")
@click.option(
    "--per-shard", metavar="N", type=click.IntRange(min=1), default=1000, show_default=True,
    help="Images in a tar file.",
)  # fmt: skip
@click.option(
    "--holdout", metavar="SHARE", default=0.1, show_default=True,
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Share of each class to check with, where there are no other images.",
)  # fmt: skip
@click.option("--seed", metavar="N", default=0, show_default=True, help="What chance follows from.")
def shards(
    images: str, output: str, val: str | None, per_shard: int, holdout: float, seed: int
) -> None:
    """Pack a folder of class folders into tar files as WebDataset has them.

    'train --data SHARDS' reads them in any order through the index that stands beside each, which is that of NVIDIA
    DALI. DIR may hold train/ and val/, or class folders.
    """
    from inception_graph.training.starting import check_installed

    check_installed()
    from inception_graph.training.writing_shards import write_shards

    bar: Any = click.progressbar(
        length=0, label="packing", file=sys.stderr, hidden=not sys.stderr.isatty()
    )

    def wrote(count: int, total: int) -> None:
        bar.length = total
        bar.update(count)

    with bar:
        made = write_shards(
            images,
            Path(output),
            validation=val,
            per_shard=per_shard,
            holdout=holdout,
            seed=seed,
            wrote=wrote,
        )
    click.echo(f"wrote {len(made)} shards to {output}", err=True)
