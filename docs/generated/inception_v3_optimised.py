"""Inception v3, arXiv:1512.00567.

Made by inception-graph 0.1.0 from inception_v3.yaml
(sha256 01e8e5000596f5bf):

    inception-graph emit inception_v3 --optimize inference

Input 3x299x299, 23,817,352 parameters,
5,713,216,096 multiply-accumulates an image. Shapes in comments leave out the batch.
This file needs torch only. Emitting again replaces it: edit a copy.
"""

from collections import OrderedDict
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def _packs(dtype: torch.dtype) -> bool:
    """Whether oneDNN is there and computes with such numbers on this machine."""
    if not torch.backends.mkldnn.is_available():
        return False
    has_bfloat16 = torch.ops.mkldnn._is_mkldnn_bf16_supported
    return dtype == torch.float32 or (dtype == torch.bfloat16 and has_bfloat16())


class PackedConv2d(nn.Conv2d):
    """A convolution that keeps its kernel as oneDNN reads it, and applies ReLU in the same call.

    Without this, torch brings the kernel into that form in every call. What is not evaluation of a batch of floats on
    a CPU (training, other devices, autocast, compilers) takes the usual way.
    """

    def __init__(self, *args: Any, relu: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.then = "relu" if relu else "none"
        self.packed, self.packed_from = None, None

    def forward(self, x: Tensor) -> Tensor:
        packed = None if torch.compiler.is_compiling() else self._packed(x)
        if packed is None:
            y = super().forward(x)
            return F.relu(y, inplace=True) if self.then == "relu" else y
        window = self.padding, self.stride, self.dilation, self.groups
        return torch.ops.mkldnn._convolution_pointwise(
            x, packed, self.bias, *window, self.then, [], ""
        )

    def _packed(self, x: Tensor) -> Tensor | None:
        """The kernel in oneDNN's form, made anew where it has changed; None where the usual way is taken."""
        weight = self.weight
        if torch.is_grad_enabled() or x.device.type != "cpu" or weight.device.type != "cpu":
            return None
        if x.dtype != weight.dtype or x.dim() != 4 or torch.is_autocast_enabled("cpu"):
            return None
        state = weight.data_ptr(), 0 if weight.is_inference() else weight._version
        if self.packed_from != state:
            self.packed_from = state
            self.packed = self._pack(weight, x.shape) if _packs(weight.dtype) else None
        return self.packed

    def _pack(self, weight: Tensor, shape: torch.Size) -> Tensor:
        window = self.padding, self.stride, self.dilation, self.groups
        return torch.ops.mkldnn._reorder_convolution_weight(weight, *window, shape)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "packed": None, "packed_from": None}


def attach(module: nn.Module, layout: Any) -> None:
    """Let a module load the weights of the plain network, and give them back."""
    module.register_load_state_dict_pre_hook(layout)
    module.layouts = (*getattr(module, "layouts", ()), layout)


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


class FoldedConvReLU(nn.Module):
    """Convolution with its folded norm, ReLU."""

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int | tuple[int, int], **kwargs: Any
    ) -> None:
        super().__init__()
        self.conv = PackedConv2d(in_channels, out_channels, kernel_size, relu=True, **kwargs)
        attach(self, Folded("conv", eps=0.001))

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


class Chain(nn.Sequential):
    """Modules by name, each reading the one before it."""

    def __init__(self, **modules: nn.Module) -> None:
        super().__init__(OrderedDict(modules))


class FoldedConv(nn.Module):
    """Convolution with its folded norm."""

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int | tuple[int, int], **kwargs: Any
    ) -> None:
        super().__init__()
        self.conv = PackedConv2d(in_channels, out_channels, kernel_size, **kwargs)
        attach(self, Folded("conv", eps=0.001))

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


def joined(tensors: list[Tensor], scale: float) -> Tensor:
    """Tensors of several layers as one; a count of batches is that of all."""
    if not tensors[0].dim():
        return tensors[0]
    whole = torch.cat(tensors) if len(tensors) > 1 else tensors[0]
    return whole if scale == 1 else whole * scale


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


class Concat(nn.ModuleDict):
    """Applies every branch to the same input and joins the results along the channels."""

    def __init__(self, **branches: nn.Module) -> None:
        super().__init__(branches)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([branch(x) for branch in self.values()], dim=1)


