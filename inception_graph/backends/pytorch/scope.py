"""The inside of one class: which modules it holds, and what its ``forward`` does with them."""

from __future__ import annotations

import builtins
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from inception_graph.backends.pytorch.shares import shares_of
from inception_graph.ir.expressions import evaluated
from inception_graph.ir.program import Broken, Chain, Fork, Leaf, Use
from inception_graph.ops.base import Join
from inception_graph.ops.code import Argument, Call, Copies, Helper, laid_out, literal, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable

    from inception_graph.backends.pytorch.shares import Shares
    from inception_graph.ir.graph import Instance, TypedGraph
    from inception_graph.ops.window import Shape

    UseCall: TypeAlias = Callable[["Instance", "Shape"], Call]
    """The constructor call of a use of a block (or of one copy of it) that reads a shape."""

CHAIN = Helper(
    "Chain",
    '''\
class {name}(nn.Sequential):
    """Modules by name, each reading the one before it."""

    def __init__(self, **modules: nn.Module) -> None:
        super().__init__(OrderedDict(modules))''',
)
PARTS = Helper(
    "Parts",
    '''\
class {name}(nn.ModuleDict):
    """Modules by name, wired by the class that holds them."""

    def __init__(self, **modules: nn.Module) -> None:
        super().__init__(modules)''',
)
_RESERVED = frozenset(
    {
        "x",
        "self",
        "torch",
        "nn",
        "F",
        "Tensor",
        "Any",
        "logits",
        "branches",
        "module",
        *dir(builtins),
    }
)
"""Names that a local of ``forward`` cannot have."""


@dataclass
class Step:
    """One statement of ``forward``: a value computed from others."""

    target: int
    sources: tuple[int, ...]
    code: Callable[[list[str]], str]
    name: str
    long: Callable[[str], str] | None = None  # from the source of a list of values
    beside: tuple[tuple[int, str], ...] = ()  # further values of the statement, with their names

    def gives(self, wanted: Container[int]) -> bool:
        """Whether some value of the statement is among those wanted."""
        return any(value in wanted for value in (self.target, *(value for value, _ in self.beside)))


