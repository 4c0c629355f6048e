"""What verification found, as text for people and as plain values for machines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inception_graph.verification.outputs import BATCH, TOLERANCE
from inception_graph.verification.words import folded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inception_graph.verification.against import Comparison
    from inception_graph.verification.own import Check
    from inception_graph.verification.words import Difference


@dataclass(frozen=True)
class Verdict:
    """What was found of one network.

    Attributes:
        name: The network.
        checks: Inference, live module and emitted file against each other.
        comparison: The network against a peer's, where that was asked for.
    """

    name: str
    checks: tuple[Check, ...]
    comparison: Comparison | None = None

    @property
    def agrees(self) -> bool:
        """Whether nothing was found that should not be."""
        own = not any(check.faults for check in self.checks)
        return own and (self.comparison is None or self.comparison.agrees)

    def to_text(self) -> str:
        """Lines for a terminal."""
        return "".join(f"{line}\n" for line in self._lines())

    def to_values(self) -> dict[str, Any]:
        """Plain values for JSON."""
        checks = [
            {"what": check.what, "found": check.found, "faults": list(check.faults)}
            for check in self.checks
        ]
        found = {"name": self.name, "agrees": self.agrees, "checks": checks}
        return found | ({"against": _values(self.comparison)} if self.comparison else {})

    def _lines(self) -> Iterator[str]:
        faults = sum(len(check.faults) for check in self.checks)
        yield f"{self.name}: " + (
            f"DIFFERENCES between inference, live module and emitted file: {faults}"
            if faults
            else "inference, live module and emitted file agree"
        )
        for check in self.checks:
            yield f"  {check.what:<29} {check.found}"
            yield from (f"    {fault}" for fault in check.faults)
        if self.comparison is not None:
            yield from _compared(self.name, self.comparison)


def _compared(name: str, found: Comparison) -> Iterator[str]:
    peer = found.peer
    same = "the same in evaluation" if found.agrees else "NOT THE SAME"
    yield f"{name} against {peer.name} ({peer.distribution} {peer.version}): {same}"
    pairing = found.pairing
    here, there = pairing.steps
    counts = f"{pairing.paired:,} of {here:,} here and {there:,} there"
    yield f"  {'steps with a counterpart':<29} {counts}"
    yield from (_line(d) for d in folded(pairing.differences) if not d.training)
    training = [d for d in folded(pairing.differences) if d.training]
    if training:
        yield "  while training only"
        yield from map(_line, training)
    scales = f"; {found.scales:,} scales (gamma) have none there" if found.scales else ""
    yield f"  {'parameters':<29} {_both(found.parameters)}{scales}"
    yield f"  {'MACs':<29} {_both(found.macs)}"
    if found.strangers:
        why = f"nothing of their shape there for {len(found.strangers):,} tensors"
        yield f"  {'outputs':<29} not compared: {why}, such as {found.strangers[0]}"
    elif found.outputs is not None:
        measured = f"differ by {found.outputs.difference:.1e} of the largest"
        yield f"  {'outputs':<29} {measured} (batch of {BATCH}, same random weights; at most {TOLERANCE:.0e})"


def _line(difference: Difference) -> str:
    there = f" ({difference.there})" if difference.there else ""
    return f"    {difference.where}: {difference.text}{there}"


def _both(counts: tuple[int, int]) -> str:
    here, there = counts
    return f"{here:,} here and there" if here == there else f"{here:,} here, {there:,} there"


def _values(found: Comparison) -> dict[str, Any]:
    peer, outputs = found.peer, found.outputs
    return {
        "source": peer.source,
        "name": peer.name,
        "version": peer.version,
        "agrees": found.agrees,
        "steps": {"here": found.pairing.steps[0], "there": found.pairing.steps[1]},
        "paired": found.pairing.paired,
        "differences": [
            {"node": d.where, "text": d.text, "training": d.training, "there": d.there or None}
            for d in found.pairing.differences
        ],
        "parameters": {"here": found.parameters[0], "there": found.parameters[1]},
        "macs": {"here": found.macs[0], "there": found.macs[1]},
        "tensors_without_counterpart": list(found.strangers),
        "outputs": None if outputs is None else {"difference": outputs.difference},
    }
