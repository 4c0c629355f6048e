"""JSON Schema of variants: what a spec may say of what it extends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, cast

from inception_graph.ir.program import SECTIONS
from inception_graph.ops.base import Join
from inception_graph.ops.registry import operations
from inception_graph.spec.allowances import ALLOW

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inception_graph.ir.program import Block

Schema: TypeAlias = dict[str, Any]

_WORDS: dict[str, Schema] = {
    "after": {"type": "string", "description": "The node that this one is placed behind."},
    "before": {"type": "string", "description": "The node that this one is placed before."},
}
_SCALAR = ["number", "string", "boolean"]
_CHANGE: Schema = {"$ref": "#/definitions/change"}
_ALLOWANCE: Schema = {"$ref": f"#/definitions/{ALLOW}"}


def variant_sections(whole: Mapping[str, Schema]) -> dict[str, Schema]:
    """The sections of a variant, from those of a whole spec: nothing is required, all can go."""
    changed: dict[str, Schema] = {
        "input": _optional(whole["input"]),
        "variables": _by_name({"type": [*_SCALAR, "null"]}, whole["variables"]),
        "defaults": {
            **whole["defaults"],
            "properties": {key: _change_of(f"options_{key}") for key in operations()},
        },
        "blocks": _by_name({"$ref": "#/definitions/block_change"}, whole["blocks"]),
        "auxiliary": _by_name({"$ref": "#/definitions/auxiliary_change"}, whole["auxiliary"]),
        **{section: _by_name(_CHANGE, whole[section]) for section in SECTIONS},
        "preprocess": _optional(whole["preprocess"]),
        "training": _optional(whole["training"]),
        "checkpoints": _checkpoints(whole["checkpoints"]),
    }
    return {key: {**_or_null(schema), **_said(schema)} for key, schema in changed.items()}


def variant_definitions(
    definitions: Mapping[str, Schema], blocks: Mapping[str, Block] | None
) -> dict[str, Schema]:
    """What the sections of a variant refer to, from the definitions of a whole spec."""
    found: dict[str, Schema] = {"change": _change(blocks)}
    for key, operation in operations().items():
        found[f"options_{key}_change"] = _optional(definitions[f"options_{key}"])
        node = _optional(definitions[f"operation_{key}"], f"operation_{key}")
        for name in found[f"options_{key}_change"]["properties"]:
            options = f"#/definitions/options_{key}_change/properties/{name}"
            node["properties"][name] = {"$ref": options}
        if issubclass(operation, Join):
            main = dict(definitions[f"operation_{key}"]["properties"][key])
            del main["minProperties"]
            node["properties"][key] = _or_null({**main, "additionalProperties": _CHANGE})
        # 'activation: none' on its own changes a field of what is inherited.
        fields = [
            {"$ref": f"#/definitions/options_{other}_change/properties/{key}"}
            for other, its in operations().items()
            if key in its.model_fields
        ]
        if fields:
            node["properties"][key] = {"anyOf": [node["properties"][key], *fields]}
        node["properties"].update(_WORDS)
        found[f"operation_{key}_change"] = node
    for name in blocks or ():
        use = _optional(definitions[f"use_{name}"], f"use_{name}")
        use["properties"].update(_WORDS)
        arguments = definitions[f"use_{name}"]["properties"][name]
        use["properties"][name] = {key: arguments[key] for key in arguments if key != "required"}
        found[f"use_{name}_change"] = use
    for what in ("block", "auxiliary"):
        part = _optional(definitions[what], what)
        chain = {"type": ["object", "null"], "additionalProperties": _CHANGE}
        part["properties"]["nodes"] = chain if what == "auxiliary" else _CHANGE
        found[f"{what}_change"] = _or_null(part)
    return found


def _checkpoints(whole: Schema) -> Schema:
    """Sources, their fields and their rules, all of which can go."""
    source: Schema = whole["additionalProperties"]
    rules = {**source["properties"]["names"], "additionalProperties": {"type": ["string", "null"]}}
    changed: Schema = {**_optional(source), "type": ["object", "null"]}
    changed["properties"]["names"] = _or_null(rules)
    return {**whole, "additionalProperties": changed}


def _change_of(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}_change"}


def _or_null(schema: Schema) -> Schema:
    """The schema, or null, which removes."""
    return {"if": {"not": {"type": "null"}}, "then": schema}


def _said(schema: Schema) -> Schema:
    return {"description": schema["description"]} if "description" in schema else {}


def _optional(schema: Schema, name: str | None = None) -> Schema:
    """The schema with nothing required and every property nullable; by reference where it has a name."""
    properties: dict[str, Schema] = {
        key: _or_null({"$ref": f"#/definitions/{name}/properties/{key}"} if name else _inner(value))
        for key, value in schema["properties"].items()
    }
    kept = {key: value for key, value in schema.items() if key not in ("required", "examples")}
    return {**kept, "properties": properties}


def _inner(value: Any) -> Any:
    """The same, where options stand with nothing required and every one of them nullable."""
    if isinstance(value, list):
        return [_inner(item) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    schema = cast("Schema", value)
    target: str = schema.get("$ref", "")
    options = target.startswith("#/definitions/options_") and target.count("/") == 2
    return {"$ref": f"{target}_change"} if options else {k: _inner(v) for k, v in schema.items()}


def _by_name(value: Schema, whole: Schema) -> Schema:
    names = {key: whole[key] for key in ("description", "propertyNames") if key in whole}
    return {**names, "type": "object", "additionalProperties": value}


def _change(blocks: Mapping[str, Block] | None) -> Schema:
    """A node or a chain, whole or in part: its operation's key, where there is one, says which fields it has."""
    known = operations()
    words = [{"required": [key]} for key in (*known, *(blocks or ()))]
    inside: Schema = {"type": "object", "anyOf": words}
    cases: dict[str, Schema] = {}
    for key, kind in known.items():
        # 'activation' beside 'conv' is a field; a 'dropout' that holds a node is the name of one.
        others = [other for other, its in known.items() if key in its.model_fields]
        cases[f"operation_{key}"] = {
            "type": "object",
            "required": [key],
            **({"not": {"anyOf": [{"required": [other]} for other in others]}} if others else {}),
            **({} if kind.many else {"properties": {key: {"not": inside}}}),
        }
    for name in blocks or ():
        cases[f"use_{name}"] = {"type": "object", "required": [name]}
    fields = {name: True for kind in known.values() for name in kind.model_fields}
    arguments: Schema = {"type": "object", "additionalProperties": {"type": _SCALAR}}
    uses: Schema = {"anyOf": [_CHANGE, arguments]}
    named = {"if": {"type": "object"}, "then": uses, "else": {"type": [*_SCALAR, "null"]}}
    return {
        "description": "A new node, or what changes in an inherited one; null removes it.",
        "type": ["object", "null"],
        "allOf": [{"if": case, "then": _change_of(name)} for name, case in cases.items()],
        "if": {"type": "object", "not": {"anyOf": [*cases.values()]}},
        "then": {
            "properties": {**fields, **_WORDS, "from": True, "repeat": True, ALLOW: _ALLOWANCE},
            "additionalProperties": _CHANGE if blocks is not None else named,
        },
    }
