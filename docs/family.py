"""The page of the family: every shipped network, its numbers, its public weights, what it was verified against."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import inception_graph as ig
from docs.measure import measured
from inception_graph.peers import PEERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inception_graph.ir.header import Accuracy
    from inception_graph.network import Network

_HEAD = """\
# The family

Made by `make docs` from the specs and from measurements; a test holds it to both. MACs are multiply-accumulates of
convolutions and linear layers for one image of the stated size. Accuracy is that on ImageNet's validation images, in
percent, as published by the source that is named.

*Verified against* says which implementations were given the same random weights, and how far their numbers are apart:
the largest difference, in units of the largest value. Outputs are those of a batch of two in evaluation and in single
precision, where rounding is about 1e-6, at the size of the spec and at one 6 pixels larger. Loss and gradients are
those of one step of training in double precision, dropout switched off, with the auxiliary heads that both have, on
images of 139x139 where fixed windows do not ask for the size of the spec.
`inception-graph verify SPEC --against SOURCE` measures it again.
"""


def family() -> str:
    """The text of the page."""
    networks = [ig.load(name) for name in ig.list_models()]
    overview = [("network", "input", "parameters", "with heads", "MACs", "best top-1, one crop")]
    overview += [_overview(network) for network in networks]
    parts = [_HEAD, _table(overview), *(_section(network) for network in networks)]
    return "\n".join(parts)


def _overview(made: Network) -> tuple[str, ...]:
    totals = made.costs
    heads = totals.parameters_with_auxiliary
    one_crop = [each.top1 for each in made.program.meta.accuracy if not each.crops and each.top1]
    return (
        f"[{made.name}](#{made.name})",
        _size(made),
        f"{totals.parameters:,}",
        f"{heads:,}" if made.program.auxiliary else "",
        f"{totals.macs:,}",
        f"{max(one_crop):g}" if one_crop else "",
    )


def _section(made: Network) -> str:
    program, totals = made.program, made.costs
    meta = program.meta
    heads = (
        f"; with auxiliary heads {totals.parameters_with_auxiliary:,} and {totals.macs_with_auxiliary:,}"
        if program.auxiliary
        else ""
    )
    paper = ", ".join(filter(None, (meta.paper, str(meta.year or ""))))
    lines = [
        f"## {made.name}",
        "",
        f"{meta.title or made.name} ({paper}). Source: {meta.source}.",
        f"Input {_size(made)}; {totals.parameters:,} parameters and {totals.macs:,} MACs{heads}.",
        "",
    ]
    if meta.accuracy:
        rows = [("top-1", "top-5", "crops", "published in")]
        rows += [(*_shares(each), str(each.crops or 1), each.source) for each in meta.accuracy]
        lines += ["Accuracy:", "", _table(rows)]
    releases = list(_releases(made))
    if releases:
        head = ("source", "weights that fit", "top-1", "top-5", "published in")
        lines += ["Checkpoints:", "", _table([head, *releases])]
    verified = list(_verified(made.name))
    if verified:
        head = ("verified against", "version", "structure", "outputs", "loss", "gradients")
        lines += [_table([head, *verified])]
    else:
        lines += [_UNVERIFIED, ""]
    return "\n".join(lines)


_UNVERIFIED = "Verified against: no implementation that can be installed beside torch."


def _releases(made: Network) -> Iterator[tuple[str, ...]]:
    for source, facts in made.program.checkpoints.items():
        for name, release in facts.released.items():
            words = f"[{name}]({release.url})" if release.url else name
            yield source, words, *_shares(release), release.source or ""
        if not facts.released:
            yield source, "(rules of names only)", "", "", ""


def _verified(name: str) -> Iterator[tuple[str, ...]]:
    results = measured()
    for peer in PEERS:
        found = results.get(peer.name)
        if peer.spec == name and found is not None:
            yield (
                f"`{peer.name}`",
                found["version"],
                f"{found['paired']} of {found['steps']} steps paired, {_differences(found)}",
                "; ".join(f"{_near(apart)} at {size}" for size, apart in found["outputs"].items()),
                _near(found["loss"]),
                _near(found["gradients"]),
            )


def _differences(found: dict[str, Any]) -> str:
    return f"{found['differences'] or 'no'} differences in evaluation"


def _near(difference: float) -> str:
    return f"{difference:.1e}" if difference else "0"


def _shares(of: Accuracy | Any) -> tuple[str, str]:
    return tuple("" if share is None else f"{share:g}" for share in (of.top1, of.top5))


def _size(made: Network) -> str:
    return "x".join(map(str, made.input))


def _table(rows: list[tuple[str, ...]]) -> str:
    head, *others = rows
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in others), ""])
