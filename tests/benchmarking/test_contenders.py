"""Who takes part in a benchmark, and what becomes of their times; nothing is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from inception_graph.backends.figures.writing import svg_text
from inception_graph.benchmarking import plot, report
from inception_graph.benchmarking.contenders import RUNTIMES, Candidate, Emitted, Foreign, lineup
from inception_graph.benchmarking.results import Benchmark, Result
from inception_graph.benchmarking.settings import Mode, Precision, Settings
from inception_graph.benchmarking.worker import Memory, Worker, WorkerError
from inception_graph.peers import PEERS

FOLDER = Path("folder")


def _candidates(*names: str) -> list[Candidate]:
    by_name = {peer.name: peer for peer in PEERS}
    ours = [Emitted(name, name, FOLDER, "", "", "") for name in ("plain", "optimised")]
    theirs = [Foreign(by_name[name].source, name, FOLDER, by_name[name]) for name in names]
    return [*ours, *theirs]


@pytest.mark.parametrize(
    ("mode", "dtype", "peers", "patterns", "expected"),
    [
        ("inference", "float32", (), (),
         "plain/eager plain/channels_last optimised/channels_last optimised/compiled"),
        ("inference", "float32", ("torchvision.models.inception_v3", "timm.inception_v3"), (),
         ("plain/eager plain/channels_last optimised/channels_last optimised/compiled "
         "torchvision/eager torchvision/channels_last torchvision/compiled torchvision/onnxruntime "
         "torchvision/openvino timm/channels_last")),
        ("inference", "bfloat16", ("timm.inception_v4",), ("timm/*",),
         "timm/eager timm/channels_last timm/compiled timm/openvino"),
        ("train", "float32", ("timm.inception_v4",), (),
         ("plain/eager plain/channels_last optimised/channels_last optimised/compiled timm/eager "
             "timm/channels_last timm/compiled")),
        ("train", "float32", ("timm.inception_v4",), ("*/compiled",),
         "plain/compiled optimised/compiled timm/compiled"),
        ("inference", "float32", ("keras.applications.InceptionV3",), ("keras/*", "plain/openvino"),
         "plain/openvino keras/eager"),
    ],
)  # fmt: skip
def test_lineup(
    mode: Mode,
    dtype: Precision,
    peers: tuple[str, ...],
    patterns: tuple[str, ...],
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("inception_graph.benchmarking.contenders.find_spec", lambda name: name)
    found = lineup(_candidates(*peers), Settings(mode, dtype=dtype), patterns)
    assert " ".join(contender.name for contender in found) == expected


def test_what_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inception_graph.benchmarking.contenders.find_spec", lambda name: None)
    (openvino,) = (runtime for runtime in RUNTIMES if runtime.name == "openvino")
    assert openvino.refusal(Settings()) == "not installed: pip install openvino onnx onnxscript"


def _result(name: str, *rounds: float, failure: str | None = None) -> Result:
    memory = Memory(2**28, 2**29, None)
    ours = name.startswith("plain")
    return Result(name, f"{name} <it>", ours, failure, 1e-6, 0.5, memory, rounds)


def _benchmark(*results: Result) -> Benchmark:
    machine = {"processor": "X", "cores": "2", "system": "Linux", "python": "3"}
    return Benchmark("net", Settings(batch=4), machine, {"torch": "2"}, results, ("openvino: no",))


FOUND = _benchmark(
    _result("plain/eager", 0.03, 0.02, 0.06),
    _result("timm/eager", 0.04, 0.04, 0.04),
    _result("timm/compiled", 0.02, 0.02, 0.03),
    _result("timm/openvino", failure="outputs differ"),
)


def test_ratios_are_of_rounds_and_not_of_medians() -> None:
    assert FOUND.best_peer is not None
    assert FOUND.best_peer.name == "timm/compiled"
    plain = FOUND.named("plain/eager")
    assert plain.seconds == 0.03
    assert plain.quartiles == pytest.approx((0.025, 0.045))
    assert FOUND.ratio(plain, FOUND.best_peer) == 1.5
    with pytest.raises(KeyError):
        FOUND.named("timm/channels_last")


def test_text_has_the_fastest_first() -> None:
    lines = report.text(FOUND).splitlines()
    first = lines[5]
    assert first.split() == [
        "timm/compiled", "20.0", "20.0", "-", "25.0", "200.0", "1.00", "0.5", "s", "512", "MiB", "1e-06",
    ]  # fmt: skip
    assert "NOT MEASURED: timm/openvino: outputs differ" in lines
    assert "not measured: openvino: no" in lines


def test_values_without_times_where_nothing_was_measured() -> None:
    entries = {entry["name"]: entry for entry in report.values(FOUND)["contenders"]}
    assert entries["timm/openvino"]["failure"] == "outputs differ"
    assert "seconds" not in entries["timm/openvino"]
    assert entries["plain/eager"]["ratio"] == 1.5


def test_plot_holds_texts_as_texts_and_names_everybody() -> None:
    drawn = svg_text(plot.scene(FOUND))
    assert "timm/compiled &lt;it&gt;" in drawn
    assert (
        drawn.index(">timm/compiled<") < drawn.index(">plain/eager<") < drawn.index(">timm/eager<")
    )
    assert "timm/openvino" not in drawn


def test_a_figure_of_nothing_is_drawn_too() -> None:
    nothing = _benchmark(_result("timm/openvino", failure="outputs differ"))
    assert svg_text(plot.scene(nothing)).startswith("<svg")
    assert "NOT MEASURED" in report.text(nothing)


def test_a_contender_that_cannot_be_made_says_why_in_a_line(tmp_path: Path) -> None:
    import numpy as np

    faulty = "raise ValueError('first\\nsecond')"
    candidate = Emitted("plain", "plain", tmp_path, faulty, "", "Net")
    np.save(tmp_path / "images.npy", np.zeros((1, 3, 2, 2), np.float32))
    (contender,) = lineup([candidate], Settings(), ["plain/eager"])
    worker = Worker(contender, Settings(), tmp_path / "images.npy")
    try:
        with pytest.raises(WorkerError, match=r"^ValueError: first$"):
            worker.started()
    finally:
        worker.close()
