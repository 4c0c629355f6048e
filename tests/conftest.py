"""Options of the whole suite."""

from __future__ import annotations

import os
import sys
from typing import NamedTuple

import pytest

from inception_graph.cli import main

if "PYTEST_XDIST_WORKER" in os.environ:
    # Workers share the cores; each with a thread for every core, torch would wait for itself most of the time.
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--regenerate", action="store_true", help="write golden files anew instead of comparing"
    )


class Result(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def command_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Runs a command in this process as a shell would run it."""

    def run(*arguments: str) -> Result:
        monkeypatch.setattr(sys, "argv", ["inception-graph", *arguments])
        with pytest.raises(SystemExit) as leaving:
            main()
        captured = capsys.readouterr()
        return Result(int(leaving.value.code or 0), captured.out, captured.err)

    return run
