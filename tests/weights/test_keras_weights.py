"""Files that Keras wrote, read without it: the same outputs; and files of ours that Keras reads."""

from __future__ import annotations

import warnings
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch

import inception_graph as ig
from inception_graph.peers.importing import PeerMissing, keras
from inception_graph.weights.converting import theirs
from inception_graph.weights.errors import WeightsError
from inception_graph.weights.fitting import fitted
from inception_graph.weights.opening import opened
from inception_graph.weights.writing import write

h5py: Any = pytest.importorskip("h5py")
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
IMAGES = torch.rand(2, 3, 12, 12, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def library() -> Any:
    try:
        found = keras()
    except PeerMissing as missing:
        pytest.skip(str(missing))
    found.backend.clear_session()
    return found


def backbone(library: Any, *, top: bool) -> Any:
    """The network of tiny.yaml in Keras, with random numbers throughout."""
    layers = library.layers

    def conv(x: Any, channels: int, kernel: int, stride: int = 1) -> Any:
        x = layers.Conv2D(channels, kernel, stride, padding="same")(x)
        return layers.ReLU()(layers.BatchNormalization(scale=False, epsilon=1e-5)(x))

    images = library.Input((12, 12, 3))
    x = conv(images, 6, 3, 2)
    one = conv(x, 4, 1)
    x = layers.Concatenate()([one, conv(conv(x, 3, 1), 4, 3)])
    x = layers.SeparableConv2D(7, 3, 2, padding="same", name="sep")(x)
    x = layers.BatchNormalization(scale=False, epsilon=1e-5, name="sep_bn")(x)
    x = layers.Flatten()(layers.ReLU()(x))
    x = layers.Dense(8, activation="relu", name="hidden")(x)
    x = layers.Dense(5, name="predictions")(x) if top else x
    model = library.Model(images, x, name="backbone")
    generator = torch.Generator().manual_seed(1)
    model.set_weights([torch.rand(w.shape, generator=generator).numpy() for w in model.weights])
    return model


def save(model: Any, path: Path) -> None:
    with warnings.catch_warnings(action="ignore"):
        model.save_weights(path) if path.name.endswith(".weights.h5") else model.save(path)


def run(model: Any) -> torch.Tensor:
    return model(IMAGES.permute(0, 2, 3, 1), training=False).detach()


SUFFIXES = [".h5", ".weights.h5", ".keras"]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("before", [0, 1], ids=["first in its process", "after another"])
def test_a_whole_model(
    suffix: str, before: int, library: Any, tiny: ig.Network, tmp_path: Path
) -> None:
    """Layers without a name are numbered from where Keras is in its process."""
    for _ in range(before):
        backbone(library, top=True)
    made = backbone(library, top=True)
    save(made, tmp_path / f"x{suffix}")
    ours = tiny.without_auxiliary().create_model(tmp_path / f"x{suffix}", strict=True).eval()
    assert torch.allclose(ours(IMAGES), run(made), rtol=1e-5)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_backbone_under_another_head(
    suffix: str, library: Any, tiny: ig.Network, tmp_path: Path
) -> None:
    inner = backbone(library, top=False)
    images = library.Input((12, 12, 3))
    scores = library.layers.Dense(4, name="flowers")(library.layers.Dropout(0.5)(inner(images)))
    save(library.Model(images, scores), tmp_path / f"x{suffix}")
    with pytest.warns(UserWarning, match=r"classifier \(2 tensors\)\n.*unused .*\n *flowers \("):
        ours = tiny.without_auxiliary().create_model(tmp_path / f"x{suffix}").eval()
    features: list[torch.Tensor] = []
    ours.get_submodule("classifier").register_forward_pre_hook(
        lambda module, given: features.append(given[0])
    )
    ours(IMAGES)
    assert torch.allclose(features[0], run(inner), rtol=1e-5)


def test_keras_reads_what_we_export(
    library: Any, tiny: ig.Network, model: Any, tmp_path: Path
) -> None:
    for layer in model.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            torch.nn.init.ones_(layer.weight)
    torch.save(model.state_dict(), tmp_path / "ours.pth")
    with opened(tmp_path / "ours.pth") as file:
        planned = theirs(fitted(tiny.typed, file), "keras")
        write(tmp_path / "theirs.h5", planned, {}, lambda written: None)
    made = backbone(library, top=True)
    made.load_weights(tmp_path / "theirs.h5", by_name=True)
    assert torch.allclose(run(made), model(IMAGES), rtol=1e-5)


def without_names(path: Path) -> None:
    """Make a file of Keras 3 one as Keras before 3.6 wrote it."""
    with h5py.File(path, "r+") as file:
        file.visititems(lambda name, item: item.attrs.pop("name", None) and None)


def test_a_file_before_names_needs_its_configuration(
    library: Any, tiny: ig.Network, tmp_path: Path
) -> None:
    made = backbone(library, top=True)
    weights, archive = tmp_path / "model.weights.h5", tmp_path / "x.keras"
    save(made, weights)
    save(made, archive)
    without_names(weights)
    with pytest.raises(WeightsError, match="does not say what its layers are called"):
        tiny.create_model(weights)
    with zipfile.ZipFile(archive) as opened_archive:
        config = opened_archive.read("config.json")
    with zipfile.ZipFile(archive, "w") as fresh:
        fresh.writestr("config.json", config)
        fresh.write(weights, "model.weights.h5")
    ours = tiny.without_auxiliary().create_model(archive, strict=True).eval()
    assert torch.allclose(ours(IMAGES), run(made), rtol=1e-5)
