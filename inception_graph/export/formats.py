"""The kinds of files: how each is written, opened again, and what it needs."""

from __future__ import annotations

import json
import os
import shutil
import warnings
import zipfile
from abc import ABC, abstractmethod
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar

from inception_graph.export.errors import ExportError
from inception_graph.files import MAKER

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from torch import Tensor
    from torch.export import ExportedProgram

    from inception_graph.export.subject import Subject

OPSET = 20
"""The version of ONNX's operators that is written unless another is asked for."""
ABOUT = "inception_graph.json"
"""The file in a program that says what a server has to know."""
_LARGEST = 2**31
"""Bytes that an ONNX file can have: it is one message of protobuf."""


class Format(ABC):
    """A kind of file."""

    name: ClassVar[str]
    suffix: ClassVar[str]

    @abstractmethod
    def check(self, dtype: str, *, channels_last: bool) -> None:
        """Make sure that a file can be made here and would say what is asked for.

        Raises:
            ExportError: Something is missing, or the format has no word for it.
        """

    @abstractmethod
    def write(self, program: ExportedProgram, subject: Subject, path: Path) -> None:
        """Write a program to a file.

        Raises:
            ExportError: The format cannot say it.
        """

    @abstractmethod
    def open(self, path: Path) -> Callable[[Tensor], Tensor]:
        """What a file computes.

        Raises:
            ExportError: Its runtime cannot run it.
        """


@dataclass(frozen=True)
class Onnx(Format):
    """ONNX, for ONNX Runtime and whatever else reads it.

    Attributes:
        opset: The version of its operators.
    """

    name: ClassVar[str] = "ONNX"
    suffix: ClassVar[str] = ".onnx"

    opset: int = OPSET

    def check(self, dtype: str, *, channels_last: bool) -> None:
        missing = [name for name in ("onnx", "onnxscript", "onnxruntime") if not find_spec(name)]
        if missing:
            message = (
                f"{' and '.join(missing)} not installed: pip install 'inception-graph[export]'"
            )
            raise ExportError(message)
        if dtype == "bfloat16":
            message = "ONNX Runtime has no bfloat16 on a CPU to hold a file against: export float16, or a .pt2"
            raise ExportError(message)
        if channels_last:
            raise ExportError("ONNX knows no order in memory: leave out --channels-last")

    def write(self, program: ExportedProgram, subject: Subject, path: Path) -> None:
        import torch

        from inception_graph.export.subject import INPUT, OUTPUT

        weights = sum(tensor.nbytes for tensor in subject.model.state_dict().values())
        if weights >= _LARGEST:
            raise ExportError(
                "an ONNX file holds 2 GB at most, and the weights are more: export a .pt2"
            )
        with _translated(torch.onnx.OnnxExporterError, "torch cannot write it as ONNX"):
            exporter: Any = torch.onnx
            made = exporter.export(
                program,
                input_names=[INPUT],
                output_names=[OUTPUT],
                opset_version=self.opset,
                external_data=False,
                verbose=False,
            )
        written = made.model.opset_imports[""]
        if written != self.opset:
            message = f"torch wrote it in opset {written} and could not convert it to {self.opset}"
            raise ExportError(message)
        made.model.metadata_props.update(subject.about)
        made.model.producer_name = MAKER
        made.save(path)

    def open(self, path: Path) -> Callable[[Tensor], Tensor]:
        import torch

        from inception_graph.export.subject import INPUT

        runtime: Any = import_module("onnxruntime")
        tensors: Any = torch
        with _translated(Exception, "ONNX Runtime cannot run it"):
            session = runtime.InferenceSession(path, providers=["CPUExecutionProvider"])
        return lambda images: tensors.from_numpy(session.run(None, {INPUT: images.numpy()})[0])


@dataclass(frozen=True)
class TorchProgram(Format):
    """A program of ``torch.export``: operations and weights, for torch and what compiles its programs."""

    name: ClassVar[str] = "torch.export program"
    suffix: ClassVar[str] = ".pt2"

    def check(self, dtype: str, *, channels_last: bool) -> None:
        """Nothing can be missing: it is torch's own."""

    def write(self, program: ExportedProgram, subject: Subject, path: Path) -> None:
        import torch

        extra = {ABOUT: json.dumps(subject.about, indent=2)}
        with _translated(RuntimeError, "torch cannot write it"):
            torch.export.save(program, path, extra_files=extra)
        _sign(path)

    def open(self, path: Path) -> Callable[[Tensor], Tensor]:
        import torch

        return torch.export.load(path).module()


@dataclass(frozen=True)
class AotPackage(Format):
    """A package of AOTInductor: compiled ahead of time for processors like this one, weights folded and packed."""

    name: ClassVar[str] = "AOTInductor package"
    suffix: ClassVar[str] = ".pt2"

    def check(self, dtype: str, *, channels_last: bool) -> None:
        compiler = os.environ.get("CXX", "g++")
        if shutil.which(compiler) is None:
            message = f"there is no C++ compiler '{compiler}': install one, or name yours in CXX"
            raise ExportError(message)
        if channels_last:
            raise ExportError(
                "the compiler chooses the order in memory itself: leave out --channels-last"
            )

    def write(self, program: ExportedProgram, subject: Subject, path: Path) -> None:
        import torch
        import torch._inductor as inductor
        from torch._inductor.exc import InductorError
        from torch._inductor.utils import fresh_cache

        options = {
            "freezing": True,
            "aot_inductor.metadata": subject.about,
            # Where inputs are checked, a batch of one is a batch too.
            "aot_inductor.check_lowerbound": False,
        }
        # What the compiler leaves in its cache is as large as the package and of no more use.
        scratch: Any = fresh_cache
        compiler: Any = inductor
        quiet = _translated(InductorError, "it cannot be compiled")
        with torch.no_grad(), scratch(dir=path.parent), quiet:
            compiler.aoti_compile_and_package(
                program, package_path=str(path), inductor_configs=options
            )
        _sign(path)

    def open(self, path: Path) -> Callable[[Tensor], Tensor]:
        from torch._inductor import aoti_load_package

        return aoti_load_package(str(path))


def _sign(path: Path) -> None:
    """Say at the end of an archive who made it."""
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = MAKER.encode()


@contextmanager
def _translated(kind: type[Exception], words: str) -> Generator[None]:
    """Quiet, and with the first line of a failure of others in a sentence of ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except kind as error:
            first = next(iter(str(error).strip().splitlines()), type(error).__name__)
            message = f"{words}: {first}"
            raise ExportError(message) from error
