"""Writing files so that a reader never sees half of one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_atomically(path: str | Path, data: bytes | str) -> None:
    """Write a file whole or not at all: beside its place first, then moved there in one step.

    Texts are written as UTF-8 with the line ends that they have. A file that is already there keeps its permissions.

    Raises:
        OSError: The folder does not exist or cannot be written; what was there before is untouched.
    """
    # A link is written through, not replaced, as an ordinary write would do.
    target = Path(path).resolve()
    content = data.encode() if isinstance(data, str) else data
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:64]}.", suffix=".part")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        temporary.chmod(_permissions(target))
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _permissions(target: Path) -> int:
    """Those that the file has, or those that an ordinary new file would get."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
