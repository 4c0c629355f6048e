"""The options of a picture: what is opened, closed, left out; pages, directions, themes."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from test_pictures import HERE, SVG, typed

from inception_graph.backends import pictures
from inception_graph.backends.pictures import LEVELS, Marking, PictureError, View
from inception_graph.backends.pictures.layout import lay_out
from inception_graph.backends.pictures.options import DIRECTIONS, PAGES, TONES
from inception_graph.backends.pictures.plan import plan
from inception_graph.backends.pictures.svg_writer import svg_text
from inception_graph.backends.pictures.theme import LOOKS, SHAPE, SIGNS, THEMES, weight
from inception_graph.resources import specs

if TYPE_CHECKING:
    from inception_graph.backends.pictures.options import Page, Tone


def ids(name: str, view: View) -> set[str]:
    return {box.id for box in plan(typed(name), view).boxes}


@pytest.mark.parametrize(
    ("view", "there", "gone"),
    [
        (View("network"), {"inception_3a"}, {"inception_3a.branch1"}),
        (View("network", expand=("inception_3a",)), {"inception_3a.branch1"}, {"inception_3b.branch1"}),
        (View("network", expand=("inception",)), {"inception_5b.branch1"}, set()),
        (View("op", collapse=("inception",)), {"inception_3a"}, {"inception_3a.branch1"}),
        (View("op", collapse=("inception_3a.branch3",)), {"inception_3a.branch3"}, {"inception_3a.branch3.reduce"}),
        (
            View("op", collapse=("inception",), expand=("inception_3b",)),
            {"inception_3b.branch1"},
            {"inception_3a.branch1"},
        ),
        (View("network", collapse=("stem",)), {"section-stem", "inception_3a"}, {"conv1"}),
        (View("block", collapse=("aux1",)), {"aux1", "aux2.pool"}, {"aux1.pool"}),
        (View("network", expand=("aux1",)), {"aux1.pool"}, {"aux2.pool"}),
        (View("block"), {"block-inception.branch1"}, set()),
        (View("block", expand=("inception",)), {"inception_3a.branch1"}, {"block-inception.branch1"}),
        (View("block", section="stem"), {"conv1"}, {"inception_3a", "aux1.pool", "block-inception.branch1"}),
        (View("block", section="body"), {"inception_3a", "block-inception.branch1"}, {"conv1"}),
        (View("network", section="aux2"), {"aux2.pool"}, {"aux1", "conv1"}),
        (View("block", only="inception"), {"block-inception.branch1"}, {"conv1", "inception_3a"}),
        (View("block", only="inception_4a"), {"inception_4a.branch1"}, {"conv1", "inception_3a"}),
    ],
)  # fmt: skip
def test_what_is_drawn(view: View, there: set[str], gone: set[str]) -> None:
    found = ids("googlenet", view)
    assert there <= found
    assert not gone & found


def test_an_expanded_part_is_not_folded_with_its_equals() -> None:
    found = plan(typed("inception_v4"), View("network", expand=("mixed_6d",)))
    times = {box.id: box.times for box in found.boxes}
    assert times["mixed_6b"] == 2
    assert times["mixed_6e"] == 4
    assert "mixed_6d.branch1" in times


def test_equal_neighbours_fold_while_they_are_closed() -> None:
    """The first of them reads fewer channels: from inside they differ."""
    closed = {box.id: box.times for box in plan(typed("inception_v3"), View("network")).boxes}
    assert closed["mixed_5c"] == 2
    assert {"mixed_5c.branch1", "mixed_5d.branch1"} <= ids("inception_v3", View("op"))


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (View(expand=("inceptio",)), "did you mean 'inception'"),
        (View(collapse=("conv1",)), "--collapse conv1: no block and no part"),
        (View(section="stm"), "use stem, body, head, aux1, aux2"),
        (View(only="inception_3"), "no block and no part 'inception_3'"),
        (View("op", page="a4"), "level 'block' can be read"),
    ],
)
def test_what_cannot_be_drawn_is_told(view: View, said: str) -> None:
    with pytest.raises(PictureError, match=said):
        pictures.svg(typed("googlenet"), view=view)


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("spec", ["googlenet", "inception_v4", "inception_resnet_v2", "xception"])
def test_nothing_covers_another_whatever_the_direction(
    spec: str, level: str, direction: str
) -> None:
    view = View(level, direction=direction)  # pyright: ignore[reportArgumentType]
    layout = lay_out(plan(typed(spec), view), view)
    for one, two in combinations(layout.boxes, 2):
        apart_x = abs(one.x - two.x) >= (one.width + two.width) / 2
        apart_y = abs(one.y - two.y) >= (one.height + two.height) / 2
        assert apart_x or apart_y, (one.box.id, two.box.id)
    for frame in layout.frames:
        assert 0 <= frame.left <= frame.left + frame.width <= layout.width
        assert 0 <= frame.top <= frame.top + frame.height <= layout.height


@pytest.mark.parametrize("page", PAGES)
def test_pages_can_be_read(page: Page) -> None:
    """No text is under 5 points: on A4 of any shipped network with its blocks, on all of stages."""
    for name in specs() if page == "a4" else ("googlenet", "inception_v4"):
        view = View("block" if page == "a4" else "network", page=page, force=True)
        layout = lay_out(plan(typed(name), view), view)
        assert layout.scale * SHAPE >= 5, (name, layout.scale)
        sides = sorted((layout.width * layout.scale, layout.height * layout.scale))
        assert sides == pytest.approx(
            {"a4": [595.28, 841.89], "letter": [612, 792], "slide": [540, 960]}[page]
        )


def test_a_page_has_its_size_on_paper() -> None:
    root = ElementTree.fromstring(pictures.svg(typed("xception"), view=View(page="a4")))
    assert {root.attrib["width"], root.attrib["height"]} == {"595.3pt", "841.9pt"}


# Themes


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, two: str) -> float:
    """By WCAG 2."""
    low, high = sorted((luminance(one), luminance(two)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("tone", TONES)
def test_text_and_lines_stand_out(tone: Tone) -> None:
    theme = THEMES[tone]
    assert theme.paints.keys() == LOOKS.keys()
    assert theme.marks.keys() == SIGNS.keys()
    for paint in theme.paints.values():
        assert contrast(theme.ink, paint.fill) >= 7
        assert contrast(paint.line, theme.paper) >= 3
    for paper in (theme.paper, theme.stage):
        assert contrast(theme.quiet, paper) >= 4.5
        assert contrast(theme.wire, paper) >= 3
    assert all(contrast(colour, theme.paper) >= 3 for colour in theme.marks.values())


def test_families_differ_without_colour() -> None:
    """By form; those that share one by the thickness of the line or by their grey on paper."""
    greys = THEMES["print"].paints
    for one, two in combinations(LOOKS, 2):
        forms = (LOOKS[one].form, LOOKS[one].thick), (LOOKS[two].form, LOOKS[two].thick)
        assert forms[0] != forms[1] or greys[one] != greys[two], (one, two)
    assert all(len({p.fill[i : i + 2] for i in (1, 3, 5)}) == 1 for p in greys.values())


def test_more_channels_are_thicker() -> None:
    widths = [weight(channels) for channels in (0, 3, 64, 512, 2048, 100_000)]
    assert widths == sorted(widths)
    assert widths[-1] == pytest.approx(3.4)
    svg = pictures.svg(typed("googlenet"), "network")
    assert all(f'stroke-width="{weight(channels):g}"' in svg for channels in (3, 64, 1024))


def test_a_picture_in_a_page_leaves_the_rest_of_the_page_alone() -> None:
    for tone in TONES:
        root = ElementTree.fromstring(pictures.svg(typed("googlenet"), view=View(theme=tone)))
        style = root.findtext(f"{SVG}style")
        assert style is not None
        assert all(rule.startswith(f".ig-{tone} ") for rule in style.strip().splitlines())
        assert root.attrib["class"] == f"ig-{tone}"


# Marks


def test_marks_have_a_colour_and_a_sign_and_part_what_was_equal() -> None:
    network = typed(HERE / "specs" / "repeats.yaml")
    names = [node.name for node in network.nodes]
    plain = {box.id: box.times for box in plan(network, View("network")).boxes}
    assert plain["a1"] == 3
    second = next(index for index, name in enumerate(names) if name.startswith("a2"))
    marking = Marking({second: "added"}, words={second: "new here"})
    parted = {box.id: box for box in plan(network, View("network"), marking).boxes}
    assert parted["a1"].times == 1
    assert parted["a2"].mark == ("added" if names.count("a2") else "changed")
    drawing = plan(network, View("op"), marking)
    assert drawing.marks == ("added",)
    layout = lay_out(drawing)
    text = svg_text(layout)
    assert text.count(f">{SIGNS['added']}</text>") == 2  # the box, and the legend
    assert ">new here</text>" in text
    assert any(box.faint for box in layout.boxes)
