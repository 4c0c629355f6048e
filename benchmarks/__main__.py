"""Run measurements and write ``benchmarks/RESULTS.md``; exit status 1 where a target is missed.

Without PART all parts run, ``speed`` among them, which takes most of an hour. What is known of other parts is kept.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import data, in_process, page, speed, training, weights, whole_process
from benchmarks.report import Part, facts, kept, markdown

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.report import Measurement

_BASIC = ("inception-graph", "torch", "torchvision", "torchinfo", "torchview", "pydantic", "pyyaml")
_PARTS: dict[str, tuple[str, tuple[str, ...], Callable[[Path, int], list[Measurement]]]] = {
    "commands": ("Commands, as whole processes", _BASIC, whole_process.measure),
    "weights": ("Weights", ("torch",), weights.measure),
    "compiler": ("Inside one process", _BASIC, lambda _, rounds: in_process.measure(rounds)),
    "data": ("Reading images to train on", data.PACKAGES, data.measure),
    "training": ("Training", training.PACKAGES, training.measure),
    "page": ("The html page", ("playwright",), page.measure),
    "speed": ("Speed of networks", speed.PACKAGES, speed.measure),
}
"""Title, packages whose versions matter, and what measures a part, by the name of the part."""


def main() -> None:
    """Measure, write, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", metavar="PART", nargs="*", help=f"of {', '.join(_PARTS)}")
    parser.add_argument("--rounds", type=int, default=9, help="rounds of each comparison")
    parser.add_argument("--missing", action="store_true", help="of speed, only what is not known")
    parser.add_argument("--kept", action="store_true", help="of speed, run nothing")
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).with_name("RESULTS.md"))
    options = parser.parse_args()
    if unknown := [name for name in options.parts if name not in _PARTS]:
        parser.error(f"there is no part '{unknown[0]}': choose from {', '.join(_PARTS)}")
    if not (options.missing or options.kept) and (not options.parts or "speed" in options.parts):
        speed.forget()
    for name in options.parts or _PARTS:
        title, packages, measure = _PARTS[name]
        measure = speed.known if name == "speed" and options.kept else measure
        with tempfile.TemporaryDirectory() as folder:
            rows = measure(Path(folder), options.rounds)
        notes = speed.tables() if name == "speed" else ()
        Part(name, title, tuple(rows), tuple(notes), facts(packages)).keep()
    known = [part for name in _PARTS if (part := kept(name)) is not None]
    results = markdown(known)
    options.output.write_text(results, encoding="utf-8")
    print(results)
    sys.exit(0 if all(part.met for part in known) else 1)


if __name__ == "__main__":
    main()
