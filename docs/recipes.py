"""The page of recipes: every field of ``training:``, and what the shipped networks say in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import inception_graph as ig
from inception_graph.ir.training import Training
from inception_graph.ops.documentation import described
from inception_graph.training.folder import HEADINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD = """\
# Recipes

Made by `make docs` from the specs and from the code that reads them. `training:` in a spec says how the network is
trained; `--set training.NAME=VALUE` says otherwise for one run, and `config.yaml` of a run holds every value. Weights
of auxiliary losses and rates of dropout stand in the nodes. How to start, resume and scale a run:
[training](../how-to/train.md).

`epochs`, `batch`, `optimizer` and `learning_rate` are required, all else has a default.
"""
_NETWORKS = """
## Of the shipped networks

Where a number is not published, the source says so.
"""


def recipes() -> str:
    """The text of the page."""
    return "\n".join([_HEAD, *_fields(), _NETWORKS, *_networks()]) + "\n"


def _fields() -> Iterator[str]:
    said = described(Training)
    for name, field in Training.model_fields.items():
        if name in HEADINGS:
            yield from ([] if name == "source" else [""])
            yield from (
                f"## {HEADINGS[name]}",
                "",
                "| field | default | meaning |",
                "| --- | --- | --- |",
            )
        default = "required" if field.is_required() else f"`{_short(field.default)}`"
        yield f"| `{name}` | {default} | {said[name]} |"


def _networks() -> Iterator[str]:
    """A paragraph for each recipe, with all networks that share it."""
    shared: dict[str, list[str]] = {}
    for name in ig.list_models():
        shared.setdefault(_said(ig.load(name).program.training), []).append(name)
    for said, names in shared.items():
        yield f"**{', '.join(names)}**: {said}\n"


def _said(recipe: Training | None) -> str:
    if recipe is None:
        return "none; it gives an embedding, and nothing here trains that."
    given = recipe.model_dump(exclude_unset=True)
    source = given.pop("source").rstrip(".")
    return f"{', '.join(f'{name} {_short(value)}' for name, value in given.items())}. {source}."


def _short(value: object) -> str:
    words = {None: "null", True: "true", False: "false"}
    if value is None or isinstance(value, bool):
        return words[value]
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_short, value))}]"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