class GlobalAvgPool2d(nn.Module):
    """The mean of each channel."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean(dim=(2, 3))


def plain_state(model: nn.Module) -> dict[str, Tensor]:
    """The weights of a network under the names and in the shapes of the plain one."""
    state = dict(model.state_dict())
    for path, module in reversed(list(model.named_modules())):
        for layout in getattr(module, "layouts", ()):
            layout.undo(state, f"{path}." if path else "")
    return state


class InceptionA(nn.Module):
    """35x35 module: Figure 5, the 5x5 of the second branch kept."""

    def __init__(self, in_channels: int, pool: int) -> None:
        super().__init__()
        self.entry = FoldedConvReLU(in_channels, 176, 1)
        self.entry_widths = (64, 48, 64)
        self.branch5 = Chain(expand=FoldedConvReLU(48, 64, 5, padding=2))
        self.branch3x3 = Chain(
            expand1=FoldedConvReLU(64, 96, 3, padding=1),
            expand2=FoldedConvReLU(96, 96, 3, padding=1),
        )
        self.branch_pool = Chain(
            proj=FoldedConv(in_channels, pool, 1),
            pool=nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False),
            proj_relu=nn.ReLU(inplace=True),
        )
        attach(
            self,
            Merged("entry", ("branch1", 64), ("branch5.reduce", 48), ("branch3x3.reduce", 64)),
        )

    def forward(self, x: Tensor) -> Tensor:
        branch1, branch5, branch3x3 = self.entry(x).split(self.entry_widths, dim=1)
        branch5 = self.branch5(branch5)
        branch3x3 = self.branch3x3(branch3x3)
        branch_pool = self.branch_pool(x)
        return torch.cat([branch1, branch5, branch3x3, branch_pool], dim=1)


class ReductionA(nn.Module):
    """Grid reduction 35x35 to 17x17: Figure 10."""

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.branch3 = FoldedConvReLU(in_channels, 384, 3, stride=2)
        self.branch3x3 = Chain(
            reduce=FoldedConvReLU(in_channels, 64, 1),
            expand1=FoldedConvReLU(64, 96, 3, padding=1),
            expand2=FoldedConvReLU(96, 96, 3, stride=2),
        )
        self.branch_pool = nn.MaxPool2d(3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.branch3(x), self.branch3x3(x), self.branch_pool(x)], dim=1)


class InceptionB(nn.Module):
    """17x17 module with 7x7 convolutions factorised into 1x7 and 7x1: Figure 6, n = 7."""

    def __init__(self, in_channels: int, width: int) -> None:
        super().__init__()
        self.entry = FoldedConvReLU(in_channels, 2 * width + 192, 1)
        self.entry_widths = (192, width, width)
        self.branch7 = Chain(
            expand1=FoldedConvReLU(width, width, (1, 7), padding=(0, 3)),
            expand2=FoldedConvReLU(width, 192, (7, 1), padding=(3, 0)),
        )
        self.branch7x7 = Chain(
            expand1=FoldedConvReLU(width, width, (7, 1), padding=(3, 0)),
            expand2=FoldedConvReLU(width, width, (1, 7), padding=(0, 3)),
            expand3=FoldedConvReLU(width, width, (7, 1), padding=(3, 0)),
            expand4=FoldedConvReLU(width, 192, (1, 7), padding=(0, 3)),
        )
        self.branch_pool = Chain(
            proj=FoldedConv(in_channels, 192, 1),
            pool=nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False),
            proj_relu=nn.ReLU(inplace=True),
        )
        attach(
            self,
            Merged(
                "entry",
                ("branch1", 192),
                ("branch7.reduce", width),
                ("branch7x7.reduce", width),
            ),
        )

    def forward(self, x: Tensor) -> Tensor:
        branch1, branch7, branch7x7 = self.entry(x).split(self.entry_widths, dim=1)
        branch7 = self.branch7(branch7)
        branch7x7 = self.branch7x7(branch7x7)
        branch_pool = self.branch_pool(x)
        return torch.cat([branch1, branch7, branch7x7, branch_pool], dim=1)


class ReductionB(nn.Module):
    """Grid reduction 17x17 to 8x8: Figure 10 with a factorised 7x7."""

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.entry = FoldedConvReLU(in_channels, 384, 1)
        self.entry_widths = (192, 192)
        self.branch3 = Chain(expand=FoldedConvReLU(192, 320, 3, stride=2))
        self.branch7 = Chain(
            expand1=FoldedConvReLU(192, 192, (1, 7), padding=(0, 3)),
            expand2=FoldedConvReLU(192, 192, (7, 1), padding=(3, 0)),
            expand3=FoldedConvReLU(192, 192, 3, stride=2),
        )
        self.branch_pool = nn.MaxPool2d(3, stride=2)
        attach(self, Merged("entry", ("branch3.reduce", 192), ("branch7.reduce", 192)))

    def forward(self, x: Tensor) -> Tensor:
        branch3, branch7 = self.entry(x).split(self.entry_widths, dim=1)
        return torch.cat([self.branch3(branch3), self.branch7(branch7), self.branch_pool(x)], dim=1)


class InceptionC(nn.Module):
    """8x8 module with expanded filter banks: Figure 7."""

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.entry = FoldedConvReLU(in_channels, 1152, 1)
        self.entry_widths = (320, 384, 448)
        self.branch3 = Chain(
            split=Concat(
                row=FoldedConvReLU(384, 384, (1, 3), padding=(0, 1)),
                column=FoldedConvReLU(384, 384, (3, 1), padding=(1, 0)),
            ),
        )
        self.branch3x3 = Chain(
            expand=FoldedConvReLU(448, 384, 3, padding=1),
            split=Concat(
                row=FoldedConvReLU(384, 384, (1, 3), padding=(0, 1)),
                column=FoldedConvReLU(384, 384, (3, 1), padding=(1, 0)),
            ),
        )
        self.branch_pool = Chain(
            proj=FoldedConv(in_channels, 192, 1),
            pool=nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False),
            proj_relu=nn.ReLU(inplace=True),
        )
        attach(
            self,
            Merged("entry", ("branch1", 320), ("branch3.reduce", 384), ("branch3x3.reduce", 448)),
        )

    def forward(self, x: Tensor) -> Tensor:
        branch1, branch3, branch3x3 = self.entry(x).split(self.entry_widths, dim=1)
        branch3 = self.branch3(branch3)
        branch3x3 = self.branch3x3(branch3x3)
        branch_pool = self.branch_pool(x)
        return torch.cat([branch1, branch3, branch3x3, branch_pool], dim=1)


def initialise(module: nn.Module) -> None:
    """Start the weights of one layer."""
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        if module.bias is not None:
            nn.init.constant_(module.bias, 0.0)
    elif isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, std=0.1)
        if module.bias is not None:
            nn.init.constant_(module.bias, 0)


class InceptionV3(nn.Module):
    """Inception v3."""

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        # stem
        self.conv1 = FoldedConvReLU(3, 32, 3, stride=2)
        self.conv2 = FoldedConvReLU(32, 32, 3)
        self.conv3 = FoldedConvReLU(32, 64, 3, padding=1)
        self.pool1 = nn.MaxPool2d(3, stride=2)
        self.conv4 = FoldedConvReLU(64, 80, 1)
        self.conv5 = FoldedConvReLU(80, 192, 3)
        self.pool2 = nn.MaxPool2d(3, stride=2)
        # body
        self.mixed_5b = InceptionA(192, pool=32)
        self.mixed_5c = InceptionA(256, pool=64)
        self.mixed_5d = InceptionA(288, pool=64)
        self.mixed_6a = ReductionA(288)
        self.mixed_6b = InceptionB(768, width=128)
        self.mixed_6c = InceptionB(768, width=160)
        self.mixed_6d = InceptionB(768, width=160)
        self.mixed_6e = InceptionB(768, width=192)
        self.mixed_7a = ReductionB(768)
        self.mixed_7b = InceptionC(1280)
        self.mixed_7c = InceptionC(2048)
        # head
        self.pool = GlobalAvgPool2d()
        self.classifier = nn.Linear(2048, classes)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Start all weights anew."""
        self.apply(initialise)

    def plain_state_dict(self) -> dict[str, Tensor]:
        """The weights under the names and in the shapes of the plain network."""
        return plain_state(self)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv1(x)  # 32x149x149
        x = self.conv2(x)  # 32x147x147
        x = self.conv3(x)  # 64x147x147
        x = self.pool1(x)  # 64x73x73
        x = self.conv4(x)  # 80x73x73
        x = self.conv5(x)  # 192x71x71
        x = self.pool2(x)  # 192x35x35
        x = self.mixed_5b(x)  # 256x35x35
        x = self.mixed_5c(x)  # 288x35x35
        x = self.mixed_5d(x)  # 288x35x35
        x = self.mixed_6a(x)  # 768x17x17
        x = self.mixed_6b(x)  # 768x17x17
        x = self.mixed_6c(x)  # 768x17x17
        x = self.mixed_6d(x)  # 768x17x17
        x = self.mixed_6e(x)  # 768x17x17
        x = self.mixed_7a(x)  # 1280x8x8
        x = self.mixed_7b(x)  # 2048x8x8
        x = self.mixed_7c(x)  # 2048x8x8
        x = self.pool(x)  # 2048
        return self.classifier(x)  # 1000


if __name__ == "__main__":
    model = InceptionV3()
    print(f"{sum(weight.numel() for weight in model.parameters()):,} parameters")
    images = torch.randn(2, 3, 299, 299)
    with torch.inference_mode():
        print(f"output: {tuple(model.eval()(images).shape)}")
