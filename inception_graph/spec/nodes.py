"""From the tree of a node, a chain or a branch to the elements of a ``Program``."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import ValidationError

from inception_graph.diagnostics.codes import Code
from inception_graph.diagnostics.report import Related, listed, nearest
from inception_graph.ir.expressions import Expression, ExpressionFault, Symbolic, is_symbolic, parse
from inception_graph.ir.faults import blame_removal, report_faults
from inception_graph.ir.program import Broken, Chain, Element, Fork, Leaf, Use
from inception_graph.ops.base import Join
from inception_graph.ops.fields import show
from inception_graph.spec.allowances import ALLOW, read_allowance
from inception_graph.spec.names import check_name
from inception_graph.spec.tree import Mapping, Scalar, Sequence, Tree, is_null, place
from inception_graph.spec.vocabulary import ENTRY, Vocabulary

if TYPE_CHECKING:
    from inception_graph.diagnostics.report import Report
    from inception_graph.diagnostics.source import Path, Place, Places
    from inception_graph.ops.base import Operation

UNREAD = Expression("$?", ("?",), ast.Name("?"))
"""Stands for a value that could not be read, so that nothing is said of it a second time; no name is '?'."""
_MOST_REPEATS = 1_000_000


@dataclass
class Scope:
    """Names that expressions may use, and those that some expression has used.

    Attributes:
        arguments: Those of the block, empty outside of blocks.
        variables: Those of the spec.
        used: Names that were read.
    """

    arguments: tuple[str, ...]
    variables: tuple[str, ...]
    used: set[str] = field(default_factory=set[str])


@dataclass
class NodeReader:
    """Reads nodes; knows every operation and the arguments of every block."""

    report: Report
    places: Places
    operations: dict[str, type[Operation]]
    blocks: dict[str, tuple[str, ...]]
    defaults: dict[str, dict[str, Symbolic]]
    removed: dict[str, Place]
    allowed: dict[Path, dict[str, str]] = field(default_factory=dict["Path", dict[str, str]])
    vocabulary: Vocabulary = field(init=False)

    def __post_init__(self) -> None:
        self.vocabulary = Vocabulary(self.operations, self.blocks)

    def chain(self, name: str, tree: Tree, path: Path, scope: Scope) -> Chain:
        """Nodes by name, in order. An empty chain is the identity."""
        if is_null(tree):
            return Chain(name, path, ())
        if not isinstance(tree, Mapping):
            message = f"expected nodes by name, found {show(tree.plain())}"
            self.report.add(Code.WRONG_TYPE, message, place(tree))
            return Chain(name, path, ())
        nodes: list[Element] = []
        for child, (key, value) in tree.entries.items():
            named = check_name(child, "node", place(key), self.report)
            if not named and ":" in child:  # what follows is no value but the rest of a line
                nodes.append(Broken(child, (*path, child)))
                continue
            nodes.append(self.node(child, value, (*path, child), scope))
        return Chain(name, path, tuple(nodes))

    def element(self, name: str, tree: Tree, path: Path, scope: Scope) -> Element:
        """A node or a chain, whichever stands there."""
        if isinstance(tree, Mapping) and tree.entries and self.vocabulary.is_node(tree):
            return self.node(name, tree, path, scope)
        return self.chain(name, tree, path, scope)

    def node(self, name: str, tree: Tree, path: Path, scope: Scope) -> Element:
        """A node, or a broken one after reporting why."""
        if not isinstance(tree, Mapping):
            message = f"expected a node such as {{conv: 64, kernel: 3}}, found {show(tree.plain())}"
            self.report.add(Code.WRONG_TYPE, message, self.places.value(path))
            return Broken(name, path)
        keys = self.vocabulary.operation_keys(tree)
        if len(keys) != 1:
            if not keys and tree.incomplete:
                return Broken(name, path)
            self._blame_keys(tree, keys, path)
            return Broken(name, path)
        key = keys[0]
        if key != ALLOW:
            self.allow(tree, path)
        reads = self._reads(tree)
        if key in self.blocks:
            return self._use(name, tree, path, scope, key, reads)
        operation = self.operations[key]
        attributes, origins = self._attributes(tree, path, scope, operation)
        if attributes is None:
            return Broken(name, path)
        ready, valid = self._ready(operation, attributes, origins, path)
        if issubclass(operation, Join):
            joined = self._joined(tree, key, path, scope)
            if joined is None or not valid:
                return Broken(name, path)
            branches, names = joined
            entry = self._entry(tree, key, path, scope)
            return Fork(
                name, path, operation, attributes, origins, ready, branches, names, reads, entry
            )
        return (
            Leaf(name, path, operation, attributes, origins, ready, reads)
            if valid
            else Broken(name, path)
        )

    def allow(self, holder: Mapping, path: Path) -> None:
        """Note the advice that is set aside for what stands at a path."""
        if reasons := read_allowance(holder, self.report):
            self.allowed[path] = reasons

    def _blame_keys(self, tree: Mapping, keys: list[str], path: Path) -> None:
        if keys:
            others = tuple(Related(f"and '{key}' is one", place(tree.key(key))) for key in keys[1:])
            message = f"a node has one operation, this one has {len(keys)}: {', '.join(keys)}"
            hint = "give each operation a node of its own"
            self.report.add(
                Code.OPERATION_COUNT, message, place(tree.key(keys[0])), related=others, hint=hint
            )
            return
        known = [*self.operations, *self.blocks]
        fields = {name for operation in self.operations.values() for name in operation.model_fields}
        fields |= {"from", "repeat", ENTRY, ALLOW}
        strange = [key for key in tree.entries if key not in fields]
        for key in strange[:1]:
            if blame_removal(key, self.removed, place(tree.key(key)), self.report):
                return
            hint = self.report.did_you_mean(key, known) or f"known: {', '.join(known)}"
            message = f"there is no operation or block '{key[:60]}'"
            self.report.add(Code.UNKNOWN_OPERATION, message, place(tree.key(key)), hint=hint)
        if not strange:
            hint = f"add one of: {', '.join(known)}"
            self.report.add(
                Code.OPERATION_COUNT, "this node has no operation", self.places.key(path), hint=hint
            )

    def _reads(self, tree: Mapping) -> str | None:
        source = tree.get("from")
        if source is None:
            return None
        if isinstance(source, Scalar) and isinstance(source.value, str):
            return source.value
        message = f"'from' takes the name of a node, not {show(source.plain())}"
        self.report.add(Code.WRONG_TYPE, message, place(source))
        return None

    def _use(
        self, name: str, tree: Mapping, path: Path, scope: Scope, block: str, reads: str | None
    ) -> Use | Broken:
        """A use of a block, its arguments checked against the block's."""
        wanted = self.blocks[block]
        given = tree.entries[block][1]
        arguments: dict[str, Symbolic] = {}
        if isinstance(given, Mapping):
            for key, (key_tree, value) in given.entries.items():
                if key not in wanted:
                    self._blame_argument(block, key, key_tree)
                    continue
                arguments[key] = self.symbolic(value, scope)
        elif not is_null(given):
            if len(wanted) != 1:
                self._blame_arguments(block, given)
                return Broken(name, path)
            arguments[wanted[0]] = self.symbolic(given, scope)
        for argument, value in arguments.items():
            if value is None or isinstance(value, list | dict):
                message = f"argument '{argument}' must be a number or a text, not {show(value)}"
                where = self.places.value((*path, block, argument))
                self.report.add(Code.WRONG_TYPE, message, where)
                arguments[argument] = UNREAD
        missing = [argument for argument in wanted if argument not in arguments]
        strange = list(given) if isinstance(given, Mapping) else []
        meant = {nearest(key, missing) for key in strange if key not in wanted}
        if absent := [argument for argument in missing if argument not in meant]:
            message = f"block '{block}' needs {listed(absent)}"
            hint = f"add {', '.join(f'{argument}: ...' for argument in absent)}"
            self.report.add(Code.BLOCK_ARGUMENTS, message, place(tree.key(block)), hint=hint)
        for key in tree.entries:
            if key not in (known := [block, "from", "repeat", ALLOW]):
                self._unknown_key(f"a use of block '{block}'", tree, key, known)
        repeat = self._repeat(tree, path, scope)
        return Broken(name, path) if missing else Use(name, path, block, arguments, repeat, reads)

    def _blame_argument(self, block: str, name: str, key: Scalar) -> None:
        if blame_removal(name, self.removed, place(key), self.report):
            return
        wanted = self.blocks[block]
        hint = self.report.did_you_mean(name, wanted)
        if hint is None:
            hint = f"its arguments: {', '.join(wanted)}" if wanted else "it has no arguments"
        message = f"block '{block}' has no argument '{name[:60]}'"
        self.report.add(Code.BLOCK_ARGUMENTS, message, place(key), hint=hint)

    def _blame_arguments(self, block: str, given: Tree) -> None:
        wanted = self.blocks[block]
        message, hint = f"block '{block}' takes no arguments", f"write {{{block}: }}"
        if wanted:
            message = f"block '{block}' takes {len(wanted)} arguments, so they must be named"
            hint = f"write {{{block}: {{{', '.join(f'{argument}: ...' for argument in wanted)}}}}}"
        self.report.add(Code.BLOCK_ARGUMENTS, message, place(given), hint=hint)

    def _unknown_key(self, what: str, tree: Mapping, key: str, known: list[str]) -> None:
        hint = self.report.did_you_mean(key, known) or f"known here: {', '.join(known)}"
        self.report.add(
            Code.UNKNOWN_KEY, f"{what} has no '{key[:60]}'", place(tree.key(key)), hint=hint
        )

    def _repeat(self, tree: Mapping, path: Path, scope: Scope) -> int | Expression | None:
        given = tree.get("repeat")
        if given is None:
            return None
        value = self.symbolic(given, scope)
        if isinstance(value, Expression):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            if 1 <= value <= _MOST_REPEATS:
                return value
            message = f"'repeat' must be from 1 to {_MOST_REPEATS:,}, not {value}"
            self.report.add(Code.OUT_OF_RANGE, message, place(given))
            return None
        message = f"'repeat': expected a whole number, found {show(given.plain())}"
        self.report.add(Code.WRONG_TYPE, message, self.places.value((*path, "repeat")))
        return None

    def _attributes(
        self, tree: Mapping, path: Path, scope: Scope, operation: type[Operation]
    ) -> tuple[dict[str, Symbolic] | None, dict[str, Path]]:
        """Fields with their origins: the defaults, what the node says, and its main argument."""
        key, argument = operation.key, operation.argument
        given = tree.entries[key][1]
        attributes: dict[str, Symbolic] = dict(self.defaults.get(key, {}))
        origins: dict[str, Path] = {name: ("defaults", key, name) for name in attributes}
        for name, (key_tree, value) in tree.entries.items():
            if name in (key, "from", ALLOW) or (name == ENTRY and issubclass(operation, Join)):
                continue
            if name == "repeat" and "repeat" not in operation.model_fields:
                hint = "put the node into a block, and repeat the block"
                self.report.add(
                    Code.MISPLACED_KEY,
                    "only uses of blocks can be repeated",
                    place(key_tree),
                    hint=hint,
                )
            elif name == argument:
                hint = f"its value is the value of '{key}'"
                message = f"'{name}' is written as '{key}: ...'"
                self.report.add(Code.MISPLACED_KEY, message, place(key_tree), hint=hint)
            else:
                attributes[name], origins[name] = self.symbolic(value, scope), (*path, name)
        if issubclass(operation, Join):
            return attributes, origins
        empty = is_null(given)
        if argument is not None:
            origins[argument] = (*path, key)
            if not empty:
                attributes[argument] = self.symbolic(given, scope)
            elif operation.model_fields[argument].is_required():
                field_help = f"the value of '{key}' is missing: its {argument.replace('_', ' ')}"
                self.report.add(
                    Code.MISSING_KEY, field_help, place(tree.key(key)), hint=f"write {{{key}: ...}}"
                )
                return None, origins
        elif isinstance(given, Mapping):
            for name, (_, value) in given.entries.items():
                attributes[name], origins[name] = self.symbolic(value, scope), (*path, key, name)
        elif not empty:
            message = f"'{key}' takes no value, found {show(given.plain())}"
            self.report.add(Code.WRONG_TYPE, message, place(given), hint=f"write {{{key}: }}")
        return attributes, origins

    def _ready(
        self,
        operation: type[Operation],
        attributes: dict[str, Symbolic],
        origins: dict[str, Path],
        path: Path,
    ) -> tuple[Operation | None, bool]:
        """The operation where all is known, and whether what is known is right."""
        symbolic = frozenset(name for name, value in attributes.items() if is_symbolic(value))
        known = {name: value for name, value in attributes.items() if name not in symbolic}
        try:
            made = operation.model_validate(known)
        except ValidationError as error:
            faulty = report_faults(
                error, operation, operation.key, self.report, self.places,
                lambda location: (*origins.get(str(location[0]), path), *location[1:]) if location else path,
                known=["from", *([ENTRY] if operation.many else []), ALLOW], symbolic=symbolic,
            )  # fmt: skip
            return None, not faulty
        return (None if symbolic else made), True

    def _joined(
        self, tree: Mapping, key: str, path: Path, scope: Scope
    ) -> tuple[tuple[Element, ...], tuple[str, ...]] | None:
        """The branches of a join, or the names that it lists."""
        given = tree.entries[key][1]
        if isinstance(given, Sequence):
            names: list[str] = []
            for item in given.items:
                if not isinstance(item, Scalar) or not isinstance(item.value, str):
                    message = f"expected the name of a node, found {show(item.plain())}"
                    self.report.add(Code.WRONG_TYPE, message, place(item))
                    return None
                names.append(item.value)
            if "from" in tree:
                message = f"'{key}' of named nodes reads them and nothing else"
                where = place(tree.key("from"))
                self.report.add(Code.MISPLACED_KEY, message, where, hint="remove 'from'")
            return ((), tuple(names)) if self._enough(len(names), tree, key) else None
        if not isinstance(given, Mapping):
            found = show(given.plain())
            message = f"'{key}': expected branches by name or a list of nodes, found {found}"
            self.report.add(Code.WRONG_TYPE, message, self.places.value((*path, key)))
            return None
        branches: list[Element] = []
        for name, (key_tree, value) in given.entries.items():
            check_name(name, "branch", place(key_tree), self.report)
            branches.append(self.element(name, value, (*path, key, name), scope))
        return (tuple(branches), ()) if self._enough(len(branches), tree, key) else None

    def _entry(self, tree: Mapping, key: str, path: Path, scope: Scope) -> Element | None:
        """The node of a join that its branches read by name."""
        if ENTRY not in tree:
            return None
        where, branches = place(tree.key(ENTRY)), tree.entries[key][1]
        if not isinstance(branches, Mapping):
            message = f"'{key}' of named nodes has no branches that could read its '{ENTRY}'"
            hint = "make it a node of its own"
            self.report.add(Code.MISPLACED_KEY, message, where, hint=hint)
        elif ENTRY in branches:
            message = f"'{ENTRY}' is the name of a branch already"
            related = (Related("this branch", place(branches.key(ENTRY))),)
            hint = "rename the branch"
            self.report.add(Code.NAME_TAKEN, message, where, related=related, hint=hint)
        return self.node(ENTRY, tree.entries[ENTRY][1], (*path, ENTRY), scope)

    def _enough(self, count: int, tree: Mapping, key: str) -> bool:
        if count >= 2:
            return True
        message = f"'{key}' joins two branches or more, not {count}"
        hint = "add a branch, or remove the join"
        self.report.add(Code.TOO_FEW_BRANCHES, message, place(tree.key(key)), hint=hint)
        return False

    def symbolic(self, tree: Tree, scope: Scope) -> Symbolic:
        """A value with its expressions parsed; a faulty expression is reported and becomes ``UNREAD``."""
        if isinstance(tree, Sequence):
            return [self.symbolic(item, scope) for item in tree.items]
        if isinstance(tree, Mapping):
            return {name: self.symbolic(value, scope) for name, (_, value) in tree.entries.items()}
        if not (isinstance(tree.value, str) and tree.value.startswith("$")):
            return tree.value
        return self._expression(tree.value, place(tree), scope)

    def _expression(self, text: str, where: Place, scope: Scope) -> Symbolic:
        try:
            expression = parse(text)
        except ExpressionFault as fault:
            self.report.add(Code.BAD_EXPRESSION, str(fault), where, hint=fault.hint)
            return UNREAD
        known = [*scope.arguments, *scope.variables]
        for name in expression.names:
            scope.used.add(name)
            if name not in known:
                if blame_removal(name, self.removed, where, self.report):
                    return UNREAD
                inside = "argument of this block or variable" if scope.arguments else "variable"
                hint = self.report.did_you_mean(name, known) or (
                    f"known: {', '.join(known)}" if known else "add it to 'variables'"
                )
                self.report.add(
                    Code.UNKNOWN_VARIABLE, f"there is no {inside} '{name[:60]}'", where, hint=hint
                )
                return UNREAD
        return expression
