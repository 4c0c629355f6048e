"""Fonts for Graphviz, which shows empty boxes where it finds none, as on a bare server."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNIX = ("/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/X11/fonts", "~/.local/share/fonts", "~/.fonts")
_MAC = ("/System/Library/Fonts", "/Library/Fonts", "~/Library/Fonts")
_PREFERRED = ("Helvetica", "Arial", "Liberation Sans", "DejaVu Sans")


@contextmanager
def fonts() -> Iterator[None]:
    """Let fontconfig find the system's fonts, and those that matplotlib ships where it is installed.

    Its own configuration is left aside: a machine may have none, or one that is newer than the library that a wheel
    carries, which then complains about it on stderr. Who has set FONTCONFIG_FILE knows better and is obeyed.
    """
    if "FONTCONFIG_FILE" in os.environ or sys.platform == "win32":
        yield
        return
    with tempfile.TemporaryDirectory(prefix="inception-graph-") as folder:
        path = Path(folder, "fonts.conf")
        path.write_text(_configuration(), encoding="utf-8")
        os.environ["FONTCONFIG_FILE"] = str(path)
        try:
            yield
        finally:
            os.environ.pop("FONTCONFIG_FILE", None)


def shipped_fonts() -> Path | None:
    """The folder of the fonts that matplotlib ships, found without importing it."""
    found = find_spec("matplotlib")
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).with_name("mpl-data") / "fonts" / "ttf"
    return folder if folder.is_dir() else None


def _configuration() -> str:
    folders = [Path(name).expanduser() for name in (_MAC if sys.platform == "darwin" else _UNIX)]
    shipped = shipped_fonts()
    folders += [shipped] if shipped else []
    listed = "".join(f"<dir>{escape(str(folder))}</dir>" for folder in folders)
    preferred = "".join(f"<family>{name}</family>" for name in _PREFERRED)
    # Without rescan fontconfig asks for the file again, which is gone by then.
    return (
        '<?xml version="1.0"?><fontconfig>'
        f"{listed}<alias><family>sans-serif</family><prefer>{preferred}</prefer></alias>"
        '<cachedir prefix="xdg">fontconfig</cachedir><config><rescan><int>0</int></rescan></config></fontconfig>'
    )
