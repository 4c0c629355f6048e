"""Write what of the documentation is made from specs and commands; a test holds it to what is made now."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS.parent))

import inception_graph as ig  # noqa: E402
from docs.family import family  # noqa: E402
from docs.transcripts import PAGES, replayed  # noqa: E402
from inception_graph.backends.pictures import svg  # noqa: E402

ARTIFACTS: dict[str, Callable[[], str]] = {
    "generated/inception_v3.py": lambda: ig.emit("inception_v3"),
    "generated/inception_v3_optimised.py": lambda: ig.emit("inception_v3", optimize="inference"),
    "generated/googlenet.svg": lambda: svg(ig.load("googlenet").typed, "block"),
    "reference/family.md": family,
    **{page: partial(replayed, page) for page in PAGES},
}
"""How the text of each file is made, by its path in the folder of the documentation."""


if __name__ == "__main__":
    for name in sys.argv[1:] or ARTIFACTS:
        (DOCS / name).write_text(ARTIFACTS[name](), encoding="utf-8")
