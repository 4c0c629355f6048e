"""The main job: everything that one spec gives, in one folder, and proof that it is the same network throughout."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inception_graph.cli.failures import FINDINGS, fail
from inception_graph.cli.options import network, spec_options

if TYPE_CHECKING:
    from collections.abc import Generator

    from inception_graph.backends.pytorch.proof import Proof
    from inception_graph.network import Network


class _Clock:
    """Times the stages of a build and says on stderr which one runs."""

    def __init__(self) -> None:
        self.stages: list[tuple[str, float]] = []

    @contextmanager
    def stage(self, name: str) -> Generator[None]:
        click.echo(f"  {name} ...", err=True)
        begin = time.perf_counter()
        yield
        self.stages.append((name, time.perf_counter() - begin))


@click.command()
@spec_options
@click.option(
    "-o",
    "--output",
    metavar="FOLDER",
    required=True,
    help="The folder to fill; made if it is not there.",
)
@click.option(
    "--image",
    metavar="FILE",
    help="The picture to run the live module on; a photograph of matplotlib's unless given.",
)
@click.option("--without-auxiliary", is_flag=True, help="Leave out the auxiliary heads.")
@click.option("--force", is_flag=True, help="Replace files that are not ours.")
def build(
    spec: str,
    settings: tuple[str, ...],
    limits: tuple[str, ...],
    output: str,
    image: str | None,
    without_auxiliary: bool,
    force: bool,
) -> None:
    """Do everything: check, source, picture, summary, resolved spec; then make the live module and run it.

    Writes model.py, diagram.svg, summary.md and spec.yaml. The last step needs torch.
    """
    from inception_graph.backends.pictures import svg
    from inception_graph.files import MAKER, FileConflictError, guard, write_atomically
    from inception_graph.spec.writer import to_yaml

    clock, folder = _Clock(), Path(output)
    with clock.stage("check"):
        made = network(spec, settings, limits, auxiliary=not without_auxiliary)
    if folder.exists() and not folder.is_dir():
        message = f"'{folder}' is a file, not a folder"
        raise FileConflictError(message)
    fresh = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    paths = {name: folder / name for name in ("model.py", "diagram.svg", "summary.md", "spec.yaml")}
    try:
        for path in paths.values():
            guard(path, force=force)
        files: dict[str, str] = {}
        with clock.stage("source"):
            files["model.py"] = made.emit()
        with clock.stage("picture"):
            files["diagram.svg"] = svg(made.typed, level="block")
        with clock.stage("summary"):
            files["summary.md"] = made.summary().to("markdown")
        with clock.stage("resolved spec"):
            files["spec.yaml"] = f"# {MAKER}: {made.name}, resolved\n{to_yaml(made.program)}"
    except BaseException:
        if fresh:
            folder.rmdir()
        raise
    # All texts are made before the first is written, so that a failure leaves nothing half done.
    for name, text in files.items():
        write_atomically(paths[name], text)
    _run(made, image, clock, paths)


def _run(made: Network, image: str | None, clock: _Clock, paths: dict[str, Path]) -> None:
    """Make the live module, run it, and close with what was inferred against what was counted."""
    if find_spec("torch") is None:
        _close(made, clock, paths, None)
        fail(
            "torch is not installed, so the live module was not run: pip install 'inception-graph[torch]'",
            FINDINGS,
        )
    from inception_graph.backends.pytorch.proof import prove

    with clock.stage("live module"):
        model = made.create_model()
    with clock.stage("forward pass"):
        proof = prove(made.typed, model, image)
    _close(made, clock, paths, proof)
    if not proof.agrees:
        fail("the live module is not the network that was inferred; please report this", FINDINGS)
    if made.check():
        sys.exit(FINDINGS)  # told above: all is built, but the spec is not clean


def _close(made: Network, clock: _Clock, paths: dict[str, Path], proof: Proof | None) -> None:
    from inception_graph.backends.pytorch.proof import table

    click.echo(
        table(made.typed, proof, clock.stages, [str(path) for path in paths.values()]), nl=False
    )
    sys.stdout.flush()
