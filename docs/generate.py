"""Write the artifacts of the documentation that are made from specs; a test holds them to what is made now."""

from __future__ import annotations

from pathlib import Path

import inception_graph as ig
from inception_graph.backends.pictures import svg

FOLDER = Path(__file__).parent / "generated"


def artifacts() -> dict[str, str]:
    """The text of every artifact by its file name."""
    return {
        "inception_v3.py": ig.emit("inception_v3"),
        "googlenet.svg": svg(ig.load("googlenet").typed, "block"),
    }


if __name__ == "__main__":
    for name, text in artifacts().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
