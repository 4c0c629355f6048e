"""Blocks as classes: each block is printed under names for its arguments, and equal texts share one class."""

from __future__ import annotations

import keyword
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from inception_graph.backends.pytorch.forward import Forward
from inception_graph.backends.pytorch.layout import attachments
from inception_graph.backends.pytorch.scope import Scope, assignments
from inception_graph.backends.pytorch.text import docstring, names_read
from inception_graph.diagnostics.report import Report
from inception_graph.ir.elaborate import elaborate_block
from inception_graph.ir.expressions import evaluated, named
from inception_graph.ir.infer import infer
from inception_graph.ir.program import Fork, Leaf, Use
from inception_graph.limits import Limits
from inception_graph.ops.code import LINE_LENGTH, Argument, Call, Copies, Helper, plain, traced

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inception_graph.ir.expressions import Value
    from inception_graph.ir.graph import Instance, TypedGraph
    from inception_graph.ir.program import Block, Program
    from inception_graph.ops.window import Shape

_MOST_KEYWORDS = 3

UNLIMITED = Limits(nodes=10**9, channels=10**9, elements=10**15)
"""What is printed has passed the user's own limits already."""


@dataclass(frozen=True)
class BlockClass:
    """One printed class.

    Attributes:
        name: Its name.
        parameters: Names and types of its constructor's parameters, the input's channels first if it needs them.
        source: Its text.
    """

    name: str
    parameters: tuple[tuple[str, str], ...]
    source: str


@dataclass
class Names:
    """Gives every definition of a file a name of its own."""

    taken: set[str]
    helpers: dict[Helper, str] = field(default_factory=dict[Helper, str])

    def free(self, wanted: str) -> str:
        """The name, or the name with the first number that makes it free: ``Inception2``, ``Block8V2``."""
        name, number = wanted, 1
        mark = "V" if wanted[-1].isdigit() else ""
        while name in self.taken:
            number += 1
            name = f"{wanted}{mark}{number}"
        self.taken.add(name)
        return name

    def of(self, helper: Helper) -> str:
        """The name of a helper in this file; its needs come first, so that definitions stand in order."""
        for need in helper.needs:
            self.of(need)
        if helper not in self.helpers:
            self.helpers[helper] = self.free(helper.name)
        return self.helpers[helper]

    def settle(self, argument: Argument) -> Argument:
        """The argument with the helpers of all its calls under their names in this file."""
        if isinstance(argument, Copies):
            call = self.settle(argument.call)
            return Copies(call, argument.count) if isinstance(call, Call) else argument
        if not isinstance(argument, Call):
            return argument
        arguments = tuple(self.settle(item) for item in argument.arguments)
        keywords = {name: self.settle(item) for name, item in argument.keywords.items()}
        callee = self.of(argument.helper) if argument.helper else argument.callee
        return Call(callee, arguments, keywords)


