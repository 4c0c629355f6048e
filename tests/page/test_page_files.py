"""The file of a page: safe, small, the same for the same network, and right about where things are written."""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import inception_graph
from inception_graph.backends.pytorch.emit import network_class
from inception_graph.backends.pytorch.lines import lines_of
from inception_graph.ir.program import Use

if TYPE_CHECKING:
    from playwright.sync_api import Page

SPECS = Path(__file__).parents[1] / "emission" / "specs"
SMALL = """\
inception_graph: 1
name: small
meta: {title: TITLE}
input: {channels: 3, height: 8, width: 8}
body:
  conv: {conv: 4}  # NOTE
"""
HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "</title></style><img src=x onerror=alert(1)>",
    "' \\\" & &lt; ${alert(1)} {{ 1 }} שלום 🐱",
]


def held(text: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="network">(.*?)</script>', text, re.S)
    assert found
    return json.loads(found[1])


@pytest.mark.parametrize("name", inception_graph.list_models())
def test_every_page_is_small_and_needs_nothing(pages: Callable[[str], Path], name: str) -> None:
    text = pages(name).read_text(encoding="utf-8")
    assert len(text.encode()) < 400_000
    assert not re.search(
        r"""(src|href)=|url\(|@import|https?://(?!www\.w3\.org/2000/svg)""", outside(text)
    )


def outside(text: str) -> str:
    """A page without the document that it holds."""
    return re.sub(r'<script type="application/json".*?</script>', "", text, flags=re.S)


def test_the_same_network_gives_the_same_page(pages: Callable[[str], Path]) -> None:
    text = pages("inception_v4").read_text(encoding="utf-8")
    assert inception_graph.load("inception_v4").page() == text


def test_nothing_else_may_run(pages: Callable[[str], Path]) -> None:
    text = pages("googlenet").read_text(encoding="utf-8")
    found = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert found
    policy = html.unescape(found[1])
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    inline = re.findall(r"<(?:script|style)>(.*?)</(?:script|style)>", text, re.S)
    assert len(inline) == policy.count("sha256-") > 5
    for part in inline:
        assert b64encode(sha256(part.encode()).digest()).decode() in policy


@pytest.mark.parametrize("title", HOSTILE)
def test_texts_of_a_spec_stay_texts(explore: Callable[..., Page], title: str) -> None:
    spec = SMALL.replace("TITLE", f'"{title}"').replace("NOTE", title)
    shown = inception_graph.load(spec).program.meta.title
    page = explore(spec)
    assert page.title() == shown
    assert page.locator("h1").text_content() == shown
    assert page.locator("#panel-title").text_content() == shown
    assert page.locator("#listing .line").nth(5).text_content() == f"  conv: {{conv: 4}}  # {title}"
    assert page.locator("#tree [role=treeitem]").count() == 4


def test_equal_parts_are_drawn_once_and_counted_all(pages: Callable[[str], Path]) -> None:
    network = inception_graph.load("inception_resnet_v2")
    body = held(pages("inception_resnet_v2").read_text(encoding="utf-8"))["strip"][2]
    found = {item["id"]: item for item in body["content"]["stack"]}
    repeat = found["use-repeat_2"]
    inside = [i for i, node in enumerate(network.nodes) if node.name.startswith("repeat_2.")]
    assert repeat["times"] == 20
    assert repeat["facts"]["macs"] == sum(network.costs.nodes[i].macs for i in inside)
    assert repeat["facts"]["parameters"] == sum(network.costs.nodes[i].parameters for i in inside)
    assert repeat["facts"]["field"] == list(network.costs.nodes[inside[-1]].receptive_field)


def test_no_page_says_where_its_spec_stood(tmp_path: Path) -> None:
    spec = tmp_path / "mine.yaml"
    spec.write_text(SMALL)
    text = inception_graph.load(spec).page()
    assert str(tmp_path) not in text
    assert [file["name"] for file in held(text)["texts"]] == ["mine.yaml", "small.py"]


@pytest.mark.parametrize(
    "spec",
    [*inception_graph.list_models(), *map(str, sorted(SPECS.glob("*.yaml")))],
    ids=lambda spec: Path(spec).stem,
)
def test_every_node_has_lines_that_name_it(spec: str) -> None:
    network = inception_graph.load(spec)
    source = network.emit()
    text = source.split("\n")
    lines = lines_of(source, network_class(network.program), network.typed)
    graph = network.typed.graph
    for tree in (graph.root, *(head.instance for head in graph.heads)):
        for instance in tree.walk():
            if instance.node is None and not isinstance(instance.element, Use):
                continue
            found = lines[instance].own
            name = instance.element.name
            assert found or not instance.children, instance.name
            said = "\n".join("\n".join(text[first - 1 : last]) for first, last in found)
            # A join that forward does itself names what it joins, and gives its value any name.
            assert re.search(rf"\b{name}\b", said) or instance.node == instance.output, (
                instance.name,
                said,
            )
