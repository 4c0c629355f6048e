"""Trained weights for predictions, and how their pictures are prepared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.backends.pytorch.emit import network_class
from inception_graph.backends.pytorch.live import hollow, load_source
from inception_graph.ir.header import Preprocess
from inception_graph.weights.loading import load

if TYPE_CHECKING:
    from torch import nn

    from inception_graph.ir.graph import TypedGraph
    from inception_graph.network import Network
    from inception_graph.weights.fit import Fit

_SHOWN = 3


def loaded(network: Network, weights: str, source: str | None) -> tuple[nn.Module, Fit]:
    """The live module of a network without its auxiliary heads, trained and in evaluation mode; and how weights fit.

    Args:
        network: The network.
        weights: A file, or where to fetch one.
        source: Whose names the file has; found out unless given.

    Raises:
        WeightsError: The weights cannot be read, or leave a part of the module as random as it started.
    """
    plain = network.without_auxiliary()
    module = load_source(plain.emit(), plain.name)
    model = hollow(getattr(module, network_class(plain.program))).eval()
    fit = load(model, network.typed, weights, source=source)
    unused = set(fit.unused)
    random = [name for name in fit.left(model.state_dict()) if name not in unused]
    if random:
        more = f" and {len(random) - _SHOWN} more" if len(random) > _SHOWN else ""
        names = ", ".join(f"'{name}'" for name in random[:_SHOWN])
        message = f"it has nothing for {names}{more}, which would stay random: nothing is predicted"
        raise fit.file.error(message)
    return model, fit


def preparation(typed: TypedGraph, fit: Fit) -> tuple[Preprocess, str]:
    """How pictures become inputs, also in words: as the weights say, or else the spec.

    What the weights say is for as many channels as theirs; a spec edited to have more or fewer speaks for itself.
    """
    own = fit.preprocess
    channels = typed.program.input[0]
    if own is not None and all(len(given) == channels for given in (own.mean, own.std) if given):
        whose = f"{fit.source} does" if fit.source else "the file of weights says"
        return own, f"prepared as {whose}"
    if typed.program.preprocess is not None:
        return typed.program.preprocess, f"prepared as the spec '{typed.program.name}' says"
    return Preprocess(), "only resized, since neither weights nor spec say more"
