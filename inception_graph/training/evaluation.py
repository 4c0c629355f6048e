"""How well a trained network does, head by head and class by class, and what each head costs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import torch

from inception_graph.analysis.costs import costs
from inception_graph.diagnostics.terminal import visible
from inception_graph.training import standalone
from inception_graph.training.errors import TrainingError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import nn

    from inception_graph.ir.graph import TypedGraph
    from inception_graph.training.runs import Run

HELD_OUT, ALL = "val", "all"
"""The images that training held out; and all that are there."""


@dataclass(frozen=True)
class Exit:
    """A head, seen as a place where the network could stop.

    Attributes:
        name: Its name; ``logits`` is the network's own output.
        loss: Mean cross entropy, smoothed as in training.
        top1: Share of images whose class it puts first, from 0 to 1.
        top5: Share of images whose class is among its first five.
        macs: Multiply-accumulates for one image of all that the head needs, its own among them.
    """

    name: str
    loss: float
    top1: float
    top5: float
    macs: int


@dataclass(frozen=True)
class Result:
    """What came of an evaluation.

    Attributes:
        network: Name of the network.
        weights: Name of the file of its weights.
        images: Number of images that were read.
        unreadable: A line for each that was not.
        exits: Its heads from the cheapest to the dearest.
        classes: Names of the classes.
        confusion: For each class how many of its images were taken for which.
    """

    network: str
    weights: str
    images: int
    unreadable: tuple[str, ...]
    exits: tuple[Exit, ...]
    classes: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]


def evaluate(
    run: Run,
    data: str,
    *,
    split: str,
    checkpoint: str,
    device: str | None,
    seen: Callable[[int, int], object],
) -> Result:
    """Evaluate a run with the very code that trains.

    Args:
        run: The run.
        data: A folder of images, or shards, as for training.
        split: ``val`` for what training holds out of the data, ``all``, or the name of a folder in it.
        checkpoint: ``best``, ``last``, or a file of weights or a checkpoint.
        device: ``cpu`` or ``cuda``; a GPU where there is one, unless given.
        seen: Told after each batch how many images there are, and how many it had.

    Raises:
        TrainingError: The run, the data or the weights do not fit each other or cannot be read.
    """
    load, heads = standalone.module("data"), standalone.module("heads")
    typed, config = run.network.typed, run.config
    try:
        place = standalone.module("processes").join(device)
        labels = tuple(run.classes.read_text(encoding="utf-8").splitlines())
        images = _split(data, split, labels, config)
        model, weights = _model(run, checkpoint)
        model.to(place.device)
        losses = heads.Losses(
            {head.name: head.loss_weight for head in typed.graph.heads}, config.label_smoothing
        )
        loader = load.Loader(images, config, place, training=False)
        made = standalone.module("evaluation").evaluate(
            model,
            loader,
            losses,
            place,
            confusion=True,
            seen=partial(seen, len(images)),
        )
    except standalone.module("errors").RunError as error:
        raise TrainingError(str(error)) from None
    if made.confusion is None or not made.images:
        message = f"no image of '{visible(data)}' can be read"
        raise TrainingError(message)
    exits = [Exit(name, **meters, macs=macs_to(typed, name)) for name, meters in made.heads.items()]
    return Result(
        typed.program.name,
        weights,
        made.images,
        tuple(made.unreadable),
        tuple(sorted(exits, key=lambda one: one.macs)),
        *_named(labels, made.confusion.tolist()),
    )


def macs_to(typed: TypedGraph, head: str) -> int:
    """Multiply-accumulates for one image of all that a head depends on; ``logits`` is the network's own output."""
    outputs = {one.name: one.output for one in typed.graph.heads}
    needed = typed.graph.behind(outputs.get(head, typed.graph.output))
    counted = costs(typed).nodes
    return sum(counted[index].macs for index in needed)


def _split(data: str, split: str, labels: tuple[str, ...], config: Any) -> Any:
    load = standalone.module("data")
    if split == ALL:
        return load.open_split(data, labels)
    if split != HELD_OUT or (Path(data) / split).is_dir():
        return load.open_split(str(Path(data) / split), labels)
    found = load.read_data(data, None, config.holdout, config.seed)
    if found.classes != labels:
        message = f"'{visible(data)}' has other classes than the run was trained on; '--split all' takes some of them"
        raise TrainingError(message)
    return found.validation


def _model(run: Run, checkpoint: str) -> tuple[nn.Module, str]:
    """The trained module, and the name of the file that its weights are from."""
    if checkpoint == "best":
        return run.network.create_model(run.weights, strict=True), run.weights.name
    checkpoints = standalone.module("checkpoints")
    if checkpoint == "last":
        said: list[str] = []
        state = checkpoints.Checkpoints(run.folder / "checkpoints", 1).newest(said.append)
        if state is None:
            message = f"'{visible(str(run.folder))}' holds no checkpoint yet"
            raise TrainingError(message)
        return _restored(run, state), f"step-{state['step']:08}.pt"
    path = Path(checkpoint)
    state = _checkpoint(path)
    if state is None:
        return run.network.create_model(path, strict=True), path.name
    return _restored(run, state), path.name


def _checkpoint(path: Path) -> dict[str, Any] | None:
    """The content of a checkpoint of a run, or None where the file is something else."""
    try:
        found: Any = torch.load(path, map_location="cpu", weights_only=True)
    except Exception:  # whatever torch cannot read here, the reader of weights answers
        return None
    if not isinstance(found, dict) or not {"model", "average", "step"} <= found.keys():
        return None
    return cast("dict[str, Any]", found)


def _restored(run: Run, state: dict[str, Any]) -> nn.Module:
    model = run.network.create_model()
    weights = state["average"]["model"] if state["average"] else state["model"]
    try:
        model.load_state_dict(weights)
    except RuntimeError:
        message = "the checkpoint is of another network than the run's"
        raise TrainingError(message) from None
    return model


def _named(
    labels: Sequence[str], counts: Sequence[Sequence[int]]
) -> tuple[tuple[str, ...], tuple[tuple[int, ...], ...]]:
    """Classes with names, and without one where the network has more than the data and answered so."""
    answered = (index for row in counts for index, count in enumerate(row) if count)
    known = max(len(labels), 1 + max(answered, default=0))
    names = (*labels, *(f"class {index}" for index in range(len(labels), known)))
    return names, tuple(tuple(row[:known]) for row in counts[:known])
