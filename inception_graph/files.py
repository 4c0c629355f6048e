"""Writing files so that a reader never sees half of one."""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator


def write_atomically(path: str | Path, data: bytes | str) -> None:
    """Write a file whole or not at all: beside its place first, then moved there in one step.

    Texts are written as UTF-8 with the line ends that they have. A file that is already there keeps its permissions.

    Raises:
        OSError: The folder does not exist or cannot be written; what was there before is untouched.
    """
    with replacing(path) as temporary:
        temporary.write_bytes(data.encode() if isinstance(data, str) else data)


@contextmanager
def replacing(path: str | Path) -> Generator[Path]:
    """A file to be filled, which takes the place of another when all went well; as for ``write_atomically``.

    A device or a pipe is its own place.
    """
    if _special(Path(path)):
        yield Path(path)
        return
    # A link is written through, not replaced, as an ordinary write would do.
    target = Path(path).resolve()
    if target.parent.is_dir() and not os.access(target.parent, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    handle, name = tempfile.mkstemp(
        dir=target.parent, prefix=f".{target.name[:64]}.", suffix=".part"
    )
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(_permissions(target))
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _special(path: Path) -> bool:
    """Whether this is a device or a pipe, which is written to and never replaced."""
    return path.exists() and not path.is_file() and not path.is_dir()


def _permissions(target: Path) -> int:
    """Those that the file has, or those that an ordinary new file would get."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


class FileConflictError(Exception):
    """A file stands where one is to be written, and nothing says that it is ours."""


MAKER = "made by inception-graph"
"""What every file that we write says of itself near its beginning or end."""
_LOOKED_AT = 4096


def guard(path: Path, *, force: bool) -> None:
    """Make sure that writing a file destroys nothing of the user's.

    Raises:
        FileConflictError: The folder is not there, or a file is that is not ours and ``force`` is not given.
    """
    if not path.parent.is_dir():
        message = f"there is no folder '{path.parent}'"
        raise FileConflictError(message)
    if path.is_dir():
        message = f"'{path}' is a folder"
        raise FileConflictError(message)
    if path.exists() and not _special(path) and not force and not _ours(path):
        message = f"'{path}' exists and was not made by inception-graph; use --force to replace it"
        raise FileConflictError(message)


def _ours(path: Path) -> bool:
    with path.open("rb") as stream:
        head = stream.read(_LOOKED_AT)
        stream.seek(0, os.SEEK_END)
        stream.seek(max(stream.tell() - _LOOKED_AT, 0))
        tail = stream.read(_LOOKED_AT)
    return not head or MAKER.encode() in (head + tail).lower()
