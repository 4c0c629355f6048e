"""JSON Schema of sections: plain fields, with what is said of each."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from inception_graph.ir.checkpoints import CheckpointSource
from inception_graph.ir.header import section_in
from inception_graph.ops.documentation import described
from inception_graph.spec.names import LONGEST, NAME

if TYPE_CHECKING:
    from pydantic import BaseModel

Schema: TypeAlias = dict[str, Any]


def plain_fields(model: type[BaseModel]) -> dict[str, Schema]:
    """The schema of every field; sections inside of it are written out."""
    said = described(model)
    plain: dict[str, Schema] = model.model_json_schema().get("properties", {})
    return {
        name: {
            "description": said.get(name, name),
            **_written_out(schema, section_in(model.model_fields[name].annotation)),
        }
        for name, schema in plain.items()
    }


def plain_section(model: type[BaseModel]) -> Schema:
    """The schema of a mapping of these fields."""
    return {
        "description": inspect.getdoc(model),
        "type": "object",
        "properties": plain_fields(model),
        "required": [name for name, field in model.model_fields.items() if field.is_required()],
        "additionalProperties": False,
    }


def _written_out(schema: Schema, section: type[BaseModel] | None) -> Schema:
    """The schema without titles and references: there is one section at most that it can refer to."""
    found: Schema = {}
    for key, value in schema.items():
        if key == "$ref" and section is not None:
            found.update(plain_section(section))
        elif isinstance(value, dict):
            found[key] = _written_out(cast("Schema", value), section)
        elif key == "anyOf":
            choices = [_written_out(choice, section) for choice in value]
            found.update(
                {**choices[0], "type": ["object", "null"]}
                if _is_optional(choices)
                else {key: choices}
            )
        elif key != "title":
            found[key] = value
    return found


def _is_optional(choices: list[Schema]) -> bool:
    """Whether a mapping or nothing is meant; a wrong field of the mapping is then blamed, not the whole."""
    return [choice["type"] for choice in choices if "type" in choice] == ["object", "null"]


def checkpoints_schema() -> Schema:
    """The schema of ``checkpoints``."""
    return {
        "description": "Public weights that fit, by source; or the path of a file that holds them.",
        "type": ["object", "string", "null"],
        "propertyNames": {"pattern": f"^{NAME.pattern}$", "maxLength": LONGEST},
        "additionalProperties": plain_section(CheckpointSource),
    }
