"""A user's own operation, from an installed package, is like one of ours."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from install import PACKAGE, ROOT, installed, record

from inception_graph.ops.registry import PluginError, operations

SPEC = """
inception_graph: 1
name: attentive
input: {channels: 3, height: 8, width: 8}
variables: {r: 2}
defaults: {squeeze_excite: {bias: true}}
body:
  conv: {conv: 8, kernel: 3, bias: false}
  weigh: {squeeze_excite: $r}
"""
FACTS = """
import json, sys
from inception_graph.analysis.costs import costs
from inception_graph.compiler import compile_text
from inception_graph.spec.schema import json_schema
from inception_graph.spec.writer import to_yaml

compilation = compile_text(sys.stdin.read())
report = [[d.code.name, str(d.place), d.message, d.hint] for d in compilation.report.sorted()]
facts = {"report": report, "schema": json_schema()}
if compilation.typed is not None:
    total = costs(compilation.typed)
    facts["shapes"] = compilation.typed.shapes
    facts["costs"] = [total.parameters, total.macs]
    facts["field"] = total.nodes[-1].receptive_field
    facts["written"] = to_yaml(compilation.program)
print(json.dumps(facts))
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return installed(tmp_path_factory.mktemp("site"))


def _facts(environment: dict[str, str], spec: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", FACTS], input=spec, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_it_is_not_known_where_it_is_not_installed() -> None:
    assert "squeeze_excite" not in operations()


def test_its_shape_and_costs_are_counted(environment: dict[str, str]) -> None:
    facts = _facts(environment, SPEC)
    assert facts["report"] == []
    assert facts["shapes"] == [[8, 8, 8], [8, 8, 8]]
    parameters, macs = facts["costs"]
    assert parameters == 8 * 3 * 9 + 2 * 8 * 4 + 4 + 8
    assert macs == 8 * 3 * 9 * 64 + 2 * 8 * 4
    assert facts["field"] == [17, 17]
    assert "  weigh: {squeeze_excite: $r}\n" in facts["written"]


@pytest.mark.parametrize(
    ("old", "new", "code", "message", "hint"),
    [
        (
            "$r}",
            "2, bais: false}",
            "UNKNOWN_KEY",
            "squeeze_excite has no 'bais'",
            "did you mean 'bias'?",
        ),
        (
            "squeeze_excite: $r",
            "squeeze_exite: 2",
            "UNKNOWN_OPERATION",
            "squeeze_exite",
            "'squeeze_excite'?",
        ),
        ("$r}", "0}", "OUT_OF_RANGE", "must be at least 1, not 0", None),
        ("r: 2", "r: 3", "OPERATION_SHAPE", "8 channels cannot be reduced 3 times", None),
    ],
)
def test_its_faults_are_diagnosed(
    environment: dict[str, str], old: str, new: str, code: str, message: str, hint: str | None
) -> None:
    report = _facts(environment, SPEC.replace(old, new))["report"]
    found = [entry for entry in report if entry[0] == code]
    assert len(found) == 1, report
    assert message in found[0][2]
    assert hint is None or hint in found[0][3]


def test_editors_know_it(environment: dict[str, str]) -> None:
    from jsonschema import Draft7Validator

    schema = _facts(environment, SPEC)["schema"]
    node = schema["definitions"]["operation_squeeze_excite"]
    assert "Hu et al." in node["description"]
    options = schema["definitions"]["options_squeeze_excite"]["properties"]
    assert options["bias"]["description"] == "Whether both convolutions add a bias."
    spec: dict[str, Any] = {
        "inception_graph": 1,
        "name": "x",
        "input": {"channels": 3, "height": 8, "width": 8},
        "body": {"weigh": {"squeeze_excite": 2, "bias": False}},
    }
    validator = Draft7Validator(schema)
    assert validator.is_valid(spec)
    spec["body"]["weigh"]["bais"] = True
    assert [list(error.path) for error in validator.iter_errors(spec)] == [["body", "weigh"]]


def test_the_contract_of_operations_is_tested_of_it_too(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    chosen = ["-k", "squeeze_excite or helpers", str(ROOT / "tests/ops/test_contract.py")]
    done = subprocess.run(
        [*command, *chosen], env=environment, cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
    assert "passed" in done.stdout


BROKEN = {
    "raises": ("import nothing_of_this_name", "No module named 'nothing_of_this_name'"),
    "lacks": ("", "cannot be loaded: .* has no attribute 'Plugin'"),
    "no_class": ("Plugin = 3", "is not a class derived from Operation"),
    "no_operation": ("class Plugin: ...", "is not a class derived from Operation"),
    "taken": (
        "from inception_graph.ops.convolution import Conv\nclass Plugin(Conv): ...",
        "the operation 'conv' of .* exists already",
    ),
    "half": (
        "from inception_graph.ops.base import Operation\nclass Plugin(Operation):\n    key = 'half'",
        "does not state its family, examples, label, module, shape",
    ),
}


@pytest.mark.parametrize("name", list(BROKEN))
def test_a_broken_package_is_named(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, message = BROKEN[name]
    (tmp_path / f"broken_{name}.py").write_text(source)
    record(tmp_path, f"broken-{name}", {name: f"broken_{name}:Plugin"})
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(PluginError, match=message) as caught:
        operations.__wrapped__()
    assert f"broken_{name}:Plugin" in str(caught.value)


def test_two_packages_cannot_announce_one_operation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        record(tmp_path / name, f"se-{name}", {"squeeze_excite": "squeeze_excite:SqueezeExcite"})
        monkeypatch.syspath_prepend(tmp_path / name)
    monkeypatch.syspath_prepend(PACKAGE)
    with pytest.raises(PluginError, match=r"'squeeze_excite' .* exists already"):
        operations.__wrapped__()


def test_it_is_drawn_emitted_and_run(environment: dict[str, str], tmp_path: Path) -> None:
    """The main job, from a command line in whose environment the package is installed."""
    (tmp_path / "attentive.yaml").write_text(SPEC, encoding="utf-8")
    command = [sys.executable, "-c", "from inception_graph.cli import main; main()"]
    build = [*command, "build", "attentive.yaml", "-o", "out"]
    done = subprocess.run(build, env=environment, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "all agree" in done.stdout
    assert 'id="weigh"' in (tmp_path / "out" / "diagram.svg").read_text(encoding="utf-8")
    source = (tmp_path / "out" / "model.py").read_text(encoding="utf-8")
    assert "squeeze_excite" not in source.replace("self.weigh", ""), "the file needs torch only"
    alone = [sys.executable, "-I", str(tmp_path / "out" / "model.py")]
    assert subprocess.run(alone, capture_output=True, check=True, text=True).stdout
    for form in ("check", "format"):
        ruff = [sys.executable, "-m", "ruff", form, "--config", str(ROOT / "pyproject.toml")]
        options = ["--check"] if form == "format" else []
        checked = [*ruff, *options, str(tmp_path / "out" / "model.py")]
        assert subprocess.run(checked, check=False).returncode == 0
