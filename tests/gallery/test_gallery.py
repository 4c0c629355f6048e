"""The family on one sheet and in one folder."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from functools import cache
from typing import TYPE_CHECKING

import pytest

import inception_graph as ig
from inception_graph.backends.figures.poster import HIGH, WIDE, Entry, by_lineage, poster
from inception_graph.backends.figures.scene import Words
from inception_graph.backends.figures.writing import svg_text
from inception_graph.backends.pictures.words import width
from inception_graph.cli import group

if TYPE_CHECKING:
    from pathlib import Path

TINY = """\
inception_graph: 1
name: {name}
meta: {{title: "{title}", year: {year}}}
input: {{channels: 3, height: 32, width: 32}}
stem: {{conv1: {{conv: 8, kernel: 3, stride: 2}}}}
"""


@cache
def family() -> tuple[Entry, ...]:
    networks = (ig.load(name) for name in ig.list_models())
    return by_lineage([Entry(made.typed, made.compilation.parent) for made in networks])


def test_lineage() -> None:
    """Years rise from root to root and from variant to variant, and a variant stands behind what it varies."""
    names = [entry.name for entry in family()]
    assert sorted(names) == ig.list_models()
    roots = [entry for entry in family() if entry.parent is None]
    years = [entry.typed.program.meta.year or 0 for entry in roots]
    assert years == sorted(years)
    for entry in family():
        assert entry.parent is None or names.index(entry.parent) < names.index(entry.name)
    assert names[:2] == ["googlenet", "googlenet_naive"]


def test_a_variant_of_what_is_not_shown_stands_by_its_year() -> None:
    chosen = [entry for entry in family() if entry.name in ("inception_v3_torchvision", "xception")]
    assert [entry.name for entry in by_lineage(chosen)] == ["xception", "inception_v3_torchvision"]


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_the_poster_can_be_read_on_a3(theme: str) -> None:
    scene = poster(family(), theme=theme, title="The family")  # type: ignore[arg-type]
    assert (scene.width, scene.height) == (WIDE, HIGH)
    said = [part for part in scene.parts if isinstance(part, Words)]
    assert min(words.size for words in said) >= 5
    for words in said:
        start = words.x if words.anchor == "start" else words.x - width(words.text, words.size) / 2
        assert 0 <= start < WIDE, words
        assert start + width(words.text, words.size) <= WIDE, words
        assert 0 < words.y < HIGH, words
    texts = {words.text for words in said}
    assert {"inception_v4", "42.7 M parameters", "12.3 G MACs", "1/32", "inception_b ×7"} <= texts
    assert svg_text(scene) == svg_text(poster(family(), theme=theme, title="The family"))  # type: ignore[arg-type]


def test_blocks_keep_their_wiring() -> None:
    """Of googlenet's nine modules one is drawn for each size of map: 7 cells, their kernels in branches."""
    (googlenet,) = (entry for entry in family() if entry.name == "googlenet")
    texts = [part.text for part in poster([googlenet]).parts if isinstance(part, Words)]
    assert texts.count("inception ×2") == 2
    assert texts.count("inception ×5") == 1
    assert texts.count("5×5") == 3
    assert texts.count("1×1") == 3 * 4
    assert [text for text in texts if text.startswith("aux")] == ["aux1", "aux2"]


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two networks of one's own; every link of the page leads somewhere, and the folder is made anew the same."""
    specs = [tmp_path / "one.yaml", tmp_path / "two.yaml"]
    specs[0].write_text(TINY.format(name="one", title="<b>One</b> & only", year=2020))
    specs[1].write_text(TINY.format(name="two", title="Two", year=2010))
    folder = tmp_path / "gallery"
    command = ["gallery", *map(str, specs), "-o", str(folder), "--title", "Mine <i>"]
    group.main(command, standalone_mode=False)
    assert "open" in capsys.readouterr().err
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert "<b>One</b>" not in page
    assert "&lt;b&gt;One&lt;/b&gt; &amp; only" in page
    assert "<h1>Mine &lt;i&gt;</h1>" in page
    assert page.index('id="two"') < page.index('id="one"')
    targets = dict.fromkeys(re.findall(r'(?:href|src)="([^"]+)"', page))
    assert {
        "poster.svg",
        "poster.pdf",
        "one.svg",
        "one-costs.svg",
        "one-fields.svg",
        "one.html",
    } <= targets.keys()
    assert set(targets) == {path.name for path in folder.iterdir()} - {"index.html"}
    for path in folder.glob("*.svg"):
        ET.parse(path)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    group.main(command, standalone_mode=False)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_what_is_refused(tmp_path: Path) -> None:
    from click import UsageError

    from inception_graph.files import FileConflictError

    spec, folder = tmp_path / "one.yaml", tmp_path / "gallery"
    spec.write_text(TINY.format(name="one", title="One", year=2020))
    folder.mkdir()
    (folder / "one.svg").write_text("mine")
    with pytest.raises(
        FileConflictError, match=r"one\.svg' exists and was not made by inception-graph"
    ):
        group.main(["gallery", str(spec), "-o", str(folder)], standalone_mode=False)
    assert [path.name for path in folder.iterdir()] == ["one.svg"]
    with pytest.raises(UsageError, match="two of these networks have one name"):
        group.main(["gallery", str(spec), str(spec), "-o", str(folder)], standalone_mode=False)
