"""Files of torch.save, read with ``weights_only``: a pickle that would run code is refused, and never run."""

from __future__ import annotations

import contextlib
import pickle
import pickletools
import re
import warnings
import zipfile
from math import prod
from typing import IO, TYPE_CHECKING, Any

import torch

from inception_graph.diagnostics.report import listed
from inception_graph.diagnostics.terminal import visible
from inception_graph.ops.fields import keyed
from inception_graph.weights.errors import WeightsError
from inception_graph.weights.tensor_file import Held, TensorFile

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

_KEYS = (
    "state_dict_ema", "model_state_dict_ema", "model_ema", "ema_state_dict", "ema", "shadow",
    "state_dict", "model_state_dict", "model", "net", "weights",
)  # fmt: skip
"""Where training scripts put the weights; averages before what they are averages of, as they are what is evaluated."""
_HARMLESS = re.compile(
    r"torch\.\w+|torch\.(_utils|storage)\.\w+|collections\.OrderedDict|_*builtins?_*\.set"
)
"""What a state dict is made of: types of storage and of numbers, and functions that put tensors together."""
_SHOWN = 3


@contextlib.contextmanager
def open_torch(path: Path, *, old: bool) -> Generator[TensorFile]:
    """Open a file of torch.save.

    Args:
        path: Where it is.
        old: Whether it is of the format before torch 1.6, which cannot be mapped and is read whole.

    Raises:
        WeightsError: It is damaged, would run code, or holds no state dict.
    """
    loaded = _loaded(path, old=old)
    state, note = _state_dict(loaded, path)
    size = path.stat().st_size
    tensors: dict[str, Held] = {}
    for name, tensor in state.items():
        shape = tuple(tensor.shape)
        if prod(shape) * tensor.element_size() > size:
            message = f"'{path}' is damaged: '{visible(name)}' would be larger than the file"
            raise WeightsError(message)
        tensors[name] = Held(shape, str(tensor.dtype).removeprefix("torch."))
    kind = "old torch file" if old else "torch file"
    yield TensorFile(path, kind, tensors, lambda name: state[name].detach(), note=note)


def _loaded(path: Path, *, old: bool) -> Any:
    try:
        with warnings.catch_warnings(action="ignore"):  # of pickles that it then refuses
            return torch.load(path, map_location="cpu", weights_only=True, mmap=not old)
    except pickle.UnpicklingError as error:
        raise WeightsError(_reason(path, old=old)) from error
    except MemoryError:
        raise
    except Exception as error:  # a damaged pickle can raise anything
        message = f"'{path}' is cut short or damaged: {_first_line(error)}"
        raise WeightsError(message) from error


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return visible(lines[0])[:200] if lines else type(error).__name__


def _reason(path: Path, *, old: bool) -> str:
    """Why a pickle is not unpickled."""
    found = sorted({name for name in _globals(path, old=old) if not _HARMLESS.fullmatch(name)})
    if not found:
        return f"'{path}' is cut short or damaged: it cannot be unpickled"
    shown = ", ".join(f"'{visible(name)[:80]}'" for name in found[:_SHOWN])
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return (
        f"'{path}' is refused: to load it is to call {shown}{more}, and so to run any code;"
        " if you trust who made it, load it in torch and save its state_dict() alone"
    )


def _globals(path: Path, *, old: bool) -> list[str]:
    """What a pickle imports, as far as it can be read; nothing is run."""
    found: list[str] = []
    with contextlib.ExitStack() as stack:
        stream = stack.enter_context(path.open("rb") if old else _pickle(path))
        texts = ["", ""]
        try:
            while True:  # the old format is several pickles, one after the other
                for opcode, argument, _ in pickletools.genops(stream):
                    if isinstance(argument, str):
                        texts = [texts[-1], argument]
                    if opcode.name == "GLOBAL":
                        found.append(str(argument).replace(" ", "."))
                    elif opcode.name == "STACK_GLOBAL":
                        found.append(".".join(texts))
        except (ValueError, KeyError, IndexError, zipfile.BadZipFile):
            return found  # at the end, or where it is damaged


@contextlib.contextmanager
def _pickle(path: Path) -> Generator[IO[bytes]]:
    with zipfile.ZipFile(path) as archive:
        name = next(name for name in archive.namelist() if name.endswith("/data.pkl"))
        with archive.open(name) as stream:
            yield stream


def _state_dict(loaded: Any, path: Path) -> tuple[dict[str, torch.Tensor], str]:
    """The tensors of what was loaded by name, and where they were where that is to be told."""
    entries = keyed(loaded)
    if entries is None:
        message = f"'{path}' holds a {type(loaded).__name__}, not a state dict: tensors by name"
        raise WeightsError(message)
    if bare := _tensors(entries):
        return bare, ""
    under = {key: found for key in _KEYS if (found := _tensors(keyed(entries.get(key)) or {}))}
    if not under:
        keys = ", ".join(visible(str(key))[:40] for key in list(entries)[:6])
        message = f"'{path}' holds no state dict" + (f", only {keys}" if keys else ": it is empty")
        raise WeightsError(message)
    used, *others = under
    beside = f", and not the one under {listed(others)}" if others else ""
    return under[used], f"state dict under '{used}'{beside}"


def _tensors(entries: dict[Any, Any]) -> dict[str, torch.Tensor]:
    return {
        name: value
        for name, value in entries.items()
        if isinstance(name, str) and isinstance(value, torch.Tensor)
    }
