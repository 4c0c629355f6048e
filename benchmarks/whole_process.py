"""Whole processes against whole processes: what a user waits for at the command line."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from benchmarks.report import Measurement

_BIN = Path(sys.executable).parent
_CLI = str(_BIN / "inception-graph")

# By its path: to import our package with it would take their time.
_IMPORTING = str(Path(__file__).parents[1] / "inception_graph" / "peers" / "importing.py")
_TORCHVISION = f"""
import runpy
torchvision = runpy.run_path({_IMPORTING!r})["torchvision"]()
"""
_TORCHINFO = f"""{_TORCHVISION}
from torchinfo import summary
model = torchvision.models.inception_v3(weights=None, init_weights=False)
print(summary(model, (1, 3, 299, 299), device="cpu", verbose=0))
"""
_TORCHVIEW = f"""{_TORCHVISION}
import sys
import torch, torchview
model = torchvision.models.inception_v3(weights=None, init_weights=False).eval()
drawn = torchview.draw_graph(model, input_size=(1, 3, 299, 299), device="meta", depth=10, expand_nested=True)
drawn.visual_graph.format = "svg"
import pygraphviz
pygraphviz.AGraph(string=drawn.visual_graph.source).draw(sys.argv[1], prog="dot")
"""
_TORCHVIEW_TIMM = f"""{_TORCHVISION}
import sys
import timm, torchview
model = timm.create_model("inception_v4").eval()
drawn = torchview.draw_graph(model, input_size=(1, 3, 299, 299), device="meta", depth=10, expand_nested=True)
import pygraphviz
pygraphviz.AGraph(string=drawn.visual_graph.source).draw(sys.argv[1], prog="dot")
"""


def _seconds(command: list[str]) -> float:
    begin = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begin


def peak_memory(command: list[str]) -> float:
    """Peak resident memory in MB, asked of a fresh process that runs nothing else."""
    code = (
        "import resource, subprocess, sys;"
        "subprocess.run(sys.argv[1:], check=True, capture_output=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, *command], check=True, capture_output=True, text=True
    )
    return int(run.stdout) / 1024


def ratio(name: str, ours: list[str], theirs: list[str], target: float, rounds: int) -> Measurement:
    """Seconds of one command against those of another, run in turn."""
    for command in (ours, theirs):
        _seconds(command)
    pairs = [(_seconds(ours), _seconds(theirs)) for _ in range(rounds)]
    mine, other = median(a for a, _ in pairs), median(b for _, b in pairs)
    ratio = median(a / b for a, b in pairs)
    return Measurement(name, f"{mine:.2f} s", f"{other:.2f} s", ratio, target)


def _size(name: str, ours: Path, theirs: Path) -> Measurement:
    """Bytes of one file against those of another."""
    mine, other = ours.stat().st_size, theirs.stat().st_size
    return Measurement(name, f"{mine:,} B", f"{other:,} B", mine / other, 0.5)


def measure(folder: Path, rounds: int) -> list[Measurement]:
    """All whole-process measurements; files go to a folder that may be thrown away."""
    svg, peer_svg = str(folder / "ours.svg"), str(folder / "peer.svg")
    python = sys.executable
    check = [_CLI, "check", "googlenet"]
    summary = [_CLI, "summary", "inception_v3", "--level", "op"]
    render = [_CLI, "render", "inception_v3", "--level", "op", "-o", svg, "--force"]
    render_v4 = [_CLI, "render", "inception_v4", "--level", "op", "-o", svg, "--force"]
    peer_summary = [python, "-c", _TORCHINFO]
    peer_render = [python, "-c", _TORCHVIEW, peer_svg]
    peer_render_v4 = [python, "-c", _TORCHVIEW_TIMM, peer_svg]
    memory = peak_memory(check)
    bound = Measurement(
        "check googlenet, peak memory / 90 MB", f"{memory:.0f} MB", "90 MB", memory / 90, 1.0
    )
    return [
        ratio(
            "check googlenet / import torch", check, [python, "-c", "import torch"], 0.35, rounds
        ),
        bound,
        ratio("summary inception_v3 / torchinfo", summary, peer_summary, 0.5, rounds),
        ratio("render inception_v3 --level op / torchview", render, peer_render, 0.5, rounds),
        # The size of what the line above it wrote: a list is worked out in its order.
        ratio("render inception_v4 --level op / torchview", render_v4, peer_render_v4, 0.5, rounds),
        _size("its SVG", Path(svg), Path(peer_svg)),
        *_hostile(folder),
        _bounded("verify all networks, structure and totals", [_CLI, "verify"], 60),
        _bounded("table of 1,000 variants of inception_v3, one core", _ONE_CORE + _VARIANTS, 60),
        _bounded("advise inception_v4", [_CLI, "advise", "inception_v4"], 2),
        _watching(folder, rounds),
    ]


_ONE_CORE = [
    sys.executable,
    "-c",
    "import os, sys; os.sched_setaffinity(0, {0}); os.execv(sys.argv[1], sys.argv[1:])",
]
_VARIANTS = [_CLI, "table", "inception_v3", "--set", "classes=1:1000:1", "--format", "csv"]


def _bounded(name: str, command: list[str], bound: float) -> Measurement:
    """Seconds of a command against those that it may take; findings are no failure."""
    begin = time.perf_counter()
    done = subprocess.run(command, check=False, capture_output=True)
    seconds = time.perf_counter() - begin
    if done.returncode not in (0, 1):
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
    return Measurement(
        f"{name}, seconds / {bound:g}", f"{seconds:.2f} s", f"{bound:g} s", seconds / bound, 1.0
    )


def _watching(folder: Path, rounds: int) -> Measurement:
    """Seconds from a save to the new answer of ``check --watch``."""
    spec, said = folder / "mine.yaml", folder / "said.txt"
    spec.write_text("inception_graph: 1\nname: mine\nextends: googlenet\n", encoding="utf-8")
    text = spec.read_text(encoding="utf-8")
    with said.open("w", encoding="utf-8") as stream:
        command = [_CLI, "check", str(spec), "--watch"]
        process = subprocess.Popen(command, stdout=stream, stderr=stream)
        found: list[float] = []

        def answered(times: int) -> None:
            while said.read_text(encoding="utf-8").count("watching") < times:
                time.sleep(0.002)

        try:
            answered(1)
            for index in range(rounds):
                time.sleep(0.2)
                begin = time.perf_counter()
                spec.write_text(f"{text}variables: {{classes: {index + 2}}}\n", encoding="utf-8")
                answered(index + 2)
                found.append(time.perf_counter() - begin)
        finally:
            process.terminate()
            process.wait()
    seconds = median(found)
    return Measurement(
        "check --watch, save to answer, seconds / 0.3",
        f"{seconds:.3f} s",
        "0.3 s",
        seconds / 0.3,
        1.0,
    )


def _hostile(folder: Path) -> list[Measurement]:
    """Files that are made to be slow: seconds and memory until the diagnostic, against 2 s and 300 MB."""
    head = "inception_graph: 1\nname: x\ninput: {channels: 3, height: 32, width: 32}\n"
    nested = "".join(
        f"  b{i}: {{nodes: {{a: {{b{i + 1}: , repeat: 1000}}, c: {{b{i + 1}: , repeat: 1000}}}}}}\n"
        for i in range(30)
    )
    laughs = "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 40))
    files = {
        "100,000 brackets": "a: " + "[" * 100_000,
        "aliases of aliases": "a0: &a0 [x, x]\n" + laughs,
        "blocks of blocks": f"{head}blocks:\n{nested}  b30: {{nodes: {{conv: 3}}}}\nbody:\n  x: {{b0: }}\n",
        "20,000 faults": f"{head}body:\n" + "".join(f"  n{i}: {{cnv: 1}}\n" for i in range(20_000)),
        "9,999 nodes": f"{head}body:\n" + "".join(f"  n{i}: {{conv: 3}}\n" for i in range(9_999)),
    }
    found: list[Measurement] = []
    for name, text in files.items():
        path = folder / "hostile.yaml"
        path.write_text(text, encoding="utf-8")
        begin = time.perf_counter()
        subprocess.run([_CLI, "check", str(path)], check=False, capture_output=True)
        seconds = time.perf_counter() - begin
        found.append(
            Measurement(
                f"hostile file, {name}, seconds / 2", f"{seconds:.2f} s", "2 s", seconds / 2, 1.0
            )
        )
    return found
