"""A built network of a peer: its tensors by name, and what it gives for images."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from inception_graph.peers.importing import keras

if TYPE_CHECKING:
    from collections.abc import Callable, Generator


class Reference(ABC):
    """A network of somebody else.

    Attributes:
        module: It, as torch has it.
        outputs: Our names of what it returns while training, in its order; the first is the main output.
    """

    module: nn.Module
    outputs: tuple[str, ...]

    @abstractmethod
    def tensors(self) -> dict[str, Tensor]:
        """All that it keeps, by its own names. Writing into a tensor changes the network."""

    @abstractmethod
    def parameters(self) -> dict[str, Tensor]:
        """Those that training changes; their ``grad`` is set by a backward pass."""

    @abstractmethod
    def run(self, x: Tensor, *, training: bool) -> dict[str, Tensor]:
        """Outputs by name for a batch of images (batch, channels, height, width).

        Args:
            x: The batch.
            training: Whether normalisations read the batch, and heads give outputs.
        """

    def _named(self, given: Any) -> dict[str, Tensor]:
        values: tuple[Tensor, ...] = (given,) if isinstance(given, Tensor) else tuple(given)
        return dict(zip(self.outputs, values, strict=False))


class TorchReference(Reference):
    """A torch module."""

    def __init__(self, module: nn.Module, outputs: tuple[str, ...], *, double: bool) -> None:
        self.module, self.outputs = module.double() if double else module, outputs

    def tensors(self) -> dict[str, Tensor]:
        return self.module.state_dict()

    def parameters(self) -> dict[str, Tensor]:
        return dict(self.module.named_parameters())

    def run(self, x: Tensor, *, training: bool) -> dict[str, Tensor]:
        return self._named(self.module.train(training)(x))


class KerasReference(Reference):
    """A Keras model on the torch backend, whose images have their channels last."""

    outputs = ("logits",)

    def __init__(self, make: Callable[[], Any], *, double: bool) -> None:
        self.double = double
        with self._precision():
            self.module = make()

    def tensors(self) -> dict[str, Tensor]:
        return {kept.path: kept.value.detach() for kept in self._model.variables}

    def parameters(self) -> dict[str, Tensor]:
        return {kept.path: kept.value for kept in self._model.trainable_variables}

    def run(self, x: Tensor, *, training: bool) -> dict[str, Tensor]:
        with self._precision():
            return self._named(self._model(torch.movedim(x, 1, -1), training=training))

    @property
    def _model(self) -> Any:
        """The model as Keras has it."""
        return self.module

    @contextmanager
    def _precision(self) -> Generator[None]:
        """The precision in which layers are made and computed.

        Keras makes layers of double precision, but normalises in single precision whatever it is given.
        """
        config, narrowed = keras().config, dict[str, str]()
        if self.double:
            narrowed = import_module("keras.src.backend.common.dtypes").BIT64_TO_BIT32_DTYPE
        before = config.floatx(), dict(narrowed)
        config.set_floatx("float64" if self.double else "float32")
        narrowed["float64"] = "float64"
        try:
            with keras().device("cpu"):
                yield
        finally:
            config.set_floatx(before[0])
            narrowed.update(before[1])
