"""Fonts for Graphviz, which shows empty boxes where it finds none, as on a bare server."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from xml.sax.saxutils import escape

FOLDERS = (
    "/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts",
    "/System/Library/Fonts", "/Library/Fonts", "~/Library/Fonts",
)  # fmt: skip
_PREFERRED = ("Helvetica", "Arial", "Liberation Sans", "DejaVu Sans")


def with_fonts(folder: Path) -> dict[str, str]:
    """The environment in which fontconfig finds the user's fonts, the system's, and those that matplotlib ships.

    Args:
        folder: Where the configuration is written; it must last as long as the program that reads it.
    """
    if sys.platform == "win32":
        return dict(os.environ)
    path = folder / "fonts.conf"
    path.write_text(_configuration(os.environ.get("FONTCONFIG_FILE")), encoding="utf-8")
    return {**os.environ, "FONTCONFIG_FILE": str(path)}


def shipped_fonts() -> Path | None:
    """The folder of the fonts that matplotlib ships, found without importing it."""
    found = find_spec("matplotlib")
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).with_name("mpl-data") / "fonts" / "ttf"
    return folder if folder.is_dir() else None


def _configuration(users: str | None) -> str:
    shipped = shipped_fonts()
    folders = [*FOLDERS, *([str(shipped)] if shipped else [])]
    listed = "".join(f"<dir>{escape(name)}</dir>" for name in folders)
    preferred = "".join(f"<family>{name}</family>" for name in _PREFERRED)
    include = f'<include ignore_missing="yes">{escape(users)}</include>' if users else ""
    return (
        f'<?xml version="1.0"?><fontconfig>{include}{listed}<dir prefix="xdg">fonts</dir>'
        f"<alias><family>sans-serif</family><prefer>{preferred}</prefer></alias>"
        '<cachedir prefix="xdg">fontconfig</cachedir></fontconfig>'
    )
