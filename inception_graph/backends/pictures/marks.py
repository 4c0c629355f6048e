"""What a picture says of its maker, so that it can be told from a file of the user's and be drawn anew."""

from __future__ import annotations

import struct
import zlib

from inception_graph.files import MAKER

_PNG_END = 12
"""Length of the last part of a PNG, which says that it ends."""


def signed_png(data: bytes) -> bytes:
    """A PNG with a text part that names its maker (PNG specification, section 11.3.3)."""
    part = b"tEXt" + b"Software\0" + MAKER.encode()
    framed = struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part))
    return data[:-_PNG_END] + framed + data[-_PNG_END:]


def signed_pdf(data: bytes) -> bytes:
    """A PDF with a comment behind its end."""
    return data.rstrip(b"\n") + f"\n% {MAKER}\n".encode()


def signed_dot(text: str) -> str:
    """DOT with a comment at its head."""
    return f"// {MAKER}\n{text}"
