"""The page of `render --watch`: what it serves, to whom, and that nothing else is served."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from inception_graph.cli.live import LivePage, live_page

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def served() -> Iterator[tuple[LivePage, str]]:
    with live_page() as page:
        yield page


def ask(
    address: str, path: str, method: str = "GET", **headers: str
) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    connection.request(method, path, headers=headers)
    return connection, connection.getresponse()


def test_the_page_may_run_its_own_script_and_nothing_else(served: tuple[LivePage, str]) -> None:
    page, address = served
    connection, answer = ask(address, page.path)
    assert answer.status == 200
    assert answer.read() == page.document
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-inline" not in policy.partition("style-src")[0]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    connection.close()


def test_the_page_is_told_of_every_change(served: tuple[LivePage, str]) -> None:
    page, address = served
    page.show("net", "<svg/>", "")
    connection, answer = ask(address, f"{page.path}changes")
    assert answer.headers["Content-Type"] == "text/event-stream"
    first = json.loads(answer.readline().removeprefix(b"data: "))
    assert first == {"name": "net", "picture": "<svg/>", "messages": ""}
    assert answer.readline() == b"\n"
    page.show("net", None, "line one\nline two </script>")
    second = json.loads(answer.readline().removeprefix(b"data: "))
    assert second == {"name": "net", "picture": None, "messages": "line one\nline two </script>"}
    connection.close()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/changes",
        "{page}other",
        "{page}../../etc/passwd",
        "{page}%2e%2e/",
        "//etc/passwd",
        "{page}?x",
    ],
)
def test_nothing_else_is_served(path: str, served: tuple[LivePage, str]) -> None:
    page, address = served
    connection, answer = ask(address, path.format(page=page.path))
    assert answer.status == 404
    connection.close()


@pytest.mark.parametrize(
    "host", ["example.org", "127.0.0.1", "127.0.0.1:1", "localhost.example.org"]
)
def test_who_came_by_another_name_is_sent_away(host: str, served: tuple[LivePage, str]) -> None:
    """A foreign site whose name was made to lead here would read the page otherwise (DNS rebinding)."""
    page, address = served
    connection, answer = ask(address, page.path, Host=host)
    assert answer.status == 421
    assert page.document not in answer.read()
    connection.close()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_is_taken(method: str, served: tuple[LivePage, str]) -> None:
    page, address = served
    connection, answer = ask(address, page.path, method)
    assert answer.status == 501
    connection.close()


def test_only_this_machine_is_served(served: tuple[LivePage, str]) -> None:
    assert urlsplit(served[1]).hostname == "127.0.0.1"


def test_the_server_ends_with_its_readers_still_there() -> None:
    with live_page() as (page, address):
        connection, answer = ask(address, f"{page.path}changes")
        page.show("net", None, "")
        assert answer.readline().startswith(b"data: ")
    port = urlsplit(address).port
    again = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with pytest.raises(ConnectionRefusedError):
        again.request("GET", page.path)
    connection.close()