@dataclass
class BlockClasses:
    """The classes of a file's blocks, in the order in which they must stand."""

    program: Program
    names: Names
    classes: list[BlockClass] = field(default_factory=list[BlockClass])
    _printed: dict[tuple[Any, ...], BlockClass] = field(
        default_factory=dict[tuple[Any, ...], BlockClass]
    )
    _by_text: dict[tuple[str, str], BlockClass] = field(
        default_factory=dict[tuple[str, str], BlockClass]
    )

    def call(self, instance: Instance, x: Shape) -> Call:
        """The constructor call of a use of a block that reads a shape."""
        use = instance.element
        if not isinstance(use, Use):
            raise AssertionError(instance.name)
        block = self.program.blocks[use.block]
        given: dict[str, Value] = {
            name: evaluated(value, instance.environment) for name, value in use.arguments.items()
        }
        if isinstance(block.body, Leaf | Use):
            return self._transparent(block, given, x)
        made = self._class(block, given, x)
        values: dict[str, Argument] = {**given, _channels(block, x): x[0]}
        ordered = [(name, values[name]) for name, _ in made.parameters]
        first = 1 if ordered and ordered[0][0] == _channels(block, x) else 0
        if len(ordered) - first > _MOST_KEYWORDS:
            first = len(ordered)  # a row of a table, as the papers print it
        keywords = dict(ordered[first:])
        return Call(made.name, tuple(value for _, value in ordered[:first]), keywords)

    def _transparent(self, block: Block, given: dict[str, Value], x: Shape) -> Call:
        """A block of a single nameless node is that node: its names must not become one longer."""
        typed = self._typed(block, given, x)
        call = self.names.settle(Scope(typed, self.call).module(typed.graph.root))
        if not isinstance(call, Call):
            raise AssertionError(block.name)
        return call

    def _typed(self, block: Block, arguments: dict[str, Value], x: Shape) -> TypedGraph:
        report = Report()
        graph = elaborate_block(self.program, block, arguments, x, report, UNLIMITED)
        typed = infer(graph, report, UNLIMITED) if graph is not None else None
        if typed is None:
            raise AssertionError(block.name)
        return typed

    def _class(self, block: Block, given: dict[str, Value], x: Shape) -> BlockClass:
        """The class that a use needs, printed at its first use."""
        bare = {
            name: value if isinstance(value, str | bool) else plain(value)
            for name, value in given.items()
        }
        sizes = tuple(int(extent) for extent in x)
        key = (block.name, sizes, tuple((name, type(value), value) for name, value in bare.items()))
        if key not in self._printed:
            self._printed[key] = self._print(block, bare, sizes)
        return self._printed[key]

    def _print(self, block: Block, bare: dict[str, Value], sizes: tuple[int, ...]) -> BlockClass:
        channels = _channels(block, sizes)
        symbols = {name: named(name, value) for name, value in bare.items()}
        x: Any = (traced(sizes[0], channels), *sizes[1:])
        typed = self._typed(block, symbols, x)
        body, parameters = self._body(typed, {channels: sizes[0], **bare})
        text = "\n".join(body)
        known = self._by_text.get((block.name, text))
        if known is None:
            name = self.names.free(class_name(block.name))
            said = docstring(block.description or f"Block {block.name}.", 4)
            source = "\n".join(
                [f"class {name}(nn.Module):", *said, "", *(f"    {line}".rstrip() for line in body)]
            )
            known = self._by_text[block.name, text] = BlockClass(name, parameters, source)
            self.classes.append(known)
        return known

    def _body(
        self, typed: TypedGraph, values: dict[str, Value]
    ) -> tuple[list[str], tuple[tuple[str, str], ...]]:
        """Constructor and forward of a block, and the parameters that they use."""
        root = typed.graph.root
        scope = Scope(typed, self.call)
        if isinstance(root.element, Fork):
            scope.fork(root, "")
        else:
            scope.add(root.children)
        made = [(name, self.names.settle(argument)) for name, argument in scope.assigned]
        constructor = assignments(made)
        constructor += attachments(typed, [root], self.names.settle)
        used = names_read("\n".join(constructor))
        parameters = tuple(
            (name, type(value).__name__)
            for name, value in values.items()
            if name in used and isinstance(value, int | float) and not isinstance(value, bool)
        )
        steps = [step for step in scope.steps if step.gives(typed.graph.main)]
        forward = Forward(typed, steps, frozenset({typed.graph.output}), shapes=False)
        lines = forward.returning(typed.graph.output)
        head = signature("__init__", parameters, "None")
        body = [*head, *(f"    {line}" for line in ("super().__init__()", *constructor)), ""]
        body += ["def forward(self, x: Tensor) -> Tensor:", *(f"    {line}" for line in lines)]
        return body, parameters


def _channels(block: Block, x: Shape) -> str:
    """What the constructor calls the size of a block's input."""
    name = "in_channels" if len(x) == 3 else "in_features"
    while name in block.arguments:
        name += "_"
    return name


def class_name(name: str) -> str:
    """A name in the form of a class name: ``reduction_a`` as ``ReductionA``."""
    made = "".join(part[:1].upper() + part[1:] for part in name.split("_"))
    return f"{made}Block" if keyword.iskeyword(made) else made


def signature(function: str, parameters: Iterable[tuple[str, str]], returns: str) -> list[str]:
    """The first lines of a method one level inside a class, not indented."""
    items = ["self", *(f"{name}: {kind}" for name, kind in parameters)]
    line = f"def {function}({', '.join(items)}) -> {returns}:"
    if 4 + len(line) <= LINE_LENGTH:
        return [line]
    inside = f"    {', '.join(items)}"
    if 4 + len(inside) <= LINE_LENGTH:
        return [f"def {function}(", inside, f") -> {returns}:"]
    return [f"def {function}(", *(f"    {item}," for item in items), f") -> {returns}:"]
