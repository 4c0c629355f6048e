"""From the tree of a document to a ``Program``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from inception_graph.diagnostics.codes import Code
from inception_graph.diagnostics.report import Related, listed, nearest
from inception_graph.ir.expressions import (
    Expression,
    ExpressionFault,
    Symbolic,
    Value,
    evaluated,
    is_symbolic,
)
from inception_graph.ir.faults import report_faults
from inception_graph.ir.header import Expect, Input, Meta, Preprocess
from inception_graph.ir.program import SECTIONS, Auxiliary, Block, Chain, Program
from inception_graph.ops.fields import is_number, show
from inception_graph.ops.registry import operations
from inception_graph.spec.checks import check_names, check_preprocess, check_recursion
from inception_graph.spec.names import TUPLE_ATTRIBUTES, check_name
from inception_graph.spec.nodes import NodeReader, Scope
from inception_graph.spec.tree import Mapping, Scalar, Sequence, Tree, locate, place

if TYPE_CHECKING:
    from inception_graph.diagnostics.report import Report
    from inception_graph.diagnostics.source import Path, Place
    from inception_graph.limits import Limits

LANGUAGE = 1
"""The version of the language."""

KEYS = (
    "inception_graph", "name", "meta", "input", "variables", "defaults", "blocks", *SECTIONS, "auxiliary",
    "preprocess", "expect",
)  # fmt: skip
"""The keys of a spec, in their canonical order."""

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True)
class TreePlaces:
    """Places of a document's values, found in its tree when asked for."""

    root: Tree

    def key(self, path: Path) -> Place:
        """Place of a key."""
        return locate(self.root, path, key=True)

    def value(self, path: Path) -> Place:
        """Place of a value."""
        return locate(self.root, path)


def lower(tree: Tree, settings: dict[str, Value], report: Report, limits: Limits) -> Program | None:
    """The program that a document describes, or None where it describes none at all.

    Args:
        tree: The document.
        settings: Values that replace those of the spec's variables.
        report: Where faults are reported.
        limits: Bounds on sizes.
    """
    if isinstance(tree, Scalar) and tree.value is None:
        hint = "start with 'inception_graph: 1'"
        report.add(Code.EMPTY, "there is no spec in this file", place(tree), hint=hint)
        return None
    if not isinstance(tree, Mapping):
        message = f"a spec is a mapping of sections, not {show(tree.plain())}"
        report.add(Code.WRONG_TYPE, message, place(tree), hint="start with 'inception_graph: 1'")
        return None
    return _Lowering(tree, settings, report, limits).program()


