"""Write what of the documentation is made from specs and commands; a test holds it to what is made now."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS.parent))

import inception_graph as ig  # noqa: E402
from docs.family import family  # noqa: E402
from docs.recipes import recipes  # noqa: E402
from docs.transcripts import PAGES, replayed  # noqa: E402
from inception_graph.backends.figures.gallery import gallery  # noqa: E402
from inception_graph.backends.figures.poster import Entry, by_lineage  # noqa: E402
from inception_graph.backends.pictures import View, svg  # noqa: E402


def family_gallery() -> Mapping[str, Callable[[], str]]:
    """Pictures of all shipped networks, without what is made for one reader: the pdf and the pages to explore."""
    networks = (ig.load(name) for name in ig.list_models())
    entries = [Entry(made.typed, made.compilation.parent) for made in networks]
    return gallery(by_lineage(entries), title="The Inception family")


ARTIFACTS: dict[str, Callable[[], str]] = {
    "generated/inception_v3.py": lambda: ig.emit("inception_v3"),
    "generated/inception_v3_optimised.py": lambda: ig.emit("inception_v3", optimize="inference"),
    "generated/googlenet.svg": lambda: svg(ig.load("googlenet").typed, "block"),
    "generated/visual_language.svg": lambda: svg(
        ig.load("googlenet").typed, view=View("network", expand=("inception_3a",), direction="LR")
    ),
    "reference/family.md": family,
    "reference/recipes.md": recipes,
    **{page: partial(replayed, page) for page in PAGES},
    **{f"gallery/{name}": made for name, made in family_gallery().items()},
}
"""How the text of each file is made, by its path in the folder of the documentation."""


if __name__ == "__main__":
    for name in sys.argv[1:] or ARTIFACTS:
        (DOCS / name).write_text(ARTIFACTS[name](), encoding="utf-8")
