"""Advice for specs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inception_graph.cli.failures import FINDINGS, coloured, fail, tell
from inception_graph.cli.options import compiled, spec_options
from inception_graph.diagnostics.codes import Code
from inception_graph.diagnostics.render import FORMATS

if TYPE_CHECKING:
    from inception_graph.advice import Choice, Review
    from inception_graph.compiler import Compilation
    from inception_graph.diagnostics.render import Format
    from inception_graph.diagnostics.report import Report


@click.command()
@spec_options
@click.option("--select", metavar="CODE,...", multiple=True, help="Give this advice only.")
@click.option("--ignore", metavar="CODE,...", multiple=True, help="Do not give this advice.")
@click.option(
    "--object",
    "extent",
    metavar="PIXELS",
    type=click.IntRange(min=1),
    help="Side of the objects of interest; half of the image's shorter side unless given.",
)
@click.option("--fix", is_flag=True, help="Print the spec rewritten by the advice.")
@click.option("-o", "--output", metavar="FILE", help="Write the rewritten spec to a file.")
@click.option("--force", is_flag=True, help="Replace a file that is not ours.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
def advise(
    spec: str,
    settings: tuple[str, ...],
    limits: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    extent: int | None,
    fix: bool,
    output: str | None,
    force: bool,
    form: Format,
) -> None:
    """Say what the Inception papers would do otherwise, and what it would gain. Exit status 1 where there is advice."""
    from inception_graph.advice import Choice, Review

    if output is not None and not fix:
        message = "'-o' takes the rewritten spec: add --fix"
        raise click.UsageError(message)
    choice = Choice(_codes(select) or None, _codes(ignore), extent)
    made = compiled(spec, settings, limits)
    if made.typed is None:
        _print(made.report, form)
        sys.exit(FINDINGS)
    tell(made.report)
    if fix:
        made = _rewritten(made, choice, spec, output, force=force)
    report = _reported(Review(made, choice))
    _print(report, form, aside=fix and output is None)
    if not fix and form == "text":
        _promise(made, choice, report)
    if report.found or report.dropped:
        sys.exit(FINDINGS)


def _codes(given: tuple[str, ...]) -> frozenset[Code]:
    """The codes of advice in comma-separated lists."""
    from inception_graph.diagnostics.report import did_you_mean

    known = {code.value: code for code in Code if code.severity == "advice"}
    words = [word.strip().upper() for text in given for word in text.split(",")]
    for word in words:
        if word not in known:
            hint = did_you_mean(word, known) or "'inception-graph explain' lists all codes"
            message = f"there is no advice '{word[:60]}': {hint}"
            raise click.UsageError(message)
    return frozenset(known[word] for word in words)


def _reported(review: Review) -> Report:
    """All advice with what it would gain; a bar shows how far the work is."""
    from inception_graph.diagnostics.report import Report

    report, findings = Report(), review.findings
    hidden = not sys.stderr.isatty()
    bar: Any = click.progressbar(findings, label="weighing", file=sys.stderr, hidden=hidden)
    with bar as shown:
        for finding in shown:
            review.tell(finding, report)
    return report


def _print(report: Report, form: Format, *, aside: bool = False) -> None:
    """Print a report: to standard output, or beside it where that holds the spec."""
    from inception_graph.diagnostics.render import render

    stream = sys.stderr if aside else sys.stdout
    click.echo(render([report], form, colour=form == "text" and coloured(stream)), stream, nl=False)


def _promise(made: Compilation, choice: Choice, report: Report) -> None:
    """Say what all advice that can be followed would gain together."""
    from inception_graph.advice import rewrite

    followed = [f for f in report.found if f.facts["fixable"] and choice.follows(f.code)]
    if len(followed) > 1:
        rewriting = rewrite(made, choice)
        click.echo(f"with --fix: {rewriting.gain}", err=True)


def _rewritten(
    made: Compilation, choice: Choice, spec: str, output: str | None, *, force: bool
) -> Compilation:
    """Rewrite a spec, deliver it and say what was done."""
    from inception_graph.advice import rewrite
    from inception_graph.cli.outputs import deliver

    if output is not None and output != "-":
        name, folder = output, Path(output).parent
    else:
        name, folder = "<stdout>", made.files[0].parent if Path(spec).is_file() else Path()
    rewriting = rewrite(made, choice, name=name, folder=folder)
    if rewriting.compilation.typed is None:
        fault = rewriting.compilation.report.sorted()[0]
        fail(f"the rewritten spec cannot stand in '{folder}': {fault.message}", FINDINGS)
    deliver(rewriting.text, output, force=force)
    codes = ", ".join(dict.fromkeys(code.value for code in rewriting.followed))
    if rewriting.followed:
        click.echo(f"followed {codes}: {rewriting.gain}", err=True)
    else:
        click.echo("nothing was rewritten", err=True)
    if rewriting.lost is not None:
        click.echo(f"its checkpoints are left out: {rewriting.lost}", err=True)
    return rewriting.compilation
