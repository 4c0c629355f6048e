"""Measure networks beside the libraries that have them: ``python -m docs.measure``; all of it takes some minutes.

What is found stands in ``reference/verification.json``, from which the page of the family is made. Only what
has changed is measured; what was measured with a library that is not installed any more stays.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inception_graph.checkpoints import expected
from inception_graph.compiler import compile_spec, finish
from inception_graph.peers import PEERS, Peer, PeerMissing
from inception_graph.verification.declared import declared

if TYPE_CHECKING:
    from inception_graph.compiler import Compilation
    from inception_graph.ir.graph import TypedGraph

MEASURED = Path(__file__).parent / "reference" / "verification.json"
LARGER = 6
"""Pixels that the other size has more: so few that the fixed last pools of some libraries still fit."""

SMALL = 139
"""Side of the images of a step of training, which takes long in double precision."""


def digest(peer: Peer) -> str:
    """Changes with all that a measurement depends on in our network: its steps, and the rules of names."""
    typed = _sound(compile_spec(peer.spec))
    rules = expected(typed, typed.program.checkpoints[peer.source])
    names = [(entry.tensor.name, entry.theirs, entry.shape) for entry in rules]
    steps = [(s.kind, s.where, sorted(s.facts.items()), s.inputs) for s in declared(typed).steps]
    return hashlib.sha256(repr((names, steps)).encode()).hexdigest()[:16]


def measured() -> dict[str, dict[str, Any]]:
    """What was measured, by the name of the peer."""
    return json.loads(MEASURED.read_text(encoding="utf-8")) if MEASURED.exists() else {}


def installed(peer: Peer) -> str:
    """The library with its version."""
    return f"{peer.distribution} {peer.version}"


def measure(peer: Peer) -> dict[str, Any]:
    """Outputs of one network at two sizes, and a step of training.

    Raises:
        PeerMissing: The library cannot be imported.
    """
    from inception_graph.verification.against import compared
    from inception_graph.verification.outputs import evaluated, trained

    compilation = compile_spec(peer.spec)
    typed = _sound(compilation)
    program, rules = typed.program, typed.program.checkpoints[peer.source]
    bare = program.without_auxiliary()
    channels, height, width = program.input
    larger = bare.of_size((channels, height + LARGER, width + LARGER))
    found = compared(compilation, peer.source, outputs=False)
    sizes = {
        f"{size.input[1]}x{size.input[2]}": evaluated(
            _sound(finish(size, compilation)), rules, peer.build()
        ).difference
        for size in (bare, larger)
    }
    training = program if len(peer.outputs) > 1 else bare
    if not peer.fixed:
        training = training.of_size((channels, SMALL, SMALL))
    step = trained(_sound(finish(training, compilation)), rules, peer.build(double=True))
    return {
        "spec": peer.spec,
        "source": peer.source,
        "version": installed(peer),
        "digest": digest(peer),
        "steps": found.pairing.steps[0],
        "paired": found.pairing.paired,
        "differences": sum(not each.training for each in found.pairing.differences),
        "outputs": sizes,
        "loss": step.loss,
        "gradients": step.gradients,
    }


def _sound(compilation: Compilation) -> TypedGraph:
    if compilation.typed is None:
        raise AssertionError(compilation.name)
    return compilation.typed


if __name__ == "__main__":
    results = measured()
    for each in PEERS:
        known = results.get(each.name, {})
        if (known.get("digest"), known.get("version")) == (digest(each), installed(each)):
            continue
        try:
            results[each.name] = measure(each)
        except PeerMissing as missing:
            print(f"left as it was: {each.name}: {missing}", file=sys.stderr)
            continue
        print(f"{each.name}: {results[each.name]['outputs']}", file=sys.stderr)
        ordered = {peer.name: results[peer.name] for peer in PEERS if peer.name in results}
        MEASURED.write_text(json.dumps(ordered, indent=2) + "\n", encoding="utf-8")
