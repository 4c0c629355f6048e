"""What a notebook shows of a network, and what `render` gives and writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import inception_graph as ig
from inception_graph.backends import pictures
from inception_graph.backends.pictures import PictureError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_network_is_shown_at_block_level() -> None:
    network = ig.load("xception")
    assert network._repr_svg_() == network.render(level="block").svg
    assert network.render()._repr_svg_() == network.render().svg
    assert repr(network.render(level="op")) == "<Picture of xception at level op>"


def test_options_are_those_of_the_command() -> None:
    network = ig.load("googlenet")
    svg = network.render(level="network", expand="inception_3a", theme="dark", title="<mine>").svg
    assert "inception_3a.branch1" in svg
    assert "inception_3b.branch1" not in svg
    assert "&lt;mine&gt;" in svg
    assert 'class="ig-dark"' in svg


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"level": "all"}, "no level 'all': use network, block, op"),
        ({"theme": "blue"}, "no theme 'blue': use light, dark, print"),
        ({"page": "a5"}, "no page 'a5': use a4, letter, slide"),
        ({"direction": "BT"}, "no direction 'BT': use TB, LR"),
    ],
)
def test_options_that_there_are_not(options: dict[str, str], message: str) -> None:
    with pytest.raises(PictureError, match=message):
        ig.load("xception").render(**options)


def test_a_path_is_written_and_the_picture_given(tmp_path: Path) -> None:
    path = tmp_path / "x.svg"
    picture = ig.load("xception").render(path, level="op")
    assert path.read_text(encoding="utf-8") == picture.svg


def test_what_is_too_large_to_be_looked_at_is_told_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_BOXES", 3)
    network = ig.load("xception")
    assert network._repr_svg_() is None
    with pytest.raises(PictureError, match="more than the 3"):
        _ = network.render().svg
