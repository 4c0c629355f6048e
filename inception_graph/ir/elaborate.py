"""From ``Program`` to ``Graph``: blocks are expanded, expressions worked out, names resolved."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from inception_graph.diagnostics.codes import Code
from inception_graph.diagnostics.report import Related
from inception_graph.ir.expressions import Expression, ExpressionFault, Symbolic, Value, evaluated
from inception_graph.ir.faults import report_faults
from inception_graph.ir.graph import INPUT, UNKNOWN, Graph, Head, Instance, Node
from inception_graph.ir.program import Broken, Chain, Element, Fork, Leaf, Use
from inception_graph.ir.wiring import Wiring
from inception_graph.ops.fields import show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inception_graph.diagnostics.report import Report
    from inception_graph.diagnostics.source import Path
    from inception_graph.ir.program import Block, Program
    from inception_graph.limits import Limits
    from inception_graph.ops.base import Operation
    from inception_graph.ops.window import Shape


def elaborate(
    program: Program,
    report: Report,
    limits: Limits,
    *,
    variables: Mapping[str, Value] | None = None,
) -> Graph | None:
    """The network that a program describes, or None where it is too large (reported).

    Args:
        program: The program.
        report: Where faults are reported.
        limits: Bounds on sizes.
        variables: Values in place of the program's, such as traced ones.
    """
    values = program.variables if variables is None else variables
    return _Elaboration(program, report, limits).network(_Environment(values))


def elaborate_block(
    program: Program,
    block: Block,
    arguments: Mapping[str, Value],
    x: Shape,
    report: Report,
    limits: Limits,
) -> Graph | None:
    """The inside of one block for given arguments and input, as a network of its own."""
    environment = _Environment({**program.variables, **arguments})
    return _Elaboration(program, report, limits).block(block, environment, x)


class _TooMany(Exception):
    """Raised when the bound on nodes is reached."""


@dataclass(slots=True, eq=False)
class _Environment:
    """Names with their values, and the operations already made under them."""

    values: Mapping[str, Value]
    made: dict[int, Operation | None] = field(default_factory=dict[int, "Operation | None"])
    inner: dict[int, _Environment] = field(default_factory=dict[int, "_Environment"])


@dataclass
class _Elaboration:
    program: Program
    report: Report
    limits: Limits
    nodes: list[Node] = field(default_factory=list[Node])
    wiring: Wiring = field(init=False)
    steps: int = 0
    head: str = ""  # the scope of the auxiliary head that is being built

    def __post_init__(self) -> None:
        self.wiring = Wiring(self.program, self.report)

    def network(self, environment: _Environment) -> Graph | None:
        root = Instance("", Chain("", (), ()), INPUT, INPUT)
        heads: list[Head] = []
        try:
            for section in self.program.sections.values():
                child = self._chain(section, "", root.output, (), environment, "")
                root.children.append(child)
                root.output = child.output
            for head in self.program.auxiliary:
                source = self.wiring.resolve(head.reads, (*head.path, "from"), "", "")
                self.head = f"{head.name}."
                instance = self._chain(head.body, head.name, source, (), environment, self.head)
                heads.append(Head(head.name, instance, head.loss_weight))
        except _TooMany:
            return None
        return self._finished(root, self.program.input, tuple(heads))

    def block(self, block: Block, environment: _Environment, x: Shape) -> Graph | None:
        try:
            root = self._body(block, "", INPUT, (), environment)
        except _TooMany:
            return None
        return self._finished(root, x, ())

    def _count(self, element: Element, frames: tuple[Use, ...]) -> None:
        self.steps += 1
        if self.steps <= self.limits.nodes:
            return
        bound = f"{self.limits.nodes:,} nodes once blocks and repeats are expanded"
        message = f"the network has more than {bound}"
        where = self.program.places.key((frames[0] if frames else element).path)
        self.report.add(
            Code.TOO_MANY_NODES,
            message,
            where,
            hint="if it is meant to, raise the bound: --limit nodes=...",
        )
        raise _TooMany

    def _element(
        self,
        element: Element,
        prefix: str,
        source: int,
        frames: tuple[Use, ...],
        environment: _Environment,
        boundary: str,
    ) -> Instance:
        """Build an element.

        Names are looked up in ``prefix``, which ends in a dot, and around it up to ``boundary``.
        """
        name = (prefix + element.name).rstrip(".")
        if isinstance(element, Chain):
            return self._chain(
                element, name, source, frames, environment, f"{name}." if name else "", boundary
            )
        if not isinstance(element, Broken) and element.reads is not None:
            source = self.wiring.resolve(element.reads, (*element.path, "from"), prefix, boundary)
        if isinstance(element, Use):
            instance = self._use(element, name, source, frames, environment)
        elif isinstance(element, Fork):
            instance = self._fork(element, name, source, frames, environment, prefix, boundary)
        else:
            operation = (
                None
                if isinstance(element, Broken)
                else self._operation(element, frames, environment)
            )
            instance = Instance(name, element, source, environment=environment.values)
            self._add(instance, operation, (source,), frames)
        self.wiring.define(name, instance.output, boundary or self.head)
        return instance

    def _add(
        self,
        instance: Instance,
        operation: Operation | None,
        inputs: tuple[int, ...],
        frames: tuple[Use, ...],
    ) -> None:
        self._count(instance.element, frames)
        instance.node = instance.output = len(self.nodes)
        self.nodes.append(Node(instance.name, operation, inputs, instance.element, frames))

    def _chain(
        self,
        chain: Chain,
        name: str,
        source: int,
        frames: tuple[Use, ...],
        environment: _Environment,
        prefix: str,
        boundary: str = "",
    ) -> Instance:
        instance = Instance(name, chain, source, source, environment=environment.values)
        for node in chain.nodes:
            child = self._element(node, prefix, instance.output, frames, environment, boundary)
            instance.children.append(child)
            instance.output = child.output
        if name:
            self.wiring.define(name, instance.output, boundary or self.head)
        return instance

    def _fork(
        self,
        fork: Fork,
        name: str,
        source: int,
        frames: tuple[Use, ...],
        environment: _Environment,
        prefix: str,
        boundary: str,
    ) -> Instance:
        instance = Instance(name, fork, source, environment=environment.values)
        inner = f"{name}." if fork.name else prefix
        if fork.entry is not None:
            instance.entry = self._element(fork.entry, inner, source, frames, environment, boundary)
        for branch in fork.branches:
            instance.children.append(
                self._element(branch, inner, source, frames, environment, boundary)
            )
        if fork.joins:
            paths = [(*fork.path, fork.operation.key, index) for index in range(len(fork.joins))]
            inputs = [
                self.wiring.resolve(n, p, prefix, boundary)
                for n, p in zip(fork.joins, paths, strict=True)
            ]
        else:
            inputs = [child.output for child in instance.children]
        self._add(instance, self._operation(fork, frames, environment), tuple(inputs), frames)
        return instance

    def _use(
        self, use: Use, name: str, source: int, frames: tuple[Use, ...], environment: _Environment
    ) -> Instance:
        self._count(use, frames)
        block = self.program.blocks[use.block]
        instance = Instance(
            name, use, source, source, environment=environment.values, copies=use.repeat is not None
        )
        inner = self._arguments(use, frames, environment)
        repeat = self._repeat(use, frames, environment)
        if inner is None or repeat is None:
            self._add(instance, None, (source,), frames)
            return instance
        if use.repeat is None:
            body = self._body(block, name, source, (*frames, use), inner)
            instance.children, instance.output = [body], body.output
            return instance
        for index in range(repeat):
            self._count(use, frames)
            body = self._body(block, f"{name}.{index}", instance.output, (*frames, use), inner)
            instance.children.append(body)
            instance.output = body.output
        return instance

    def _body(
        self,
        block: Block,
        name: str,
        source: int,
        frames: tuple[Use, ...],
        environment: _Environment,
    ) -> Instance:
        prefix = f"{name}." if name else ""
        return self._element(block.body, prefix, source, frames, environment, prefix)

    def _arguments(
        self, use: Use, frames: tuple[Use, ...], environment: _Environment
    ) -> _Environment | None:
        """The environment inside a use; None where an argument cannot be worked out."""
        known = environment.inner.get(id(use))
        if known is not None:
            return known
        values: dict[str, Value] = dict(self.program.variables)
        for argument, given in use.arguments.items():
            value = self._evaluated(given, (*use.path, use.block, argument), frames, environment)
            if value is None:
                return None
            values[argument] = value
        environment.inner[id(use)] = inner = _Environment(values)
        return inner

    def _repeat(self, use: Use, frames: tuple[Use, ...], environment: _Environment) -> int | None:
        if not isinstance(use.repeat, Expression):
            return use.repeat or 1
        path = (*use.path, "repeat")
        value = self._evaluated(use.repeat, path, frames, environment)
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 1):
            return value if isinstance(value, int) else None
        message = f"'repeat' must be a whole number of at least 1, but is {value}"
        self.report.add(
            Code.OUT_OF_RANGE,
            message,
            self.program.places.value(path),
            related=self._frames(frames),
        )
        return None

    def _evaluated(
        self, value: Symbolic, path: Path, frames: tuple[Use, ...], environment: _Environment
    ) -> Any:
        """The value, or None after reporting why there is none."""
        try:
            return evaluated(value, environment.values)
        except ExpressionFault as fault:
            where = self.program.places.value(path)
            self.report.add(Code.ARITHMETIC, str(fault), where, related=self._frames(frames))
        except KeyError:
            pass  # an unknown name, reported when it was read
        return None

    def _operation(
        self, element: Leaf | Fork, frames: tuple[Use, ...], environment: _Environment
    ) -> Operation | None:
        if element.ready is not None:
            return element.ready
        key = id(element)
        if key not in environment.made:
            environment.made[key] = self._make(element, frames, environment)
        return environment.made[key]

    def _make(
        self, element: Leaf | Fork, frames: tuple[Use, ...], environment: _Environment
    ) -> Operation | None:
        fields: dict[str, Any] = {}
        for name, value in element.attributes.items():
            fields[name] = self._evaluated(value, element.origins[name], frames, environment)
            if fields[name] is None and value is not None:
                return None
        try:
            return element.operation.model_validate(fields)
        except ValidationError as error:
            report_faults(
                error, element.operation, element.operation.key, self.report, self.program.places,
                lambda at: (*element.origins.get(str(at[0]), element.path), *at[1:]) if at else element.path,
                related=(*self._inherited(element), *self._frames(frames)),
            )  # fmt: skip
            return None

    def _inherited(self, element: Leaf | Fork) -> tuple[Related, ...]:
        """The values of variables that an element reads which stands in another text, a parent's."""
        places, values = self.program.places, self.program.variables
        used = {
            name
            for value in element.attributes.values()
            if isinstance(value, Expression)
            for name in value.names
        }
        found = ((name, places.value(("variables", name))) for name in values if name in used)
        own = places.key(element.path).source
        return tuple(
            Related(f"'{name}' is {show(values[name])}", where)
            for name, where in found
            if where.source is not own
        )

    def _frames(self, frames: tuple[Use, ...]) -> tuple[Related, ...]:
        return block_uses(self.program, frames)

    def _finished(self, root: Instance, x: Shape, heads: tuple[Head, ...]) -> Graph:
        """The graph in an order in which it can be computed, every name resolved."""
        nodes, output = self.nodes, root.output
        if self.wiring.pending:
            found = self.wiring.settled()
            named: dict[tuple[int, int], Path] = {}
            for index, node in enumerate(nodes):
                for stand_in in found.keys() & set(node.inputs):
                    named[found[stand_in], index] = self.wiring.name_of(stand_in)
                node.inputs = tuple(found.get(source, source) for source in node.inputs)
            order = self.wiring.order(nodes, named)
            place = {old: new for new, old in enumerate(order)} | {INPUT: INPUT, UNKNOWN: UNKNOWN}
            nodes = [nodes[old] for old in order]
            for node in nodes:
                node.inputs = tuple(place[source] for source in node.inputs)
            for tree in (root, *(head.instance for head in heads)):
                for instance in tree.walk():
                    instance.reads = place[found.get(instance.reads, instance.reads)]
                    instance.output = place[found.get(instance.output, instance.output)]
                    instance.node = None if instance.node is None else place[instance.node]
            output = root.output
        return Graph(self.program, x, tuple(nodes), root, output, heads)


def block_uses(program: Program, frames: tuple[Use, ...]) -> tuple[Related, ...]:
    """The uses of blocks that lead to a node, from the inside out, with the arguments given."""
    return tuple(
        Related(f"in block '{use.block}', used here", program.places.key((*use.path, use.block)))
        for use in reversed(frames)
    )
