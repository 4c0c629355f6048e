"""The JSON Schema of variants: what a spec may say of what it extends, and what it may not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft7Validator

from inception_graph.compiler import compile_spec, compile_text
from inception_graph.spec.schema import json_schema

HEAD = {"inception_graph": 1, "name": "variant", "extends": "googlenet"}
GENERAL = Draft7Validator(json_schema())
PROGRAM = compile_spec("googlenet").program
assert PROGRAM is not None
EXACT = Draft7Validator(json_schema(PROGRAM.blocks))

SOUND: list[dict[str, Any]] = [
    {},
    {"variables": {"classes": 10}},
    {"input": {"height": 160, "width": 160}},
    {"auxiliary": None},
    {"auxiliary": {"aux1": None, "aux2": {"loss_weight": 0.1}}},
    {"auxiliary": {"aux1": {"nodes": {"hidden": {"linear": 512}, "dropout": None}}}},
    {"defaults": {"conv": {"norm": "batch_norm", "bias": False, "bias_init": None}}},
    {"stem": {"conv1": {"kernel": 5, "padding": 2}, "norm1": None}},
    {"stem": {"conv1": {"activation": "none"}}},
    {"stem": {"norm1": {"batch_norm": {"scale": False}}}},
    {"blocks": {"inception": {"nodes": {"concat": None, "allow": {"A701": "wide"}}}}},
    {"stem": {"conv3": {"conv": 192, "kernel": 3, "after": "conv2"}}},
    {"body": {"inception_3a": {"inception": {"b5": 48}}}},
    {"body": {"inception_3a": {"conv": 256, "kernel": 3}}},
    {"blocks": {"inception": {"nodes": {"concat": {"branch5": {"expand": {"kernel": 3}}}}}}},
    {"blocks": {"inception": {"nodes": {"concat": {"branch5": None}}}}},
    {"preprocess": {"mean": None}},
    {"training": {"ema": None, "epochs": 5}},
    {"training": None},
    {"head": {"dropout": {"dropout": 0.2}}},
    {"allow": {"A703": "dense"}, "body": {"inception_3a": {"allow": {"A701": "a use"}}}},
    {"stem": {"conv1": {"allow": {"A703": "a node"}}}},
    {"blocks": {"inception": {"allow": {"A701": "a block"}}}},
]
BROKEN: list[tuple[dict[str, Any], str]] = [
    ({"extends": 3}, "extends"),
    ({"bodi": {}}, ""),
    ({"input": {"height": 0}}, "input/height"),
    ({"input": {"depth": 3}}, "input"),
    ({"variables": {"classes": [1]}}, "variables/classes"),
    ({"defaults": {"conv": {"kernl": 3}}}, "defaults/conv"),
    ({"stem": {"conv1": {"conv": 64, "kernl": 3}}}, "stem/conv1"),
    ({"stem": {"conv1": {"conv": "wide"}}}, "stem/conv1/conv"),
    ({"stem": {"conv1": 3}}, "stem/conv1"),
    ({"stem": {"conv1": {"allow": {"A799": "no advice"}}}}, "stem/conv1/allow"),
    ({"allow": ["A701"]}, "allow"),
    ({"stem": {"conv3": {"conv": 8, "after": 3}}}, "stem/conv3/after"),
    ({"auxiliary": {"aux1": {"loss": 3}}}, "auxiliary/aux1"),
    ({"blocks": {"inception": {"argument": ["a"]}}}, "blocks/inception"),
    (
        {"blocks": {"inception": {"nodes": {"concat": {"branch5": {"conv": 8, "kernl": 3}}}}}},
        "blocks/inception/nodes/concat/branch5",
    ),
]


@pytest.mark.parametrize("patch", SOUND, ids=json.dumps)
def test_sound(patch: dict[str, Any]) -> None:
    spec = {**HEAD, **patch}
    assert not [found.message for found in compile_text(json.dumps(spec)).report.found]
    for validator in (GENERAL, EXACT):
        assert not [error.message for error in validator.iter_errors(spec)]


@pytest.mark.parametrize(("patch", "where"), BROKEN, ids=json.dumps)
def test_broken(patch: dict[str, Any], where: str) -> None:
    spec = {**HEAD, **patch}
    assert compile_text(json.dumps(spec)).report.failed
    for validator in (GENERAL, EXACT):
        blamed = {"/".join(map(str, error.absolute_path)) for error in validator.iter_errors(spec)}
        assert where in blamed


def test_a_misspelt_field_of_an_inherited_node_is_blamed_where_the_blocks_are_known() -> None:
    spec = {**HEAD, "stem": {"conv1": {"kernl": 3}}}
    assert [error.message for error in EXACT.iter_errors(spec)] == [
        "3 is not of type 'object', 'null'"
    ]
    assert compile_text(json.dumps(spec)).report.failed
