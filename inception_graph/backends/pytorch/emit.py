"""From a typed graph to a file of PyTorch that needs nothing but torch."""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from inception_graph.analysis.costs import costs
from inception_graph.backends.pytorch.classes import (
    UNLIMITED,
    BlockClasses,
    Names,
    class_name,
    signature,
)
from inception_graph.backends.pytorch.forward import Forward
from inception_graph.backends.pytorch.knobs import free_variables
from inception_graph.backends.pytorch.layout import attachments, keeps_layout
from inception_graph.backends.pytorch.scope import Scope, assignments
from inception_graph.backends.pytorch.start import Start, start
from inception_graph.backends.pytorch.text import docstring, harmless, names_read
from inception_graph.diagnostics.report import Report
from inception_graph.ir.elaborate import elaborate
from inception_graph.ir.expressions import named
from inception_graph.ir.infer import infer
from inception_graph.ops.base import size
from inception_graph.ops.code import LINE_LENGTH, Call, Raw, laid_out, literal
from inception_graph.ops.layout import definition
from inception_graph.resources import folder
from inception_graph.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Template

    from inception_graph.backends.pytorch.scope import Step
    from inception_graph.ir.expressions import Value
    from inception_graph.ir.graph import Instance, TypedGraph
    from inception_graph.ir.program import Program

_IMPORTS = (
    ("OrderedDict", "from collections import OrderedDict"),
    ("Any|NamedTuple", "from typing import {}"),
    ("torch", "import torch"),
    ("F", "import torch.nn.functional as F"),
    ("Tensor|nn", "from torch import {}"),
)
_TAKEN = frozenset(
    {"OrderedDict", "Any", "NamedTuple", "Tensor", "LOSS_WEIGHTS", "F", "nn", "torch", "initialise"}
)


@dataclass(frozen=True)
class Provenance:
    """Where emitted source comes from.

    Attributes:
        spec: Name of the spec's file.
        digest: SHA-256 of its text, hexadecimal.
        command: The command that emits it again.
    """

    spec: str
    digest: str
    command: str


def emit_source(typed: TypedGraph, provenance: Provenance) -> str:
    """The source of a network, formatted, the same bytes for the same network and provenance."""
    return _Module(typed, provenance).source()


def network_class(program: Program) -> str:
    """The name of the network's class."""
    name = program.meta.class_name or class_name(program.name)
    return f"{name}Net" if name in _TAKEN or name in dir(builtins) else name


