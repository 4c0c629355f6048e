"""Optimisers, which weights they decay, and averages of weights."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from training.config import Config
from training.errors import RunError


class RMSProp(Optimizer):
    """RMSProp as TensorFlow 1 computes it, with which the family was trained.

    The mean of squared gradients starts at one, not at zero; epsilon stands inside the root; and the learning rate is
    multiplied in before the momentum. With the papers' epsilon of 1.0, ``torch.optim.RMSprop`` is another optimiser.

        mean     = decay * mean + (1 - decay) * gradient ** 2
        velocity = momentum * velocity + rate * gradient / sqrt(mean + epsilon)
        weight   = weight - velocity

    Weight decay is an L2 loss, ``weight_decay / 2 * weight ** 2``, as there.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float,
        momentum: float = 0.9,
        decay: float = 0.9,
        epsilon: float = 1.0,
        weight_decay: float = 0.0,
    ) -> None:
        defaults = {
            "lr": lr, "momentum": momentum, "decay": decay, "epsilon": epsilon, "weight_decay": weight_decay,
        }  # fmt: skip
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """Change all weights that have gradients."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            weights = [weight for weight in group["params"] if weight.grad is not None]
            if weights:
                self._step(group, weights)
        return loss

    def _step(self, group: dict[str, Any], weights: list[Tensor]) -> None:
        for weight in weights:
            if not self.state[weight]:
                self.state[weight] = {
                    "mean": torch.ones_like(weight),
                    "velocity": torch.zeros_like(weight),
                }
        means = [self.state[weight]["mean"] for weight in weights]
        velocities = [self.state[weight]["velocity"] for weight in weights]
        gradients = [weight.grad for weight in weights]
        if group["weight_decay"]:
            gradients = torch._foreach_add(gradients, weights, alpha=group["weight_decay"])
        torch._foreach_mul_(means, group["decay"])
        torch._foreach_addcmul_(means, gradients, gradients, 1 - group["decay"])
        roots = torch._foreach_add(means, group["epsilon"])
        torch._foreach_sqrt_(roots)
        torch._foreach_mul_(velocities, group["momentum"])
        torch._foreach_addcdiv_(velocities, gradients, roots, group["lr"])
        torch._foreach_sub_(weights, velocities)


def _sgd(groups: list[dict[str, Any]], config: Config, options: dict[str, Any]) -> Optimizer:
    momentum = 0.9 if config.momentum is None else config.momentum
    return torch.optim.SGD(groups, config.learning_rate, momentum, **options)


def _rmsprop(groups: list[dict[str, Any]], config: Config, options: dict[str, Any]) -> Optimizer:
    given = {name: getattr(config, name) for name in ("momentum", "decay", "epsilon")}
    return RMSProp(
        groups, config.learning_rate, **{n: v for n, v in given.items() if v is not None}
    )


def _adamw(groups: list[dict[str, Any]], config: Config, options: dict[str, Any]) -> Optimizer:
    betas = (
        0.9 if config.momentum is None else config.momentum,
        0.999 if config.decay is None else config.decay,
    )
    epsilon = 1e-8 if config.epsilon is None else config.epsilon
    return torch.optim.AdamW(groups, config.learning_rate, betas, epsilon, **options)


OPTIMIZERS = {"sgd": _sgd, "rmsprop": _rmsprop, "adamw": _adamw}


def make_optimizer(model: nn.Module, config: Config) -> Optimizer:
    """The optimiser of a recipe.

    Its groups hold a ``factor`` of the learning rate each (Caffe's ``lr_mult``). Weights of convolutions and linear
    layers have two dimensions or more; what has one is a bias or belongs to a normalisation.

    Raises:
        RunError: There is no such optimiser.
    """
    if config.optimizer not in OPTIMIZERS:
        raise RunError(f"there is no optimizer '{config.optimizer}': {', '.join(OPTIMIZERS)}")
    groups: dict[tuple[bool, bool], list[Tensor]] = {}
    for module in model.modules():
        for name, weight in module.named_parameters(recurse=False):
            is_decayed = weight.dim() > 1 or config.weight_decay_on == "all"
            is_bias = name == "bias" and not isinstance(module, nn.modules.batchnorm._BatchNorm)
            groups.setdefault((is_decayed, is_bias), []).append(weight)
    made = [
        {
            "params": weights,
            "weight_decay": config.weight_decay if is_decayed else 0.0,
            "factor": config.bias_rate if is_bias else 1.0,
        }
        for (is_decayed, is_bias), weights in groups.items()
    ]
    # One kernel for all weights: torch has it where they are on one device, and in few bits only on a GPU.
    return OPTIMIZERS[config.optimizer](made, config, {"fused": True})


def set_rate(optimizer: Optimizer, rate: float) -> None:
    """Give every group its learning rate."""
    for group in optimizer.param_groups:
        group["lr"] = rate * group["factor"]


class Average:
    """Polyak's average of weights and of running statistics, which is what the papers evaluate.

    ``average = decay * average + (1 - decay) * weights`` after every step; the decay grows towards its value as
    TensorFlow's does with a counter of steps, ``(1 + steps) / (10 + steps)``, so that a short run is averaged too.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.model = copy.deepcopy(model).requires_grad_(False)
        self.decay, self.steps = decay, 0

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        """Take in the weights after a step."""
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        self.steps += 1
        pairs = list(zip(_state(self.model), _state(model), strict=True))
        smooth = [(mine, theirs) for mine, theirs in pairs if mine.is_floating_point()]
        torch._foreach_lerp_([m for m, _ in smooth], [t for _, t in smooth], 1 - decay)
        for mine, theirs in pairs:
            if not mine.is_floating_point():
                mine.copy_(theirs)

    def state_dict(self) -> dict[str, Any]:
        """Weights and the number of steps."""
        return {"model": self.model.state_dict(), "steps": self.steps}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from another's state."""
        self.model.load_state_dict(state["model"])
        self.steps = state["steps"]


def _state(model: nn.Module) -> list[Tensor]:
    return [tensor.detach() for tensor in (*model.parameters(), *model.buffers())]
