"""The network: made from the file beside the run, and prepared for how it is to be trained."""

from __future__ import annotations

import importlib.util
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.parallel import DistributedDataParallel
from torch.utils.checkpoint import checkpoint

from training.config import Config
from training.errors import RunError
from training.processes import Place, synchronise_norms


def create(folder: Path, config: Config, place: Place) -> tuple[nn.Module, dict[str, float]]:
    """The network of model.py with fresh weights, and what the losses of its auxiliary heads count.

    Raises:
        RunError: The file is not there, or does not hold the network of config.yaml.
    """
    path = folder / "model.py"
    if not path.is_file():
        raise RunError(
            f"there is no '{path}': make the folder with 'inception-graph emit --with-training'"
        )
    spec: Any = importlib.util.spec_from_file_location("model", path)
    source = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(source)
    if not hasattr(source, config.network):
        raise RunError(f"'{path}' holds no class '{config.network}', which config.yaml names")
    model = getattr(source, config.network)().to(place.device)
    if config.channels_last:
        model.to(memory_format=torch.channels_last)
    if config.norm_decay is not None:
        # torch's momentum is the share of the new batch, TensorFlow's decay that of the old ones.
        for module in model.modules():
            if isinstance(module, _BatchNorm):
                module.momentum = 1 - config.norm_decay
    return model, getattr(source, "LOSS_WEIGHTS", {})


def for_scale(model: nn.Module, config: Config, place: Place) -> nn.Module:
    """What is called in training: the network itself, changed as the recipe asks, alone or in step with others."""
    if config.sync_norm:
        synchronise_norms(model, place)
    if config.gradient_checkpointing:
        for stage in model.children():
            if any(True for _ in stage.parameters()):
                recomputed = partial(_once, stage)
                stage.forward = partial(
                    checkpoint, stage.forward, use_reentrant=False, context_fn=recomputed
                )
    if config.compile:
        model.compile()
    if place.world == 1:
        return model
    return DistributedDataParallel(model, gradient_as_bucket_view=True)


def _once(stage: nn.Module) -> tuple[AbstractContextManager[None], AbstractContextManager[None]]:
    """Contexts of a stage's forward pass and of its repetition, in which statistics are not counted again."""
    return nullcontext(), _statistics_kept(stage)


@contextmanager
def _statistics_kept(stage: nn.Module) -> Generator[None]:
    norms = [module for module in stage.modules() if isinstance(module, _BatchNorm)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 0.0  # the old statistics stay; without them, other tensors would be kept
    try:
        yield
    finally:
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum
            norm.num_batches_tracked.sub_(1)


def stage_norms(model: nn.Module) -> dict[str, Tensor]:
    """The norm of the gradient in each stage, as the network names its stages, on the device."""
    stages: dict[str, list[Tensor]] = {}
    for name, weight in model.named_parameters():
        if weight.grad is not None:
            stages.setdefault(name.split(".")[0], []).append(weight.grad)
    return {
        stage: torch.stack(torch._foreach_norm(gradients)).norm()
        for stage, gradients in stages.items()
    }
