"""Texts in pictures, the formats that they are written in, and the ways to Graphviz."""

from __future__ import annotations

import html
import re
import shutil
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import pytest
from test_pictures import HERE, SMALL, SVG, chain, fonts_in, typed, typed_text

from inception_graph.backends import pictures
from inception_graph.backends.pictures import PictureError, View, engine, fonts

HOSTILE = [
    '"quoted"',
    "back\\slash \\N \\G \\",
    "<b>bold</b>",
    "<<TABLE><TR><TD>x</TD></TR></TABLE>>",
    "]]> & &lt;b&gt; &#60; &amp;",
    "</title><script>alert(1)</script>",
    "two\nlines\tand\x00\x1b[31m more",
    "שלום \u202egnihton\u202c 漢字 🐱‍💻 \u200f",
    "\ud800 lone",
    'a"];evil [label="x',
]


@pytest.mark.parametrize("title", HOSTILE)
def test_titles_come_out_as_text(title: str) -> None:
    network = typed_text(chain(2))
    svg = pictures.svg(network, title=title)
    root = ElementTree.fromstring(svg)
    expected = root.findtext(f"{SVG}title")
    assert expected is not None
    assert expected in [text.text for text in root.iter(f"{SVG}text")]
    assert (
        expected.split()
        == "".join(c if c.isprintable() or c in "\u200c\u200d" else " " for c in title).split()
    )
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "title", "style", "rect", "text", "path", "g",
    }  # fmt: skip


@pytest.mark.parametrize("title", HOSTILE)
def test_graphviz_reads_titles_as_text(title: str) -> None:
    pygraphviz = pytest.importorskip("pygraphviz", reason="pygraphviz is not installed")
    network = typed_text(chain(2))
    text = pictures.to_dot(network, title=title)
    graph = pygraphviz.AGraph(string=text)
    assert sorted(graph.nodes()) == sorted(
        pygraphviz.AGraph(string=pictures.to_dot(network)).nodes()
    )
    drawn = graph.draw(format="svg", prog="nop2").decode()
    shown = [html.unescape(found) for found in re.findall(r"<text[^>]*>([^<]*)</text>", drawn)]
    expected = ElementTree.fromstring(pictures.svg(network, title=title)).findtext(f"{SVG}title")
    assert expected in [line.replace("\u00a0", " ") for line in shown]


def test_titles_from_a_spec_are_bounded() -> None:
    svg = pictures.svg(typed_text(chain(1, title="long " * 400)))
    title = ElementTree.fromstring(svg).findtext(f"{SVG}title")
    assert title is not None
    assert title.endswith("…")
    assert len(title) <= 90


def test_svg_ids_are_unique_and_are_the_names_of_nodes() -> None:
    for level in pictures.LEVELS:
        root = ElementTree.fromstring(pictures.svg(typed("inception_v3"), level))
        ids = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
        assert len(ids) == len(set(ids))
        assert {"conv1", "mixed_6a", "network-input", "section-stem"} <= set(ids)
    groups = root.iter(f"{SVG}g")
    tips = {group.attrib["id"]: group.findtext(f"{SVG}title") for group in groups}
    assert (
        tips["conv1"]
        == "conv1: conv 3×3/2 · gives 32×149×149 · 928 parameters · 19.2 M multiply-accumulates"
    )


def test_svg_holds_no_path_clock_or_script() -> None:
    svg = pictures.svg(typed("googlenet"), "op")
    assert str(Path.cwd()) not in svg
    assert not re.search(r"<script|javascript:|href|on\w+=|20\d\d-", svg)


# Files


def test_formats_are_told_by_suffix(tmp_path: Path) -> None:
    network = typed(HERE / "specs" / "wired.yaml")
    starts = {
        "svg": b"<svg ",
        "png": b"\x89PNG\r\n\x1a\n",
        "pdf": b"%PDF-",
        "dot": b"// made by inception-graph\ndigraph ",
    }
    for suffix, start in starts.items():
        for name in (f"picture.{suffix}", f"PICTURE.{suffix.upper()}"):
            pictures.render(network, tmp_path / name)
            assert (tmp_path / name).read_bytes().startswith(start)
    assert len(list(tmp_path.iterdir())) == 2 * len(starts)


