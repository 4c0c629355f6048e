"""Every implementation that is one of our networks. A closed table: nothing that a spec says chooses code."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from inception_graph.peers import importing

if TYPE_CHECKING:
    from collections.abc import Callable

    from inception_graph.peers.reference import Reference


@dataclass(frozen=True)
class Peer:
    """A network of a library.

    Attributes:
        source: The library, as sections ``checkpoints`` call it.
        spec: The shipped network that it is, number for number.
        name: What it is called there.
        distribution: What is installed.
        make: Makes it, its weights random.
        outputs: Our names of what it returns while training, in its order.
        keras: Whether it is a Keras model and not a torch module.
        fixed: Whether windows of its last layers are as large as the maps that images of one size give.
        headless: Makes it without auxiliary heads, where it has any.
    """

    source: str
    spec: str
    name: str
    distribution: str
    make: Callable[[], Any]
    outputs: tuple[str, ...] = ("logits",)
    keras: bool = False
    fixed: bool = False
    headless: Callable[[], Any] | None = None

    @property
    def version(self) -> str:
        """The version that is installed."""
        try:
            return version(self.distribution)
        except PackageNotFoundError:
            return "not installed"

    def build(self, *, double: bool = False, heads: bool = True) -> Reference:
        """The network with random weights, in single or double precision, with its auxiliary heads or without.

        Raises:
            PeerMissing: It cannot be imported.
        """
        from inception_graph.peers.reference import KerasReference, TorchReference

        if self.keras:
            return KerasReference(self.make, double=double)
        if heads or self.headless is None:
            return TorchReference(self.make(), self.outputs, double=double)
        return TorchReference(self.headless(), self.outputs[:1], double=double)


def _torchvision(name: str, *, heads: bool = True) -> Any:
    models = importing.torchvision().models
    made = getattr(models, name)
    return made(weights=None, init_weights=False, transform_input=False, aux_logits=heads)


def _timm(name: str) -> Any:
    return importing.timm().create_model(name, pretrained=False)


def _cadene(name: str) -> Any:
    return getattr(importing.pretrainedmodels(name), name)(num_classes=1000, pretrained=None)


def _facenet() -> Any:
    return importing.facenet_pytorch().InceptionResnetV1(pretrained=None)


def _pytorchcv(name: str) -> Any:
    return importing.pytorchcv().get_model(name, pretrained=False)


def _keras(name: str) -> Any:
    keras = importing.keras()
    keras.backend.clear_session()  # layers are numbered from the start again
    made = getattr(keras.applications, name)
    images = keras.Input((None, None, 3))
    return made(weights=None, input_tensor=images, classifier_activation=None)


def _of(
    source: str,
    distribution: str,
    make: Callable[[str], Any],
    path: str,
    specs: dict[str, str],
    *,
    keras: bool = False,
    fixed: tuple[str, ...] = (),
) -> tuple[Peer, ...]:
    return tuple(
        Peer(
            source,
            spec,
            f"{path}.{name}",
            distribution,
            partial(make, name),
            keras=keras,
            fixed=name in fixed,
        )
        for name, spec in specs.items()
    )


PEERS: tuple[Peer, ...] = (
    Peer(
        "torchvision",
        "googlenet_torchvision",
        "torchvision.models.googlenet",
        "torchvision",
        partial(_torchvision, "googlenet"),
        ("logits", "aux2", "aux1"),
        headless=partial(_torchvision, "googlenet", heads=False),
    ),
    Peer(
        "torchvision",
        "inception_v3_torchvision",
        "torchvision.models.inception_v3",
        "torchvision",
        partial(_torchvision, "inception_v3"),
        ("logits", "aux"),
        fixed=True,
        headless=partial(_torchvision, "inception_v3", heads=False),
    ),
    *_of(
        "timm",
        "timm",
        _timm,
        "timm",
        {
            "inception_v3": "inception_v3_torchvision",
            "inception_v4": "inception_v4",
            "inception_resnet_v2": "inception_resnet_v2",
            "legacy_xception": "xception_timm",
        },
    ),
    *_of(
        "cadene",
        "pretrainedmodels",
        _cadene,
        "pretrainedmodels",
        {
            "bninception": "bn_inception",
            "inceptionv4": "inception_v4",
            "inceptionresnetv2": "inception_resnet_v2",
            "xception": "xception_timm",
        },
        fixed=("bninception", "inceptionv4", "inceptionresnetv2"),
    ),
    Peer(
        "facenet_pytorch",
        "inception_resnet_v1_facenet",
        "facenet_pytorch.InceptionResnetV1",
        "facenet-pytorch",
        _facenet,
    ),
    *_of(
        "pytorchcv",
        "pytorchcv",
        _pytorchcv,
        "pytorchcv",
        {
            "bninception": "bn_inception",
            "inceptionv3": "inception_v3_torchvision",
            "inceptionv4": "inception_v4",
            "inceptionresnetv2": "inception_resnet_v2",
            "xception": "xception_timm",
        },
        fixed=("bninception", "inceptionv3", "inceptionv4", "inceptionresnetv2", "xception"),
    ),
    *_of(
        "keras",
        "keras",
        _keras,
        "keras.applications",
        {
            "InceptionV3": "inception_v3",
            "InceptionResNetV2": "inception_resnet_v2",
            "Xception": "xception",
        },
        keras=True,
    ),
)
"""Slim's networks need TensorFlow 1 and are not here; their layer tables are tested instead."""
