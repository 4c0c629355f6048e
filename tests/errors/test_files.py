"""Files that cannot be written down as a golden case, and files that mean harm."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from inception_graph.compiler import compile_spec, compile_text
from inception_graph.diagnostics.codes import Code
from inception_graph.diagnostics.render import render
from inception_graph.limits import DEFAULT_LIMITS

HEAD = "inception_graph: 1\nname: example\ninput: {channels: 3, height: 32, width: 32}\n"
VALID = HEAD + "body:\n  conv1: {conv: 8}\n"


def answer(path: Path, **bounds: int) -> str:
    report = compile_spec(path, limits=DEFAULT_LIMITS.raised(**bounds)).report
    return render([report], "concise").removeprefix(str(path))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ":1:1: error[S108] there is no spec in this file\n"),
        (b"\xef\xbb\xbf", ":1:1: error[S108] there is no spec in this file\n"),
        (b"\x7fELF\x02\x01\x01\0\0", ":1:1: error[S101] this is a binary file\n"),
        (VALID.encode("utf-16"), ":1:1: error[S101] the file is UTF-16\n"),
        (VALID.encode("utf-16-le"), ":1:1: error[S101] this is a binary file\n"),
        ("# Größe\n".encode("latin-1"), ":1:5: error[S101] byte 0xf6 is not UTF-8\n"),
        (b"a" * 1001, ":1:1: error[S107] the file is larger than 1,000 bytes\n"),
    ],
    ids=["empty", "byte order mark", "binary", "utf-16", "utf-16 unmarked", "latin-1", "oversized"],
)
def test_content(content: bytes, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_bytes(content)
    assert answer(path, bytes=1000) == expected


def test_directory(tmp_path: Path) -> None:
    assert answer(tmp_path) == ":1:1: error[S101] this is a directory\n"


def test_missing_file(tmp_path: Path) -> None:
    assert "error[S101] there is no network and no file" in answer(tmp_path / "spec.yaml")


@pytest.mark.parametrize("text", [VALID, VALID.replace("\n", "\r\n"), "\ufeff" + VALID])
def test_line_ends_and_byte_order_marks_move_nothing(text: str) -> None:
    (found,) = compile_text(text.replace("conv: 8", "convv: 8")).report.found
    assert found.place.position == (5, 11)
    assert found.place.source.text[found.place.start : found.place.end] == "convv"


def laughs() -> str:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    return "\n".join(lines)


def nested_blocks(count: int, *, inner_first: bool) -> str:
    blocks = [f"  b{n}: {{nodes: {{b{n + 1}: }}}}\n" for n in range(count)]
    blocks.append(f"  b{count}: {{nodes: {{conv: 8}}}}\n")
    return (
        HEAD
        + "blocks:\n"
        + "".join(reversed(blocks) if inner_first else blocks)
        + "body:\n  a: {b0: }\n"
    )


def nested_joins() -> str:
    """Blocks of joins within joins: each shallow enough, all of them together not."""
    join = "{b%d: }"
    for _ in range(20):
        join = "{add: {x: " + join + ", y: {}}}"
    blocks = "".join(f"  b{n}: {{nodes: {join % (n + 1)}}}\n" for n in range(40))
    return HEAD + "blocks:\n" + blocks + "  b40: {nodes: {conv: 8}}\nbody:\n  a: {b0: }\n"


def nodes(line: str, count: int) -> str:
    return HEAD + "body:\n" + "".join(f"  n{n}: {line.format(n=n)}\n" for n in range(count))


REPEATS = """blocks:
  unit: {nodes: {conv: 8}}
  units: {nodes: {unit: , repeat: 1000000}}
  all: {nodes: {units: , repeat: 1000000}}
body:
  a: {all: , repeat: 1000000}
