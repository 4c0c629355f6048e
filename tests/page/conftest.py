"""A real browser for the tests of a page. It reaches nothing but the file."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import inception_graph

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

QUIET = ("--disable-background-networking", "--disable-component-update", "--no-sandbox")


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The page of a network as a file, made once."""
    folder = tmp_path_factory.mktemp("pages")

    def made(spec: str) -> Path:
        name = Path(spec).stem if "\n" not in spec else f"text-{abs(hash(spec))}"
        path = folder / f"{name}.html"
        if not path.exists():
            inception_graph.load(spec).render(path)
        return path

    return made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no chromium")
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(executable_path=chromium, args=list(QUIET))
        yield started
        started.close()


@pytest.fixture
def explore(browser: Browser, pages: Callable[[str], Path]) -> Iterator[Callable[..., Page]]:
    """Opens a page. Afterwards there must have been no error, no message and no request but for the file."""
    contexts, problems, requests = [], list[str](), list[str]()

    def opened(spec: str, mark: str = "", **options: Any) -> Page:
        options = {
            "viewport": {"width": 1440, "height": 900},
            "reduced_motion": "reduce",
            **options,
        }
        context = browser.new_context(**options)
        contexts.append(context)
        address = pages(spec).as_uri()
        context.route(lambda url: not url.startswith(address), lambda route: route.abort())
        page = context.new_page()
        page.set_default_timeout(5000)
        page.on("request", lambda request: requests.append(request.url.partition("#")[0]))
        page.on("console", lambda message: problems.append(message.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("dialog", lambda dialog: problems.append(f"dialog: {dialog.message}"))
        page.goto(address + mark)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert problems == []
    assert len(requests) == len(contexts)
    assert all(request.startswith("file:") for request in requests)
