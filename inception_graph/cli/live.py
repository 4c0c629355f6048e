"""A page in the browser that shows a picture, and shows it anew whenever it is drawn again; for this machine only."""

from __future__ import annotations

import json
import re
import secrets
import threading
from base64 import b64encode
from contextlib import contextmanager
from functools import cached_property, partial
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from inception_graph.resources import folder

if TYPE_CHECKING:
    from collections.abc import Generator

_LOOPBACK = "127.0.0.1"
_BEAT = 10.0
"""Seconds without news after which a reader is written to, so that one who has left is noticed."""


_POLL = 0.05
"""Seconds between two looks whether the server is to end."""


class LivePage:
    """What the page shows. Its readers wait, each in a thread of the server.

    Attributes:
        path: Where it is on the server; a secret of this run, since other users of the machine reach the server too.
    """

    def __init__(self) -> None:
        self.path = f"/{secrets.token_urlsafe(12)}/"
        self._changed = threading.Condition()
        self._number, self._shown = 0, ""

    def show(self, name: str, picture: str | None, messages: str) -> None:
        """Show something else.

        Args:
            name: What the user calls the network.
            picture: SVG; None leaves the last picture, paled.
            messages: What is wrong with the network, as text.
        """
        with self._changed:
            self._number += 1
            self._shown = json.dumps({"name": name, "picture": picture, "messages": messages})
            self._changed.notify_all()

    def after(self, number: int) -> tuple[int, str]:
        """The number and the JSON of what is shown, as soon as the number is higher, or after a while in any case."""
        with self._changed:
            self._changed.wait_for(lambda: self._number > number, _BEAT)
            return self._number, self._shown

    @cached_property
    def document(self) -> bytes:
        """The page."""
        return (folder("codegen") / "live.html").read_bytes()

    @cached_property
    def policy(self) -> str:
        """What the page may do: run its own script, and listen to where it came from."""
        script = re.search(rb"<script>(.*)</script>", self.document, re.DOTALL)
        digest = b64encode(sha256(script[1] if script else b"").digest()).decode()
        return (
            f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
            "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )


@contextmanager
def live_page() -> Generator[tuple[LivePage, str]]:
    """A page, served until the end, and its address."""
    page = LivePage()
    server = ThreadingHTTPServer((_LOOPBACK, 0), partial(_Handler, page))
    threading.Thread(target=server.serve_forever, args=(_POLL,), daemon=True).start()
    try:
        yield page, f"http://{_LOOPBACK}:{server.server_port}{page.path}"
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    """Answers one request: for the page, or for the news that it listens to."""

    def __init__(self, page: LivePage, *arguments: Any) -> None:
        self._page = page
        super().__init__(*arguments)

    def do_GET(self) -> None:
        # A name that leads here from elsewhere (DNS rebinding) stands in the header.
        port = self.connection.getsockname()[1]
        own = [f"{name}:{port}" for name in (_LOOPBACK, "localhost")]
        if self.headers.get("Host") not in own:
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return
        try:
            match self.path.removeprefix(self._page.path):
                case "":
                    self._head("text/html; charset=utf-8")
                    self.wfile.write(self._page.document)
                case "changes":
                    self._head("text/event-stream")
                    self._tell()
                case _:
                    self.send_error(HTTPStatus.NOT_FOUND)
        except ConnectionError:
            pass  # the reader has left

    def _tell(self) -> None:
        known = 0
        while True:
            number, shown = self._page.after(known)
            text = f"data: {shown}\n\n" if number > known else ": still here\n\n"
            self.wfile.write(text.encode())
            known = number

    def _head(self, kind: str) -> None:
        self.send_response(HTTPStatus.OK)
        for name, value in (
            ("Content-Type", kind),
            ("Cache-Control", "no-store"),
            ("Content-Security-Policy", self._page.policy),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Referrer-Policy", "no-referrer"),
            ("X-Content-Type-Options", "nosniff"),
        ):
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class calls it so
        """Requests are not worth a line."""
