"""JSON Schema of the language: editors complete, explain and check specs by it.

It is made of the classes of operations and of the header's sections, so it says what they say. It
is written in draft 7, the newest that the language server for YAML reads. Wherever a mapping can be
one of several things it is told apart by its keys (``if`` and ``then``), never by trying them all
(``anyOf``), so that a wrong field is blamed and not the whole node.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, TypeAlias

from inception_graph.ir.header import Expect, Input, Meta, Preprocess
from inception_graph.ir.program import SECTIONS
from inception_graph.ir.training import Training
from inception_graph.ops.base import Join
from inception_graph.ops.fields import OPTIONS_OF
from inception_graph.ops.registry import operations
from inception_graph.spec.allowances import ALLOW, allowance_schema
from inception_graph.spec.lower import KEYS, LANGUAGE
from inception_graph.spec.names import LONGEST, NAME
from inception_graph.spec.section_schema import checkpoints_schema, plain_fields
from inception_graph.spec.variant_schema import variant_definitions, variant_sections
from inception_graph.spec.vocabulary import ENTRY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic import BaseModel

    from inception_graph.ir.program import Block
    from inception_graph.ops.base import Operation

Schema: TypeAlias = dict[str, Any]

_NAME: Schema = {"type": "string", "pattern": f"^{NAME.pattern}$", "maxLength": LONGEST}
_EXPRESSION: Schema = {"$ref": "#/definitions/expression"}
_SCALAR: Schema = {"type": ["number", "string", "boolean"]}
_FROM: Schema = {
    "type": "string",
    "description": "The node that it reads instead of the one before.",
}
_REPEAT: Schema = {
    "description": "How many copies follow one another.",
    "anyOf": [{"type": "integer", "minimum": 1}, _EXPRESSION],
}
_BESIDE_USE = ("from", "repeat", ALLOW)
"""Keys that a use of a block can have beside the block's name."""
_SECTIONS: dict[str, type[BaseModel]] = {
    "meta": Meta,
    "input": Input,
    "preprocess": Preprocess,
    "training": Training,
    "expect": Expect,
}


def json_schema(blocks: Mapping[str, Block] | None = None) -> Schema:
    """The schema of all specs, or of those that have exactly these blocks.

    Only with the blocks given are their uses checked by name and arguments, and only then is every
    misspelt operation found: in general its name might be that of a block.
    """
    sections = {key: _section(model) for key, model in _SECTIONS.items()}
    known: dict[str, Schema] = {
        "inception_graph": {"const": LANGUAGE, "description": "Version of the language."},
        "name": {**_NAME, "description": "The network's name, such as inception_v3."},
        "extends": {
            "type": "string",
            "description": "What this spec is a variant of: a shipped network, or a path from here.",
        },
        **sections,
        ALLOW: _titled(ALLOW, "Advice that is set aside for the whole network."),
        "variables": _named(_SCALAR, "The knobs of a variant: numbers and texts, read as $name."),
        "defaults": {
            "description": "Fields that every node of an operation has unless it says otherwise.",
            "type": ["object", "null"],
            "properties": {key: _ref(f"options_{key}") for key in operations()},
            "additionalProperties": False,
        },
        "blocks": {
            **_named(_ref("block"), "Parts that are used several times, with arguments."),
            "propertyNames": {**_NAME, "not": {"enum": list(operations())}},
        },
        "stem": _titled("chain", "First nodes, which make the map small."),
        "body": _titled("chain", "Nodes that do most of the work."),
        "head": _titled("chain", "Last nodes, which make the output."),
        "auxiliary": _named(_ref("auxiliary"), "Classifiers beside the network, for training."),
        "checkpoints": checkpoints_schema(),
    }
    changed, definitions = variant_sections(known), _definitions(blocks)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "inception-graph spec",
        "type": "object",
        "properties": {key: True if key in changed else known[key] for key in KEYS},
        "required": ["inception_graph", "name"],
        "if": {"required": ["extends"]},
        "then": {"properties": changed},
        "else": {
            "properties": {key: known[key] for key in changed},
            "required": ["input"],
            "anyOf": [{"required": [section]} for section in SECTIONS],
        },
        "additionalProperties": False,
        "definitions": {**definitions, **variant_definitions(definitions, blocks)},
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def _titled(name: str, description: str) -> Schema:
    # Draft 7 ignores what stands beside a $ref.
    return {"description": description, "allOf": [_ref(name)]}


def _named(value: Schema, description: str) -> Schema:
    return {
        "description": description,
        "type": ["object", "null"],
        "propertyNames": _NAME,
        "additionalProperties": value,
    }


def _fields(model: type[BaseModel]) -> dict[str, Schema]:
    """The schema of every field, with what is said of it, and expressions for its scalars."""
    return {name: _symbolic(schema) for name, schema in plain_fields(model).items()}


