"""What rules derive is what public weights hold: every name and every shape, nothing more and nothing less."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from name_tables import TABLES, held, numbered_from_zero

from inception_graph.checkpoints import Candidate, Expected, expected, match
from inception_graph.compiler import compile_spec
from inception_graph.resources import specs


@cache
def typed(spec: str) -> Any:
    compilation = compile_spec(spec)
    assert compilation.typed is not None, compilation.report.sorted()
    return compilation.typed


def own(spec: str) -> list[str]:
    """Sources of a network that it does not inherit."""
    places = typed(spec).program.places
    inherited = places.key(("checkpoints",)).source is not places.value(()).source
    return [] if inherited else list(typed(spec).program.checkpoints)


def expectations(table: Path) -> tuple[Expected, ...]:
    source, _, spec = table.stem.partition(".")
    return expected(typed(spec), typed(spec).program.checkpoints[source])


@pytest.mark.parametrize("spec", list(specs()))
def test_every_source_of_every_network_has_a_table(spec: str) -> None:
    tables = {table.stem for table in TABLES}
    assert not {f"{source}.{spec}" for source in own(spec)} - tables


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.stem)
def test_derived_names_and_shapes_are_those_of_public_weights(table: Path) -> None:
    theirs = {entry.theirs: entry.shape for entry in expectations(table) if entry.theirs}
    assert theirs == numbered_from_zero(held(table))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.stem)
def test_a_file_of_public_weights_fits_in_full(table: Path) -> None:
    found = match(held(table), Candidate("", "", expectations(table)))
    assert (found.share, found.complete, found.prefix) == (1.0, True, "")
    names = {entry.tensor.name: name for entry, name in found.found}
    assert len(names) == len(held(table))
    assert all(entry.theirs == name for entry, name in found.found if entry.series is None)
