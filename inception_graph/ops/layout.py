"""What layers of an optimised network remember of the plain one, and how emitted source says so."""

from __future__ import annotations

import ast
from functools import cache
from typing import Annotated, Any, TypeAlias

from pydantic import PlainValidator, WithJsonSchema

from inception_graph.diagnostics.codes import Code
from inception_graph.ops.base import ShapeFault
from inception_graph.ops.code import Helper
from inception_graph.ops.fields import SIZE, keyed, whole, wrong_type
from inception_graph.resources import folder


def _merges(value: Any) -> tuple[tuple[str, int], ...]:
    if isinstance(value, tuple):
        return value  # pyright: ignore[reportUnknownVariableType]  # already in its final form
    named = keyed(value)
    if not named or not all(_is_path(name) for name in named):
        raise wrong_type("names of layers with their channels", value)
    count = whole(1)
    return tuple((name, count(channels)) for name, channels in named.items())


def _is_path(name: object) -> bool:
    """Whether a text is a name as nodes have it, or several with dots between them."""
    return isinstance(name, str) and name.isascii() and all(map(str.isidentifier, name.split(".")))


Merges: TypeAlias = Annotated[
    tuple[tuple[str, int], ...],
    PlainValidator(_merges),
    WithJsonSchema({"type": "object", "additionalProperties": SIZE, "minProperties": 1}),
]


def check_merges(merges: tuple[tuple[str, int], ...], channels: int) -> None:
    """See that the layers that a layer stands for have its channels.

    Raises:
        ShapeFault: They do not.
    """
    merged = sum(width for _, width in merges)
    if merges and merged != channels:
        message = f"the layers that it merges have {merged} channels, this one has {channels}"
        raise ShapeFault(Code.OPERATION_SHAPE, message, field="merges")


@cache
def definition(name: str, file: str = "layout") -> Helper:
    """A class or function of a file in ``codegen/``, with those of it that it needs."""
    text = (folder("codegen") / f"{file}.py").read_text(encoding="utf-8")
    trees = [
        node for node in ast.parse(text).body if isinstance(node, ast.ClassDef | ast.FunctionDef)
    ]
    tree = next(node for node in trees if node.name == name)
    read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    needs = tuple(definition(other.name, file) for other in trees if other.name in read - {name})
    source = ast.get_source_segment(text, tree) or ""
    kind = "class" if isinstance(tree, ast.ClassDef) else "def"
    return Helper(name, source.replace(f"{kind} {name}", f"{kind} {{name}}", 1), needs)
