"""The shipped networks, all of them: which weights fit which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.checkpoints import Candidate, expected
from inception_graph.compiler import compile_spec
from inception_graph.resources import specs

if TYPE_CHECKING:
    from collections.abc import Iterator


def candidates() -> Iterator[Candidate]:
    """Every shipped network with every source of weights, and with our own names; each compiled when it is reached."""
    for name in specs():
        typed = compile_spec(name).typed
        if typed is None:
            continue
        for source, facts in typed.program.checkpoints.items():
            yield Candidate(name, source, expected(typed, facts))
        yield Candidate(name, None, expected(typed, None))
