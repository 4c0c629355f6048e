"""Pages whose commands are run: what stands below each command is what it prints.

In a page, a ``console`` block holds commands behind ``$`` and their output; a block ``yaml title=NAME`` is a file that
the reader writes. Everything happens in one folder that is empty at first, in the order of the page.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

DOCS = Path(__file__).parent
PAGES = (
    "tutorial.md",
    "how-to/weights.md",
    "how-to/optimise.md",
    "how-to/train.md",
    "explanation/family.md",
)

_BLOCK = re.compile(r"^```(console|yaml title=(\S+))\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def replayed(page: str) -> str:
    """The text of a page with the output of every command as it is now."""
    text = (DOCS / page).read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        return _BLOCK.sub(lambda match: _block(match, Path(folder)), text)


def _block(match: re.Match[str], folder: Path) -> str:
    if match[2]:
        (folder / match[2]).write_text(match[3], encoding="utf-8")
        return match[0]
    commands = [line for line in match[3].splitlines() if line.startswith("$ ")]
    shown = [f"{command}\n{_output(command.removeprefix('$ '), folder)}" for command in commands]
    return f"```console\n{''.join(shown)}```"


def _output(command: str, folder: Path) -> str:
    """What a command prints, to whichever stream."""
    programs = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "NO_COLOR": "1",
        "COLUMNS": "100",
    }
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    # A page is no place for spaces at the ends of lines.
    return "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines())
