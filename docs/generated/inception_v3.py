"""Inception v3, arXiv:1512.00567.

Made by inception-graph 0.1.0 from inception_v3.yaml
(sha256 01e8e5000596f5bf):

    inception-graph emit inception_v3

Input 3x299x299, 23,834,568 parameters (27,161,264 with auxiliary heads),
5,713,216,096 multiply-accumulates an image. Shapes in comments leave out the batch.
This file needs torch only. Emitting again replaces it: edit a copy.
"""

from collections import OrderedDict
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# What each head's loss counts beside the main one.
LOSS_WEIGHTS = {"aux": 0.4}


class ConvBNReLU(nn.Module):
    """Convolution, batch normalisation, ReLU."""

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int | tuple[int, int], **kwargs: Any
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, bias=False, **kwargs)
        self.norm = nn.BatchNorm2d(out_channels, eps=0.001)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.norm(self.conv(x)), inplace=True)


class Chain(nn.Sequential):
    """Modules by name, each reading the one before it."""

    def __init__(self, **modules: nn.Module) -> None:
        super().__init__(OrderedDict(modules))


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


class InceptionA(nn.Module):
    """35x35 module: Figure 5, the 5x5 of the second branch kept."""

    def __init__(self, in_channels: int, pool: int) -> None:
        super().__init__()
        self.branch1 = ConvBNReLU(in_channels, 64, 1)
        self.branch5 = Chain(
            reduce=ConvBNReLU(in_channels, 48, 1),
            expand=ConvBNReLU(48, 64, 5, padding=2),
        )
        self.branch3x3 = Chain(
            reduce=ConvBNReLU(in_channels, 64, 1),
            expand1=ConvBNReLU(64, 96, 3, padding=1),
            expand2=ConvBNReLU(96, 96, 3, padding=1),
        )
        self.branch_pool = Chain(
            pool=nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False),
            proj=ConvBNReLU(in_channels, pool, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        branch1 = self.branch1(x)
        branch5 = self.branch5(x)
        branch3x3 = self.branch3x3(x)
        branch_pool = self.branch_pool(x)
        return torch.cat([branch1, branch5, branch3x3, branch_pool], dim=1)


class ReductionA(nn.Module):
    """Grid reduction 35x35 to 17x17: Figure 10."""

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.branch3 = ConvBNReLU(in_channels, 384, 3, stride=2)
        self.branch3x3 = Chain(
            reduce=ConvBNReLU(in_channels, 64, 1),
            expand1=ConvBNReLU(64, 96, 3, padding=1),
            expand2=ConvBNReLU(96, 96, 3, stride=2),
        )
        self.branch_pool = nn.MaxPool2d(3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.branch3(x), self.branch3x3(x), self.branch_pool(x)], dim=1)


class InceptionB(nn.Module):
    """17x17 module with 7x7 convolutions factorised into 1x7 and 7x1: Figure 6, n = 7."""

    def __init__(self, in_channels: int, width: int) -> None:
        super().__init__()
        self.branch1 = ConvBNReLU(in_channels, 192, 1)
        self.branch7 = Chain(
            reduce=ConvBNReLU(in_channels, width, 1),
            expand1=ConvBNReLU(width, width, (1, 7), padding=(0, 3)),
            expand2=ConvBNReLU(width, 192, (7, 1), padding=(3, 0)),
        )
        self.branch7x7 = Chain(
            reduce=ConvBNReLU(in_channels, width, 1),
            expand1=ConvBNReLU(width, width, (7, 1), padding=(3, 0)),
            expand2=ConvBNReLU(width, width, (1, 7), padding=(0, 3)),
            expand3=ConvBNReLU(width, width, (7, 1), padding=(3, 0)),
            expand4=ConvBNReLU(width, 192, (1, 7), padding=(0, 3)),
        )
        self.branch_pool = Chain(
            pool=nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False),
            proj=ConvBNReLU(in_channels, 192, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        branch1 = self.branch1(x)
        branch7 = self.branch7(x)
        branch7x7 = self.branch7x7(x)
        branch_pool = self.branch_pool(x)
        return torch.cat([branch1, branch7, branch7x7, branch_pool], dim=1)


class ReductionB(nn.Module):
    """Grid reduction 17x17 to 8x8: Figure 10 with a factorised 7x7."""

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.branch3 = Chain(
            reduce=ConvBNReLU(in_channels, 192, 1),
            expand=ConvBNReLU(192, 320, 3, stride=2),
        )
        self.branch7 = Chain(
            reduce=ConvBNReLU(in_channels, 192, 1),
            expand1=ConvBNReLU(192, 192, (1, 7), padding=(0, 3)),
            expand2=ConvBNReLU(192, 192, (7, 1), padding=(3, 0)),
            expand3=ConvBNReLU(192, 192, 3, stride=2),
        )
        self.branch_pool = nn.MaxPool2d(3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.branch3(x), self.branch7(x), self.branch_pool(x)], dim=1)


