"""Which passes there are, in which order they run, and what must hold behind each."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inception_graph.diagnostics.report import Report, did_you_mean
from inception_graph.ir.elaborate import elaborate
from inception_graph.ir.infer import infer
from inception_graph.passes.base import Pass, Record
from inception_graph.passes.drop_training_only import DropTrainingOnly
from inception_graph.passes.eliminate import Eliminate
from inception_graph.passes.fold_norm import FoldNorm
from inception_graph.passes.fold_scale import FoldScale
from inception_graph.passes.merge_siblings import MergeSiblings
from inception_graph.passes.pack_kernels import PackKernels
from inception_graph.passes.project_before_pool import ProjectBeforePool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inception_graph.ir.graph import TypedGraph
    from inception_graph.ir.program import Program
    from inception_graph.limits import Limits

# Behind the others there is more to eliminate: activations that now read what is theirs alone.
_INFERENCE: tuple[Pass, ...] = (
    DropTrainingOnly(), Eliminate(), ProjectBeforePool(), FoldNorm(), FoldScale(), MergeSiblings(),
    Eliminate(), PackKernels(),
)  # fmt: skip

PRESETS: dict[str, tuple[Pass, ...]] = {
    "train": tuple(one for one in _INFERENCE if one.exact),
    "inference": _INFERENCE,
    "compile": tuple(one for one in _INFERENCE if not isinstance(one, MergeSiblings | PackKernels)),
}
"""Passes under one name, in the order in which they run; ``compile`` is inference under a compiler.

Compilers pack kernels themselves, and give every reader of a merged convolution a copy of its share.
"""


class PassError(Exception):
    """A pass is asked for that does not exist, or that cannot do anything for this network."""


@dataclass(frozen=True)
class Step:
    """One pass and what came of it.

    Attributes:
        applied: The pass.
        record: What it did, and what it left and why.
        program: The program behind it.
        seconds: How long it took, checking included.
    """

    applied: Pass
    record: Record
    program: Program
    seconds: float


@dataclass(frozen=True)
class Optimised:
    """A network behind its passes."""

    typed: TypedGraph
    steps: tuple[Step, ...]


def passes(wanted: str | Sequence[str]) -> tuple[Pass, ...]:
    """Passes by the name of a preset, by their own, or by a list of those.

    Raises:
        PassError: There is none of a name.
    """
    if isinstance(wanted, str) and wanted in PRESETS:
        return PRESETS[wanted]
    names = [part.strip() for part in wanted.split(",")] if isinstance(wanted, str) else wanted
    known = {one.name: one for one in _INFERENCE}
    for name in names:
        if name not in known:
            others = [*PRESETS, *known]
            hint = did_you_mean(name, others) or f"there are {', '.join(others)}"
            message = f"there is no pass '{name[:40]}': {hint}"
            raise PassError(message)
    return tuple(known[name] for name in names)


def optimise(typed: TypedGraph, wanted: Sequence[Pass], limits: Limits) -> Optimised:
    """Run passes one behind the other; behind each the network is built and typed anew.

    What a spec expects of itself is dropped as soon as something is changed: it holds for the plain network.

    Raises:
        PassError: What a pass gives is no network, which is a fault of the pass.
    """
    steps: list[Step] = []
    for one in wanted:
        started, record = time.perf_counter(), Record()
        program = one.run(typed, record)
        if program is not typed.program:
            program = replace(program, expect=None)
            typed = _typed(program, one, limits)
        steps.append(Step(one, record, program, time.perf_counter() - started))
    return Optimised(typed, tuple(steps))


def _typed(program: Program, one: Pass, limits: Limits) -> TypedGraph:
    report = Report()
    graph = elaborate(program, report, limits)
    typed = infer(graph, report, limits) if graph is not None else None
    if typed is None or report.failed:
        found = report.sorted()[0].message if report.failed else "it has no shapes"
        message = f"'{one.name}' made of '{program.name}' what is no network: {found}"
        raise PassError(message)
    return typed
