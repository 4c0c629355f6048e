"""How an optimised network loads and gives back the weights of the plain one; emission copies what a file needs."""

from typing import Any

import torch
from torch import Tensor, nn


class Merged:
    """One layer in place of several of the plain network, side by side in its channels, times a constant."""

    def __init__(self, layer: str, *parts: tuple[str, int], scale: float = 1) -> None:
        self.layer, self.parts, self.scale = layer, parts, scale

    def __call__(self, module: nn.Module, state: dict[str, Any], prefix: str, *_: Any) -> None:
        """Put the parts together before they are loaded."""
        first = f"{prefix}{self.parts[0][0]}."
        for tail in [name.removeprefix(first) for name in state if name.startswith(first)]:
            names = [f"{prefix}{part}.{tail}" for part, _ in self.parts]
            if all(name in state for name in names):
                found = [state.pop(name) for name in names]
                state[f"{prefix}{self.layer}.{tail}"] = joined(found, self.scale)

    def undo(self, state: dict[str, Tensor], prefix: str) -> None:
        """Give each part its own."""
        whole = f"{prefix}{self.layer}."
        for tail in [name.removeprefix(whole) for name in state if name.startswith(whole)]:
            tensor = joined([state.pop(f"{whole}{tail}")], 1 / self.scale)
            widths = [width for _, width in self.parts]
            shares = tensor.split(widths) if tensor.dim() else [tensor] * len(widths)
            for (part, _), share in zip(self.parts, shares, strict=True):
                state[f"{prefix}{part}.{tail}"] = share


def joined(tensors: list[Tensor], scale: float) -> Tensor:
    """Tensors of several layers as one; a count of batches is that of all."""
    if not tensors[0].dim():
        return tensors[0]
    whole = torch.cat(tensors) if len(tensors) > 1 else tensors[0]
    return whole if scale == 1 else whole * scale


class Folded:
    """A convolution in place of one of the plain network and its batch normalisation."""

    def __init__(self, layer: str, eps: float, *, scale: bool = True, bias: bool = False) -> None:
        self.layer, self.eps, self.scale, self.bias = layer, eps, scale, bias

    def __call__(self, module: nn.Module, state: dict[str, Any], prefix: str, *_: Any) -> None:
        """Fold scale and shift into kernel and bias before they are loaded."""
        kernel, bias, norm = (
            f"{prefix}{self.layer}.weight",
            f"{prefix}{self.layer}.bias",
            f"{prefix}norm.",
        )
        if f"{norm}running_var" not in state or kernel not in state:
            return
        taken = {name: state.pop(name) for name in list(state) if name.startswith(norm)}
        plain = state[kernel]
        factor = (taken[f"{norm}running_var"].double() + self.eps).rsqrt()
        factor = factor * taken.get(f"{norm}weight", factor.new_ones(()))
        shift = taken[f"{norm}bias"] - taken[f"{norm}running_mean"] * factor
        state[kernel] = (plain * factor.view(-1, *[1] * (plain.dim() - 1))).to(plain.dtype)
        state[bias] = (state.get(bias, 0) * factor + shift).to(plain.dtype)

    def undo(self, state: dict[str, Tensor], prefix: str) -> None:
        """Give a normalisation that changes nothing but adds the bias."""
        shift = state.pop(f"{prefix}{self.layer}.bias")
        norm, ones = f"{prefix}norm.", torch.ones_like(shift)
        if self.bias:
            state[f"{prefix}{self.layer}.bias"] = torch.zeros_like(shift)
        if self.scale:
            state[f"{norm}weight"] = ones
        state[f"{norm}bias"] = shift
        state[f"{norm}running_mean"] = torch.zeros_like(shift)
        state[f"{norm}running_var"] = ones - self.eps
        state[f"{norm}num_batches_tracked"] = torch.tensor(0)


def attach(module: nn.Module, layout: Any) -> None:
    """Let a module load the weights of the plain network, and give them back."""
    module.register_load_state_dict_pre_hook(layout)
    module.layouts = (*getattr(module, "layouts", ()), layout)


def plain_state(model: nn.Module) -> dict[str, Tensor]:
    """The weights of a network under the names and in the shapes of the plain one."""
    state = dict(model.state_dict())
    for path, module in reversed(list(model.named_modules())):
        for layout in getattr(module, "layouts", ()):
            layout.undo(state, f"{path}." if path else "")
    return state