class InceptionC(nn.Module):
    """8x8 module with expanded filter banks: Figure 7."""

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.branch1 = ConvBNReLU(in_channels, 320, 1)
        self.branch3 = Chain(
            reduce=ConvBNReLU(in_channels, 384, 1),
            split=Concat(
                row=ConvBNReLU(384, 384, (1, 3), padding=(0, 1)),
                column=ConvBNReLU(384, 384, (3, 1), padding=(1, 0)),
            ),
        )
        self.branch3x3 = Chain(
            reduce=ConvBNReLU(in_channels, 448, 1),
            expand=ConvBNReLU(448, 384, 3, padding=1),
            split=Concat(
                row=ConvBNReLU(384, 384, (1, 3), padding=(0, 1)),
                column=ConvBNReLU(384, 384, (3, 1), padding=(1, 0)),
            ),
        )
        self.branch_pool = Chain(
            pool=nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False),
            proj=ConvBNReLU(in_channels, 192, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        branch1 = self.branch1(x)
        branch3 = self.branch3(x)
        branch3x3 = self.branch3x3(x)
        branch_pool = self.branch_pool(x)
        return torch.cat([branch1, branch3, branch3x3, branch_pool], dim=1)


class InceptionV3Output(NamedTuple):
    """What the network returns while training."""

    logits: Tensor
    aux: Tensor


def initialise(module: nn.Module) -> None:
    """Start the weights of one layer."""
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
    elif isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, std=0.1)
        if module.bias is not None:
            nn.init.constant_(module.bias, 0)


class InceptionV3(nn.Module):
    """Inception v3."""

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        # stem
        self.conv1 = ConvBNReLU(3, 32, 3, stride=2)
        self.conv2 = ConvBNReLU(32, 32, 3)
        self.conv3 = ConvBNReLU(32, 64, 3, padding=1)
        self.pool1 = nn.MaxPool2d(3, stride=2)
        self.conv4 = ConvBNReLU(64, 80, 1)
        self.conv5 = ConvBNReLU(80, 192, 3)
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
        self.dropout = nn.Dropout(0.2)
        self.classifier = nn.Linear(2048, classes)
        # auxiliary heads
        self.aux = Chain(
            pool=nn.AvgPool2d(5, stride=3),
            proj=ConvBNReLU(768, 128, 1),
            conv=ConvBNReLU(128, 768, 5),
            flatten=nn.Flatten(),
            classifier=nn.Linear(768, classes),
        )
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Start all weights anew."""
        self.apply(initialise)
        nn.init.normal_(self.get_parameter("aux.conv.conv.weight"), std=0.01)
        nn.init.normal_(self.get_parameter("aux.classifier.weight"), std=0.001)

    def forward(self, x: Tensor) -> Tensor | InceptionV3Output:
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
        mixed_6e = self.mixed_6e(x)  # 768x17x17
        x = self.mixed_7a(mixed_6e)  # 1280x8x8
        x = self.mixed_7b(x)  # 2048x8x8
        x = self.mixed_7c(x)  # 2048x8x8
        x = self.pool(x)  # 2048
        x = self.dropout(x)  # 2048
        logits = self.classifier(x)  # 1000
        if self.training:
            return InceptionV3Output(logits, self.aux(mixed_6e))
        return logits


if __name__ == "__main__":
    model = InceptionV3()
    print(f"{sum(weight.numel() for weight in model.parameters()):,} parameters")
    images = torch.randn(2, 3, 299, 299)
    with torch.inference_mode():
        for name, value in zip(InceptionV3Output._fields, model(images), strict=True):
            print(f"training: {name} {tuple(value.shape)}")
        print(f"evaluation: {tuple(model.eval()(images).shape)}")
