"""Mermaid: every id is declared, nothing in a label can be markup, and what GitHub would refuse is refused here."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from drawn import HOSTILE, LIGHT, NAMES, drawing, titled, typed

from inception_graph.backends.pictures import PictureError
from inception_graph.backends.pictures.drawing import Box, Drawing, Wire
from inception_graph.backends.pictures.mermaid_writer import MOST_LINKS, mermaid_text

GOLDEN = Path(__file__).parent / "golden" / "googlenet.mmd"
_TEXT = r'"(?:[^"]*)"'
_ID = r"n\.[\w.-]+"
# One form a line of the language that is used; Mermaid's own parser takes each of them.
LINES = {
    "node": rf"\s*({_ID})(?:\[|\(|\(\[|\[\\|\{{\{{|\[/|\[\[){_TEXT}(?:\]|\)|\]\)|/\]|\}}\}}|\]\]):::\w+",
    "frame": rf"\s*subgraph ({_ID}) \[{_TEXT}\]",
    "end": r"\s*end|\s*direction (?:TB|LR)",
    "link": rf"({_ID}) (?:-->|-\.->|~~~)(?:\|{_TEXT}\|)? ({_ID})",
    "class": rf"class ({_ID}(?:,{_ID})*) \w+",
    "look": r"(?:classDef \w+|linkStyle [\d,]+) [\w:#.,\- ]+",
}


def parsed(text: str) -> dict[str, list[tuple[str, ...]]]:
    """The lines behind the head, by what they are; an unknown line is an error."""
    found: dict[str, list[tuple[str, ...]]] = {name: [] for name in LINES}
    _, head, body = text.partition("accDescr")
    assert head
    for line in body.splitlines()[1:]:
        matches = [(name, m) for name, form in LINES.items() if (m := re.fullmatch(form, line))]
        assert len(matches) == 1, line
        name, match = matches[0]
        found[name].append(match.groups())
    return found


@pytest.mark.parametrize("level", ["network", "block", "op"])
@pytest.mark.parametrize("name", NAMES)
def test_all_networks_are_whole_at_every_level(name: str, level: str) -> None:
    shown = drawing(typed(name), level)
    lines = parsed(mermaid_text(shown, LIGHT))
    declared = [ids[0] for ids in lines["node"] + lines["frame"]]
    assert len(declared) == len(set(declared))
    assert {f"n.{box.id}" for box in shown.boxes} <= set(declared)
    ends = [end for link in lines["link"] for end in link]
    assert set(ends) <= set(declared)
    for (members,) in lines["class"]:
        assert set(members.split(",")) <= set(declared)


@pytest.mark.parametrize("title", HOSTILE)
def test_titles_cannot_leave_their_line(title: str) -> None:
    shown = drawing(titled(title))
    fence, line, end, *rest = mermaid_text(shown, LIGHT).splitlines()
    assert (fence, end) == ("---", "---")
    assert json.loads(line.removeprefix("title: ")) == shown.title
    assert rest == mermaid_text(drawing(titled("plain")), LIGHT).splitlines()[3:]


def test_labels_hold_no_character_that_mermaid_reads() -> None:
    hostile = Box("x", "block", 'a "b" <i> & ; # ` $ [ ] { } | \\ : * ~ % @ ^ ! ? \'')
    text = mermaid_text(Drawing("net", "net", (), (hostile,), (), (), ()), LIGHT)
    (node,) = parsed(text)["node"]
    (label,) = re.findall(r'"<b>(.*)</b>"', text)
    assert node == ("n.x",)
    assert re.fullmatch(r"(?:[\w ]|#\d+;)+", label)
    assert re.sub(r"#(\d+);", lambda code: chr(int(code[1])), label) == hostile.name


def test_what_github_would_not_show_is_refused_unless_forced() -> None:
    boxes = tuple(Box(f"b{index}", "block", f"b{index}") for index in range(MOST_LINKS + 2))
    wires = tuple(Wire(one.id, other.id, "1") for one, other in pairwise(boxes))
    large = Drawing("net", "net", (), boxes, (), (), wires)
    with pytest.raises(PictureError, match=r"501 links.*at most 50,000 and 500.*--force"):
        mermaid_text(large, LIGHT)
    assert mermaid_text(large, LIGHT, force=True).count("-->") == MOST_LINKS + 1


def test_flowcharts_are_as_recorded(request: pytest.FixtureRequest) -> None:
    text = mermaid_text(drawing(typed("googlenet")), LIGHT)
    if request.config.getoption("--regenerate"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")
