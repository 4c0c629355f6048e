"""From a ``Program`` back to YAML: the resolved spec, in one canonical form."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import yaml

from inception_graph.ir.expressions import Expression
from inception_graph.ir.program import Chain, Fork, Leaf, Use
from inception_graph.spec.lower import KEYS, LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import BaseModel

    from inception_graph.ir.expressions import Symbolic
    from inception_graph.ir.program import Auxiliary, Block, Element, Program

_WIDTH = 100
_PARTED = ("blocks", "stem", "body", "auxiliary", "preprocess")
"""Keys with a blank line before them, where they do not follow one of their own kind."""

_PLAIN = re.compile(r"[A-Za-z$](?:[A-Za-z0-9_$()+*/%.;=-]|:(?=[^\s,\]}])| (?=[^\s#]))*")
"""Texts that need no quotes, wherever they stand; a comma ends them inside of brackets."""
_WORDS = frozenset(["null", "true", "false", "yes", "no", "on", "off", "y", "n"])
"""Words that are no texts, here or to readers of YAML 1.1."""


class _Line(dict[str, Any]):
    """A mapping that stands on one line where it fits."""


class _Nothing:
    """The value of an operation that has no main argument: nothing at all, as in ``{flatten: }``."""


_NOTHING = _Nothing()
_Written: TypeAlias = Any
"""What YAML holds: mappings, lists, scalars, and nothing."""


def to_yaml(program: Program) -> str:
    """The program as a spec that compiles to the same network.

    Variables have the values of this program, and those that no expression reads are left out.
    Expectations are kept only if all variables are as they were written: they hold for those.

    Args:
        program: A program without errors.
    """
    document = _Writer(program).document()
    lines: list[str] = []
    before = ""
    for key in KEYS:
        if key not in document:
            continue
        if key in _PARTED and not (key == "body" and before == "stem"):
            lines.append("")
        lines += _lines(key, document[key], 0)
        before = key
    return "\n".join(lines) + "\n"


@dataclass
class _Writer:
    program: Program
    names: set[str] = field(default_factory=set[str])

    def document(self) -> dict[str, _Written]:
        """The sections by key."""
        program = self.program
        channels, height, width = program.input
        found: dict[str, _Written] = {
            "inception_graph": LANGUAGE,
            "name": program.name,
            "meta": _given(program.meta),
            "input": _Line(channels=channels, height=height, width=width),
            "defaults": {key: _Line(self._plain(value)) for key, value in program.defaults.items()},
            "blocks": {name: self._block(block) for name, block in program.blocks.items()},
            **{section: self._nodes(chain) for section, chain in program.sections.items()},
            "auxiliary": {head.name: self._head(head) for head in program.auxiliary},
            "preprocess": _given(program.preprocess),
            "expect": {} if program.varied else _given(program.expect),
        }
        read = {name: value for name, value in program.variables.items() if name in self.names}
        found["variables"] = _Line(read)
        return {
            key: value for key, value in found.items() if value != {} or key in program.sections
        }

    def _plain(self, value: Symbolic | Mapping[str, Symbolic]) -> _Written:
        """The value with its expressions as texts, whose names are noted."""
        if isinstance(value, Expression):
            self.names.update(value.names)
            return value.text
        if isinstance(value, list):
            return [self._plain(item) for item in value]
        if isinstance(value, bool | int | float | str) or value is None:
            return value
        return _Line({name: self._plain(item) for name, item in value.items()})

    def _block(self, block: Block) -> _Written:
        said = {"description": block.description} if block.description is not None else {}
        names = {"arguments": list(block.arguments)} if block.arguments else {}
        return {**said, **names, "nodes": self._element(block.body)}

    def _head(self, head: Auxiliary) -> _Written:
        weight = _short(head.loss_weight)
        return {"from": head.reads, "loss_weight": weight, "nodes": self._nodes(head.body)}

    def _nodes(self, chain: Chain) -> dict[str, _Written]:
        return {node.name: self._element(node) for node in chain.nodes}

    def _element(self, element: Element) -> _Written:
        reads = (
            {} if isinstance(element, Chain) or not _reads(element) else {"from": _reads(element)}
        )
        match element:
            case Chain():
                return self._nodes(element)
            case Leaf():
                return _Line(**self._leaf(element), **reads)
            case Use():
                arguments = _Line(self._plain(element.arguments)) or _NOTHING
                repeat = {} if element.repeat is None else {"repeat": self._plain(element.repeat)}
                return _Line({element.block: arguments, **repeat, **reads})
            case Fork():
                key, own = element.operation.key, self._own(element)
                if element.joins:
                    return _Line({key: list(element.joins), **own, **reads})
                branches = {branch.name: self._element(branch) for branch in element.branches}
                return {key: branches, **own, **reads}
            case _:
                raise AssertionError(element.name)

    def _leaf(self, leaf: Leaf) -> dict[str, _Written]:
        own = self._own(leaf)
        argument = leaf.operation.argument
        main = own.pop(argument, _NOTHING) if argument else _NOTHING
        return {leaf.operation.key: main, **own}

    def _own(self, element: Leaf | Fork) -> dict[str, _Written]:
        """The fields that are not as the defaults have them, in the order of the class."""
        defaults = self.program.defaults.get(element.operation.key, {})
        usual = {name: self._plain(value) for name, value in defaults.items()}
        found: dict[str, _Written] = {}
        for name in element.operation.model_fields:
            if name in element.attributes:
                value = self._plain(element.attributes[name])
                if name not in usual or not _same(usual[name], value):
                    found[name] = value
        return found


def _reads(element: Element) -> str | None:
    return element.reads if isinstance(element, Leaf | Fork | Use) else None


def _same(one: _Written, other: _Written) -> bool:
    """Whether two values are written alike; 1, 1.0 and true are not."""
    return _flow(one) == _flow(other)


def _given(model: BaseModel | None) -> dict[str, _Written]:
    """The fields of a section that were given, in the order of the class."""
    if model is None:
        return {}
    given = [name for name in type(model).model_fields if name in model.model_fields_set]
    values = {name: _short(getattr(model, name)) for name in given}
    return {name: value for name, value in values.items() if value is not None}


def _short(value: _Written) -> _Written:
    """The value with whole floats as whole numbers, for where only their values count."""
    if isinstance(value, list | tuple):
        return [_short(item) for item in cast("list[_Written]", value)]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _lines(key: str, value: _Written, indent: int) -> Iterator[str]:
    """An entry of a block mapping."""
    head = f"{' ' * indent}{_text(key)}:"
    if isinstance(value, dict) and value and not isinstance(value, _Line):
        yield head
        for name, inner in cast("dict[str, _Written]", value).items():
            yield from _lines(name, inner, indent + 2)
        return
    line = f"{head} {_flow(value, bracketed=False)}".rstrip()
    if len(line) <= _WIDTH:
        yield line
    elif isinstance(value, _Line) and value:
        yield from _lines(key, dict(value), indent)
    elif isinstance(value, list):
        yield head
        for item in cast("list[_Written]", value):
            dash = f"{' ' * (indent + 2)}-"
            line = f"{dash} {_flow(item, bracketed=False)}"
            yield from [line] if len(line) <= _WIDTH else _folded(dash, item, indent + 2)
    else:
        yield from _folded(head, value, indent)


def _folded(head: str, value: _Written, indent: int) -> Iterator[str]:
    """A text over several lines; other values have no place where they could be broken."""
    if not isinstance(value, str):
        yield f"{head} {_flow(value, bracketed=False)}"
        return
    line = head
    # A line break inside of quotes is read as one space.
    for word in re.split(r"(?<=[^\s\\]) (?=\S)", _quoted(value)):
        if len(line) + 1 + len(word) > _WIDTH and line is not head:
            yield line
            line = " " * (indent + 1)
        line = f"{line} {word}"
    yield line


def _flow(value: _Written, *, bracketed: bool = True) -> str:
    """A value on one line; texts are quoted with an eye to whether brackets stand around them."""
    if isinstance(value, dict):
        entries = cast("dict[str, _Written]", value).items()
        return f"{{{', '.join(f'{_text(name)}: {_flow(item)}' for name, item in entries)}}}"
    if isinstance(value, list):
        return f"[{', '.join(_flow(item) for item in cast('list[_Written]', value))}]"
    if isinstance(value, str):
        return _text(value, bracketed=bracketed)
    if value is _NOTHING:
        return ""
    words: dict[Any, str] = {None: "null", True: "true", False: "false"}
    return words[value] if value is None or isinstance(value, bool) else repr(value)


def _text(text: str, *, bracketed: bool = True) -> str:
    """A text, quoted where it could be read as something else."""
    # A comma needs quotes inside of brackets only.
    tried = text if bracketed else text.replace(", ", " ")
    if _PLAIN.fullmatch(tried) and text.lower() not in _WORDS:
        return text
    return _quoted(text)


def _quoted(text: str) -> str:
    dump: Any = yaml.dump
    return dump(text, default_style='"', allow_unicode=True, width=float("inf")).rstrip("\n")
