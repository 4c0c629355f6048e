"""From a ``Program`` back to YAML: the resolved spec, in one canonical form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from pydantic import BaseModel

from inception_graph.ir.expressions import Expression
from inception_graph.ir.program import Chain, Fork, Leaf, Use
from inception_graph.spec.allowances import ALLOW
from inception_graph.spec.lower import KEYS, LANGUAGE
from inception_graph.spec.vocabulary import ENTRY
from inception_graph.spec.yaml_text import NOTHING, Line, Written, document_text, flow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inception_graph.diagnostics.source import Path
    from inception_graph.ir.expressions import Symbolic
    from inception_graph.ir.program import Auxiliary, Block, Element, Program


def to_yaml(program: Program) -> str:
    """The program as a spec that compiles to the same network.

    Variables have the values of this program, and those that no expression reads are left out.
    Expectations are kept only if all variables are as they were written: they hold for those.

    Args:
        program: A program without errors.
    """
    document = _Writer(program).document()
    return document_text({key: document[key] for key in KEYS if key in document})


@dataclass
class _Writer:
    program: Program
    names: set[str] = field(default_factory=set[str])

    def document(self) -> dict[str, Written]:
        """The sections by key."""
        program = self.program
        channels, height, width = program.input
        found: dict[str, Written] = {
            "inception_graph": LANGUAGE,
            "name": program.name,
            "meta": _given(program.meta),
            **self._allowed(()),
            "input": Line(channels=channels, height=height, width=width),
            "defaults": {key: Line(self._plain(value)) for key, value in program.defaults.items()},
            "blocks": {name: self._block(block) for name, block in program.blocks.items()},
            **{section: self._nodes(chain) for section, chain in program.sections.items()},
            "auxiliary": {head.name: self._head(head) for head in program.auxiliary},
            "preprocess": _given(program.preprocess),
            "training": _given(program.training),
            "checkpoints": {name: _given(given) for name, given in program.checkpoints.items()},
            "expect": {} if program.varied else _given(program.expect),
        }
        read = {name: value for name, value in program.variables.items() if name in self.names}
        found["variables"] = Line(read)
        return {
            key: value for key, value in found.items() if value != {} or key in program.sections
        }

    def _plain(self, value: Symbolic | Mapping[str, Symbolic]) -> Written:
        """The value with its expressions as texts, whose names are noted."""
        if isinstance(value, Expression):
            self.names.update(value.names)
            return value.text
        if isinstance(value, list):
            return [self._plain(item) for item in value]
        if isinstance(value, bool | int | float | str) or value is None:
            return value
        return Line({name: self._plain(item) for name, item in value.items()})

    def _block(self, block: Block) -> Written:
        said = {"description": block.description} if block.description is not None else {}
        names = {"arguments": list(block.arguments)} if block.arguments else {}
        allowed = self._allowed(block.path)
        return {**said, **names, "nodes": self._element(block.body), **allowed}

    def _head(self, head: Auxiliary) -> Written:
        weight = _short(head.loss_weight)
        allowed, nodes = self._allowed(head.path), self._nodes(head.body)
        return {"from": head.reads, "loss_weight": weight, "nodes": nodes, **allowed}

    def _allowed(self, path: Path) -> dict[str, Written]:
        reasons = self.program.allowed.get(path)
        return {ALLOW: Line(reasons)} if reasons else {}

    def _nodes(self, chain: Chain) -> dict[str, Written]:
        return {node.name: self._element(node) for node in chain.nodes}

    def _element(self, element: Element) -> Written:
        beside = {"from": _reads(element)} if _reads(element) else {}
        if not isinstance(element, Chain):
            beside |= self._allowed(element.path)
        match element:
            case Chain():
                return self._nodes(element)
            case Leaf():
                return Line(**self._leaf(element), **beside)
            case Use():
                given = Line(self._plain(element.arguments))
                single = len(self.program.blocks[element.block].arguments) == 1
                arguments = next(iter(given.values()), NOTHING) if single else given or NOTHING
                repeat = {} if element.repeat is None else {"repeat": self._plain(element.repeat)}
                return Line({element.block: arguments, **repeat, **beside})
            case Fork():
                key, own = element.operation.key, self._own(element)
                if element.joins:
                    return Line({key: list(element.joins), **own, **beside})
                branches = {branch.name: self._element(branch) for branch in element.branches}
                entry = {} if element.entry is None else {ENTRY: self._element(element.entry)}
                return {**entry, key: branches, **own, **beside}
            case _:
                raise AssertionError(element.name)

    def _leaf(self, leaf: Leaf) -> dict[str, Written]:
        own = self._own(leaf)
        argument = leaf.operation.argument
        main = own.pop(argument, NOTHING) if argument else NOTHING
        return {leaf.operation.key: main, **own}

    def _own(self, element: Leaf | Fork) -> dict[str, Written]:
        """The fields that are not as the defaults have them, in the order of the class."""
        defaults = self.program.defaults.get(element.operation.key, {})
        usual = {name: self._plain(value) for name, value in defaults.items()}
        found: dict[str, Written] = {}
        for name in element.operation.model_fields:
            if name in element.attributes:
                value = self._plain(element.attributes[name])
                if name not in usual or not _same(usual[name], value):
                    found[name] = value
        return found


def _reads(element: Element) -> str | None:
    return element.reads if isinstance(element, Leaf | Fork | Use) else None


def _same(one: Written, other: Written) -> bool:
    """Whether two values are written alike; 1, 1.0 and true are not."""
    return flow(one) == flow(other)


def _given(model: BaseModel | None) -> dict[str, Written]:
    """The fields of a section that were given, in the order of the class."""
    if model is None:
        return {}
    given = [name for name in type(model).model_fields if name in model.model_fields_set]
    values = {name: _short(getattr(model, name)) for name in given}
    return {name: value for name, value in values.items() if value is not None}


def _short(value: Written) -> Written:
    """The value with whole floats as whole numbers, for where only their values count, and sections as mappings."""
    match value:
        case BaseModel():
            return Line(_given(value))
        case list() | tuple():
            return [_short(item) for item in cast("list[Written]", value)]
        case dict():
            return {name: _short(item) for name, item in cast("dict[str, Written]", value).items()}
        case float() if value.is_integer():
            return int(value)
        case _:
            return value