"""
UNEVEN = "body:\n  c: {conv: 8, kernel: 1000000000}\n  d: {conv: 8}\n  s: {concat: [c, d, e]}\n"

HOSTILE = {
    "billion laughs": (laughs(), Code.FILE_LIMIT),
    "brackets": ("[" * 100_000, Code.FILE_LIMIT),
    "braces in a node": (VALID + "  x: " + "{a: " * 100_000, Code.FILE_LIMIT),
    "repeats": (HEAD + REPEATS, Code.TOO_MANY_NODES),
    "blocks in blocks": (nested_blocks(3000, inner_first=False), Code.TOO_MANY_NODES),
    "blocks in blocks, inner first": (nested_blocks(3000, inner_first=True), Code.TOO_MANY_NODES),
    "joins in blocks": (nested_joins(), Code.TOO_MANY_NODES),
    "long scalar": (VALID + "  x: " + "y" * 990_000, Code.WRONG_TYPE),
    "long key": (VALID + "  " + "y" * 1000 + ": {conv: 8}", Code.BAD_NAME),
    "long line": (VALID + "  x: {conv: 8, strid: 1}  # " + "y" * 990_000, Code.UNKNOWN_KEY),
    "many digits": (VALID + "  x: {conv: " + "9" * 900_000 + "}", Code.SCALAR),
    "many names in an expression": (
        VALID + "  x: {conv: $(" + "a+" * 400_000 + "1)}",
        Code.BAD_EXPRESSION,
    ),
    "large window": (HEAD + UNEVEN, Code.UNKNOWN_NODE),
    "large windows": (
        HEAD
        + "body:\n  s: {concat: {a: {conv: 8, kernel: 1000000001, padding: 0}, b: {conv: 8}}}\n",
        Code.WINDOW_TOO_LARGE,
    ),
    "misspelt keys": (nodes("{{conv: 8, kernal: 3}}", 20_000), Code.UNKNOWN_KEY),
    "misspelt operations": (nodes("{{convv: 8}}", 20_000), Code.UNKNOWN_OPERATION),
    "wrong types": (nodes("{{conv: x{n}}}", 20_000), Code.WRONG_TYPE),
    "bad names": (nodes("{{conv: 8}}", 9_000).replace("  n", "  -"), Code.BAD_NAME),
    "unknown nodes": (nodes("{{from: m{n}, conv: 8}}", 9_000), Code.UNKNOWN_NODE),
    "cycles": (nodes("{{from: n{n}, conv: 8}}", 9_000), Code.CYCLE),
    "one long cycle": (
        nodes("{{conv: 8}}", 9_000).replace("n0: {", "n0: {from: n8999, "),
        Code.CYCLE,
    ),
    "vectors and maps": (
        HEAD
        + "body:\n  x: {concat: {"
        + ", ".join(f"b{n}: {{linear: 8}}" for n in range(9_000))
        + "}}\n",
        Code.WRONG_RANK,
    ),
    "windows too large": (
        HEAD
        + "body:\n"
        + "".join(
            f"  c{n}: {{conv: 8}}\n  p{n}: {{from: c{n}, max_pool: 99}}\n" for n in range(900)
        )
        .replace("{conv: 8}\n", "{from: C, conv: 8}\n")
        .replace("from: C, ", "", 1)
        .replace("from: C, ", "from: c0, "),
        Code.WINDOW_TOO_LARGE,
    ),
    "many branches": (
        HEAD
        + "body:\n  x: {concat: {"
        + ", ".join(f"b{n}: {{max_pool: {n % 9 + 1}}}" for n in range(4_000))
        + "}}\n",
        Code.CONCAT_SHAPES,
    ),
}

CHILD = """
import json, sys
from inception_graph.compiler import compile_text
from inception_graph.diagnostics.render import FORMATS, render
report = compile_text(sys.stdin.read()).report
sizes = [len(render([report], format)) for format in FORMATS]
status = open("/proc/self/status").read() if sys.platform == "linux" else "VmHWM: 0 kB"
peak = int(status.partition("VmHWM:")[2].split()[0])
print(json.dumps([sorted({found.code.value for found in report.found}), len(report.found), max(sizes), peak]))
"""


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(name: str) -> None:
    """Answered with a diagnostic, in little memory; an ordinary machine needs far less than the time given."""
    text, code = HOSTILE[name]
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        input=text,
        capture_output=True,
        encoding="utf-8",
        timeout=20,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    codes, count, size, peak = json.loads(done.stdout)
    assert code.value in codes
    assert count <= 200
    assert size < 2_000_000
    assert peak < 300_000
