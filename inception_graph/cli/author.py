"""Commands for those who write specs."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

import click

from inception_graph.cli.failures import FINDINGS, fail, tell
from inception_graph.cli.options import SPEC, compiled, network, standard_input


@click.command()
@click.argument("spec", type=SPEC)
@click.option("--origins", is_flag=True, help="Say the file and line of every value.")
@click.option("-o", "--output", metavar="FILE", help="Write to a file.")
@click.option("--force", is_flag=True, help="Replace a file that is not ours.")
def resolve(spec: str, origins: bool, output: str | None, force: bool) -> None:
    """Print a variant in full: all that it inherits and all that it changes."""
    from inception_graph.cli.outputs import deliver
    from inception_graph.spec.resolve import resolved
    from inception_graph.spec.tree import Mapping

    document = compiled(spec, (), ()).document
    if document is None or not isinstance(document.tree, Mapping):
        fail(f"'{spec}' cannot be read; see 'inception-graph check {spec}'", FINDINGS)
    deliver(resolved(document.tree, origins=origins), output, force=force)


@click.command()
@click.argument("specs", metavar="SPEC...", nargs=-1, required=True, type=SPEC)
@click.option("--check", is_flag=True, help="Change nothing; exit status 1 where something would.")
@click.option("--diff", is_flag=True, help="Change nothing; print what would.")
def fmt(specs: tuple[str, ...], check: bool, diff: bool) -> None:
    """Write YAML files in the canonical form, comments kept; '-' reads standard input."""
    from inception_graph.files import write_atomically

    different = unreadable = 0
    for spec in specs:
        source, text = _formatted(spec)
        if text is None:
            unreadable += 1
        elif spec == "-" and not (check or diff):
            click.echo(text, nl=False)
        elif source != text:
            different += 1
            if diff:
                click.echo(_difference(spec, source, text), nl=False)
            elif not check:
                write_atomically(spec, text)
            click.echo(f"{'would change' if check or diff else 'changed'} {spec}", err=True)
    if unreadable or (different and (check or diff)):
        sys.exit(FINDINGS)


def _formatted(spec: str) -> tuple[str, str | None]:
    """The text of a file and its canonical form; what keeps it from being read goes to stderr."""
    from inception_graph.diagnostics.report import Report
    from inception_graph.diagnostics.source import Source
    from inception_graph.limits import DEFAULT_LIMITS
    from inception_graph.spec.format import formatted
    from inception_graph.spec.reader import read_file

    report = Report()
    if spec == "-":
        source = Source("<stdin>", standard_input(DEFAULT_LIMITS))
    else:
        source = read_file(Path(spec), report, DEFAULT_LIMITS) or Source(spec, "")
    text = None if report.failed else formatted(source, report, DEFAULT_LIMITS)
    tell(report)
    return source.text, text


def _difference(spec: str, before: str, after: str) -> str:
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), spec, "canonical form"
    )
    return "".join(lines)


_SCHEMA = "inception-graph.schema.json"


@click.command()
@click.argument("name")
@click.option(
    "--from",
    "parent",
    metavar="SPEC",
    default="googlenet",
    show_default=True,
    type=SPEC,
    help="What it is to be a variant of.",
)
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def new(name: str, parent: str, force: bool) -> None:
    """Write NAME.yaml, a commented variant to begin with, and the schema that editors check it by."""
    import json

    from inception_graph.files import write_atomically
    from inception_graph.spec.names import fault_of
    from inception_graph.spec.schema import json_schema
    from inception_graph.spec.starter import starter

    if fault := fault_of(name, "network"):
        message = f"'{name}' cannot be the name of a network: {fault}"
        raise click.UsageError(message)
    program = network(parent, (), ()).program
    path, schema = Path(f"{name}.yaml"), Path(_SCHEMA)
    if path.exists() and not force:
        fail(f"'{path}' exists; use --force to replace it")
    write_atomically(path, starter(name, parent, program, _SCHEMA))
    write_atomically(schema, json.dumps(json_schema(), indent=2) + "\n")
    click.echo(f"wrote {path} and {schema}; try: inception-graph check {path} --watch", err=True)
