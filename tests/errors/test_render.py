"""The forms that a report takes, for people and for programs."""

# ruff: noqa: E501 - a spec or a schema on one line is read more easily

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from pathlib import PurePosixPath
from urllib.parse import unquote

import jsonschema
import pytest

from inception_graph.compiler import compile_text
from inception_graph.diagnostics.codes import Code
from inception_graph.diagnostics.errors import SpecError
from inception_graph.diagnostics.render import FORMATS, Format, render
from inception_graph.diagnostics.report import MOST_SHOWN, Report
from inception_graph.diagnostics.source import Place, Source
from inception_graph.diagnostics.terminal import cells, visible, width

HEAD = "inception_graph: 1\nname: example\ninput: {channels: 3, height: 32, width: 32}\nbody:\n"
BAD = HEAD + "  conv1: {conv: 8, kernal: 3}\n  conv2: {conv: 8, strid: 1}\n"
MANY = HEAD + "".join(f"  conv{n}: {{conv: 8, kernal: 3}}\n" for n in range(MOST_SHOWN + 5))


def report_of(text: str, name: str = "net.yaml") -> Report:
    return compile_text(text, name=name).report


def one(
    message: str, *, name: str = "net.yaml", line: str = "a: b", start: int = 0, end: int = 1
) -> Report:
    report = Report()
    report.add(Code.UNKNOWN_KEY, message, Place(Source(name, line), start, end))
    return report


def test_several_files() -> None:
    reports = [
        report_of(BAD, "a.yaml"),
        report_of(HEAD + "  conv1: {conv: 8}\n", "b.yaml"),
        report_of(BAD, "c.yaml"),
    ]
    assert render(reports).endswith("\n\n4 errors in 3 files\n")
    assert [line.partition(":")[0] for line in render(reports, "concise").splitlines()] == [
        "a.yaml"
    ] * 2 + ["c.yaml"] * 2
    assert json.loads(render(reports, "json"))["summary"] == {
        "files": 3,
        "errors": 4,
        "warnings": 0,
        "advice": 0,
        "not_shown": 0,
    }


def test_nothing_wrong() -> None:
    clean = [Report(), Report()]
    assert render(clean) == "no problems in 2 files\n"
    assert render(clean, "concise") == render(clean, "github") == ""
    assert json.loads(render(clean, "json"))["diagnostics"] == []
    assert json.loads(render(clean, "sarif"))["runs"][0]["results"] == []


def test_more_than_is_shown_is_counted() -> None:
    reports = [report_of(MANY)]
    assert render(reports).endswith("\n100 errors in 1 file; 5 more not shown\n")
    assert render(reports, "concise").splitlines()[-1] == "net.yaml: 5 more problems are not shown"
    assert (
        render(reports, "github").splitlines()[-1]
        == "::error file=net.yaml::5 more problems are not shown"
    )
    assert json.loads(render(reports, "json"))["summary"]["not_shown"] == 5
    (note,) = json.loads(render(reports, "sarif"))["runs"][0]["invocations"][0][
        "toolExecutionNotifications"
    ]
    assert note["message"]["text"] == "5 more problems are not shown"


def test_an_error_behind_many_warnings_is_kept() -> None:
    report = Report()
    source = Source("net.yaml", "x" * 1000)
    for offset in range(MOST_SHOWN + 1):
        report.add(Code.UNUSED_BLOCK, "unused", Place(source, offset, offset + 1))
    assert not report.failed
    report.add(Code.CYCLE, "a cycle", Place(source, 900, 901))
    assert report.failed
    assert report.found[-1].code is Code.CYCLE


def test_concise() -> None:
    assert (
        render([report_of(BAD)], "concise").splitlines()[0]
        == "net.yaml:5:20: error[S201] conv has no 'kernal'"
    )


def test_github_escapes_what_would_end_a_property() -> None:
    told = render([one("50%\nof: it, all", name="a,b:c%.yaml")], "github")
    assert told == (
        "::error file=a%2Cb%3Ac%25.yaml,line=1,col=1,endLine=1,endColumn=1,"
        "title=S201%3A a key is unknown::50%25\\nof: it, all\n"
    )


def test_json_gives_both_ends() -> None:
    document = json.loads(render([report_of(BAD)], "json"))
    assert document["version"] == 1
    assert document["diagnostics"][0] == {
        "code": "S201", "severity": "error", "title": "a key is unknown", "message": "conv has no 'kernal'",
        "file": "net.yaml", "start": {"line": 5, "column": 20}, "end": {"line": 5, "column": 26},
        "related": [], "help": "did you mean 'kernel'?",
    }  # fmt: skip


# What a consumer relies on, of the schema of SARIF 2.1.0 (OASIS).
REGION = {"type": "object", "additionalProperties": False, "properties": {
    key: {"type": "integer", "minimum": 1} for key in ("startLine", "startColumn", "endLine", "endColumn")}}  # fmt: skip
