"""The command that measures how fast networks run."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from typing import get_args

import click

from inception_graph.benchmarking.settings import Mode, Precision
from inception_graph.cli.failures import FINDINGS, fail
from inception_graph.cli.options import network, spec_options


@click.command()
@spec_options
@click.option("--mode", type=click.Choice(get_args(Mode)), default="inference", show_default=True)
@click.option(
    "--batch", type=click.IntRange(1, 4096), default=1, show_default=True, help="Images in a call."
)
@click.option(
    "--dtype", type=click.Choice(get_args(Precision)), default="float32", show_default=True
)
@click.option("--device", default="cpu", show_default=True, help="A device of torch, such as cuda.")
@click.option(
    "--threads", type=click.IntRange(1, 1024), help="Of a CPU; torch's number if not given."
)
@click.option(
    "--rounds",
    type=click.IntRange(1, 10_000),
    default=15,
    show_default=True,
    help="Turns of each contender.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(0.1),
    help="Measure for about so long instead of a number of rounds.",
)
@click.option(
    "--contenders",
    "patterns",
    metavar="PATTERN",
    multiple=True,
    help="Names such as 'torchvision/*' or '*/compiled' instead of the usual ones.",
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@click.option("-o", "--output", metavar="FILE", help="Draw a plot too: .svg, .png or .pdf.")
@click.option("--force", is_flag=True, help="Replace a file that is not ours.")
def bench(
    spec: str,
    settings: tuple[str, ...],
    limits: tuple[str, ...],
    mode: Mode,
    batch: int,
    dtype: Precision,
    device: str,
    threads: int | None,
    rounds: int,
    seconds: float | None,
    patterns: tuple[str, ...],
    form: str,
    output: str | None,
    force: bool,
) -> None:
    """Measure a network, plain and optimised, and what is installed that computes the same.

    Each contender runs in a process of its own; they take turns, so that noise hits all. Their outputs are compared
    first: what differs is not measured and makes the exit status 1. Names are NETWORK/RUNTIME: plain, optimised or a
    library; eager, channels_last, compiled, onnxruntime or openvino. Auxiliary heads are left out.
    """
    if find_spec("torch") is None:
        fail("torch is not installed: pip install 'inception-graph[torch]'")
    if output is not None:
        from inception_graph.cli.outputs import check_figure

        check_figure(output, force=force)
    made = network(spec, settings, limits, auxiliary=False)

    import torch

    from inception_graph.benchmarking.report import text, values
    from inception_graph.benchmarking.running import BenchmarkError, benchmark
    from inception_graph.benchmarking.settings import Settings

    count = threads or torch.get_num_threads()
    wanted = Settings(mode, batch, dtype, device, count, rounds, seconds)
    try:
        found = benchmark(made, wanted, patterns, _tell)
    except BenchmarkError as error:
        fail(str(error))
    finally:
        _tell("")
    click.echo(json.dumps(values(found), indent=2) if form == "json" else text(found).rstrip())
    if output is not None:
        from inception_graph.backends.figures.writing import write
        from inception_graph.benchmarking.plot import scene

        write(scene(found), output)
        click.echo(f"wrote {output}", err=True)
    if any(result.failure for result in found.results):
        sys.exit(FINDINGS)


def _tell(line: str) -> None:
    """Show what is being done in place of what was, where somebody is looking."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{line}", nl=False, err=True)
