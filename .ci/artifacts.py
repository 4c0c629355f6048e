"""Hold what `inception-graph build` wrote against what it should be, with the standard library alone."""

from __future__ import annotations

import ast
import sys
import xml.etree.ElementTree as ET
from pathlib import Path


def main(folder: Path) -> None:
    """Fail where a file is missing, empty or not of its kind."""
    ast.parse((folder / "model.py").read_text(encoding="utf-8"))
    root = ET.parse(folder / "diagram.svg").getroot()
    texts = [element.text or "" for element in root.iter() if element.tag.endswith("}text")]
    if not any("inception" in text for text in texts):
        sys.exit("the diagram names no inception module")
    if "6,998,552" not in (folder / "summary.md").read_text(encoding="utf-8"):
        sys.exit("the summary does not have GoogLeNet's parameters")
    if "inception_graph: 1" not in (folder / "spec.yaml").read_text(encoding="utf-8"):
        sys.exit("the resolved spec is not a spec")
    print(f"{folder}: all four files are sound")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
