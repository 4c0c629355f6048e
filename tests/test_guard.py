"""Files that are in the way, and files that are half written."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import inception_graph as ig
from inception_graph.files import MAKER, FileConflictError, guard, write_atomically
from inception_graph.limits import DEFAULT_LIMITS


@pytest.mark.parametrize(
    ("content", "ours"),
    [
        (b"", True),  # as mktemp leaves it
        (b"x", False),
        (f"# {MAKER}\n".encode(), True),
        (f"# {MAKER.upper()}\n".encode() + b"x" * 100_000, True),
        (b"x" * 100_000 + MAKER.encode() + b"\n", True),
        (b"x" * 50_000 + MAKER.encode() + b"x" * 50_000, False),
        ("made by me, with inception-graph".encode("utf-16"), False),
    ],
    ids=["empty", "foreign", "head", "head of a large one", "tail", "middle", "utf-16"],
)
def test_what_is_ours_says_so_at_an_end(content: bytes, ours: bool, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    guard(path, force=True)
    if ours:
        guard(path, force=False)
    else:
        with pytest.raises(FileConflictError, match="--force"):
            guard(path, force=False)
    assert path.read_bytes() == content


def test_force_makes_no_folder_and_replaces_none(tmp_path: Path) -> None:
    with pytest.raises(FileConflictError, match="no folder"):
        guard(tmp_path / "missing" / "file", force=True)
    with pytest.raises(FileConflictError, match="is a folder"):
        guard(tmp_path, force=True)


@pytest.mark.parametrize("step", ["write_bytes", "replace"])
def test_a_write_that_breaks_off_leaves_what_was_there(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "file"
    target.write_text("old", encoding="utf-8")

    def full(*arguments: Any, **options: Any) -> Any:
        del arguments, options
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, step, full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(target, "new")
    assert target.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_reader_keeps_the_file_that_it_has_open(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_text("old", encoding="utf-8")
    with target.open(encoding="utf-8") as reader:
        write_atomically(target, "new and longer")
        assert reader.read() == "old"
    assert target.read_text(encoding="utf-8") == "new and longer"


def test_a_file_goes_before_a_shipped_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = "inception_graph: 1\nname: own\ninput: {channels: 1, height: 2, width: 2}\n"
    (tmp_path / "googlenet").write_text(f"{text}body: {{a: {{conv: 1}}}}\n", encoding="utf-8")
    assert ig.load("googlenet").name == "own"
    assert ig.load("inception_v3").name == "inception_v3"


def test_limits_hold_up_to_their_number_and_not_beyond() -> None:
    text = (
        "inception_graph: 1\nname: big\ninput: {channels: 3, height: 4, width: 5}\n"
        "body: {a: {conv: 7}, b: {conv: 6}, c: {conv: 5}}\n"
    )
    for name, needed in {
        "nodes": 3,
        "channels": 7,
        "elements": 7 * 4 * 5,
        "bytes": len(text),
    }.items():
        assert ig.load(text, limits=DEFAULT_LIMITS.raised(**{name: needed})).parameters == 111
        with pytest.raises(ig.SpecError):
            ig.load(text, limits=DEFAULT_LIMITS.raised(**{name: needed - 1}))
    DEFAULT_LIMITS.raised(depth=150)
    for bad in ({"depth": 151}, {"nodes": 0}, {"bytes": -1}):
        with pytest.raises(ValueError, match=f"'{next(iter(bad))}' must be at least 1"):
            DEFAULT_LIMITS.raised(**bad)


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(pipe.read_text)
        guard(pipe, force=False)
        write_atomically(pipe, "text")
        assert reading.result(timeout=10) == "text"
    assert pipe.is_fifo()
