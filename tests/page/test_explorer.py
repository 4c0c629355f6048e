"""What a reader does with a page, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import inception_graph

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

Explore = Callable[..., "Page"]
SPECS = Path(__file__).parents[1]
UNUSUAL = [
    str(SPECS / name) for name in ("emission/specs/wiring.yaml", "pictures/specs/wired.yaml")
]
BLOCK, NODE = "use-inception_3a", "inception_3a.branch3.expand"


def item(page: Page, identity: str) -> Locator:
    return page.locator(f'#tree [data-id="{identity}"]')


def middle_of_top(page: Page, identity: str) -> tuple[float, float]:
    """Where the middle of the upper edge of an item stands on the screen."""
    x, y, width = page.evaluate(
        "(id) => { const box = [...document.querySelectorAll(`[data-id='${id}'] > .outline`)].at(-1)"
        ".getBoundingClientRect(); return [box.x, box.y, box.width]; }",
        identity,
    )
    return x + width / 2, y


def until(page: Page, condition: str) -> None:
    """Wait for what the page itself may not evaluate: its policy forbids that."""
    for _ in range(100):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(20)
    pytest.fail(condition)


def facts(page: Page) -> dict[str, str]:
    names = page.locator("#facts dt").all_inner_texts()
    return dict(zip(names, page.locator("#facts dd").all_inner_texts(), strict=True))


def own_lines(page: Page, tab: str) -> list[str]:
    page.get_by_role("tab", name=tab).click()
    return [line.strip() for line in page.locator("#listing .own").all_text_contents()]


def test_blocks_are_closed_at_first_and_not_even_built(explore: Explore) -> None:
    page = explore("googlenet")
    assert page.title() == "GoogLeNet (Inception v1)"
    shown = page.locator("#tree [role=treeitem]")
    assert shown.count() == 2 + 3 + 7 + 11 + 3 + 2  # ends, stages, their parts, heads
    assert item(page, BLOCK).get_attribute("aria-expanded") == "false"
    assert item(page, NODE).count() == 0
    for box in shown.all():
        assert box.get_attribute("aria-label")


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_a_block_opens_and_closes_where_it_stands(explore: Explore, motion: str) -> None:
    page = explore("googlenet", reduced_motion=motion)
    before = middle_of_top(page, BLOCK)
    item(page, BLOCK).click()
    assert item(page, BLOCK).get_attribute("aria-expanded") == "true"
    assert item(page, NODE).is_visible()
    until(page, "gliding === null")
    assert middle_of_top(page, BLOCK) == pytest.approx(before, abs=1.5)
    item(page, BLOCK).locator(".grip").click()
    until(page, "gliding === null")
    assert item(page, NODE).count() == 0
    assert middle_of_top(page, BLOCK) == pytest.approx(before, abs=1.5)


def test_search_opens_the_way_to_what_it_finds(explore: Explore) -> None:
    page = explore("googlenet")
    page.keyboard.press("/")
    page.keyboard.type("3B Branch5 conv")
    assert page.locator("#results [role=option]").all_text_contents() == [
        "inception_3b.branch5.reduceconv 1×1",
        "inception_3b.branch5.expandconv 5×5",
    ]
    assert page.locator("#count").inner_text() == "2 found"
    assert "hit" in (item(page, "use-inception_3b").get_attribute("class") or "")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator("#panel-title").inner_text() == "inception_3b.branch5.expand"
    found = item(page, "inception_3b.branch5.expand")
    assert found.get_attribute("aria-selected") == "true"
    box, stage = found.bounding_box(), page.locator("#stage").bounding_box()
    assert box
    assert stage
    assert stage["x"] < box["x"] < box["x"] + box["width"] < stage["x"] + stage["width"]
    assert stage["y"] < box["y"] < box["y"] + box["height"] < stage["y"] + stage["height"]
    page.fill("#search", "no such thing")
    assert page.locator("#count").inner_text() == "0 found"
    assert page.locator("#results").is_hidden()


def test_the_panel_says_what_the_analysis_says(explore: Explore) -> None:
    network = inception_graph.load("googlenet")
    index = next(i for i, node in enumerate(network.nodes) if node.name == NODE)
    cost = network.costs.nodes[index]
    page = explore("googlenet", f"#{NODE}")
    said = facts(page)
    assert (said["In"], said["Out"]) == ("96×28×28", "128×28×28")
    assert said["Parameters"].split("\n")[0] == f"{cost.parameters:,}"
    assert said["MACs"].split("\n")[0] == f"{cost.macs:,}"
    assert said["MACs"].split("\n")[-1] == f"{100 * cost.macs / network.macs:.1f} %"
    assert said["Receptive field"] == f"{cost.receptive_field[0]} px, stride {cost.stride[0]} px"
    page.locator("#facts summary").click()
    assert page.locator(".weights li").all_text_contents() == [
        "conv.weight128×96×3×3",
        "conv.bias128",
    ]


def test_lines_of_spec_and_source_are_marked(explore: Explore) -> None:
    page = explore("googlenet", f"#{NODE}")
    assert own_lines(page, "googlenet.yaml") == ["expand: {conv: $b3, kernel: 3}"]
    assert own_lines(page, "googlenet.py") == [
        "expand=ConvReLU(b3_reduce, b3, 3, padding=1),",
        "branch3 = self.branch3(x)",
    ]
    assert page.locator("#listing .own").first.is_visible()
    page.get_by_role("tab", name="googlenet.yaml").click()
    # A line leads back to what it is about.
    page.locator("#listing .line", has_text="inception_4b:").click()
    assert page.locator("#panel-title").inner_text() == "inception_4b"
    assert own_lines(page, "googlenet.py") == [
        "self.inception_4b = Inception(512, 160, 112, 224, 24, 64, 64)",
        "x = self.inception_4b(inception_4a)  # 512x14x14",
    ]
    assert page.locator("#listing .around").first.text_content() == "class Inception(nn.Module):"


def test_a_variant_shows_its_own_text_and_its_parents(explore: Explore) -> None:
    page = explore("googlenet_slim", "#inception_3a.branch5.expand")
    names = page.get_by_role("tab").all_inner_texts()
    assert names == ["googlenet_slim.yaml", "googlenet.yaml", "googlenet_slim.py"]
    assert own_lines(page, "googlenet_slim.yaml") == ["expand: {kernel: 3}"]
    assert own_lines(page, "googlenet.yaml") == ["expand: {conv: $b5, kernel: 5}"]


def test_all_can_be_done_with_the_keyboard(explore: Explore) -> None:
    page = explore("googlenet")
    title = page.locator("#panel-title")

    def press(*keys: str) -> str:
        for key in keys:
            page.keyboard.press(key)
        return title.inner_text()

    page.locator("#tree [tabindex='0']").focus()
    assert press("ArrowDown") == "input"
    assert press("ArrowDown") == "stem"
    assert press("ArrowLeft") == "stem"
    assert item(page, "section-stem").get_attribute("aria-expanded") == "false"
    assert press("ArrowDown") == "body"
    assert press("ArrowRight", "ArrowRight", "ArrowRight") == "inception_3a.branch1"
    assert press("ArrowLeft") == "inception_3a"
    assert press("Enter") == "inception_3a"
    assert item(page, BLOCK).get_attribute("aria-expanded") == "false"
    assert page.evaluate("document.activeElement.dataset.id") == BLOCK
    assert press("End") == "aux2"
    assert press("Home") == "input"
    assert press("Escape") == "GoogLeNet (Inception v1)"
    scale = page.evaluate("camera.k")
    press("+")
    assert page.evaluate("camera.k") > scale
    press("?")
    assert page.locator("#help").is_visible()
    press("Escape")
    assert page.locator("#help").is_hidden()


def test_wheel_and_pointer_move_the_view(explore: Explore) -> None:
    page = explore("googlenet")
    page.mouse.move(400, 300)
    start = page.evaluate("[camera.x, camera.y, camera.k]")
    page.mouse.wheel(0, 120)
    until(page, f"camera.y < {start[1]} - 50")
    page.keyboard.down("Control")
    page.mouse.wheel(0, -200)
    page.keyboard.up("Control")
    until(page, f"camera.k > {start[2]} * 1.2")
    place = page.evaluate("[camera.x, camera.y]")
    page.mouse.move(60, 700)
    page.mouse.down()
    page.mouse.move(160, 650, steps=4)
    page.mouse.up()
    moved = page.evaluate("[camera.x, camera.y]")
    assert moved == pytest.approx([place[0] + 100, place[1] - 50], abs=1)
    page.get_by_role("button", name="Whole network").click()
    assert page.evaluate("camera.k") == pytest.approx(start[2], rel=0.01)


@pytest.mark.parametrize(
    ("mode", "most", "dearest"),
    [
        ("parameters", "3.19 M", "head-aux1"),
        ("macs", "347 M", "conv2"),
        ("memory", "4.12 MiB", "inception_3b"),
        ("field", "907 px", "classifier"),
    ],
)
def test_colours_follow_a_scale(explore: Explore, mode: str, most: str, dearest: str) -> None:
    page = explore("googlenet")
    page.select_option("#colour", mode)
    assert page.locator("#legend .ticks span").last.inner_text() == most
    ramp = page.evaluate("RAMPS.light.at(-1)")
    darkest = page.evaluate(
        "(last) => [...document.querySelectorAll('#tree .box.valued')].filter((box) => {"
        "const [r, g, b] = box.style.getPropertyValue('--fill').match(/\\d+/g).map(Number);"
        "return '#' + [r, g, b].map((n) => n.toString(16).padStart(2, '0')).join('') === last;"
        "}).map((box) => box.dataset.id)",
        ramp,
    )
    assert any(found.removeprefix("use-") == dearest for found in darkest), darkest
    page.select_option("#colour", "type")
    assert page.locator("#legend li").count() == 9


def test_dark_and_light(explore: Explore) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    light = explore("xception", color_scheme="light").evaluate(background)
    page = explore("xception", color_scheme="dark")
    dark = page.evaluate(background)
    assert sum(channels(light)) > 600 > 150 > sum(channels(dark))
    page.get_by_role("button", name="Light or dark").click()
    assert page.evaluate(background) == light


def channels(colour: str) -> list[int]:
    return [int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]


def test_paper_shows_the_picture_alone(explore: Explore) -> None:
    page = explore("xception", color_scheme="dark")
    item(page, "use-middle").click()
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("aside").is_hidden()
    assert page.locator("#search").is_hidden()
    assert item(page, "middle.0.residual.sepconv1").is_visible()
    box = page.locator("#world").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 1440
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.item.box')).colorScheme")
        == "light"
    )
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("aside").is_visible()
    assert page.locator("#tree").get_attribute("viewBox") is None


def test_a_narrow_screen_shows_the_panel_when_something_is_selected(explore: Explore) -> None:
    page = explore("xception", viewport={"width": 390, "height": 844})
    assert page.locator("aside").is_hidden()
    item(page, "conv1").click()
    assert page.locator("aside").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("button", name="Unselect").click()
    assert page.locator("aside").is_hidden()


def test_text_can_be_read_on_every_fill(explore: Explore) -> None:
    """Contrast of at least 4.5 to 1, as the guidelines for accessible content ask, in both themes."""
    for scheme in ("light", "dark"):
        page = explore("googlenet", color_scheme=scheme)
        item(page, "section-stem").locator(".grip").click()
        for style, contrast in page.evaluate(CONTRASTS).items():
            assert contrast >= 4.5, (scheme, style)


CONTRASTS = """() => {
  const pencil = Object.assign(document.createElement("canvas"), { width: 1, height: 1 })
    .getContext("2d", { willReadFrequently: true });
  const light = (colour) => {
    pencil.fillStyle = colour;
    pencil.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...pencil.getImageData(0, 0, 1, 1).data].map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = {};
  for (const box of document.querySelectorAll("#tree .box")) {
    const fill = light(getComputedStyle(box.querySelector(".outline")).fill);
    const ink = light(getComputedStyle(box.querySelector("text")).fill);
    const [low, high] = [fill, ink].sort((one, two) => one - two);
    found[box.getAttribute("class")] = (high + 0.05) / (low + 0.05);
  }
  return found;
}"""


@pytest.mark.parametrize(
    "spec",
    ["bn_inception", "inception_v3", "inception_v4", "inception_resnet_v2", "xception", *UNUSUAL],
    ids=lambda spec: Path(spec).stem,
)
def test_all_that_is_open_lies_in_order(explore: Explore, spec: str) -> None:
    page = explore(spec)
    page.keyboard.press("e")
    found: dict[str, Any] = page.evaluate(ORDER)
    assert found["boxes"] >= 12
    assert found["wires"] == found["drawn"]
    assert found["overlaps"] == []
    page.keyboard.press("c")
    assert page.evaluate("opened.size") == page.evaluate(
        "[...items.values()].filter((item) => item.open).length"
    )


ORDER = """() => {
  const rects = [...layout.rects.values()];
  const within = (item, group) => item === group || (item.parent && within(item.parent, group));
  const overlaps = [];
  rects.forEach((one, place) => rects.slice(place + 1).forEach((two) => {
    if (within(one.item, two.item) || within(two.item, one.item)) return;
    const apart = one.x + one.w <= two.x || two.x + two.w <= one.x || one.y + one.h <= two.y || two.y + two.h <= one.y;
    if (!apart) overlaps.push([one.item.id, two.item.id]);
  }));
  return { boxes: rects.length, wires: seenWires().length, drawn: document.querySelectorAll(".way").length, overlaps };
}"""


def test_a_run_of_equal_uses_shows_what_it_stands_for(explore: Explore) -> None:
    page = explore("inception_v4", "#use-mixed_5b")
    assert page.locator("#panel-title").inner_text() == "mixed_5b … mixed_5e"
    assert own_lines(page, "inception_v4.yaml") == [
        f"mixed_5{letter}: {{inception_a: }}" for letter in "bcde"
    ]
    said = facts(page)
    assert said["Repeats"] == "4 in a row"
    assert said["Parameters"].split("\n") == ["1,270,528", "3.0 %", "317,632 each"]
    item(page, "use-mixed_5b").click()
    item(page, "mixed_5b.branch1").click()
    assert facts(page)["Repeats"] == "one of 4 equal ones"
