"""The section ``checkpoints``: by source, what our layers are called in weights that fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from inception_graph.diagnostics.codes import Code
from inception_graph.ir.checkpoints import CheckpointSource
from inception_graph.ir.faults import report_faults
from inception_graph.ops.fields import show
from inception_graph.spec.names import check_name
from inception_graph.spec.tree import Mapping, Tree, is_null, place

if TYPE_CHECKING:
    from inception_graph.diagnostics.report import Report
    from inception_graph.diagnostics.source import Places


def read_checkpoints(
    tree: Tree | None, report: Report, places: Places
) -> dict[str, CheckpointSource]:
    """All sources by name; faults are reported, and faulty sources left out."""
    if tree is None or is_null(tree):
        return {}
    if not isinstance(tree, Mapping):
        message = f"'checkpoints' holds sources by name, or a path, not {show(tree.plain())}"
        report.add(Code.WRONG_TYPE, message, place(tree))
        return {}
    found: dict[str, CheckpointSource] = {}
    for name, (key, value) in tree.entries.items():
        check_name(name, "source", place(key), report)
        try:
            found[name] = CheckpointSource.model_validate(value.plain())
        except ValidationError as error:
            what = f"checkpoint source '{name[:60]}'"
            path = ("checkpoints", name)
            if isinstance(value, Mapping):
                report_faults(
                    error,
                    CheckpointSource,
                    what,
                    report,
                    places,
                    lambda at, path=path: (*path, *at),
                )
                continue
            message = f"{what} is a mapping of layout, names and so on, not {show(value.plain())}"
            report.add(Code.WRONG_TYPE, message, places.value(path))
    return found