LOCATION = {"type": "object", "required": ["physicalLocation"], "properties": {
    "id": {"type": "integer", "minimum": 0},
    "message": {"$ref": "#/$defs/message"},
    "physicalLocation": {"type": "object", "additionalProperties": False, "properties": {
        "artifactLocation": {"type": "object", "properties": {"uri": {"type": "string", "format": "uri-reference"}}},
        "region": REGION}}}, "additionalProperties": False}  # fmt: skip
SARIF = {
    "$defs": {"message": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}, "additionalProperties": False}},
    "type": "object", "required": ["version", "runs"], "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string"}, "version": {"const": "2.1.0"},
        "runs": {"type": "array", "items": {
            "type": "object", "required": ["tool"], "additionalProperties": False, "properties": {
                "tool": {"type": "object", "properties": {"driver": {"type": "object", "required": ["name"], "properties": {
                    "rules": {"type": "array", "uniqueItems": True, "items": {"type": "object", "required": ["id"]}}}}}},
                "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                "invocations": {"items": {"type": "object", "required": ["executionSuccessful"]}},
                "results": {"type": "array", "items": {
                    "type": "object", "required": ["message"], "additionalProperties": False, "properties": {
                        "ruleId": {"type": "string"}, "ruleIndex": {"type": "integer"},
                        "level": {"enum": ["none", "note", "warning", "error"]},
                        "message": {"$ref": "#/$defs/message"},
                        "locations": {"items": LOCATION}, "relatedLocations": {"items": LOCATION}}}}}}},
    },
}  # fmt: skip


def test_sarif() -> None:
    text = (
        HEAD + "  a: {conv: 8}\n  b: {conv: 16}\n  sum: {add: [a, b]}\n  c: {conv: 8, kernal: 3}\n"
    )
    document = json.loads(
        render([report_of(text, "dir/my net.yaml"), report_of(BAD, "/abs/b.yaml")], "sarif")
    )
    jsonschema.validate(document, SARIF)
    (run,) = document["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert rules[result["ruleIndex"]]["help"]["markdown"] == Code(result["ruleId"]).page
    uris = [
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in run["results"]
    ]
    assert PurePosixPath(unquote(uris[0])) == PurePosixPath("dir/my net.yaml")
    assert uris[-1] == "file:///abs/b.yaml"


@pytest.mark.parametrize("form", FORMATS)
def test_no_control_character_reaches_the_terminal(form: Format) -> None:
    report = one(
        "\x1b[31m\u202e\x00", name="a\x1b[0m.yaml", line="\x1b]0;title\x07 \u2028 \x9b31m", end=3
    )
    told = render([report], form)
    assert all(character == "\n" or visible(character) == character for character in told)


def test_colour_is_asked_for() -> None:
    assert "\x1b[1;31merror[S201]\x1b[0m" in render([report_of(BAD)], colour=True)
    assert "\x1b" not in render([report_of(BAD)])


@pytest.mark.parametrize(
    ("line", "at", "expected"),
    [
        ("ab: c", "c", "    ^"),
        ("漢字: c", "c", "      ^"),
        ("e\u0301e\u0301: c", "c", "    ^"),
        ("a\tb: c", "c", "       ^"),
        ("\tc", "\t", "^^^^"),
        ("\x1b[1m c", "c", "        ^"),
        ("漢字", "字", "  ^^"),
    ],
)
def test_marks_stand_under_what_is_meant(line: str, at: str, expected: str) -> None:
    start = line.index(at)
    told = render([one("here", line=line, start=start, end=start + 1)]).splitlines()
    assert told[4] == f"  | {expected}"
    assert width("".join(cells(line)[:start])) == len(expected) - expected.count("^")


def test_a_long_line_is_cut_around_what_is_meant() -> None:
    line = "x" * 5000 + "HERE" + "y" * 5000
    shown, marks = render([one("here", line=line, start=5000, end=5004)]).splitlines()[3:5]
    assert len(shown) < 120
    assert shown.startswith("1 | ...x")
    assert shown.endswith("y...")
    assert shown[marks.index("^") :].startswith("HERE")
    assert marks.count("^") == 4


def test_a_span_of_many_lines_is_marked_on_its_first() -> None:
    told = render([one("here", line="abc:\n  def: 1\n", start=0, end=14)]).splitlines()
    assert told[4] == "  | ^^^^"


def test_spec_error() -> None:
    report = report_of(BAD)
    error = SpecError(report)
    assert str(error) == render([report])
    assert error.diagnostics == report.sorted()
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_a_format_is_imported_when_asked_for() -> None:
    check = "import sys, inception_graph.diagnostics.errors; print([name for name in sys.modules if '.formats' in name])"
    done = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout.strip() == "[]"
