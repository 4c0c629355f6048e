"""Run every measurement and write ``benchmarks/RESULTS.md``; exit status 1 where a target is missed."""

from __future__ import annotations

import argparse
import importlib.metadata
import sys
import tempfile
from datetime import date
from pathlib import Path

from benchmarks import in_process, weights, whole_process
from benchmarks.report import markdown

_VERSIONS = (
    "inception-graph",
    "torch",
    "torchvision",
    "torchinfo",
    "torchview",
    "pydantic",
    "pyyaml",
)


def main() -> None:
    """Measure, write, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="rounds of each comparison")
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).with_name("RESULTS.md"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = whole_process.measure(Path(folder), options.rounds)
        found += weights.measure(Path(folder), options.rounds)
    found += in_process.measure(options.rounds)
    versions = {name: importlib.metadata.version(name) for name in _VERSIONS}
    page = markdown(found, versions, date.today().isoformat())
    options.output.write_text(page, encoding="utf-8")
    print(page)
    sys.exit(0 if all(row.met for row in found) else 1)


if __name__ == "__main__":
    main()
