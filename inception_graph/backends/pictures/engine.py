"""Graphviz, by whichever way it is there: the ``dot`` program, or the library inside pygraphviz's wheel."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, TypeAlias

from inception_graph.backends.pictures.fonts import with_fonts

Engine: TypeAlias = Literal["dot", "pygraphviz"]
Format: TypeAlias = Literal["png", "pdf"]

_SECONDS = 300
# The library runs in a process of its own, as the program does: what it prints, and what it reads from the
# environment, stays there.
_LIBRARY = """\
import sys
import pygraphviz
graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode())
sys.stdout.buffer.write(graph.draw(format=sys.argv[1], prog="nop2"))
"""


class PictureError(Exception):
    """A picture cannot be made; the text says why, and what can be done."""


def find_engine() -> Engine:
    """The Graphviz that will draw.

    Raises:
        PictureError: There is none.
    """
    if shutil.which("dot"):
        return "dot"
    if find_spec("pygraphviz"):
        return "pygraphviz"
    message = (
        "png and pdf need Graphviz, and it is not installed (svg and dot do not need it).\n"
        "Install it in one of these ways:\n"
        "  pip install pygraphviz     its wheel carries Graphviz\n"
        "  apt-get install graphviz   Debian, Ubuntu\n"
        "  brew install graphviz      macOS"
    )
    raise PictureError(message)


def draw(text: str, kind: Format, engine: Engine, dpi: int) -> bytes:
    """What Graphviz makes of DOT that gives all positions.

    Raises:
        PictureError: Graphviz fails, or takes very long.
    """
    # -P: a file of the user's that happens to be called pygraphviz.py is not meant.
    library = [sys.executable, "-P", "-c", _LIBRARY, kind]
    command = ["dot", f"-T{kind}"] if engine == "dot" else library
    with tempfile.TemporaryDirectory(prefix="inception-graph-") as folder:
        environment = with_fonts(Path(folder))
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
        try:
            done = subprocess.run(
                command,
                input=_at(text, dpi).encode(),
                capture_output=True,
                env=environment,
                timeout=_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            message = f"Graphviz ({engine}) does not answer: {error}"
            raise PictureError(message) from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        message = f"Graphviz ({engine}) failed with status {done.returncode}: {said[-2000:]}"
        raise PictureError(message)
    return _timeless(done.stdout) if kind == "pdf" else done.stdout


def _at(text: str, dpi: int) -> str:
    """The graph with a resolution."""
    head, brace, rest = text.partition("{")
    return f"{head}{brace}\n\tgraph [dpi={dpi}]{rest}"


def _timeless(pdf: bytes) -> bytes:
    """A PDF that does not say when it was made; of the same length, since a PDF knows where each part of it starts."""
    return re.sub(rb"(?<=/CreationDate \(D:)\d{14}", b"20000101000000", pdf)