@pytest.mark.parametrize("name", ["picture", "picture.jpeg", "svg", "picture.svg.txt"])
def test_unknown_suffixes_are_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"\.svg, \.png, \.pdf, \.dot"):
        pictures.render(typed(SMALL[0]), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_failed_picture_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(b"mine")
    monkeypatch.setattr(engine, "_LIBRARY", "raise SystemExit('no luck')")
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(PictureError, match="no luck"):
        pictures.render(typed(SMALL[0]), path)
    assert path.read_bytes() == b"mine"
    assert list(tmp_path.iterdir()) == [path]


def test_without_graphviz_the_message_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    monkeypatch.setattr(engine, "find_spec", lambda _name: None)
    monkeypatch.setattr(pictures, "plan", lambda *_: pytest.fail("work was begun"))
    for suffix in ("png", "pdf"):
        with pytest.raises(PictureError, match="pip install pygraphviz"):
            pictures.render(typed(SMALL[0]), tmp_path / f"picture.{suffix}")
    monkeypatch.undo()
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    monkeypatch.setattr(engine, "find_spec", lambda _name: None)
    pictures.render(typed(SMALL[0]), tmp_path / "picture.svg")
    pictures.render(typed(SMALL[0]), tmp_path / "picture.dot")


def test_pdf_is_the_same_twice(tmp_path: Path) -> None:
    network = typed(SMALL[0])
    for name in ("one.pdf", "two.pdf"):
        pictures.render(network, tmp_path / name)
    one = (tmp_path / "one.pdf").read_bytes()
    assert one == (tmp_path / "two.pdf").read_bytes()
    assert b"CreationDate (D:20000101" in one


@pytest.mark.parametrize("kind", ["png", "pdf"])
@pytest.mark.parametrize("which", ["dot", "pygraphviz"])
def test_both_ways_to_graphviz(which: engine.Engine, kind: engine.Format) -> None:
    if which == "dot" and not shutil.which("dot"):
        pytest.skip("the dot program is not on PATH")
    if which == "pygraphviz" and not find_spec("pygraphviz"):
        pytest.skip("pygraphviz is not installed")
    text = pictures.to_dot(typed(SMALL[0]))
    assert engine.draw(text, kind, which, 72)[:5] in (b"\x89PNG\r", b"%PDF-")


def test_text_is_visible_without_any_system_font(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if fonts.shipped_fonts() is None:
        pytest.skip("matplotlib, whose fonts are the last resort, is not installed")
    if not find_spec("pygraphviz"):
        pytest.skip("pygraphviz is not installed")
    # A system's own fontconfig would fall back on the system's fonts; the one in the wheel has none to fall back on.
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    empty = tmp_path / "none.conf"
    empty.write_text('<?xml version="1.0"?><fontconfig></fontconfig>', encoding="utf-8")
    monkeypatch.setenv("FONTCONFIG_FILE", str(empty))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(fonts, "FOLDERS", ())
    path = tmp_path / "picture.pdf"
    pictures.render(typed(SMALL[0]), path)
    assert "DejaVu" in fonts_in(path)
    monkeypatch.setattr(fonts, "shipped_fonts", lambda: None)
    pictures.render(typed(SMALL[0]), path)
    assert "DejaVu" not in fonts_in(path)  # so the check above can fail


# Size


def test_too_many_boxes_are_refused_with_a_level_that_works(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pictures, "MOST_BOXES", 40)
    with pytest.raises(PictureError, match=r"level 'op' .* has 100 boxes.* level 'network' has 25"):
        pictures.svg(typed("googlenet"), "op")
    assert pictures.svg(typed("googlenet"), "network")
    monkeypatch.setattr(pictures, "MOST_BOXES", 10)
    with pytest.raises(PictureError, match=r"more than the 10 that can be read; draw one section"):
        pictures.svg(typed("googlenet"), "network")


def test_force_draws_more_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_BOXES", 10)
    assert pictures.svg(typed("googlenet"), view=View("op", force=True))
    monkeypatch.setattr(pictures, "MOST_FORCED", 20)
    with pytest.raises(PictureError, match="more than the 20 that can be drawn"):
        pictures.svg(typed("googlenet"), view=View("op", force=True))
