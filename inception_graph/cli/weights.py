"""Commands on files of weights."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inception_graph.cli.failures import FINDINGS, fail
from inception_graph.cli.options import SPEC, network, with_limits, with_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from inception_graph.weights.fit import Fit
    from inception_graph.weights.writing import Planned

_STRICT = "Write nothing where anything is left over, in the file or in the network; exit status 1."
_FROM = "Whose names FILE has, such as timm; found out unless given."


@click.group()
def weights() -> None:
    """Look into files of weights, and carry them from one library to another.

    FILE is of safetensors, torch, Keras (.h5, .weights.h5, .keras), npz or a TensorFlow checkpoint. Nothing in it is
    executed.
    """
    if find_spec("torch") is None:
        fail("torch is not installed: pip install 'inception-graph[torch,weights]'")


@weights.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def inspect(file: Path, form: str) -> None:
    """Say what a file of weights holds, whose it is and which network it is for."""
    from inception_graph.weights.inspection import inspect as look
    from inception_graph.weights.inspection import table
    from inception_graph.weights.opening import opened

    with opened(file) as held:
        found = look(held)
    click.echo(json.dumps(found.plain(), indent=2) if form == "json" else table(found))


@weights.command()
@click.argument("file", metavar="[FILE]", required=False)
@click.option("--to", "spec", type=SPEC, required=True, help="The network that it is for.")
@click.option("-o", "--output", metavar="FILE", required=True, help="Where to: a .safetensors.")
@click.option(
    "--from", "source", metavar="SOURCE", help=f"{_FROM} Or what to fetch instead of FILE."
)
@click.option("--strict", is_flag=True, help=_STRICT)
@click.option("--force", is_flag=True, help="Replace a file that is not ours.")
@with_settings
@with_limits
def convert(
    file: str | None,
    spec: str,
    output: str,
    source: str | None,
    strict: bool,
    force: bool,
    settings: tuple[str, ...],
    limits: tuple[str, ...],
) -> None:
    """Write weights of a public library in the layout of a network, as far as they fit.

    Without FILE, --from says what to fetch: a repository of the Hugging Face hub (timm/inception_v4.tf_in1k), or a
    release that the network lists (torchvision:IMAGENET1K_V1).
    """
    from inception_graph.weights.converting import check_ending, facts, ours

    wanted, named = _wanted(file, source)
    check_ending(Path(output), "torch")
    with _fit(wanted, named, spec, settings, limits) as fit:
        if strict and fit.left():
            fail("not all of it fits, and --strict allows nothing less", FINDINGS)
        _write(output, ours(fit), facts(fit), force=force)


@weights.command()
@click.argument("file", metavar="FILE")
@click.option("--to", "target", metavar="SOURCE", required=True, help="The library, such as keras.")
@click.option("--spec", type=SPEC, required=True, help="The network that FILE is for.")
@click.option(
    "-o", "--output", metavar="FILE", required=True,
    help="Where to: .safetensors or .pth for torch's libraries, .h5 for Keras, .npz for TF-slim.",
)  # fmt: skip
@click.option("--from", "source", metavar="SOURCE", help=_FROM)
@click.option("--force", is_flag=True, help="Replace a file that is not ours.")
@with_settings
@with_limits
def export(
    file: str,
    target: str,
    spec: str,
    output: str,
    source: str | None,
    force: bool,
    settings: tuple[str, ...],
    limits: tuple[str, ...],
) -> None:
    """Write weights in the layout of a public library, as a file that it can read."""
    from inception_graph.weights.converting import check_ending, layout_of, theirs

    with _fit(file, source, spec, settings, limits) as fit:
        check_ending(Path(output), layout_of(fit, target).layout)
        _write(output, theirs(fit, target), {}, force=force)


def _wanted(file: str | None, source: str | None) -> tuple[str, str | None]:
    """What to read, and whose names it has if that was said."""
    if file is not None:
        return file, source
    from inception_graph.weights.fetching import is_remote

    if source is None or not is_remote(source):
        message = "name a FILE, or say with --from what to fetch, such as torchvision:IMAGENET1K_V1"
        raise click.UsageError(message)
    return source, None


@contextmanager
def _fit(
    wanted: str,
    source: str | None,
    spec: str,
    settings: tuple[str, ...],
    limits: tuple[str, ...],
) -> Generator[Fit]:
    """How weights fit a network, told on stderr."""
    made = network(spec, settings, limits)
    from inception_graph.weights.fetching import located
    from inception_graph.weights.fitting import fitted
    from inception_graph.weights.opening import opened
    from inception_graph.weights.report import report

    found = located(wanted, made.program, source)
    with opened(found.path) as held:
        fit = fitted(made.typed, held, found.source)
        click.echo(report(fit), err=True)
        yield fit


def _write(
    output: str, tensors: list[Planned], metadata: Mapping[str, str], *, force: bool
) -> None:
    from inception_graph.files import guard
    from inception_graph.weights.writing import write

    guard(Path(output), force=force)
    bar: Any = click.progressbar(
        length=len(tensors), label="writing", file=sys.stderr, hidden=not sys.stderr.isatty()
    )
    with bar:
        tick: Callable[[int], None] = bar.update
        write(Path(output), tensors, metadata, tick)
    click.echo(f"wrote {output}", err=True)