@dataclass
class _Lowering:
    tree: Mapping
    settings: dict[str, Value]
    report: Report
    limits: Limits
    places: TreePlaces = field(init=False)
    variables: dict[str, Value] = field(default_factory=dict[str, "Value"])
    varied: bool = False
    used: set[str] = field(default_factory=set[str])
    unused: list[tuple[str, str, int]] = field(default_factory=list[tuple[str, str, int]])

    def __post_init__(self) -> None:
        self.places = TreePlaces(self.tree)

    def program(self) -> Program | None:
        if not self._language():
            return None
        self._keys()
        self._variables()
        name = self._name()
        scope = self._scope(())
        reader = NodeReader(self.report, self.places, operations(), self._signatures(), {})
        self._defaults(reader, scope)
        size = self._section("input", Input, scope, reader)
        blocks = self._blocks(reader)
        sections = self._sections(reader, scope)
        auxiliary = self._auxiliary(reader, scope)
        program = Program(
            name,
            (size.channels, size.height, size.width) if size else (0, 0, 0),
            self._section("meta", Meta, scope, reader) or Meta(),
            self._section("preprocess", Preprocess, scope, reader),
            self._section("expect", Expect, scope, reader),
            self.variables,
            self.varied,
            reader.defaults,
            blocks,
            sections,
            auxiliary,
            self.places,
        )
        check_names(program, self.report)
        check_preprocess(program, self.report)
        unrolled = check_recursion(program, self.report, self.limits)
        if not self.report.failed:  # a fault may be why something is used nowhere
            self._report_unused(program)
        return program if size and sections and unrolled else None

    @property
    def _start(self) -> Place:
        """The first key, which is blamed for what the whole lacks."""
        return place(next((key for key, _ in self.tree.entries.values()), self.tree))

    def _language(self) -> bool:
        version = self.tree.get("inception_graph")
        if version is None:
            message = "the version of the language is missing"
            hint = f"add 'inception_graph: {LANGUAGE}' as the first line"
            self.report.add(Code.LANGUAGE_VERSION, message, self._start, hint=hint)
        elif (
            not isinstance(version, Scalar)
            or version.value != LANGUAGE
            or isinstance(version.value, bool)
        ):
            message = (
                f"this tool reads version {LANGUAGE} of the language, not {show(version.plain())}"
            )
            newer = (
                isinstance(version, Scalar)
                and is_number(version.value)
                and version.plain() > LANGUAGE
            )  # type: ignore[operator]
            hint = "upgrade inception-graph" if newer else f"write 'inception_graph: {LANGUAGE}'"
            self.report.add(Code.LANGUAGE_VERSION, message, place(version), hint=hint)
            return False
        return True

    def _keys(self) -> None:
        for key, (key_tree, _) in self.tree.entries.items():
            if key not in KEYS:
                hint = self.report.did_you_mean(key, list(KEYS)) or f"known here: {', '.join(KEYS)}"
                self.report.add(
                    Code.UNKNOWN_KEY, f"a spec has no '{key[:60]}'", place(key_tree), hint=hint
                )
        missing = [key for key in ("name", "input") if key not in self.tree]
        if not any(section in self.tree for section in SECTIONS):
            missing.append("body")
        meant = {nearest(key, (*missing, *SECTIONS)) for key in self.tree if key not in KEYS}
        if "body" in missing and meant & set(SECTIONS):
            meant.add("body")
        if absent := [key for key in missing if key not in meant]:
            hint = "nodes stand in 'stem', 'body' and 'head'" if "body" in absent else None
            message = f"a spec needs {listed(absent)}"
            self.report.add(
                Code.MISSING_KEY, message, self._start, hint=hint or f"add '{absent[0]}:'"
            )

    def _mapping(self, key: str, what: str) -> Mapping | None:
        """The mapping under a key; None where it is absent, empty or something else (reported)."""
        tree = self.tree.get(key)
        if tree is None or (isinstance(tree, Scalar) and tree.value is None):
            return None
        if isinstance(tree, Mapping):
            return tree
        message = f"'{key}' holds {what}, not {show(tree.plain())}"
        self.report.add(Code.WRONG_TYPE, message, place(tree))
        return None

    def _name(self) -> str:
        tree = self.tree.get("name")
        if isinstance(tree, Scalar) and isinstance(tree.value, str):
            check_name(tree.value, "network", place(tree), self.report)
            return tree.value
        if tree is not None:
            self.report.add(
                Code.WRONG_TYPE, f"'name' is a word, not {show(tree.plain())}", place(tree)
            )
        return "unnamed"

    def _variables(self) -> None:
        tree = self._mapping("variables", "numbers and texts by name")
        for name, (key, value) in tree.entries.items() if tree else ():
            if not check_name(name, "variable", place(key), self.report):
                continue
            if isinstance(value, Scalar) and value.value is not None:
                self.variables[name] = self.settings.get(name, value.value)
                self.varied |= self.variables[name] != value.value
            else:
                message = f"variable '{name}' must be a number or a text, not {show(value.plain())}"
                self.report.add(Code.WRONG_TYPE, message, place(value))

    def _scope(self, arguments: tuple[str, ...]) -> Scope:
        scope = Scope(arguments, tuple(self.variables))
        scope.used = self.used if not arguments else set()
        return scope

    def _defaults(self, reader: NodeReader, scope: Scope) -> None:
        tree = self._mapping("defaults", "fields by operation")
        for key, (key_tree, value) in tree.entries.items() if tree else ():
            operation = reader.operations.get(key)
            if operation is None:
                hint = self.report.did_you_mean(key, list(reader.operations))
                self.report.add(
                    Code.UNKNOWN_OPERATION,
                    f"there is no operation '{key[:60]}'",
                    place(key_tree),
                    hint=hint,
                )
                continue
            if not isinstance(value, Mapping):
                message = f"the defaults of '{key}' are fields, not {show(value.plain())}"
                self.report.add(Code.WRONG_TYPE, message, place(value))
                continue
            fields = {
                name: reader.symbolic(item, scope) for name, (_, item) in value.entries.items()
            }
            if operation.argument in fields:
                message = f"the main argument of '{key}' has no default"
                where = place(value.key(str(operation.argument)))
                hint = f"give it at each node: {{{key}: ...}}"
                self.report.add(Code.MISPLACED_KEY, message, where, hint=hint)
                del fields[str(operation.argument)]
            required = frozenset(
                n for n, info in operation.model_fields.items() if info.is_required()
            )
            bad = self._fault_in(operation, fields, ("defaults", key), required)
            reader.defaults[key] = {name: item for name, item in fields.items() if name not in bad}

    def _fault_in(
        self,
        model: type[BaseModel],
        fields: dict[str, Symbolic],
        path: Path,
        required: frozenset[str],
    ) -> set[str]:
        """Report faulty fields; their names."""
        known = {name: value for name, value in fields.items() if not is_symbolic(value)}
        try:
            model.model_validate(known)
        except ValidationError as error:
            absent = required | (fields.keys() - known.keys())
            report_faults(
                error,
                model,
                str(path[-1]),
                self.report,
                self.places,
                lambda at: (*path, *at),
                symbolic=absent,
            )
            return {
                str(fault["loc"][0]) for fault in error.errors(include_url=False) if fault["loc"]
            }
        return set()

    def _section(
        self, key: str, model: type[_Model], scope: Scope, reader: NodeReader
    ) -> _Model | None:
        """A section of plain values; variables may stand in it."""
        tree = self._mapping(key, "fields")
        if tree is None:
            return None
        values: dict[str, Any] = {}
        for name, (_, value) in tree.entries.items():
            try:
                values[name] = evaluated(reader.symbolic(value, scope), self.variables)
            except ExpressionFault as fault:
                self.report.add(Code.ARITHMETIC, str(fault), place(value))
                return None
            except KeyError:
                return None
        try:
            return model.model_validate(values)
        except ValidationError as error:
            report_faults(error, model, f"'{key}'", self.report, self.places, lambda at: (key, *at))
            return None

    def _signatures(self) -> dict[str, tuple[str, ...]]:
        """The arguments of every block."""
        tree = self._mapping("blocks", "blocks by name")
        signatures: dict[str, tuple[str, ...]] = {}
        for name, (key, value) in tree.entries.items() if tree else ():
            check_name(name, "block", place(key), self.report)
            if name in operations():
                message = f"'{name}' is an operation, so it cannot be a block"
                self.report.add(
                    Code.NAME_TAKEN, message, place(key), hint=f"call it '{name}_block'"
                )
                continue
            signatures[name] = self._arguments(value)
        return signatures

    def _arguments(self, block: Tree) -> tuple[str, ...]:
        tree = block.get("arguments") if isinstance(block, Mapping) else None
        if tree is None or (isinstance(tree, Scalar) and tree.value is None):
            return ()
        if not isinstance(tree, Sequence):
            message = f"'arguments' is a list of names, not {show(tree.plain())}"
            self.report.add(
                Code.WRONG_TYPE, message, place(tree), hint="write 'arguments: [width, kernel]'"
            )
            return ()
        names: dict[str, Tree] = {}
        for item in tree.items:
            if not isinstance(item, Scalar) or not isinstance(item.value, str):
                self.report.add(
                    Code.WRONG_TYPE, f"expected a name, found {show(item.plain())}", place(item)
                )
            elif item.value in names or item.value in self.variables:
                other = self.places.key(("variables", item.value))
                what = "a variable of the spec"
                if item.value in names:
                    other, what = place(names[item.value]), "an argument"
                related = (Related("the other one", other),)
                message = f"'{item.value}' is the name of {what} already"
                hint = "rename one of them"
                self.report.add(Code.NAME_TAKEN, message, place(item), related=related, hint=hint)
                names.setdefault(item.value, item)
            else:
                check_name(item.value, "argument", place(item), self.report)
                names[item.value] = item
        return tuple(names)

    def _blocks(self, reader: NodeReader) -> dict[str, Block]:
        tree = self._mapping("blocks", "blocks by name")
        blocks: dict[str, Block] = {}
        for name, (key, value) in tree.entries.items() if tree else ():
            if name not in reader.blocks:
                continue
            path: Path = ("blocks", name)
            scope = self._scope(reader.blocks[name])
            body = self._body(reader, scope, name, key, value)
            description = value.get("description") if isinstance(value, Mapping) else None
            said = description.value if isinstance(description, Scalar) else None
            if description is not None and not isinstance(said, str):
                message = f"'description' is a text, not {show(description.plain())}"
                self.report.add(Code.WRONG_TYPE, message, place(description))
            blocks[name] = Block(
                name, path, reader.blocks[name], body, said if isinstance(said, str) else None
            )
            self.used |= scope.used
            for index, argument in enumerate(reader.blocks[name]):
                if argument not in scope.used:
                    self.unused.append((name, argument, index))
        return blocks

    def _body(self, reader: NodeReader, scope: Scope, name: str, key: Scalar, value: Tree) -> Any:
        path: Path = ("blocks", name, "nodes")
        empty = Chain("", path, ())
        if isinstance(value, Scalar) and value.value is None:
            value = Mapping(value.source, value.start, value.end, {})
        if not isinstance(value, Mapping):
            message = f"a block is a mapping with 'nodes', not {show(value.plain())}"
            self.report.add(Code.WRONG_TYPE, message, place(value))
            return empty
        known = ["arguments", "description", "nodes"]
        for other, (other_key, _) in value.entries.items():
            if other not in known:
                hint = self.report.did_you_mean(other, known) or f"known here: {', '.join(known)}"
                self.report.add(
                    Code.UNKNOWN_KEY, f"a block has no '{other[:60]}'", place(other_key), hint=hint
                )
        nodes = value.get("nodes")
        if nodes is None or nodes.plain() in (None, {}):
            message = f"block '{name}' needs nodes"
            where = place(key) if nodes is None else place(value.key("nodes"))
            self.report.add(
                Code.MISSING_KEY, message, where, hint="add 'nodes:' with a node or a chain"
            )
            return empty
        return reader.element("", nodes, path, scope)

    def _sections(self, reader: NodeReader, scope: Scope) -> dict[str, Chain]:
        return {
            section: reader.chain(section, tree, (section,), scope)
            for section in SECTIONS
            if (tree := self.tree.get(section)) is not None
        }

    def _auxiliary(self, reader: NodeReader, scope: Scope) -> tuple[Auxiliary, ...]:
        tree = self._mapping("auxiliary", "heads by name")
        heads: list[Auxiliary] = []
        for name, (key, value) in tree.entries.items() if tree else ():
            path: Path = ("auxiliary", name)
            if name in TUPLE_ATTRIBUTES:
                message = (
                    f"'{name}' cannot be the name of an auxiliary head: the outputs' tuple uses it"
                )
                self.report.add(Code.BAD_NAME, message, place(key), hint=f"call it 'aux_{name}'")
            else:
                check_name(name, "head", place(key), self.report)
            head = self._head(reader, scope, name, path, value)
            if head is not None:
                heads.append(head)
        return tuple(heads)

    def _head(
        self, reader: NodeReader, scope: Scope, name: str, path: Path, value: Tree
    ) -> Auxiliary | None:
        if not isinstance(value, Mapping):
            message = (
                f"a head is a mapping of from, loss_weight and nodes, not {show(value.plain())}"
            )
            self.report.add(Code.WRONG_TYPE, message, self.places.value(path))
            return None
        known = ["from", "loss_weight", "nodes"]
        for key, (key_tree, _) in value.entries.items():
            if key not in known:
                hint = self.report.did_you_mean(key, known) or f"known here: {', '.join(known)}"
                self.report.add(
                    Code.UNKNOWN_KEY,
                    f"an auxiliary head has no '{key[:60]}'",
                    place(key_tree),
                    hint=hint,
                )
        missing = [key for key in known if key not in value]
        meant = {nearest(key, missing) for key in value if key not in known}
        if absent := [key for key in missing if key not in meant]:
            message = f"auxiliary head '{name}' needs {listed(absent)}"
            hint = f"add '{absent[0]}:'"
            self.report.add(Code.MISSING_KEY, message, self.places.key(path), hint=hint)
        body = (
            reader.chain(name, value.entries["nodes"][1], (*path, "nodes"), scope)
            if "nodes" in value
            else None
        )
        if body is not None and not body.nodes:
            message = f"auxiliary head '{name}' has no nodes"
            self.report.add(
                Code.MISSING_KEY, message, self.places.key((*path, "nodes")), hint="add a node"
            )
        if missing or body is None:
            return None
        reads, weight = (
            value.entries["from"][1],
            self._loss_weight(reader, scope, value.entries["loss_weight"][1]),
        )
        if not isinstance(reads, Scalar) or not isinstance(reads.value, str):
            message = f"'from' takes the name of a node, not {show(reads.plain())}"
            self.report.add(Code.WRONG_TYPE, message, place(reads))
            return None
        return Auxiliary(name, path, reads.value, weight, body)

    def _loss_weight(self, reader: NodeReader, scope: Scope, tree: Tree) -> float:
        value = reader.symbolic(tree, scope)
        if (
            isinstance(value, Expression)
            and value.names
            and set(value.names) <= self.variables.keys()
        ):
            try:
                value = value.evaluate(self.variables)
            except ExpressionFault as fault:
                self.report.add(Code.ARITHMETIC, str(fault), place(tree))
                return 1.0
        if is_number(value) and value >= 0:  # type: ignore[operator]
            return float(value)  # type: ignore[arg-type]
        if is_number(value):
            message = f"'loss_weight' must be at least 0, not {value}"
            self.report.add(Code.OUT_OF_RANGE, message, place(tree))
        elif not isinstance(value, Expression):
            message = f"'loss_weight': expected a number, found {show(tree.plain())}"
            self.report.add(Code.WRONG_TYPE, message, place(tree))
        return 1.0

    def _report_unused(self, program: Program) -> None:
        for name, uses in program.users.items():
            if not uses:
                message = f"block '{name}' is used nowhere"
                self.report.add(
                    Code.UNUSED_BLOCK,
                    message,
                    self.places.key(("blocks", name)),
                    hint="use or remove it",
                )
        for name, argument, index in self.unused:
            where = self.places.value(("blocks", name, "arguments", index))
            message = f"nothing in block '{name}' uses its argument '{argument}'"
            hint = f"use ${argument}, or remove it"
            self.report.add(Code.UNUSED_ARGUMENT, message, where, hint=hint)
        for name in program.variables:
            if name not in self.used:
                message = f"variable '{name}' is used nowhere"
                where = self.places.key(("variables", name))
                self.report.add(
                    Code.UNUSED_VARIABLE, message, where, hint=f"use ${name}, or remove it"
                )
