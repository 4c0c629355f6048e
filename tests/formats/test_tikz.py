"""TikZ: LaTeX sets the document, and nothing in a spec can become a command of it."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from drawn import HOSTILE, LIGHT, NAMES, layout, titled, typed

from inception_graph.backends.pictures import PictureError
from inception_graph.backends.pictures.tikz_writer import tikz_text

if TYPE_CHECKING:
    from pathlib import Path

    from inception_graph.ir.graph import TypedGraph


def drawn(network: TypedGraph, level: str = "block") -> str:
    return tikz_text(layout(network, level), LIGHT)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
@pytest.mark.parametrize("network", ["xception", *HOSTILE])
def test_latex_sets_it_on_one_page_of_its_size(network: str, tmp_path: Path) -> None:
    graph = typed(network) if network in NAMES else titled(network)
    (tmp_path / "picture.tex").write_text(drawn(graph), encoding="utf-8")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "picture.tex"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    said = done.stdout.decode(errors="replace")
    assert done.returncode == 0, said[-2000:]
    assert "(1 page," in said
    assert not re.search(r"^(Overfull|LaTeX Warning|Package .* Warning)", said, re.MULTILINE), said


@pytest.mark.parametrize("title", HOSTILE)
def test_texts_hold_no_command_of_their_own(title: str) -> None:
    """What remains of a title without the escapes that we write is letters, digits and marks."""
    (line,) = [line for line in drawn(titled(title)).splitlines() if "bfseries] at (18" in line]
    words = line.partition("} at ")[2] or line.partition(") {")[2].removesuffix("};")
    escapes = r"\\(?:text\w+|dots)\{\}|\\[#$%&_{}]|\$(?:\\times|\\cdot|\\to|-)\$"
    assert not re.search(r"[\\{}$&#^_%~]", re.sub(escapes, "", words))


def test_characters_that_old_fonts_lack_stand_there_as_numbers() -> None:
    text = drawn(titled("naïve Œuvre 漢 ≤ Ħ ß ą — ok"))
    assert "naïve Œuvre U+6F22 U+2264 U+0126 ß U+0105 --- ok" in text


@pytest.mark.parametrize("level", ["network", "op"])
@pytest.mark.parametrize("name", ["googlenet", "inception_resnet_v2"])
def test_boxes_are_nodes_with_the_names_of_the_spec(name: str, level: str) -> None:
    shown = layout(typed(name), level)
    text = tikz_text(shown, LIGHT)
    named = re.findall(r"^\\node\[minimum.*?\] \(([^)]*)\) at", text, re.MULTILINE)
    assert named == [placed.box.id.replace(".", "/") for placed in shown.boxes]


def test_what_tex_cannot_count_is_refused() -> None:
    large = replace(layout(titled("small")), width=16_001.0)
    with pytest.raises(PictureError, match="TeX counts to 16,000"):
        tikz_text(large, LIGHT)
