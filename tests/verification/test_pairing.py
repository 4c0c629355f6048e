"""Differences between two networks are found where they are, and said in words.

Theirs is the live module of ``base.yaml``, recorded while it runs; ours is a variant of it.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from inception_graph.checkpoints import tensors
from inception_graph.compiler import compile_text
from inception_graph.ir.graph import TypedGraph
from inception_graph.verification.declared import declared
from inception_graph.verification.outputs import network_of
from inception_graph.verification.pairing import Pairing, paired
from inception_graph.verification.recorded import recorded
from inception_graph.verification.steps import Trace
from inception_graph.verification.words import folded

HERE = Path(__file__).parent
BASE = (HERE / "base.yaml").read_text(encoding="utf-8")
CASES = {
    name.strip(): (patch, wanted.split("\n"))
    for block in (HERE / "differences.txt").read_text(encoding="utf-8").split("\n== ")[1:]
    for name, patch, wanted in [
        (block.partition("\n")[0], *block.partition("\n")[2].strip().split("\n--\n"))
    ]
}


def typed(text: str) -> TypedGraph:
    found = compile_text(text, folder=HERE).typed
    assert found is not None
    return found


@pytest.fixture(scope="module")
def theirs() -> Trace:
    base = typed(BASE)
    with torch.device("meta"):
        module = network_of(base)()
    return recorded(module, ("logits", "aux"), base.graph.input)


def compare(ours: TypedGraph, theirs: Trace) -> Pairing:
    return paired(declared(ours), theirs, {kept.name: kept.name for kept in tensors(ours)})


def sentences(found: Pairing) -> list[str]:
    return [
        f"{each.where}: {each.text}"
        + (" (training)" if each.training else "")
        + (f" [{each.there}]" if each.there else "")
        for each in folded(found.differences)
    ]


def test_a_network_is_what_its_module_computes(theirs: Trace) -> None:
    found = compare(typed(BASE), theirs)
    assert sentences(found) == []
    assert found.steps == (found.paired, found.paired)
    assert found.paired == len(theirs.steps)


@pytest.mark.parametrize("name", CASES)
def test_what_differs_is_said(name: str, theirs: Trace) -> None:
    patch, wanted = CASES[name]
    ours = typed(f"inception_graph: 1\nname: variant\nextends: base.yaml\n{patch}\n")
    assert (sentences(compare(ours, theirs)) or ["-"]) == wanted
