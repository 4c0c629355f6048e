"""``inception-graph verify`` as a user meets it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from inception_graph.cli import main
from inception_graph.peers import PEERS, PeerMissing, importing

BASE = str(Path(__file__).parent / "base.yaml")


class Result(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def verify(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    def call(*arguments: str) -> Result:
        monkeypatch.setattr(sys, "argv", ["inception-graph", "verify", *arguments])
        with pytest.raises(SystemExit) as leaving:
            main()
        captured = capsys.readouterr()
        return Result(int(leaving.value.code or 0), captured.out, captured.err)

    return call


def test_one_network(verify: Any) -> None:
    found = verify(BASE)
    assert (found.status, found.err) == (0, "")
    assert found.out.startswith("base: inference, live module and emitted file agree\n")
    assert "to the last bit" in found.out


def test_as_json(verify: Any) -> None:
    found = verify(BASE, "--no-outputs", "--format", "json")
    (verdict,) = json.loads(found.out)
    assert verdict["agrees"] is True
    assert [check["what"] for check in verdict["checks"] if check["faults"]] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((BASE, "--against", "nobody"), "'nobody' is not one of 'torchvision', 'timm',"),
        ((BASE, "--against", "timm"), "no network of timm is like 'base'; it has inception_v3_torchvision"),
        (("nothing",), "there is no network and no file 'nothing'"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared(arguments: tuple[str, ...], message: str, verify: Any) -> None:
    found = verify(*arguments)
    assert found.status in (1, 2)
    assert found.out == ""
    assert message in found.err
    assert "Traceback" not in found.err


def test_a_library_that_is_missing(verify: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "timm", None)
    found = verify("inception_v4", "--no-outputs", "--against", "timm")
    assert found.status == 2
    assert "'timm' cannot be imported" in found.err
    assert "pip install" in found.err


@pytest.mark.parametrize("package", ["pretrainedmodels", "facenet_pytorch"])
def test_a_library_of_single_files_that_is_missing(
    package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "find_spec", lambda _: None)
    peer = next(peer for peer in PEERS if peer.name.startswith(package))
    with pytest.raises(PeerMissing, match=f"'{package}' is not installed: pip install"):
        peer.build()


def test_keras_on_another_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    class Other:
        class backend:  # noqa: N801 - as Keras calls it
            @staticmethod
            def backend() -> str:
                return "tensorflow"

    monkeypatch.setitem(sys.modules, "keras", Other)
    with pytest.raises(PeerMissing, match="set KERAS_BACKEND=torch"):
        next(peer for peer in PEERS if peer.keras).build()