@cache
def _template() -> Template:
    """The layout of a file."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder("codegen")),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    return environment.get_template("module.py.jinja")


class _Module:
    """One file."""

    def __init__(self, typed: TypedGraph, provenance: Provenance) -> None:
        self.plain, self.provenance = typed, provenance
        self.program = typed.program
        self.network = network_class(self.program)
        self.output_class = f"{self.network}Output"
        self.names = Names({*_TAKEN, *dir(builtins), self.network, self.output_class})
        self.knobs = tuple(filter(self._holds, free_variables(self.program)))
        self.typed = self._traced()
        self.blocks = BlockClasses(self.program, self.names)

    def _holds(self, name: str) -> bool:
        """Whether a variable can have another value: shapes fit for that one too."""
        value = self.program.variables[name]
        other = value + 1 if isinstance(value, int) else float(value) / 2
        return self._typed({**self.program.variables, name: other}) is not None

    def _typed(self, variables: Mapping[str, Value]) -> TypedGraph | None:
        report = Report()
        graph = elaborate(self.program, report, UNLIMITED, variables=variables)
        return infer(graph, report, UNLIMITED) if graph is not None else None

    def _traced(self) -> TypedGraph:
        """The network with its knobs under their names, so that they become parameters of the constructor."""
        if not self.knobs:
            return self.plain
        values = {
            n: named(n, v) if n in self.knobs else v for n, v in self.program.variables.items()
        }
        typed = self._typed(values)
        if typed is None:
            raise AssertionError(self.program.name)
        return typed

    def source(self) -> str:
        weights = start(self.plain, range(len(self.plain.nodes)))
        network = self._network(weights)
        definitions = [
            *(helper.source.replace("{name}", name) for helper, name in self.names.helpers.items()),
            *(block.source for block in self.blocks.classes),
            *([self._outputs()] if self.program.auxiliary else []),
            *([self._initialise(weights)] if weights.function else []),
            network,
        ]
        return _template().render(
            docstring="\n".join(self._docstring()),
            imports=self._imports("\n".join(definitions)),
            loss_weights=self._loss_weights(),
            definitions=definitions,
            network=self.network,
            output_class=self.output_class,
            input=", ".join(str(extent) for extent in self.program.input),
            heads=self.program.auxiliary,
        )

    def _docstring(self) -> list[str]:
        meta, totals = self.program.meta, costs(self.plain)
        title = ", ".join(filter(None, (meta.title or self.program.name, meta.paper)))
        heads = (
            f" ({totals.parameters_with_auxiliary:,} with auxiliary heads)"
            if self.program.auxiliary
            else ""
        )
        made = (
            f"Made by inception-graph {__version__} from {harmless(self.provenance.spec)}\n"
            f"(sha256 {self.provenance.digest[:16]}):\n\n    {harmless(self.provenance.command)}"
        )
        facts = (
            f"Input {size(self.program.input)}, {totals.parameters:,} parameters{heads},\n"
            f"{totals.macs:,} multiply-accumulates an image. Shapes in comments leave out the batch.\n"
            "This file needs torch only. Emitting again replaces it: edit a copy."
        )
        return docstring(title, 0, made, facts)

    def _imports(self, body: str) -> list[str]:
        """The imports whose names occur, standard library first."""
        words = names_read(body) | {"torch"}
        lines: list[str] = []
        for names, line in _IMPORTS:
            used = [name for name in names.split("|") if name in words]
            if used:
                lines.append(line.format(", ".join(used)))
        standard = sum(not line.startswith(("import torch", "from torch")) for line in lines)
        return [*lines[:standard], *([""] if standard else []), *lines[standard:]]

    def _loss_weights(self) -> str:
        if not self.program.auxiliary:
            return ""
        items = [f'"{head.name}": {literal(head.loss_weight)}' for head in self.program.auxiliary]
        line = f"LOSS_WEIGHTS = {{{', '.join(items)}}}"
        return (
            line
            if len(line) <= LINE_LENGTH
            else "\n".join(["LOSS_WEIGHTS = {", *(f"    {i}," for i in items), "}"])
        )

    def _outputs(self) -> str:
        """The named tuple that the network returns while training."""
        lines = [
            f"class {self.output_class}(NamedTuple):",
            '    """What the network returns while training."""',
            "",
        ]
        lines += [
            f"    {name}: Tensor"
            for name in ("logits", *(head.name for head in self.program.auxiliary))
        ]
        return "\n".join(lines)

    def _initialise(self, weights: Start) -> str:
        lines = [
            "def initialise(module: nn.Module) -> None:",
            '    """Start the weights of one layer."""',
        ]
        return "\n".join([*lines, *(f"    {line}" for line in weights.function)])

    def _network(self, weights: Start) -> str:
        graph, program = self.typed.graph, self.program
        scope, heads = Scope(self.typed, self.blocks.call), Scope(self.typed, self.blocks.call)
        made: list[str] = []
        for section in graph.root.children:
            made += self._section(str(section.element.path[0]), scope, section.children)
        made += self._section("auxiliary heads", heads, [head.instance for head in graph.heads])
        made += attachments(self.typed, graph.root.parts, self.names.settle)
        for head in graph.heads:
            made += attachments(self.typed, [head.instance], self.names.settle, f"{head.name}.")
        main = [step for step in scope.steps if step.gives(graph.main)]
        others = (step for step in (*scope.steps, *heads.steps) if not step.gives(graph.main))
        aside = [step for step in others if step.gives(graph.served)]
        tapped = frozenset(source for step in aside for source in step.sources)
        named_values = {graph.output: "logits"} if graph.heads else {}
        forward = Forward(
            self.typed, main, tapped | {graph.output}, shapes=True, fixed=named_values
        )
        lines = self._with_heads(forward, aside) if graph.heads else forward.returning(graph.output)
        parameters = [
            (name, f"{type(program.variables[name]).__name__} = {program.variables[name]!r}")
            for name in self.knobs
        ]
        body = [
            *signature("__init__", parameters, "None"),
            *(f"    {line}" for line in ("super().__init__()", *made)),
            *self._restart(weights),
            *self._plain_state_dict(),
            "",
            f"def forward(self, x: Tensor) -> {f'Tensor | {self.output_class}' if graph.heads else 'Tensor'}:",
            *(f"    {line}" for line in lines),
        ]
        top = [
            f"class {self.network}(nn.Module):",
            *docstring(program.meta.title or program.name, 4),
            "",
        ]
        return "\n".join([*top, *(f"    {line}".rstrip() for line in body)])

    def _restart(self, weights: Start) -> list[str]:
        """The end of the constructor and the method that it calls, where weights start in a way of their own."""
        if not weights.statements:
            return []
        top = ["    self.reset_parameters()", "", "def reset_parameters(self) -> None:"]
        return [
            *top,
            '    """Start all weights anew."""',
            *(f"    {line}" for line in weights.statements),
        ]

    def _plain_state_dict(self) -> list[str]:
        """The method that gives the weights back as the plain network has them."""
        if not keeps_layout(self.plain):
            return []
        name = self.names.of(definition("plain_state"))
        about = '"""The weights under the names and in the shapes of the plain network."""'
        head = "def plain_state_dict(self) -> dict[str, Tensor]:"
        return ["", head, f"    {about}", f"    return {name}(self)"]

    def _section(self, title: str, scope: Scope, instances: list[Instance]) -> list[str]:
        """The modules of a section, under its name."""
        before = len(scope.assigned)
        scope.add(instances)
        lines = assignments(
            [(name, self.names.settle(made)) for name, made in scope.assigned[before:]]
        )
        return [f"# {title}", *lines] if lines else []

    def _with_heads(self, forward: Forward, head_steps: list[Step]) -> list[str]:
        """All statements; the last return the logits with the heads while training, alone otherwise."""
        graph = self.typed.graph
        before = forward.lines()
        result = forward.names[graph.output]
        outputs = frozenset(head.output for head in graph.heads)
        inside = Forward(
            self.typed,
            head_steps,
            outputs,
            shapes=False,
            names=dict(forward.names),
            reuses=False,
            indent=12,
        )
        lines = inside.lines()
        if len(head_steps) == len(graph.heads):
            # Each head is one module: it is called where its output is returned.
            by_target = {step.target: step for step in head_steps}
            heads = [
                step.code([forward.names[source] for source in step.sources])
                for step in (by_target[head.output] for head in graph.heads)
            ]
            lines = []
        else:
            heads = [inside.names[head.output] for head in graph.heads]
        values = Call(self.output_class, (Raw(result), *(Raw(head) for head in heads)))
        first, *rest = laid_out(values, 12, len("return "))
        return [
            *before,
            "if self.training:",
            *(f"    {line}" for line in (*lines, f"return {first}", *rest)),
            f"return {result}",
        ]