def _symbolic(schema: Schema) -> Schema:
    """The schema with an expression allowed wherever it allows a scalar."""
    if OPTIONS_OF in schema:
        return _ref(f"options_{schema[OPTIONS_OF]}")
    if "anyOf" in schema:
        choices = [_symbolic(choice) for choice in schema["anyOf"]]
        flat = [part for choice in choices for part in choice.get("anyOf", [choice])]
        distinct = [part for index, part in enumerate(flat) if part not in flat[:index]]
        mappings = [part for part in distinct if part.get("type") == "object"]
        if len(mappings) != 1:
            return {**schema, "anyOf": distinct}
        others = {"anyOf": [part for part in distinct if part is not mappings[0]]}
        beside = {name: value for name, value in schema.items() if name != "anyOf"}
        return {**beside, "if": {"type": "object"}, "then": mappings[0], "else": others}
    if schema.get("type") == "array":
        return {**schema, "items": _symbolic(schema.get("items", {}))}
    if schema.get("type") == "object":
        inner: dict[str, Schema] = schema.get("properties", {})
        named = {name: _symbolic(value) for name, value in inner.items()}
        others: Schema | bool = schema.get("additionalProperties", True)
        others = _symbolic(others) if isinstance(others, dict) else others
        return {**schema, "properties": named, "additionalProperties": others}
    if schema.get("type") in ("string", "null") or not schema.keys() & {"type", "enum", "const"}:
        return schema
    beside = {name: schema[name] for name in ("description", "default") if name in schema}
    scalar = {name: value for name, value in schema.items() if name not in beside}
    return {**beside, "anyOf": [scalar, _EXPRESSION]}


