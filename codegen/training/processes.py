"""One process of several: where it runs, and what it tells the others."""

from __future__ import annotations

import os
from dataclasses import dataclass

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor, nn
from torch.distributed.nn.functional import all_reduce
from torch.nn.modules.batchnorm import _BatchNorm

from training.errors import RunError


@dataclass(frozen=True)
class Place:
    """Where a process runs.

    Attributes:
        rank: Its number among all processes; 0 writes the files.
        world: The number of processes.
        device: The device that it computes on.
    """

    rank: int
    world: int
    device: torch.device

    @property
    def first(self) -> bool:
        """Whether this process speaks and writes for all."""
        return self.rank == 0

    def any(self, claim: bool) -> bool:
        """Whether a claim holds on one process at least; all must ask."""
        if self.world == 1:
            return claim
        told = torch.tensor(int(claim))
        dist.all_reduce(told, op=dist.ReduceOp.MAX, group=_words)
        return bool(told)

    def sum(self, numbers: Tensor) -> Tensor:
        """Numbers added up over all processes, in place."""
        if self.world > 1:
            dist.all_reduce(numbers)
        return numbers

    def share(self, *models: nn.Module) -> None:
        """Give every process the first one's running statistics, which are those that are saved."""
        for model in models if self.world > 1 else ():
            for buffer in model.buffers():
                dist.broadcast(buffer, 0)


_words: dist.ProcessGroup | None = None
"""A group that talks over the processor, so that no device has to wait for a word."""


def join(device: str | None) -> Place:
    """The place of this process, as torchrun's environment tells; alone without it.

    Raises:
        RunError: The device is not there.
    """
    global _words
    wanted = device or ("cuda" if torch.cuda.is_available() else "cpu")
    if wanted not in ("cpu", "cuda"):
        raise RunError(f"there is no device '{wanted}': cpu or cuda")
    if wanted == "cuda" and not torch.cuda.is_available():
        raise RunError("torch sees no GPU here: leave out '--device cuda'")
    world, local = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("LOCAL_RANK", "0"))
    if wanted == "cuda":
        if local >= torch.cuda.device_count():
            raise RunError(
                f"{torch.cuda.device_count()} GPUs are fewer than the processes on this machine"
            )
        torch.cuda.set_device(local)
    place = torch.device(wanted, local) if wanted == "cuda" else torch.device("cpu")
    if world > 1:
        _check_restarts()
        dist.init_process_group("nccl" if wanted == "cuda" else "gloo")
        _words = dist.new_group(backend="gloo")
    return Place(int(os.environ.get("RANK", "0")), world, place)


def _check_restarts() -> None:
    """Make sure that processes can meet again after one of them was started anew."""
    # What the first start left in torchrun's own store would keep the second from meeting (pytorch/pytorch#135712).
    is_shared = os.environ.get("TORCHELASTIC_USE_AGENT_STORE") == "True"
    if is_shared and os.environ.get("TORCHELASTIC_MAX_RESTARTS", "0") != "0":
        raise RunError(
            "torchrun could not start a lost process again: set TORCH_DISABLE_SHARE_RDZV_TCP_STORE=1 for it"
        )


def leave() -> None:
    """Part from the other processes."""
    if dist.is_available() and dist.is_initialized():
        dist.destroy_process_group()


class _BatchNormOnProcessors(_BatchNorm):
    """Batch normalisation by the statistics of all processes, where torch's own knows GPUs only."""

    def forward(self, x: Tensor) -> Tensor:
        """Normalise; processes must hold equally many images."""
        if not self.training:
            return F.batch_norm(
                x, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps
            )
        over = [dim for dim in range(x.dim()) if dim != 1]
        shape = [-1 if dim == 1 else 1 for dim in range(x.dim())]
        world = dist.get_world_size()
        mean = all_reduce(x.mean(over)) / world
        centred = x - mean.view(shape)
        variance = all_reduce(centred.square().mean(over)) / world
        if self.track_running_stats:
            count = x.numel() // x.shape[1] * world
            with torch.no_grad():
                self.num_batches_tracked.add_(1)
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(variance * (count / (count - 1)), self.momentum)
        normal = centred * (variance + self.eps).rsqrt().view(shape)
        return normal * self.weight.view(shape) + self.bias.view(shape)


def synchronise_norms(model: nn.Module, place: Place) -> None:
    """Let every batch normalisation see the images of all processes."""
    # Only the class of a layer changes: torch's converter makes new layers, and knows none that has no scale.
    for module in model.modules() if place.world > 1 else ():
        if isinstance(module, _BatchNorm):
            module.process_group = None
            is_gpu = place.device.type == "cuda"
            module.__class__ = nn.SyncBatchNorm if is_gpu else _BatchNormOnProcessors