@dataclass
class Scope:
    """Collects the modules and steps of one class.

    Attributes:
        typed: The graph whose instances are printed; its shapes may be traced.
        use_call: How a use of a block is constructed.
        assigned: Attributes of the class with the calls that make them, in order.
        steps: What ``forward`` does, in an order in which it can be done.
    """

    typed: TypedGraph
    use_call: UseCall
    assigned: list[tuple[str, Argument]] = field(default_factory=list[tuple[str, "Argument"]])
    steps: list[Step] = field(default_factory=list[Step])
    wired: set[int] = field(default_factory=set[int])

    def __post_init__(self) -> None:
        graph = self.typed.graph
        self.wired = {head.instance.reads for head in graph.heads}
        for tree in (graph.root, *(head.instance for head in graph.heads)):
            self._note_wires(tree)

    def _note_wires(self, instance: Instance) -> None:
        """Note values that are read by name: their makers cannot be hidden inside a container."""
        element = instance.element
        if isinstance(element, Leaf | Fork | Use) and element.reads is not None:
            self.wired.add(instance.reads)
        if isinstance(element, Fork) and element.joins and instance.node is not None:
            self.wired.update(self.typed.nodes[instance.node].inputs)
        if not isinstance(element, Use):
            for child in instance.parts:
                self._note_wires(child)

    def add(self, instances: Iterable[Instance], path: str = "") -> None:
        """Take in elements that stand side by side; ``path`` leads to the container that holds them."""
        for child in instances:
            self._add(child, path)

    def _add(self, instance: Instance, path: str) -> None:
        element, name = instance.element, path + instance.element.name
        if isinstance(element, Fork) and (element.joins or not self._closed(instance)):
            self.fork(instance, f"{name}." if element.name else path)
        elif isinstance(element, Chain) and not element.nodes:
            return
        elif isinstance(element, Chain) and not self._closed(instance):
            self._open(instance, path)
            self.add(instance.children, f"{name}.")
        else:
            if not path:
                self.assigned.append((name, self.module(instance)))
            self._step(instance, name)

    def _open(self, instance: Instance, path: str) -> None:
        """Make a container whose parts ``forward`` calls one by one; parts of a container are in its call."""
        if not path:
            self.assigned.append((instance.element.name, self._parts(instance)))

    def _parts(self, instance: Instance) -> Call:
        parts: dict[str, Argument] = {}
        shares = shares_of(self.typed, instance) if isinstance(instance.element, Fork) else None
        for child in instance.parts if shares is None else (shares.entry, *shares.branches):
            closed = self._closed(child) and not (
                isinstance(child.element, Fork) and child.element.joins
            )
            if closed and not (isinstance(child.element, Chain) and not child.element.nodes):
                parts[child.element.name] = self.module(child)
            elif child.children:
                parts[child.element.name] = self._parts(child)
        return Call(PARTS.name, keywords=parts, helper=PARTS)

    def fork(self, instance: Instance, path: str) -> None:
        """Take in a fork whose branches are parts of the class or of a container, and whose join is a statement."""
        if path and instance.children:
            self._open(instance, path[: -len(instance.element.name) - 1])
        shares = shares_of(self.typed, instance)
        if shares is None:
            self.add(instance.parts, path)
        else:
            self._share_out(instance, shares, path)
            self.add(shares.branches, path)
        operation = self._joining(instance)
        inputs = self.typed.nodes[instance.output].inputs
        self.steps.append(
            Step(instance.output, inputs, operation.expression, _local(instance), operation.over)
        )

    def _share_out(self, instance: Instance, shares: Shares, path: str) -> None:
        """Make the entry of a fork, and the statement that shares out what it gives."""
        name = f"{path}{shares.entry.element.name}"
        widths = f"{name.replace('.', '_')}_widths"
        if not path:
            self.assigned.append((name, self.module(shares.entry)))
        self.assigned.append((widths, tuple(shares.widths.values())))
        module = _called(name)
        by_branch = [
            (output, _local_name(f"{path}{branch}"))
            for output, branch in zip(shares.outputs, shares.widths, strict=True)
        ]
        (first, local), *beside = by_branch
        self.steps.append(
            Step(
                first,
                (instance.reads,),
                lambda sources: f"{module}({sources[0]}).split(self.{widths}, dim=1)",
                local,
                beside=tuple(beside),
            )
        )

    def _joining(self, instance: Instance) -> Join:
        operation = None if instance.node is None else self.typed.operation(instance.node)
        if not isinstance(operation, Join):
            raise AssertionError(instance.name)
        return operation

    def _step(self, instance: Instance, path: str) -> None:
        module = _called(path)
        self.steps.append(
            Step(
                instance.output,
                (instance.reads,),
                lambda sources: f"{module}({sources[0]})",
                _local(instance),
            )
        )

    def _closed(self, instance: Instance) -> bool:
        """Whether all wiring inside is that of the program's shape, so that one module can hold it."""
        element = instance.element
        if isinstance(element, Leaf | Use | Broken):
            return True
        if isinstance(element, Fork) and element.joins:
            return False
        shares = shares_of(self.typed, instance) if isinstance(element, Fork) else None
        for child in instance.parts if shares is None else shares.branches:
            rewired = (
                isinstance(child.element, Leaf | Fork | Use) and child.element.reads is not None
            )
            exposed = child.output in self.wired and child.output not in (
                instance.output,
                instance.reads,
            )
            if rewired or exposed or not self._closed(child):
                return False
        return True

    def module(self, instance: Instance) -> Call:
        """The call that makes the module of an element whose wiring is its own."""
        element = instance.element
        x = self.typed.shape(instance.reads)
        if isinstance(element, Use):
            return self._use(instance, x)
        if isinstance(element, Leaf):
            if instance.node is None:
                raise AssertionError(instance.name)
            return self.typed.operation(instance.node).module(x)
        shares = shares_of(self.typed, instance) if isinstance(element, Fork) else None
        parts: dict[str, Argument] = {
            child.element.name: self.module(child)
            for child in (instance.children if shares is None else shares.branches)
        }
        if isinstance(element, Fork):
            container = self._joining(instance).container(shared=shares is not None)
            if shares is not None:
                widths = Call("dict", keywords=dict(shares.widths))
                parts = {"entry": self.module(shares.entry), "widths": widths, **parts}
            return Call(container.name, keywords=parts, helper=container)
        if not parts:
            return Call("nn.Identity")
        return Call(CHAIN.name, keywords=parts, helper=CHAIN)

    def _use(self, instance: Instance, x: Shape) -> Call:
        if not isinstance(instance.element, Use) or not instance.copies:
            return self.use_call(instance, x)
        calls = [
            self.use_call(instance, self.typed.shape(child.reads)) for child in instance.children
        ]
        # From the second copy on each reads a copy's output, so only the first can differ from the others.
        # By their texts: a traced number is equal to a plain one, but prints otherwise.
        texts = [one_line(call) for call in calls]
        leading = 0 if len(set(texts)) == 1 else 1
        if len(set(texts[leading:])) > 1:
            return Call("nn.Sequential", tuple(calls))
        if len(calls) - leading == 1:
            return Call("nn.Sequential", tuple(calls))
        repeat = evaluated(instance.element.repeat, instance.environment)
        rest = Copies(calls[-1], literal(repeat - leading))
        return Call("nn.Sequential", (*calls[:leading], rest))


_LONGEST_LOCAL = 30
"""So that a call with one argument fits on a line; an underscore keeps apart what the cut makes equal."""


def _local(instance: Instance) -> str:
    return _local_name(instance.name)


def _local_name(path: str) -> str:
    """What a value of some path is called in ``forward``."""
    name = path.replace(".", "_").lower()[:_LONGEST_LOCAL] or "x"
    return f"{name}_" if name in _RESERVED else name


def _called(path: str) -> str:
    """The module of some path inside the class."""
    first, _, rest = path.partition(".")
    return f"self.{first}" if not rest else f'self.get_submodule("{path}")'


def assignments(assigned: list[tuple[str, Argument]]) -> list[str]:
    """Statements of a constructor, not indented."""
    lines: list[str] = []
    for name, argument in assigned:
        target = f"self.{name} = "
        first, *rest = laid_out(argument, 8, len(target))
        lines += [target + first, *rest]
    return lines
