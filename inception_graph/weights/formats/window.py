"""A part of a file as a file."""

from __future__ import annotations

import io
import os
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from zipfile import ZipInfo

    from typing_extensions import Buffer

_FIXED = 30
"""Bytes of a member's header in a zip archive before its name; the last four are the lengths of what follows."""


class Window(io.RawIOBase):
    """A member of an archive that is stored without compression, to be read in any order without a copy."""

    def __init__(self, stream: IO[bytes], start: int, size: int) -> None:
        super().__init__()
        self._stream, self._start, self._size, self._at = stream, start, size, 0

    @classmethod
    def on(cls, stream: IO[bytes], member: ZipInfo) -> Window:
        """The window on a member of the archive that a stream holds."""
        stream.seek(member.header_offset)
        header = stream.read(_FIXED)
        name, extra = (int.from_bytes(header[at : at + 2], "little") for at in (26, 28))
        return cls(stream, member.header_offset + _FIXED + name + extra, member.file_size)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        origin = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = origin + offset
        return self._at

    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer).cast("B")
        self._stream.seek(self._start + self._at)
        read = self._stream.read(max(min(len(view), self._size - self._at), 0))
        view[: len(read)] = read
        self._at += len(read)
        return len(read)