def _section(model: type[BaseModel]) -> Schema:
    required = [name for name, field in model.model_fields.items() if field.is_required()]
    return {
        "description": inspect.getdoc(model),
        "type": "object" if required else ["object", "null"],
        "properties": _fields(model),
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def _definitions(blocks: Mapping[str, Block] | None) -> dict[str, Schema]:
    known = operations()
    found: dict[str, Schema] = {
        "expression": {
            "description": "Arithmetic over variables and arguments: $name or $(b1 + 2 * b3).",
            "type": "string",
            "pattern": r"^\$",
        },
        ALLOW: allowance_schema(),
        "node": _node(blocks),
        "chain": _named(_ref("node"), "Nodes by name, each reading the one before it."),
        "element": _element(blocks),
        "block": _block(),
        "auxiliary": _auxiliary(),
    }
    for key, operation in known.items():
        fields = _fields(operation)
        argument = fields.pop(operation.argument) if operation.argument else None
        found[f"operation_{key}"] = _operation(operation, argument, fields)
        found[f"options_{key}"] = {
            "description": inspect.getdoc(operation),
            "type": ["object", "null"],
            "properties": fields,
            "additionalProperties": False,
        }
    if blocks is None:
        found["use"] = _any_use()
    for name, block in (blocks or {}).items():
        found[f"use_{name}"] = _use(block)
    return found


def _operation(
    operation: type[Operation], argument: Schema | None, options: Iterable[str]
) -> Schema:
    """A node of one operation."""
    key = operation.key
    about = inspect.getdoc(operation) or key
    if issubclass(operation, Join):
        main = _join(about)
    elif operation.argument is None or argument is None:
        main = {"description": about, "allOf": [_ref(f"options_{key}")]}
    else:
        main = {**argument, "description": f"{about} {argument['description']}"}
        if not operation.model_fields[operation.argument].is_required():
            main = {"description": about, "anyOf": [main, {"type": "null"}]}
    return {
        "title": key,
        "description": about,
        "type": "object",
        "properties": {
            key: main,
            **{name: _ref(f"options_{key}/properties/{name}") for name in options},
            **({ENTRY: _ref("node")} if operation.many else {}),
            "from": _FROM,
            ALLOW: _ref(ALLOW),
        },
        "required": [key],
        "additionalProperties": False,
        "examples": [example.node for example in operation.examples],
    }


def _join(about: str) -> Schema:
    return {
        "description": f"{about} Branches by name, each a node or a chain, or names of nodes.",
        "type": ["object", "array"],
        "propertyNames": _NAME,
        "additionalProperties": _ref("element"),
        "minProperties": 2,
        "items": {"type": "string"},
        "minItems": 2,
    }


def _holds(keys: Iterable[str]) -> Schema:
    """Mappings that hold one of some keys."""
    return {"type": "object", "anyOf": [{"required": [key]} for key in keys]}


def _node(blocks: Mapping[str, Block] | None) -> Schema:
    """A node: its operation's key says which fields it has."""
    known = operations()
    cases: list[Schema] = []
    for key in known:
        case: Schema = {"required": [key]}
        # 'activation' beside 'conv' is a field of the convolution.
        others = [other for other, kind in known.items() if key in kind.model_fields]
        if others:
            case["not"] = _holds(others)
        cases.append({"if": case, "then": _ref(f"operation_{key}")})
    node: Schema = {
        "description": "A node: one operation or use of a block, with its fields.",
        "type": "object",
        "properties": {key: {"description": inspect.getdoc(kind)} for key, kind in known.items()},
    }
    if blocks is None:
        cases.append({"if": {"not": _holds(known)}, "then": _ref("use")})
        return {**node, "allOf": cases}
    fields = [name for kind in known.values() for name in kind.model_fields]
    for name, block in blocks.items():
        node["properties"][name] = {"description": block.description or f"Block {name}."}
        cases.append({"if": {"required": [name]}, "then": _ref(f"use_{name}")})
    words = dict.fromkeys([*known, *blocks, *fields, *_BESIDE_USE, ENTRY])
    return {
        **node,
        "propertyNames": {"enum": list(words)},
        "anyOf": [{"required": [key]} for key in (*known, *blocks)],
        "allOf": cases,
    }


def _element(blocks: Mapping[str, Block] | None) -> Schema:
    """A node or a chain: what holds the key of an operation is a node, unless that names a node."""
    known = operations()
    inside = _holds([*known, *(blocks or ())])
    cases: list[Schema] = [{"required": [name]} for name in blocks or ()]
    for key, kind in known.items():
        named = {} if kind.many else {"properties": {key: {"not": inside}}}
        cases.append({"required": [key], **named})
    flat: Schema = {"minProperties": 1, "additionalProperties": {"not": {"type": "object"}}}
    if blocks is None:
        holds_nodes: Schema = {"not": {"additionalProperties": {"not": inside}}}
        unclear: Schema = {"anyOf": [_ref("use"), _ref("chain")]}
        otherwise: Schema = {"if": holds_nodes, "then": _ref("chain"), "else": unclear}
    else:
        cases.append(flat)
        otherwise = _ref("chain")
    return {
        "description": "A node, or nodes by name.",
        "type": ["object", "null"],
        "if": {"type": "object", "anyOf": cases},
        "then": _ref("node"),
        "else": otherwise,
    }


def _any_use() -> Schema:
    """A use of a block of which nothing is known."""
    arguments = {"type": [*_SCALAR["type"], "object", "null"], "additionalProperties": _SCALAR}
    return {
        "description": "A use of a block, with its arguments.",
        "type": "object",
        "properties": {"from": _FROM, "repeat": _REPEAT, ALLOW: _ref(ALLOW)},
        "additionalProperties": {"description": "A block's arguments by name.", **arguments},
        "minProperties": 1,
        "allOf": [_one_beside(_BESIDE_USE, 1)],
    }


def _one_beside(optional: tuple[str, ...], most: int) -> Schema:
    """Mappings of at most one key, or some more, beside those of the optional ones that they have."""
    if not optional:
        return {"maxProperties": most}
    first, *others = optional
    return {
        "if": {"required": [first]},
        "then": _one_beside(tuple(others), most + 1),
        "else": _one_beside(tuple(others), most),
    }


def _use(block: Block) -> Schema:
    about = block.description or f"Block {block.name}."
    arguments: Schema = {
        "description": about,
        "type": "object" if block.arguments else ["object", "null"],
        "properties": {name: {**_SCALAR, "description": name} for name in block.arguments},
        "required": list(block.arguments),
        "additionalProperties": False,
    }
    if len(block.arguments) == 1:
        arguments["type"] = ["object", *_SCALAR["type"]]
    return {
        "title": block.name,
        "description": about,
        "type": "object",
        "properties": {
            block.name: arguments,
            "from": _FROM,
            "repeat": _REPEAT,
            ALLOW: _ref(ALLOW),
        },
        "required": [block.name],
        "additionalProperties": False,
    }


def _block() -> Schema:
    names: Schema = {"type": ["array", "null"], "items": _NAME, "uniqueItems": True}
    return {
        "description": "A part of a network with arguments.",
        "type": "object",
        "properties": {
            "description": {"type": "string", "description": "What it is; shown in pictures."},
            "arguments": {**names, "description": "Names that its nodes read as $name."},
            "nodes": _titled("element", "A node or nodes by name."),
            ALLOW: _ref(ALLOW),
        },
        "required": ["nodes"],
        "additionalProperties": False,
    }


def _auxiliary() -> Schema:
    weight: Schema = {"anyOf": [{"type": "number", "minimum": 0}, _EXPRESSION]}
    return {
        "description": "A classifier beside the network, used while training.",
        "type": "object",
        "properties": {
            "from": {**_FROM, "description": "The node that it reads."},
            "loss_weight": {**weight, "description": "Weight of its loss beside the main one's 1."},
            "nodes": _titled("chain", "Its nodes."),
            ALLOW: _ref(ALLOW),
        },
        "required": ["from", "loss_weight", "nodes"],
        "additionalProperties": False,
    }
