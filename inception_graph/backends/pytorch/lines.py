"""Which lines of an emitted file belong to which part of the network, read from the file itself.

The emitter need not know: names are the same in the source, and its structure is that of the network. What cannot be
found has no lines.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from inception_graph.ir.graph import INPUT
from inception_graph.ir.program import Chain, Fork, Leaf, Use

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from inception_graph.ir.graph import Instance, TypedGraph

Span: TypeAlias = tuple[int, int]
"""First and last line, counted from 1."""
_Value: TypeAlias = "str | frozenset[str] | None"
"""What an expression of ``forward`` gives: the value of one name, or what is made of several."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of one part of the network.

    Attributes:
        own: Where it is made and where it is called.
        around: The class that says what is inside it.
    """

    own: tuple[Span, ...]
    around: tuple[Span, ...] = ()


def lines_of(source: str, network: str, typed: TypedGraph) -> dict[Instance, Lines]:
    """The lines of every instance of a network, in the source that was emitted for it.

    Args:
        source: The text of the file.
        network: The name of the network's class.
        typed: The network.
    """
    classes = {
        node.name: _Class(node) for node in ast.parse(source).body if isinstance(node, ast.ClassDef)
    }
    found = _Finder(classes, typed)
    sections = [child for section in typed.graph.root.children for child in section.children]
    heads = [head.instance for head in typed.graph.heads]
    found.inside(classes[network], INPUT, [*sections, *heads])
    return found.lines


@dataclass
class _Class:
    """What a class makes in its constructor, and what its ``forward`` does."""

    node: ast.ClassDef
    made: dict[str, tuple[ast.stmt, ast.expr]] = field(init=False)
    forward: _Forward = field(init=False)

    def __post_init__(self) -> None:
        self.made, self.forward = {}, _Forward()
        for method in self.node.body:
            if not isinstance(method, ast.FunctionDef):
                continue
            if method.name == "forward":
                self.forward.follow(method.body)
            for statement in method.body if method.name == "__init__" else ():
                match statement:
                    case ast.Assign(targets=[ast.Attribute(attr=name)], value=value):
                        self.made[name] = statement, value
                    case _:
                        pass


@dataclass
class _Forward:
    """The statements of a ``forward`` by what they call, and by what they join."""

    calls: dict[str, list[Span]] = field(default_factory=dict[str, "list[Span]"])
    joins: dict[frozenset[str], tuple[str, Span]] = field(
        default_factory=dict[frozenset[str], "tuple[str, Span]"]
    )
    _names: dict[str, _Value] = field(default_factory=lambda: dict[str, "_Value"]({"x": ""}))

    def follow(self, statements: Iterable[ast.stmt]) -> None:
        """Go through statements in order."""
        for statement in statements:
            if isinstance(statement, ast.If):
                self.follow(statement.body)
                continue
            if not isinstance(statement, ast.Assign | ast.Return) or statement.value is None:
                continue
            span = _span(statement)
            for path in filter(None, map(_path, ast.walk(statement))):
                self.calls.setdefault(path, []).append(span)
            value = self._value(statement.value)
            if isinstance(value, frozenset):
                value = self.joins.setdefault(value, (f"join {statement.lineno}", span))[0]
            for target in statement.targets if isinstance(statement, ast.Assign) else ():
                for name in ast.walk(target):
                    if isinstance(name, ast.Name):
                        self._names[name.id] = value

    def _value(self, expression: ast.expr) -> _Value:
        path = _path(expression)
        if path is not None:
            return path
        match expression:
            case ast.Name(id=name):
                return self._names.get(name)
            case ast.Call(func=function) if (made := self._value(function)) is not None:
                return made
            case _:
                pass
        parts: set[str] = set()
        for inner in ast.iter_child_nodes(expression):
            value = self._value(inner) if isinstance(inner, ast.expr) else None
            parts |= (
                value if isinstance(value, frozenset) else {value} if value is not None else set()
            )
        return frozenset(parts) if len(parts) > 1 else next(iter(parts), None)


@dataclass
class _Finder:
    """Goes through the network and the source side by side."""

    classes: Mapping[str, _Class]
    typed: TypedGraph
    lines: dict[Instance, Lines] = field(default_factory=dict["Instance", Lines])

    def inside(self, home: _Class, reads: int, instances: Iterable[Instance]) -> dict[int, str]:
        """Find what a class that reads a value holds as attributes; gives what ``forward`` calls each value."""
        values = {reads: ""}
        for instance in instances:
            name = instance.element.name
            statement, made = home.made.get(name, (None, None))
            own = () if statement is None else (_span(statement),)
            self._one(instance, home, own, made, name, values)
        return values

    def _one(
        self,
        instance: Instance,
        home: _Class,
        own: tuple[Span, ...],
        made: ast.expr | None,
        path: str,
        values: dict[int, str],
        outer: Iterable[Span] = (),
    ) -> None:
        """Find an instance that is made by an expression and called under a path."""
        called = home.forward.calls.get(path)
        if called:
            values[instance.output] = path
        elif isinstance(instance.element, Leaf):
            # Shared out by the statement that makes what it reads, or inside a container that has a path.
            source = values.get(self.typed.nodes[instance.output].inputs[0])
            if source is not None:
                called = home.forward.calls.get(source) if not own else None
                values.setdefault(instance.output, source)
        # A part of a container is called where the container is.
        self.lines[instance] = Lines((*own, *(called or outer)))
        if isinstance(instance.element, Use):
            self._use(instance, made)
            return
        keywords = _keywords(made)
        for part in instance.parts:
            keyword = keywords.get(part.element.name)
            inner = () if keyword is None else (_span(keyword),)
            value = keyword.value if keyword is not None else None
            self._one(
                part, home, inner, value, f"{path}.{part.element.name}", values, called or outer
            )
        if isinstance(instance.element, Fork) and not called:
            self._join(instance, home, own, values)

    def _join(
        self, fork: Instance, home: _Class, own: tuple[Span, ...], values: dict[int, str]
    ) -> None:
        """A join that ``forward`` does itself: the statement that reads what its branches give."""
        wanted = frozenset(
            values[value] for value in self.typed.nodes[fork.output].inputs if value in values
        )
        value, span = home.forward.joins.get(wanted, ("", None))
        if span is not None:
            values[fork.output] = value
            self.lines[fork] = Lines((*own, span))

    def _use(self, instance: Instance, made: ast.expr | None) -> None:
        """A use of a block, or its copies: what makes each, and what is inside its class."""
        own, around = self.lines[instance].own, list[Span]()
        calls = [call for call in _calls(made) if _name(call) in self.classes]
        for index, body in enumerate(instance.children):
            # Copies are made by one call, or all but the first are.
            call = calls[min(index, len(calls) - 1)] if calls else None
            self.lines[body] = Lines(own)
            if isinstance(body.element, Use):
                self._use(body, call or made)
            elif isinstance(body.element, Fork | Chain) and call is not None:
                home = self.classes[_name(call)]
                around.append(_span(home.node))
                values = self.inside(home, body.reads, body.parts)
                if isinstance(body.element, Fork):
                    self._join(body, home, own, values)
        self.lines[instance] = Lines(own, tuple(dict.fromkeys(around)))


def _span(node: ast.stmt | ast.keyword) -> Span:
    return node.lineno, node.end_lineno or node.lineno


def _path(node: ast.AST) -> str | None:
    """The path of the module that an expression calls or names: ``self.a(x)``, ``self.get_submodule("a.b")``."""
    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="self"), attr="get_submodule"),
            args=[ast.Constant(value=str(path))],
        ):
            return path
        case ast.Attribute(value=ast.Name(id="self"), attr=name) if name != "get_submodule":
            return name
        case _:
            return None


def _keywords(made: ast.expr | None) -> dict[str, ast.keyword]:
    """The parts of a container by name."""
    if not isinstance(made, ast.Call):
        return {}
    return {keyword.arg: keyword for keyword in made.keywords if keyword.arg is not None}


def _calls(made: ast.expr | None) -> Iterator[ast.Call]:
    """The calls of an expression in the order of the text."""
    if made is None:
        return
    found = [node for node in ast.walk(made) if isinstance(node, ast.Call)]
    yield from sorted(found, key=lambda call: (call.lineno, call.col_offset))


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""
