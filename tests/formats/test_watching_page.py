"""`render --watch`: every save is shown in the page, also one that breaks the spec."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from inception_graph.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator

SPEC = (
    "inception_graph: 1\nname: mine\ninput: {channels: 3, height: 16, width: 16}\n"
    "body:\n  conv: {conv: 4, kernel: 3}\n  pool: {avg_pool: global}\n"
)


def news(address: str) -> Iterator[dict[str, Any]]:
    """What the page is told, change by change."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    connection.request("GET", f"{parts.path}changes")
    for line in connection.getresponse():
        if line.startswith(b"data: "):
            yield json.loads(line.removeprefix(b"data: "))


def test_every_save_is_shown(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    write_atomically(mine, SPEC)
    # The last of a broken spec cannot be written as data, which must not end the watch.
    command = ["render", "mine.yaml", "--watch", "-o", "mine.json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "inception_graph", *command],
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    try:
        assert process.stderr is not None
        told = news(process.stderr.readline().split()[-1])
        first = next(told)
        assert (first["name"], first["messages"]) == ("mine.yaml", "")
        assert "conv 3×3" in first["picture"]
        # What is saved while the first picture is drawn may be what was drawn.
        while not process.stderr.readline().startswith("watching"):
            pass
        write_atomically(mine, SPEC.replace("kernel: 3", "kernel: 30, padding: 0"))
        broken = next(told)
        assert "error[H403]" in broken["messages"]
        assert "failed" in broken["picture"]
        write_atomically(mine, "name: [")
        unreadable = next(told)
        assert unreadable["picture"] is None
        assert "error[S102]" in unreadable["messages"]
        write_atomically(mine, SPEC.replace("kernel: 3", "kernel: 5"))
        assert "conv 5×5" in next(told)["picture"]
        document = json.loads((tmp_path / "mine.json").read_text(encoding="utf-8"))
        assert document["network"]["nodes"][0]["label"] == "conv 5x5"
    finally:
        process.terminate()
        process.communicate()


def test_without_a_file_and_without_watching_there_is_nothing_to_do(command_line) -> None:
    done = command_line("render", "googlenet")
    assert done.status == 2
    assert "say where to draw: '-o net.svg', or '--watch'" in done.err
