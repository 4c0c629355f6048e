"""From the tree of a document to a ``Program``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from inception_graph.diagnostics.codes import Code
from inception_graph.diagnostics.report import listed, nearest
from inception_graph.ir.expressions import (
    ExpressionFault,
    Symbolic,
    Value,
    evaluated,
    is_symbolic,
)
from inception_graph.ir.faults import report_faults
from inception_graph.ir.header import Expect, Input, Meta, Preprocess
from inception_graph.ir.program import SECTIONS, Block, Chain, Program
from inception_graph.ir.training import Training
from inception_graph.ops.fields import show
from inception_graph.ops.registry import operations
from inception_graph.spec.blocks import read_block, signatures
from inception_graph.spec.checkpoints import read_checkpoints
from inception_graph.spec.checks import check_names, check_preprocess, check_recursion
from inception_graph.spec.heads import read_heads
from inception_graph.spec.names import check_name, fault_of
from inception_graph.spec.nodes import NodeReader, Scope
from inception_graph.spec.tree import Mapping, Scalar, Tree, is_null, locate, place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inception_graph.diagnostics.report import Report
    from inception_graph.diagnostics.source import Path, Place
    from inception_graph.limits import Limits
    from inception_graph.spec.document import Document

LANGUAGE = 1
"""The version of the language."""

KEYS = (
    "inception_graph", "name", "extends", "meta", "allow", "input", "variables", "defaults", "blocks",
    *SECTIONS, "auxiliary", "preprocess", "training", "checkpoints", "expect",
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


def lower(
    document: Document, settings: dict[str, Value], report: Report, limits: Limits
) -> Program | None:
    """The program that a document describes, or None where it describes none at all.

    Args:
        document: The document.
        settings: Values that replace those of the spec's variables.
        report: Where faults are reported.
        limits: Bounds on sizes.
    """
    tree = document.tree
    if is_null(tree):
        hint = "start with 'inception_graph: 1'"
        report.add(Code.EMPTY, "there is no spec in this file", place(tree), hint=hint)
        return None
    if not isinstance(tree, Mapping):
        message = f"a spec is a mapping of sections, not {show(tree.plain())}"
        report.add(Code.WRONG_TYPE, message, place(tree), hint="start with 'inception_graph: 1'")
        return None
    return _Lowering(document, tree, settings, report, limits).program()


@dataclass
class _Lowering:
    document: Document
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
        tree = self._mapping("blocks", "blocks by name")
        known = signatures(tree, self.variables, self.report, self.places)
        reader = NodeReader(
            self.report, self.places, operations(), known, {}, self.document.removed
        )
        reader.allow(self.tree, ())
        self._defaults(reader, scope)
        size = self._section("input", Input, scope, reader)
        self._check_input()
        blocks = self._blocks(reader)
        sections = self._sections(reader, scope)
        heads = self._mapping("auxiliary", "heads by name")
        auxiliary = read_heads(heads, reader, scope, self.variables)
        program = Program(
            name,
            (size.channels, size.height, size.width) if size else (0, 0, 0),
            self._section("meta", Meta, scope, reader) or Meta(),
            self._section("preprocess", Preprocess, scope, reader),
            self._section("training", Training, scope, reader),
            read_checkpoints(self.tree.get("checkpoints"), self.report, self.places),
            self._section("expect", Expect, scope, reader),
            self.variables,
            self.varied,
            reader.defaults,
            blocks,
            sections,
            auxiliary,
            self.places,
            self.document.removed,
            reader.allowed,
        )
        check_names(program, self.report)
        check_preprocess(program, self.report)
        unrolled = check_recursion(program, self.report, self.limits)
        self._report_unused(program)
        return program if size and sections and unrolled else None

    @property
    def _start(self) -> Place:
        """The first key of this text, which is blamed for what the whole lacks."""
        keys = (key for key, _ in self.tree.entries.values() if key.source is self.tree.source)
        return place(next(keys, self.tree))

    def _language(self) -> bool:
        version = self.tree.get("inception_graph")
        if version is None:
            message = "the version of the language is missing"
            hint = f"add 'inception_graph: {LANGUAGE}' as the first line"
            self.report.add(Code.LANGUAGE_VERSION, message, self._start, hint=hint)
            return True
        given = version.plain()
        if given is True or given != LANGUAGE:
            message = f"this tool reads version {LANGUAGE} of the language, not {show(given)}"
            newer = isinstance(given, int | float) and given > LANGUAGE
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
        if tree is None or is_null(tree):
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
            check_name(name, "variable", place(key), self.report)
            if isinstance(value, Scalar) and value.text.startswith("$"):
                message = (
                    f"variable '{name}' is a number or a text; it cannot be worked out from others"
                )
                hint = "write the arithmetic where the variable is used"
                self.report.add(Code.WRONG_TYPE, message, place(value), hint=hint)
                self.variables[name] = 1
            elif isinstance(value, Scalar) and value.value is not None:
                self.variables[name] = self.settings.get(name, value.value)
                self.varied |= self.variables[name] != value.value
            else:
                message = f"variable '{name}' must be a number or a text, not {show(value.plain())}"
                self.report.add(Code.WRONG_TYPE, message, place(value))
                self.variables[name] = 1

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

    def _check_input(self) -> None:
        """Report an input that is written but empty; one that is absent is told with the other keys."""
        tree = self.tree.get("input")
        if tree is not None and is_null(tree):
            hint = "write input: {channels: 3, height: 224, width: 224}"
            where = self.places.key(("input",))
            self.report.add(Code.MISSING_KEY, "the size of the input is missing", where, hint=hint)

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

    def _blocks(self, reader: NodeReader) -> dict[str, Block]:
        tree = self._mapping("blocks", "blocks by name")
        blocks: dict[str, Block] = {}
        for name, (key, value) in tree.entries.items() if tree else ():
            if name not in reader.blocks:
                continue
            scope = self._scope(reader.blocks[name])
            blocks[name] = read_block(reader, scope, name, key, value)
            self.used |= scope.used
            for index, argument in enumerate(reader.blocks[name]):
                if argument not in scope.used:
                    self.unused.append((name, argument, index))
        return blocks

    def _sections(self, reader: NodeReader, scope: Scope) -> dict[str, Chain]:
        """The sections; one under a misspelt key, which is told already, is read as what was meant."""
        meant = {nearest(key, SECTIONS): key for key in self.tree if key not in KEYS}
        found: dict[str, Chain] = {}
        for section in SECTIONS:
            key = section if section in self.tree else meant.get(section, section)
            tree = self.tree.get(key)
            if tree is not None:
                found[section] = reader.chain(section, tree, (key,), scope)
        return found

    def _is_own(self, path: Path) -> bool:
        """Whether a key stands in this text; what a variant inherits it need not use."""
        return self.places.key(path).source is self.tree.source

    def _is_excused(self, name: str, what: str) -> bool:
        """Whether a fault may be why a name is used nowhere: it cannot be one, or stands elsewhere too."""
        if not self.report.failed:
            return False
        word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
        texts = (source.text for source in self.document.sources)
        return bool(fault_of(name, what)) or sum(len(word.findall(text)) for text in texts) > 1

    def _unused_hint(self, section: str, name: str, names: Iterable[str]) -> str | None:
        """The inherited name that was meant, if one is near."""
        inherited = [other for other in names if not self._is_own((section, other))]
        return self.report.did_you_mean(name, inherited)

    def _report_unused(self, program: Program) -> None:
        for name, uses in program.users.items():
            if not uses and self._is_own(("blocks", name)) and not self._is_excused(name, "block"):
                message = f"block '{name}' is used nowhere"
                hint = self._unused_hint("blocks", name, program.users) or "use or remove it"
                where = self.places.key(("blocks", name))
                self.report.add(Code.UNUSED_BLOCK, message, where, hint=hint)
        for name, argument, index in self.unused:
            where = self.places.value(("blocks", name, "arguments", index))
            if where.source is not self.tree.source or self.report.failed:
                continue
            message = f"nothing in block '{name}' uses its argument '{argument}'"
            hint = f"use ${argument}, or remove it"
            self.report.add(Code.UNUSED_ARGUMENT, message, where, hint=hint)
        for name in program.variables:
            own = self._is_own(("variables", name))
            if name not in self.used and own and not self._is_excused(name, "variable"):
                message = f"variable '{name}' is used nowhere"
                where = self.places.key(("variables", name))
                near = self._unused_hint("variables", name, program.variables)
                hint = near or f"use ${name}, or remove it"
                self.report.add(Code.UNUSED_VARIABLE, message, where, hint=hint)
