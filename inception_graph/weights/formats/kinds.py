"""What a file is, by how it begins and ends: its name may say anything."""

from __future__ import annotations

import os
import zipfile
from typing import TYPE_CHECKING, Literal, TypeAlias

from inception_graph.weights.errors import WeightsError

if TYPE_CHECKING:
    from pathlib import Path

Kind: TypeAlias = Literal["safetensors", "torch", "old torch", "hdf5", "keras", "npz", "tensorflow"]

_HEAD, _TAIL = 512, 8
_HDF5 = b"\x89HDF\r\n\x1a\n"
_ZIP = b"PK\x03\x04"
_PICKLE = b"\x80"
_TABLE = bytes.fromhex("57fb808b247547db")
"""The end of a table as TensorFlow writes it: a whole checkpoint of version 1, an index of version 2."""
_FOREIGN = {
    b"version https://git-lfs": "is a pointer of Git LFS, not the file that it stands for: run 'git lfs pull'",
    b"<": "is a web page or XML, not a file of weights: the download went wrong",
    b"\x1f\x8b": "is a compressed archive: unpack it, and name a file in it",
    b"BZh": "is a compressed archive: unpack it, and name a file in it",
    b"\xfd7zXZ": "is a compressed archive: unpack it, and name a file in it",
}
_TAR = b"ustar"
_TAR_AT = 257


def kind(path: Path) -> Kind:
    """The format of a file.

    Raises:
        WeightsError: It holds no weights in a format that is known, or is not whole.
        OSError: It cannot be read.
    """
    if path.is_dir():
        message = f"'{path}' is a folder: name a file of weights"
        raise WeightsError(message)
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
        stream.seek(0, os.SEEK_END)
        stream.seek(max(stream.tell() - _TAIL, 0))
        tail = stream.read()
    found = _known(path, head, tail)
    if found is None:
        message = f"'{path}' {_what(head)}"
        raise WeightsError(message)
    return found


def _known(path: Path, head: bytes, tail: bytes) -> Kind | None:
    if head.startswith(_ZIP):
        return _archive(path)
    if head.startswith(_HDF5):
        return "hdf5"
    if head[8:9] == b"{" and int.from_bytes(head[:8], "little") < 2**32:
        return "safetensors"
    if tail == _TABLE:
        return "tensorflow"
    return "old torch" if head.startswith(_PICKLE) else None


def _archive(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            packed = any(info.compress_type != zipfile.ZIP_STORED for info in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        message = f"'{path}' is cut short or damaged: the list of contents at its end is missing"
        raise WeightsError(message) from error
    found = _archived(path, names)
    if packed and found != "npz":  # torch and Keras would take the packed bytes for numbers
        message = f"'{path}' was packed anew, with compression: unpack it and zip it without"
        raise WeightsError(message)
    return found


def _archived(path: Path, names: list[str]) -> Kind:
    if "model.weights.h5" in names:
        return "keras"
    ends = {name.partition("/")[2] for name in names}
    if "constants.pkl" in ends or any(end.startswith("code/") for end in ends):
        message = f"'{path}' is a TorchScript archive, which holds code: save torch.jit.load(...).state_dict() instead"
        raise WeightsError(message)
    if "data.pkl" in ends:
        return "torch"
    if names and all(name.endswith(".npy") for name in names):
        return "npz"
    message = f"'{path}' is a zip archive, but neither of torch nor of Keras nor of numpy"
    raise WeightsError(message)


def _what(head: bytes) -> str:
    """What a file is instead, as the rest of a sentence."""
    if not head:
        return "is empty"
    for start, what in _FOREIGN.items():
        if head.lstrip().startswith(start):
            return what
    if head[_TAR_AT:].startswith(_TAR):
        return "is an archive: unpack it, and name a file in it"
    if all(byte in b"\t\n\r\f" or 32 <= byte < 127 for byte in head):
        return "is a text, not a file of weights"
    return (
        "is no file of weights of a known format"
        " (safetensors, torch, Keras, npz, TensorFlow), or its beginning is damaged"
    )
