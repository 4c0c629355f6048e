"""Graphviz, by whichever way it is there: the ``dot`` program, or the library inside pygraphviz's wheel."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from inception_graph.backends.pictures.fonts import fonts

if TYPE_CHECKING:
    from collections.abc import Iterator

Engine: TypeAlias = Literal["dot", "pygraphviz"]
Format: TypeAlias = Literal["png", "pdf"]


class PictureError(Exception):
    """A picture cannot be made; the text says why, and what can be done."""


def find_engine() -> Engine:
    """The Graphviz that will draw.

    Raises:
        PictureError: There is none; nothing has been done yet.
    """
    if shutil.which("dot"):
        return "dot"
    if find_spec("pygraphviz"):
        return "pygraphviz"
    message = (
        "Graphviz is not there, which png and pdf need; svg and dot do not.\n"
        "Install it with one of:\n"
        "  pip install pygraphviz        (its wheel carries Graphviz)\n"
        "  apt-get install graphviz      (Debian, Ubuntu)\n"
        "  brew install graphviz         (macOS)"
    )
    raise PictureError(message)


def draw(text: str, kind: Format, engine: Engine, dpi: int) -> bytes:
    """What Graphviz makes of DOT that gives all positions.

    Raises:
        PictureError: Graphviz does not accept it, or is broken.
    """
    with fonts(), _no_clock():
        return _by_program(text, kind, dpi) if engine == "dot" else _by_library(text, kind, dpi)


def _by_program(text: str, kind: Format, dpi: int) -> bytes:
    import graphviz

    try:
        return graphviz.Source(_at(text, dpi)).pipe(kind, engine="dot")
    except (graphviz.ExecutableNotFound, graphviz.CalledProcessError) as error:
        message = f"dot failed: {error}"
        raise PictureError(message) from error


def _by_library(text: str, kind: Format, dpi: int) -> bytes:
    try:
        import pygraphviz
    except ImportError as error:
        message = f"pygraphviz cannot be loaded: {error}"
        raise PictureError(message) from error
    graph: Any = pygraphviz.AGraph(string=_at(text, dpi))
    try:
        return bytes(graph.draw(format=kind, prog="nop2"))
    except (ValueError, OSError) as error:
        message = f"Graphviz failed: {error}"
        raise PictureError(message) from error
    finally:
        graph.close()


def _at(text: str, dpi: int) -> str:
    """The graph with a resolution."""
    head, brace, rest = text.partition("{")
    return f"{head}{brace}\n\tgraph [dpi={dpi}]{rest}"


@contextmanager
def _no_clock() -> Iterator[None]:
    """Keep the time out of files that would state when they were made."""
    if "SOURCE_DATE_EPOCH" in os.environ:
        yield
        return
    os.environ["SOURCE_DATE_EPOCH"] = "0"
    try:
        yield
    finally:
        os.environ.pop("SOURCE_DATE_EPOCH", None)
