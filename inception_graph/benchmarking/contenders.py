"""Who takes part: networks that compute the same, each in the runtimes that can run it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.util import find_spec
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from torch import nn

    from inception_graph.benchmarking.settings import Settings
    from inception_graph.peers import Peer

PLAIN, OPTIMISED = "plain", "optimised"
"""Our own networks, as they are written and as the passes leave them."""


@dataclass(frozen=True)
class Candidate(ABC):
    """A network that can be made with given weights, in any process.

    Attributes:
        name: The first part of the names of its contenders.
        title: What it is, in words.
        folder: Where its weights, its ONNX file and what it must give are kept.
    """

    name: str
    title: str
    folder: Path
    ours: ClassVar[bool]

    @abstractmethod
    def module(self, *, traced: bool = False) -> nn.Module:
        """The network with its weights, on the CPU, in float32.

        Args:
            traced: Whether it is made to be compiled or exported.
        """

    def runs_in(self, runtime: Runtime, settings: Settings) -> bool:
        """Whether it can be run so."""
        return runtime.refusal(settings) is None

    @property
    def weights(self) -> Path:
        """Tensors by name, as torch saves them."""
        return self.folder / f"{self.name}.pt"

    @property
    def expected(self) -> Path:
        """What it must give for the images, as numpy saves it."""
        return self.folder / f"{self.name}.npy"

    @property
    def onnx(self) -> Path:
        """The network as torch exports it."""
        return self.folder / f"{self.name}.onnx"


@dataclass(frozen=True)
class Emitted(Candidate):
    """A network of ours, made from its emitted source.

    Attributes:
        source: The source.
        traced: The source of the form that is compiled or exported.
        made: The class in both that is the network.
    """

    source: str
    traced: str
    made: str
    ours: ClassVar[bool] = True

    def module(self, *, traced: bool = False) -> nn.Module:
        import torch

        from inception_graph.backends.pytorch.live import hollow, load_source

        source = load_source(self.traced if traced else self.source, self.name)
        module = hollow(getattr(source, self.made))
        module.load_state_dict(torch.load(self.weights, weights_only=True))
        return module


@dataclass(frozen=True)
class Foreign(Candidate):
    """A network of a library.

    Attributes:
        peer: Which one.
    """

    peer: Peer
    ours: ClassVar[bool] = False

    def module(self, *, traced: bool = False) -> nn.Module:
        del traced
        import torch

        from inception_graph.benchmarking.torch_sessions import images_first

        reference = self.peer.build(heads=False)
        held = reference.tensors()
        with torch.no_grad():
            for name, tensor in torch.load(self.weights, weights_only=True).items():
                held[name].copy_(tensor)
        return images_first(reference) if self.peer.keras else reference.module

    def runs_in(self, runtime: Runtime, settings: Settings) -> bool:
        plain = runtime.name == "eager" and settings.mode == "inference"
        return super().runs_in(runtime, settings) and (plain or not self.peer.keras)


@dataclass(frozen=True)
class Runtime:
    """What runs a network.

    Attributes:
        name: The second part of the names of its contenders.
        packages: What must be installed, itself first.
        title: What it is, in words.
    """

    name: str
    packages: tuple[str, ...]
    title: str

    @property
    def runs_onnx(self) -> bool:
        """Whether it reads an exported file and not a module."""
        return self.packages[0] != "torch"

    def refusal(self, settings: Settings) -> str | None:
        """Why it cannot run what is asked for; None where it can."""
        if not self.runs_onnx:
            return None
        if settings.mode == "train":
            return "it does not train"
        if settings.device != "cpu":
            return f"it is measured on the CPU, not on {settings.device}"
        if settings.dtype == "bfloat16" and self.name == "onnxruntime":
            return "it has no bfloat16 on a CPU"
        missing = " ".join(package for package in self.packages if find_spec(package) is None)
        return f"not installed: pip install {missing}" if missing else None


_EXPORT = ("onnx", "onnxscript")
RUNTIMES: tuple[Runtime, ...] = (
    Runtime("eager", ("torch",), "a module as it is made"),
    Runtime("channels_last", ("torch",), "a module and images with their channels last"),
    Runtime("compiled", ("torch",), "torch.compile, weights frozen for inference, channels last"),
    Runtime(
        "onnxruntime",
        ("onnxruntime", *_EXPORT),
        "ONNX Runtime on torch's export, all graph optimisations",
    ),
    Runtime("openvino", ("openvino", *_EXPORT), "OpenVINO on torch's export, tuned for latency"),
)


@dataclass(frozen=True)
class Contender:
    """A network in a runtime."""

    candidate: Candidate
    runtime: Runtime

    @property
    def name(self) -> str:
        """Both names: ``torchvision/compiled``."""
        return f"{self.candidate.name}/{self.runtime.name}"


def lineup(
    candidates: Sequence[Candidate], settings: Settings, patterns: Sequence[str]
) -> list[Contender]:
    """Who takes part.

    Args:
        candidates: The networks; ours first, then peers by preference.
        settings: What is measured.
        patterns: Names as a shell would match them. Without any, ours are measured plain and optimised, the first peer
            in every runtime, and each other peer as a module with its channels last.
    """
    able = [
        Contender(candidate, runtime)
        for candidate in candidates
        for runtime in RUNTIMES
        if candidate.runs_in(runtime, settings)
    ]
    if patterns:
        return [one for one in able if any(fnmatchcase(one.name, p) for p in patterns)]
    chosen = _usual(candidates)
    return [one for one in able if one.runtime.name in chosen.get(one.candidate.name, ())]


def _usual(candidates: Iterable[Candidate]) -> dict[str, tuple[str, ...]]:
    """Runtimes by the names of candidates that are measured unless others are asked for."""
    peers = [candidate for candidate in candidates if not candidate.ours]
    chosen = {peer.name: ("channels_last",) for peer in peers}
    chosen |= {
        peer.name: ("eager",) for peer in peers if isinstance(peer, Foreign) and peer.peer.keras
    }
    every = tuple(runtime.name for runtime in RUNTIMES)
    chosen |= {peer.name: every for peer in peers[:1]}
    chosen |= {PLAIN: ("eager", "channels_last"), OPTIMISED: ("channels_last", "compiled")}
    return chosen
