"""The command that optimises a network."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from inception_graph.cli.options import network, spec_options

if TYPE_CHECKING:
    from inception_graph.network import Network
    from inception_graph.passes import Step


@click.command()
@spec_options
@click.option("-o", "--output", metavar="FILE", help="Write the optimised spec to a file.")
@click.option(
    "--passes",
    default="inference",
    show_default=True,
    metavar="NAMES",
    help="A preset (train, inference, compile) or passes with commas between them, in order.",
)
@click.option("--print-after", metavar="PASS", help="Print the spec as it is behind this pass.")
@click.option("--without-auxiliary", is_flag=True, help="Leave out the auxiliary heads.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to say what the passes did.",
)
@click.option("--force", is_flag=True, help="Replace a file that is not ours.")
def optimize(
    spec: str,
    settings: tuple[str, ...],
    limits: tuple[str, ...],
    output: str | None,
    passes: str,
    print_after: str | None,
    without_auxiliary: bool,
    form: str,
    force: bool,
) -> None:
    """Rewrite a network so that it computes the same with less, as a spec like any other."""
    from inception_graph.cli.outputs import deliver
    from inception_graph.spec.writer import to_yaml

    made = network(spec, settings, limits, auxiliary=not without_auxiliary).optimised(passes)
    report = json.dumps(_facts(made), indent=2) if form == "json" else _text(made)
    if print_after is not None:
        deliver(to_yaml(_after(made, print_after).program), output, force=force)
    elif output is not None or form == "text":
        deliver(to_yaml(made.program), output, force=force)
    click.echo(report, err=form == "text")


def _after(made: Network, name: str) -> Step:
    """The pass of a name, the last where it ran more than once."""
    ran = {step.applied.name: step for step in made.steps}
    if name not in ran:
        message = f"'{name}' is not among the passes that ran: {', '.join(ran)}"
        raise click.UsageError(message)
    return ran[name]


def _text(made: Network) -> str:
    lines: list[str] = []
    for step in made.steps:
        kind = "exact" if step.applied.exact else "for evaluation only"
        lines.append(f"{step.applied.name} ({kind}): preserves {step.applied.preserves}")
        lines += [f"  {line}" for line in step.record.done]
        lines += [f"  left: {line}" for line in step.record.left]
        if not (step.record.done or step.record.left):
            lines.append(f"  nothing to do: there is no {step.applied.sought}")
    return "\n".join(lines)


def _facts(made: Network) -> dict[str, Any]:
    return {
        "network": made.name,
        "passes": [
            {
                "name": step.applied.name,
                "exact": step.applied.exact,
                "preserves": step.applied.preserves,
                "done": step.record.done,
                "left": step.record.left,
                "seconds": round(step.seconds, 4),
            }
            for step in made.steps
        ],
    }
