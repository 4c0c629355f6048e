"""The JSON Schema holds for what the compiler reads, and blames what it refuses."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from typing import Any

import pytest
from jsonschema import Draft7Validator

from inception_graph.compiler import compile_spec, compile_text
from inception_graph.diagnostics.report import Report
from inception_graph.ir.header import Expect, Input, Meta, Preprocess
from inception_graph.ir.training import Training
from inception_graph.limits import DEFAULT_LIMITS
from inception_graph.ops.base import Join, Operation
from inception_graph.ops.documentation import described
from inception_graph.ops.normalisation import BatchNorm
from inception_graph.ops.registry import operations
from inception_graph.resources import specs
from inception_graph.spec.names import fault_of
from inception_graph.spec.reader import read_file, read_tree
from inception_graph.spec.schema import json_schema

BASE: dict[str, Any] = {
    "inception_graph": 1,
    "name": "base",
    "meta": {
        "title": "Base",
        "notes": ["one"],
        "accuracy": [{"top1": 70.1, "top5": 90, "source": "Table 1", "crops": 10}],
    },
    "allow": {"A717": "small images"},
    "input": {"channels": 3, "height": 64, "width": "$size"},
    "variables": {"classes": 10, "size": 64, "act": "relu"},
    "defaults": {"conv": {"activation": "relu", "norm": {"batch_norm": {"eps": 0.001}}}},
    "blocks": {
        "two": {
            "arguments": ["a", "b"],
            "nodes": {
                "concat": {
                    "left": {"conv": "$a", "kernel": 1},
                    "right": {
                        "reduce": {"conv": "$b", "kernel": ["$(a // a)", 3]},
                        "again": {"one": "$b"},
                    },
                    "same": None,
                }
            },
        },
        "one": {
            "description": "One.",
            "allow": {"A702": "a block"},
            "arguments": ["width"],
            "nodes": {"conv": "$width", "kernel": 3},
        },
        "none": {
            "nodes": {"act": {"activation": "$act"}, "bn": {"batch_norm": None, "scale": False}}
        },
    },
    "stem": {
        "conv1": {"conv": 8, "kernel": 3, "stride": 2, "init": {"normal": 0.01}, "allow": None},
        "again": {"two": {"a": 4, "b": "$(2 * 4)"}, "repeat": 2, "allow": {"A701": "a use"}},
        "single": {"one": 8, "from": "conv1", "allow": {"A701": "a use", "A702": "the same"}},
        "named": {"one": {"width": 8}},
        "nothing": {"none": None, "repeat": 2, "from": "single"},
        "joined": {"add": ["single", "named"], "activation": "relu"},
        "branches": {"add": {"use": {"one": 8}, "bare": {"first": {"one": 8}}}},
    },
    "head": {
        "pool": {"avg_pool": "global"},
        "dropout": {"dropout": 0.4},
        "classifier": {"linear": "$classes"},
    },
    "auxiliary": {
        "aux": {
            "from": "conv1",
            "loss_weight": 0.3,
            "nodes": {"flatten": {"flatten": None}, "out": {"linear": "$classes"}},
        }
    },
    "preprocess": {"resize": 72, "crop": 64, "mean": [0.5, 0.5, 0.5], "interpolation": "bicubic"},
    "training": {
        "source": "Section 6",
        "epochs": 90,
        "batch": 256,
        "optimizer": "rmsprop",
        "learning_rate": "$(size / 640)",
        "crop_area": [0.5, 1],
        "clip_norm": 2,
        "ema": None,
        "flip": False,
    },
    "checkpoints": {
        "torchvision": {
            "layout": "torch",
            "parts": {"norm": "bn"},
            "preprocess": {"crop": 32, "range": [-1, 1]},
            "released": {"V1": {"top1": 70.1, "top5": 90, "url": "https://example.org/v1.pth"}},
            "names": {"aux.{m..}": "none", "{m..}.{n}": "{m}.layer.{n}", "{m..}": "{m}"},
        },
        "slim": {
            "layout": "tensorflow",
            "scale": False,
            "background": True,
            "convolutions": ["classifier"],
            "names": {"{m..}": "Base/{m}"},
        },
    },
    "expect": {"output": [10]},
}

BROKEN: list[tuple[str, Any, str, str]] = [
    # where a value is put, the value, where the schema sees the fault, what it says
    ("stemm", {}, "", "stemm"),
    ("inception_graph", 2, "inception_graph", "1 was expected"),
    ("name", "not a name", "name", "does not match"),
    ("name", None, "name", "string"),
    ("meta/titel", "x", "meta", "titel"),
    ("meta/year", "x", "meta/year", "valid"),
    ("meta/notes", "x", "meta/notes", "array"),
    ("meta/accuracy", 70.1, "meta/accuracy", "array"),
    ("meta/accuracy/0/top3", 70.1, "meta/accuracy/0", "top3"),
    ("meta/accuracy/0/top1", 170, "meta/accuracy/0/top1", ""),
    ("input/depth", 3, "input", "depth"),
    ("input/height", 0, "input/height", "valid"),
    ("input/height", 2.5, "input/height", "valid"),
    ("input", 3, "input", "object"),
    ("variables/list", [1], "variables/list", "type"),
    ("variables/1st", 1, "variables", "does not match"),
    ("defaults/cnv", {}, "defaults", "cnv"),
    ("defaults/conv/kernal", 3, "defaults/conv", "kernal"),
    ("defaults/conv/kernel", "3", "defaults/conv/kernel", "valid"),
    ("defaults/conv/channels", 3, "defaults/conv", "channels"),
    ("defaults/conv/norm/batch_norm/epsilon", 1, "defaults/conv/norm/batch_norm", "epsilon"),
    ("blocks/conv", {"nodes": {"conv": 1}}, "blocks", "conv"),
    ("blocks/one/argument", ["x"], "blocks/one", "argument"),
    ("blocks/one/arguments", ["x", "x"], "blocks/one/arguments", "non-unique"),
    ("blocks/one/nodes", 3, "blocks/one/nodes", "type"),
    ("blocks/one/nodes/kernal", 3, "blocks/one/nodes", "kernal"),
    ("blocks/two/nodes/concat/left/kernal", 3, "blocks/two/nodes/concat/left", "kernal"),
    (
        "blocks/two/nodes/concat/right/reduce/kernal",
        3,
        "blocks/two/nodes/concat/right/reduce",
        "kernal",
    ),
    (
        "blocks/two/nodes/concat/right/reduce/groups",
        0,
        "blocks/two/nodes/concat/right/reduce/groups",
        "",
    ),
    ("blocks/two/nodes/concat/left/conv", "wide", "blocks/two/nodes/concat/left/conv", "valid"),
    ("stem/conv1", 64, "stem/conv1", "object"),
    ("stem/conv1/kernal", 3, "stem/conv1", "kernal"),
    ("stem/conv1/kernel", [1, 2, 3], "stem/conv1/kernel", ""),
    ("stem/conv1/padding", "sam", "stem/conv1/padding", ""),
    ("stem/conv1/padding", [1, 2, 3], "stem/conv1/padding", ""),
    ("stem/conv1/activation", "rleu", "stem/conv1/activation", ""),
    ("stem/conv1/bias", 1, "stem/conv1/bias", ""),
    ("stem/conv1/init", {"normal": 0}, "stem/conv1/init", ""),
    ("stem/conv1/norm", {"batch_norm": {"epsilon": 1}}, "stem/conv1/norm/batch_norm", "epsilon"),
    ("stem/conv1/norm", "batchnorm", "stem/conv1/norm", ""),
    ("stem/conv1/max_pool", 2, "stem/conv1", ""),
    ("stem/conv1/repeat", 2, "stem/conv1", "repeat"),
    ("allow", ["A701"], "allow", "type"),
    ("allow/A799", "no advice", "allow", "A799"),
    ("stem/conv1/allow", {"A701": 3}, "stem/conv1/allow/A701", "type"),
    ("blocks/one/allow/H402", "an error", "blocks/one/allow", "H402"),
    ("auxiliary/aux/allow", {"a712": "low"}, "auxiliary/aux/allow", "a712"),
    ("stem/1st", {"conv": 8}, "stem", "does not match"),
    ("stem/joined/activaton", "relu", "stem/joined", "activaton"),
    ("stem/joined/add", ["single"], "stem/joined/add", "short"),
    ("stem/joined/add", ["single", 2], "stem/joined/add/1", "string"),
    ("stem/branches/add/use", 3, "stem/branches/add/use", ""),
    ("head/pool/avg_pool", "globl", "head/pool/avg_pool", ""),
    ("head/dropout/dropout", 1.5, "head/dropout/dropout", ""),
    ("head/classifier/kernel", 3, "head/classifier", "kernel"),
    ("head/classifier/linear", None, "head/classifier/linear", ""),
    ("auxiliary/aux/loss", 1, "auxiliary/aux", "loss"),
    ("auxiliary/aux/loss_weight", -1, "auxiliary/aux/loss_weight", ""),
    ("auxiliary/aux/nodes/out/featurs", 1, "auxiliary/aux/nodes/out", "featurs"),
    ("preprocess/interpolation", "cubic", "preprocess/interpolation", ""),
    ("preprocess/std", [], "preprocess/std", ""),
    ("preprocess/colour", "rgb", "preprocess", "colour"),
    ("training/epoch", 90, "training", "epoch"),
    ("training/batch", 0, "training/batch", ""),
    ("training/optimizer", "lars", "training/optimizer", ""),
    ("training/learning_rate", 0, "training/learning_rate", ""),
    ("training/crop_area", [0.5], "training/crop_area", ""),
    ("training/ema", 1, "training/ema", ""),
    ("training/flip", 1, "training/flip", ""),
    ("checkpoints", [], "checkpoints", "type"),
    ("checkpoints/from slim", {"layout": "torch", "names": {}}, "checkpoints", "does not match"),
    ("checkpoints/slim", "imagenet", "checkpoints/slim", "object"),
    ("checkpoints/slim", {"names": {}}, "checkpoints/slim", "'layout' is a required"),
    ("checkpoints/slim/layout", "slim", "checkpoints/slim/layout", "not one of"),
    ("checkpoints/slim/scales", False, "checkpoints/slim", "scales"),
    ("checkpoints/slim/background", 1, "checkpoints/slim/background", "boolean"),
    ("checkpoints/slim/convolutions", "classifier", "checkpoints/slim/convolutions", "array"),
    ("checkpoints/slim/names/conv1", 3, "checkpoints/slim/names/conv1", "string"),
    ("checkpoints/slim/names", ["conv1"], "checkpoints/slim/names", "object"),
    ("checkpoints/slim/preprocess", {"cop": 1}, "checkpoints/slim/preprocess", "cop"),
    ("checkpoints/slim/released", {"a": {"top": 1}}, "checkpoints/slim/released/a", "top"),
    ("expect/flops", 1, "expect", "flops"),
    ("expect/macs", -1, "expect/macs", ""),
]
"""Found by the general schema and by the exact one."""

BROKEN_USES: list[tuple[str, Any, str, str]] = [
    ("stem/conv1", {"cnv": 8}, "stem/conv1", "cnv"),
    ("stem/conv1", {"kernel": 8}, "stem/conv1", ""),
    ("stem/again/two/c", 3, "stem/again/two", "'c' was unexpected"),
    ("stem/again/two", {"a": 3}, "stem/again/two", "'b' is a required"),
    ("stem/again/two", 3, "stem/again/two", "type"),
    ("stem/again/repaet", 3, "stem/again", "repaet"),
    ("stem/again/repeat", 0, "stem/again/repeat", ""),
    ("stem/again/allow", {"A799": "no advice"}, "stem/again/allow", "A799"),
    ("stem/nothing/none", {"x": 1}, "stem/nothing/none", "x"),
    ("stem/named/one/width", [3], "stem/named/one/width", "type"),
    ("stem/branches/add/use/one", {"wdth": 8}, "stem/branches/add/use/one", "wdth"),
    ("blocks/two/nodes/concat/right/again", {"on": 3}, "blocks/two/nodes/concat/right/again", "on"),
]
"""Found only where the blocks are known."""


def _changed(where: str, value: Any) -> dict[str, Any]:
    spec = copy.deepcopy(BASE)
    *above, last = where.split("/")
    target = spec
    for step in above:
        target = target[int(step) if step.isdigit() else step]
    target[last] = value
    return spec


def _exact() -> dict[str, Any]:
    program = compile_text(json.dumps(BASE)).program
    assert program is not None
    return json_schema(program.blocks)


GENERAL, EXACT = Draft7Validator(json_schema()), Draft7Validator(_exact())


def test_the_base_of_the_broken_ones_is_sound() -> None:
    report = compile_text(json.dumps(BASE)).report
    assert not [d.message for d in report.sorted() if d.code.severity == "error"]
    assert not list(GENERAL.iter_errors(BASE))
    assert not list(EXACT.iter_errors(BASE))


@pytest.mark.parametrize("name", list(specs()))
def test_every_shipped_spec_is_valid(name: str) -> None:
    source = read_file(specs()[name], Report(), DEFAULT_LIMITS)
    assert source is not None
    tree = read_tree(source, Report(), DEFAULT_LIMITS)
    program = compile_spec(name).program
    assert tree is not None
    assert program is not None
    for schema in (json_schema(), json_schema(program.blocks)):
        assert not list(Draft7Validator(schema).iter_errors(tree.plain()))


def _assert_blamed(validator: Draft7Validator, case: tuple[str, Any, str, str]) -> None:
    where, value, path, words = case
    errors = list(validator.iter_errors(_changed(where, value)))
    assert errors
    found = [("/".join(map(str, error.absolute_path)), error.message) for error in errors]
    assert any(at == path and words in message for at, message in found), found
    assert all(at == path or at.startswith(f"{path}/") for at, _ in found), found


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: f"{case[0]}={case[1]}")
@pytest.mark.parametrize("validator", [GENERAL, EXACT], ids=["general", "exact"])
def test_a_fault_is_blamed_where_it_is(
    validator: Draft7Validator, case: tuple[str, Any, str, str]
) -> None:
    _assert_blamed(validator, case)
    assert compile_text(json.dumps(_changed(case[0], case[1]))).report.failed


@pytest.mark.parametrize("case", BROKEN_USES, ids=lambda case: f"{case[0]}={case[1]}")
def test_a_faulty_use_is_blamed_where_the_blocks_are_known(case: tuple[str, Any, str, str]) -> None:
    _assert_blamed(EXACT, case)
    assert compile_text(json.dumps(_changed(case[0], case[1]))).report.failed


@pytest.mark.parametrize("missing", ["inception_graph", "name", "input"])
def test_what_every_spec_needs_is_required(missing: str) -> None:
    spec = {key: value for key, value in BASE.items() if key != missing}
    assert [missing in error.message for error in GENERAL.iter_errors(spec)] == [True]


def test_it_is_a_schema_of_draft_seven() -> None:
    Draft7Validator.check_schema(GENERAL.schema)
    Draft7Validator.check_schema(EXACT.schema)
    text = json.dumps(EXACT.schema)
    for newer in ("$defs", "unevaluatedProperties", "prefixItems", "dependentRequired"):
        assert newer not in text


def test_every_reference_leads_somewhere() -> None:
    def walk(value: Any, schema: dict[str, Any]) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                target: Any = schema
                for step in value["$ref"].removeprefix("#/").split("/"):
                    target = target[step]
            for inner in value.values():
                walk(inner, schema)
        elif isinstance(value, list):
            for inner in value:
                walk(inner, schema)

    for validator in (GENERAL, EXACT):
        walk(validator.schema, dict(validator.schema))


@pytest.mark.parametrize("kind", operations().values(), ids=lambda kind: kind.key)
def test_every_operation_and_field_is_explained(kind: type[Operation]) -> None:
    assert set(described(kind)) == set(kind.model_fields)
    shown = GENERAL.schema["definitions"][f"operation_{kind.key}"]
    assert shown["description"]
    assert shown["properties"][kind.key]["description"]
    options = GENERAL.schema["definitions"][f"options_{kind.key}"]["properties"]
    assert set(options) == set(kind.model_fields) - {kind.argument}
    for name, field in options.items():
        assert field["description"] == described(kind)[name]
        assert "default" in field or kind.model_fields[name].is_required()


@pytest.mark.parametrize("model", [Meta, Input, Preprocess, Training, Expect])
def test_every_field_of_the_header_is_explained(model: Any) -> None:
    assert set(described(model)) == set(model.model_fields)


@pytest.mark.parametrize("kind", operations().values(), ids=lambda kind: kind.key)
def test_the_examples_are_valid_nodes(kind: type[Operation]) -> None:
    for example in kind.examples:
        node = dict(example.node)
        if issubclass(kind, Join):
            node[kind.key] = ["a", "b"]
        spec = {"inception_graph": 1, "name": "x", "input": BASE["input"], "body": {"it": node}}
        assert not list(GENERAL.iter_errors(spec))


@pytest.mark.parametrize(
    "name", ["a", "a_1", "Z" * 64, "z" * 65, "1a", "_a", "a-b", "a b", "é", ""]
)
def test_names_are_those_that_the_compiler_takes(name: str) -> None:
    spec = {"inception_graph": 1, "name": name, "input": BASE["input"], "body": {}}
    assert GENERAL.is_valid(spec) == (fault_of(name) is None)


def test_a_class_without_source_has_no_descriptions() -> None:
    made = type("Made", (BatchNorm,), {"__module__": __name__})
    assert described(made) == described(BatchNorm)


def test_it_is_the_same_in_every_process() -> None:
    code = "import json; from inception_graph.spec.schema import json_schema; "
    code += "print(json.dumps(json_schema()), end='')"
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
        )
        assert done.stdout == json.dumps(GENERAL.schema)
