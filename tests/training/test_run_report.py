"""Pictures and page of a run: whatever the journal holds, they can be made and read."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

from inception_graph.training import standalone

charts = standalone.module("charts")
report = standalone.module("report")
HOSTILE = "<script>alert(1)</script>\x1b[31m\u202e&'\""
CONFIG = {
    "name": "digits", "network": "Digits", "input": [1, 32, 32], "classes": 10, "epochs": 4, "batch": 64,
    "schedule": "cosine", "momentum": None, "source": HOSTILE, "flip": False,
}  # fmt: skip


def records(count: int, heads: tuple[str, ...] = ("logits", "aux")) -> list[dict[str, Any]]:
    """As many records of training, 100 steps an epoch, a validation at each epoch's end."""
    found: list[dict[str, Any]] = []
    for step in range(10, 10 * count + 1, 10):
        meters = {name: {"loss": 20 / step, "top1": 1 - 5 / step} for name in heads}
        same = {"step": step, "epoch": step / 100, "heads": meters, "loss": 30 / step}
        stages = {"conv1": 1 / step, "classifier": 10 / step}
        speed = {"images_per_second": 100.0, "seconds": 0.5, "learning_rate": 0.1}
        found.append({"kind": "train", "gradient_norm": 1.0, "stages": stages, **speed, **same})
        if step % 100 == 0:
            checked = {name: {**one, "top5": 0.9} for name, one in meters.items()}
            found.append({"kind": "validation", "averaged": True, **same, "heads": checked})
    return found


def written(folder: Path, found: list[dict[str, Any]], tail: str = "") -> tuple[str, str]:
    """The picture and the page of a run, both of them well formed."""
    lines = "".join(f"{json.dumps(record)}\n" for record in found)
    (folder / "metrics.jsonl").write_text(lines + tail, encoding="utf-8")
    report.write_report(folder, standalone.module("config").Config(**CONFIG))
    drawing, page = (
        (folder / name).read_text(encoding="utf-8") for name in ("curves.svg", "report.html")
    )
    ElementTree.fromstring(drawing)
    for part in re.findall(r"<svg.*?</svg>|<table.*?</table>", page, re.DOTALL):
        ElementTree.fromstring(part)
    return drawing, page


@pytest.mark.parametrize("count", [0, 1, 9, 10, 45])
def test_a_run_of_any_length_can_be_shown(tmp_path: Path, count: int) -> None:
    drawing, page = written(tmp_path, records(count), '{"kind": "train", "st')
    assert ("nothing recorded yet" in drawing) == (count == 0)
    assert ("validation top-1 (" in page) == (count >= 10)
    assert not list(tmp_path.glob(".*"))


def test_the_page_tells_the_numbers(tmp_path: Path) -> None:
    events = [
        {"kind": "alarm", "step": 150, "message": "head 'aux' has learned nothing"},
        {"kind": "resumed", "step": 200},
        {"kind": "unreadable", "step": 100, "count": 3, "of": 1200},
        {
            "kind": "environment",
            "step": 0,
            "facts": {"torch": "2.13", "cuda": None, "processes": 2},
        },
    ]
    (tmp_path / "classes.txt").write_text("zero\none\n")
    _, page = written(tmp_path, [*records(40), *events])
    for words in (
        "98.75 %", "epoch 4, averaged weights", "head &#x27;aux&#x27; has learned nothing", "step 200",
        "3 of 1200 images", "<td>torch</td><td>2.13</td>", "400 steps, 4 of 4 epochs", "20 s", "2: zero, one",
        "<td>momentum</td><td>usual</td>", "<td>flip</td><td>false</td>",
    ):  # fmt: skip
        assert words in page, words
    assert "<td>cuda</td>" not in page


def test_steps_that_were_done_again_count_once(tmp_path: Path) -> None:
    before = {**records(11)[-1], "heads": {"logits": {"loss": 99.0, "top1": 0.0}}}
    once = written(tmp_path, records(20))
    assert written(tmp_path, [before, *records(20)]) == once


def test_texts_of_others_cannot_become_markup(tmp_path: Path) -> None:
    hostile = [
        {"kind": "alarm", "step": 10, "message": HOSTILE},
        {"kind": "environment", "step": 0, "facts": {HOSTILE: HOSTILE}},
    ]
    (tmp_path / "classes.txt").write_text(HOSTILE, encoding="utf-8")
    heads = ("logits", HOSTILE, "x" * 500)
    drawing, page = written(tmp_path, [*records(20, heads), *hostile])
    assert "default-src 'none'" in page
    for text in (drawing, page):
        assert "<script" not in text
        assert not set(text) & {"\x1b", "\u202e"}
        assert "x" * 201 not in text


def test_long_lines_are_thinned(tmp_path: Path) -> None:
    drawing, _ = written(tmp_path, records(1300))
    points = [course.count("L") + 1 for course in re.findall(r' d="(M[^"]*)"', drawing)]
    assert 400 < max(points) <= charts.MOST_POINTS


def test_thinning_keeps_ends_and_means() -> None:
    line = [(float(x), 2.0 * x) for x in range(10_000)]
    thin = charts._thin(line, 600)
    assert len(thin) <= 600
    assert (thin[0], thin[-1]) == (line[0], line[-1])
    assert all(y == pytest.approx(2 * x) for x, y in thin)


@pytest.mark.parametrize(
    ("numbers", "logarithmic", "ends"),
    [
        ([0.3, 2.4], True, (0.0, 2.5)),
        ([0.012, 2.4], True, (0.01, 5.0)),
        ([0.012, 2.4], False, (0.0, 2.5)),
        ([0.0, 2.4], True, (0.0, 2.5)),
        ([0.1, 0.99], False, (0.0, 1.0)),
        ([0.961, 0.987], False, (0.96, 0.99)),
        ([0.7], False, (0.0, 0.8)),
        ([0.0], False, (0.0, 1.0)),
        ([1e-9, 1e3], True, (1e-9, 1e3)),
    ],
)
def test_axes_end_at_round_numbers(
    numbers: list[float], logarithmic: bool, ends: tuple[float, float]
) -> None:
    found = charts.axis(numbers, logarithmic=logarithmic)
    assert (found.low, found.high) == pytest.approx(ends)
    assert len(found.ticks) <= 8
    assert all(0 <= found.share(number) <= 1 for number in numbers)
