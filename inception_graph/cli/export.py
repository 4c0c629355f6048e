"""The command that writes networks to files that run without this package."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inception_graph.cli.failures import fail
from inception_graph.cli.options import network, spec_options

if TYPE_CHECKING:
    from inception_graph.execution import Precision
    from inception_graph.export.exporting import Exported
    from inception_graph.export.formats import Format
    from inception_graph.export.subject import Subject


@click.command()
@spec_options
@click.option("-o", "--output", metavar="FILE", required=True, help="Where to: .onnx or .pt2.")
@click.option(
    "--aot", is_flag=True, help="Compile a .pt2 ahead of time, for processors like this one."
)
@click.option("--weights", metavar="FILE", help="Trained weights, or where to fetch them.")
@click.option(
    "--from", "source", metavar="SOURCE", help="Whose names they have; recognised unless given."
)
@click.option(
    "--optimize",
    metavar="PASSES",
    default="compile",
    show_default=True,
    help="Optimise first: a preset or names of passes; none leaves it as written.",
)
@click.option(
    "--dtype",
    type=click.Choice(["float32", "bfloat16", "float16"]),
    default="float32",
    show_default=True,
    help="Of weights, images and output.",
)
@click.option("--batch", type=click.IntRange(1), help="Images at a time; any number unless given.")
@click.option("--channels-last", is_flag=True, help="Store weights with their channels last.")
@click.option(
    "--opset", type=click.IntRange(18, 26), help="The version of ONNX's operators; 20 unless given."
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@click.option("--force", is_flag=True, help="Replace a file that is not ours.")
def export(
    spec: str,
    settings: tuple[str, ...],
    limits: tuple[str, ...],
    output: str,
    aot: bool,
    weights: str | None,
    source: str | None,
    optimize: str,
    dtype: Precision,
    batch: int | None,
    channels_last: bool,
    opset: int | None,
    form: str,
    force: bool,
) -> None:
    """Write a network to a file that runs without this package, and hold the file to the module.

    Auxiliary heads are left out. A .pt2 is a program of torch.export, or with --aot compiled by AOTInductor.
    """
    from inception_graph.files import guard

    path = Path(output)
    guard(path, force=force)
    if find_spec("torch") is None:
        fail("torch is not installed: pip install 'inception-graph[torch]'")
    kind = _format(path, aot=aot, opset=opset)
    kind.check(dtype, channels_last=channels_last)
    made = network(spec, settings, limits)
    from inception_graph.export.exporting import export as export_to
    from inception_graph.export.subject import subject

    _tell("weights")
    if weights is None:
        click.echo("the weights are random: name trained ones, --weights FILE", err=True)
    exported = subject(
        made,
        weights=weights,
        source=source,
        optimize=None if optimize == "none" else optimize,
        dtype=dtype,
        channels_last=channels_last,
        batch=batch,
    )
    if aot and batch is None:
        click.echo("--batch 1 would make single images about a fifth quicker", err=True)
    done = export_to(exported, path, kind, force=force, told=_tell)
    click.echo(_report(exported, kind, done, form))


def _format(path: Path, *, aot: bool, opset: int | None) -> Format:
    """The kind of file, by its suffix."""
    from inception_graph.export.errors import ExportError
    from inception_graph.export.formats import OPSET, AotPackage, Onnx, TorchProgram

    suffix = path.suffix.lower()
    if suffix not in (Onnx.suffix, TorchProgram.suffix):
        message = f"'{path.name}' does not say what to write: end it in .onnx or .pt2"
        raise ExportError(message)
    if suffix == Onnx.suffix:
        if aot:
            raise ExportError("--aot compiles a .pt2: an .onnx is compiled by what runs it")
        return Onnx(opset or OPSET)
    if opset is not None:
        raise ExportError("--opset is for .onnx: a .pt2 has torch's operators")
    return AotPackage() if aot else TorchProgram()


def _tell(stage: str) -> None:
    click.echo(f"  {stage} ...", err=True)


def _report(exported: Subject, kind: Format, done: Exported, form: str) -> str:
    if form == "json":
        facts = {
            "file": str(done.path),
            "format": kind.name,
            "bytes": done.size,
            "difference": done.difference,
            "batches": done.batches,
            **exported.about,
        }
        return json.dumps(facts, indent=2)
    batches = " and ".join(str(number) for number in done.batches)
    shape, dtype = exported.about["input"], exported.about["dtype"]
    size = f"{done.size / 1e6:.1f} MB" if done.size >= 1e6 else f"{done.size / 1e3:.1f} kB"
    return (
        f"{done.path}: {kind.name}, images {shape} {dtype}, {size}\n"
        f"  differs from the module by {done.difference:.1e} of the largest output (batch of {batches})"
    )
