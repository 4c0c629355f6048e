"""The command that holds networks against themselves and against those of others."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import click

from inception_graph.cli.failures import FINDINGS, fail
from inception_graph.cli.options import SPEC, network, with_limits, with_settings
from inception_graph.peers.table import PEERS

if TYPE_CHECKING:
    from inception_graph.network import Network
    from inception_graph.verification.report import Verdict


@click.command()
@click.argument("specs", metavar="[SPEC]...", nargs=-1, type=SPEC)
@with_settings
@with_limits
@click.option(
    "--against",
    "source",
    type=click.Choice(list(dict.fromkeys(peer.source for peer in PEERS))),
    help="Compare with an installed library.",
)
@click.option(
    "--outputs/--no-outputs",
    default=None,
    help="Compute the networks too; done unless all are verified on their own.",
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def verify(
    specs: tuple[str, ...],
    settings: tuple[str, ...],
    limits: tuple[str, ...],
    source: str | None,
    outputs: bool | None,
    form: str,
) -> None:
    """Prove that inference, live module and emitted file are one network; all shipped ones without SPEC.

    With --against, also that it is the network of a library: structure node by node, totals, and outputs for the
    same random weights; without SPEC, all that the library has. Nothing is downloaded. Exit status 1 where anything
    differs that shows in evaluation.
    """
    if find_spec("torch") is None:
        fail("torch is not installed: pip install 'inception-graph[torch]'")
    computed = bool(specs or source) if outputs is None else outputs
    networks = [network(spec, settings, limits) for spec in specs or _shipped(source)]
    hidden = len(networks) == 1 or not sys.stderr.isatty()
    bar: Any = click.progressbar(networks, label="verifying", file=sys.stderr, hidden=hidden)
    with bar:
        verdicts = [_verdict(made, source, outputs=computed) for made in bar]
    if form == "json":
        click.echo(json.dumps([verdict.to_values() for verdict in verdicts], indent=2))
    else:
        click.echo("\n".join(verdict.to_text() for verdict in verdicts), nl=False)
    if not all(verdict.agrees for verdict in verdicts):
        sys.exit(FINDINGS)


def _shipped(source: str | None) -> list[str]:
    """The shipped networks, or those of them that a library has."""
    from inception_graph.resources import specs

    return [peer.spec for peer in PEERS if peer.source == source] if source else list(specs())


def _verdict(made: Network, source: str | None, *, outputs: bool) -> Verdict:
    from inception_graph.peers import PeerMissing
    from inception_graph.verification.against import NoPeerError, compared
    from inception_graph.verification.own import check_network
    from inception_graph.verification.report import Verdict

    try:
        comparison = compared(made.compilation, source, outputs=outputs) if source else None
    except (NoPeerError, PeerMissing) as error:
        fail(str(error))
    checks = check_network(made.typed, made.emit(), outputs=outputs)
    return Verdict(made.name, checks, comparison)
