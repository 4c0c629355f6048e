"""Files, folders and patterns become lists of pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

from inception_graph.images.finding import find_images

FILES = [
    "b.jpg",
    "a.png",
    "notes.txt",
    "deep/c.JPEG",
    "deep/deeper/d.webp",
    "empty/.keep",
    "[1].gif",
]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["b.jpg"], ["b.jpg"]),
        (["b.jpg", "a.png", "b.jpg"], ["b.jpg", "a.png", "b.jpg"]),
        (["notes.txt", "absent.jpg"], ["notes.txt", "absent.jpg"]),  # reading them will tell
        (["deep"], ["deep/c.JPEG", "deep/deeper/d.webp"]),
        (["."], ["[1].gif", "a.png", "b.jpg", "deep/c.JPEG", "deep/deeper/d.webp"]),
        (["a.*", "deep/*"], ["a.png", "deep/c.JPEG", "deep/deeper/d.webp"]),
        (["**/*.webp"], ["deep/deeper/d.webp"]),
        (["[1].gif"], ["[1].gif"]),  # a name before a pattern
        (["empty", "x*"], ["there is no picture in the folder 'empty'", "no file matches 'x*'"]),
    ],
)
def test_arguments(
    arguments: list[str], expected: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in FILES:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    Path("folder.png").mkdir()  # a suffix makes no picture
    assert [str(found) for found in find_images(arguments)] == expected


def test_patterns_may_be_absolute(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    assert find_images([f"{tmp_path}/*.png"]) == [tmp_path / "a.png"]
