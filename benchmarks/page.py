"""The html page in Chromium, for all shipped networks: how soon it is seen, how soon a block opens, how large it is."""

from __future__ import annotations

import shutil
from statistics import median
from typing import TYPE_CHECKING

import inception_graph
from benchmarks.report import Measurement

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

_QUIET = ("--disable-background-networking", "--disable-component-update", "--no-sandbox")
_SCREEN = {"width": 1440, "height": 900}
_PAINT, _OPEN, _SIZE = 1000, 100, 10**6
_SEEN = """
() => {
  const painted = performance.getEntriesByType("paint").find(({ name }) => name === "first-contentful-paint");
  const [{ domContentLoadedEventEnd: drawn }] = performance.getEntriesByType("navigation");
  return painted && drawn ? Math.max(painted.startTime, drawn) : null;
}
"""
"""The first paint, or the picture's being drawn where the head of the page is painted before."""
_OPENED = """
async () => {
  const times = [];
  const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  for (const item of items.values()) {
    if (!item.content || opened.has(item.id) || visible(item) !== item) continue;
    await painted();
    const start = performance.now();
    toggle(item.id);
    await painted();
    times.push(performance.now() - start);
    finish();
  }
  return times;
}
"""
"""Every group, one after the other until all of the network is open: from the click to the frame that shows what is
inside. What stood around it glides for another 160 ms."""


def measure(folder: Path, rounds: int) -> list[Measurement]:
    """The worst network of each kind; times are medians over the rounds, each in a fresh profile."""
    from playwright.sync_api import sync_playwright

    pages = {name: folder / f"{name}.html" for name in inception_graph.list_models()}
    for name, path in pages.items():
        inception_graph.load(name).render(path)
    seen: dict[str, list[float]] = {name: [] for name in pages}
    opened: dict[str, list[list[float]]] = {name: [] for name in pages}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(_QUIET)
        )
        for _ in range(rounds):
            for name, path in pages.items():
                with browser.new_context(viewport=_SCREEN) as context:
                    page = context.new_page()
                    page.goto(path.as_uri())
                    seen[name].append(_first_paint(page))
                    opened[name].append(page.evaluate(_OPENED))
        browser.close()
    slowest = {name: max(map(median, zip(*times, strict=True))) for name, times in opened.items()}
    sizes = {name: float(path.stat().st_size) for name, path in pages.items()}
    return [
        _worst("first paint", {n: median(t) for n, t in seen.items()}, _PAINT, "ms", 1),
        _worst("opening a block", slowest, _OPEN, "ms", 1),
        _worst("size", sizes, _SIZE, "kB", 1000),
    ]


def _first_paint(page: Page) -> float:
    while (found := page.evaluate(_SEEN)) is None:
        page.wait_for_timeout(20)
    return found


def _worst(what: str, found: dict[str, float], bound: int, unit: str, scale: int) -> Measurement:
    name = max(found, key=lambda each: found[each])
    value = found[name]
    return Measurement(
        f"html page, {what}, worst of {len(found)} networks ({name}) / {bound / scale:g} {unit}",
        f"{value / scale:.0f} {unit}",
        f"{bound / scale:g} {unit}",
        value / bound,
        1.0,
    )
