"""The files of a run directory before the run: the network, its recipe, and the loop that reads both."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from inception_graph.backends.pytorch.emit import network_class
from inception_graph.files import MAKER, FileConflictError, guard, write_atomically
from inception_graph.ir.header import Preprocess
from inception_graph.ir.training import Training
from inception_graph.ops.base import size
from inception_graph.ops.documentation import described
from inception_graph.resources import folder as shipped
from inception_graph.spec.writer import to_yaml
from inception_graph.training.classes import classes
from inception_graph.training.errors import TrainingError
from inception_graph.training.recipe import recipe

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from inception_graph.network import Network

CONFIG, SPEC, MODEL = "config.yaml", "spec.yaml", "model.py"

_FACTS = {
    "name": "What is trained.",
    "network": "Its class in model.py.",
    "digest": "SHA-256 of the text of spec.yaml.",
    "input": "Channels, height and width of an image.",
    "classes": "Number of classes.",
    "preprocess": "How an image becomes an input.",
}
HEADINGS = {
    "name": "Network",
    "source": "Recipe",
    "optimizer": "Optimiser",
    "schedule": "Learning rate",
    "label_smoothing": "Loss, gradients, averages",
    "crop_area": "Augmentation",
    "seed": "How it is carried out",
    "log_every": "What is kept, and when it stops",
}
"""What a group of values is called, by the first of the group."""


def files(network: Network, changes: Mapping[str, Any]) -> dict[str, str]:
    """The texts of a run directory by path.

    Args:
        network: What is trained, its auxiliary heads with it.
        changes: What its recipe is to say otherwise, as ``recipe`` takes it.

    Raises:
        NoScoresError: The network scores no classes.
        TrainingError: Its outputs are not what a loss over classes takes, its inputs not what images give; or there is
            no such recipe.
    """
    number = classes(network)
    chosen = recipe(network.program.training, changes)
    spec = f"# {MAKER}: {network.name}, resolved\n{to_yaml(network.program)}"
    facts = {
        "name": network.name,
        "network": network_class(network.program),
        "digest": hashlib.sha256(spec.encode()).hexdigest(),
        "input": network.input,
        "classes": number,
        "preprocess": (network.program.preprocess or Preprocess()).model_dump(),
    }
    codegen = shipped("codegen")
    code = [codegen / "train.py", *sorted((codegen / "training").glob("*.py"))]
    return {
        MODEL: network.emit(),
        SPEC: spec,
        CONFIG: _config(facts, chosen),
        "README.md": _readme(network, chosen, number),
        **{path.relative_to(codegen).as_posix(): path.read_text(encoding="utf-8") for path in code},
    }


def _config(facts: Mapping[str, Any], chosen: Training) -> str:
    """Every value, so that nothing else in the folder has a default."""
    said = {**_FACTS, **described(Training)}
    lines = [
        f"# {MAKER}: how {facts['name']} is trained. One 'name: value' a line, the value as JSON.",
    ]
    for name, value in {**facts, **chosen.model_dump()}.items():
        if name in HEADINGS:
            lines += ["", f"# -- {HEADINGS[name]}"]
        lines += [f"# {said[name]}", f"{name}: {json.dumps(value)}"]
    return "\n".join(lines) + "\n"


def _readme(network: Network, chosen: Training, number: int) -> str:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(shipped("codegen")),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # names are identifiers, all else is numbers: nothing in it can become markup
        keep_trailing_newline=True,
        trim_blocks=True,
    )
    return environment.get_template("README.md.jinja").render(
        name=network.name,
        network=network_class(network.program),
        maker=MAKER,
        input=size(network.input),
        classes=number,
        parameters=f"{network.costs.parameters_with_auxiliary:,}",
        heads=[head.name for head in network.typed.graph.heads],
        recipe=chosen,
    )


def holds_a_run(folder: Path) -> bool:
    """Whether a run was begun in a directory."""
    return (folder / "metrics.jsonl").exists() or (folder / "checkpoints").exists()


def write(texts: Mapping[str, str], folder: Path, *, force: bool = False) -> None:
    """Write a run directory: nothing at all where one of its files would destroy something of the user's.

    Raises:
        FileConflictError: A file is there that is not ours, and ``force`` is not given.
        TrainingError: A run was begun here, of which the files are what was trained.
    """
    if folder.exists() and not folder.is_dir():
        message = f"'{folder}' is a file, not a folder"
        raise FileConflictError(message)
    if holds_a_run(folder):
        message = f"'{folder}' holds a run already: say --resume to go on, or take another folder"
        raise TrainingError(message)
    folder.mkdir(parents=True, exist_ok=True)
    ours = (folder / CONFIG).exists()
    guard(folder / CONFIG, force=force)
    for name in texts:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        guard(path, force=force or ours)
    for name, text in texts.items():
        write_atomically(folder / name, text)
