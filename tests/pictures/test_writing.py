"""Writing a file whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from inception_graph.files import write_atomically


def test_texts_and_bytes_are_written_as_they_are(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a", "×\r\n")
    write_atomically(str(tmp_path / "b"), b"\x00\xff")
    assert (tmp_path / "a").read_bytes() == b"\xc3\x97\r\n"
    assert (tmp_path / "b").read_bytes() == b"\x00\xff"
    assert len(list(tmp_path.iterdir())) == 2


def test_permissions_are_those_of_an_ordinary_file(tmp_path: Path) -> None:
    (tmp_path / "ordinary").touch()
    write_atomically(tmp_path / "new", "")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "ordinary").stat().st_mode
    (tmp_path / "kept").touch()
    (tmp_path / "kept").chmod(0o600)
    write_atomically(tmp_path / "kept", "x")
    assert (tmp_path / "kept").stat().st_mode & 0o777 == 0o600


def test_a_link_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    write_atomically(tmp_path / "link", "x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "x"


def test_a_failure_leaves_nothing_new(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(OSError, match="folder"):
        write_atomically(folder, "x")
    assert list(tmp_path.iterdir()) == [folder]
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "missing" / "file", "x")
