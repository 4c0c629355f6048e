"""What is done in a contender's own process: a network made ready, called, its memory asked for."""

from __future__ import annotations

import ctypes
import sys
from abc import ABC, abstractmethod
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from inception_graph.benchmarking.contenders import Contender
    from inception_graph.benchmarking.settings import Settings


class Session(ABC):
    """A network that is ready to be called."""

    @abstractmethod
    def first(self) -> np.ndarray:
        """Make the first call: outputs for the batch, or the loss and the length of the gradient."""

    @abstractmethod
    def call(self) -> None:
        """Make a call and wait until it is done."""

    def memory(self) -> int | None:
        """The most memory held on another device, in bytes; None where there is no other."""
        return None


class _OnnxRuntime(Session):
    """ONNX Runtime on the CPU."""

    def __init__(self, path: Path, settings: Settings, images: np.ndarray) -> None:
        onnxruntime: Any = import_module("onnxruntime")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = settings.threads
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        self._session: Any = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        self._feed = {self._session.get_inputs()[0].name: images}

    def first(self) -> np.ndarray:
        return self._session.run(None, self._feed)[0]

    def call(self) -> None:
        self._session.run(None, self._feed)


class _OpenVino(Session):
    """OpenVINO on the CPU."""

    def __init__(self, path: Path, settings: Settings, images: np.ndarray) -> None:
        openvino: Any = import_module("openvino")
        options = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "bf16" if settings.dtype == "bfloat16" else "f32",
            "INFERENCE_NUM_THREADS": settings.threads,
        }
        model = openvino.Core().compile_model(str(path), "CPU", options)
        self._request = model.create_infer_request()
        self._images = images

    def first(self) -> np.ndarray:
        return np.array(self._request.infer([self._images])[0], np.float32)

    def call(self) -> None:
        self._request.infer([self._images], share_inputs=True, share_outputs=True)


def start(contender: Contender, settings: Settings, images: np.ndarray) -> Callable[[], Session]:
    """What makes a session of a contender, once everything that it needs is imported and read."""
    name, candidate = contender.runtime.name, contender.candidate
    if contender.runtime.runs_onnx:
        import_module(name)
        made = _OnnxRuntime if name == "onnxruntime" else _OpenVino
        return lambda: made(candidate.onnx, settings, images)
    from inception_graph.benchmarking.torch_sessions import session

    if settings.mode == "train":
        import_module(
            "torch._dynamo"
        )  # an optimiser would at its first step, as if a network needed it
    module = candidate.module(traced=name == "compiled")
    return lambda: session(module, name, settings, images)


_STATUS = Path("/proc/self/status")


def give_back() -> None:
    """Return to the system what is free in the heap, where the C library can: it is no part of what is used."""
    if sys.platform == "linux":
        with suppress(AttributeError, OSError):  # not every C library has it
            ctypes.CDLL(None).malloc_trim(0)


def forget_peak() -> None:
    """Have the peak of memory count from here, where the system can do that."""
    give_back()
    reset = Path("/proc/self/clear_refs")
    with suppress(OSError):
        reset.write_text("5", encoding="ascii")


def resident(*, peak: bool) -> int | None:
    """Memory of this process in bytes, at its peak or now; None where the system does not tell."""
    key = "VmHWM:" if peak else "VmRSS:"
    if _STATUS.exists():
        for line in _STATUS.read_text(encoding="ascii").splitlines():
            if line.startswith(key):
                return int(line.split()[1]) * 1024
    if not peak or sys.platform == "win32":
        return None
    from resource import RUSAGE_SELF, getrusage

    most = getrusage(RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
