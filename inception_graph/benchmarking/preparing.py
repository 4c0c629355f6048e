"""The networks of a benchmark with equal weights, and what each must give."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from inception_graph.backends.pytorch.emit import network_class
from inception_graph.backends.pytorch.live import hollow
from inception_graph.benchmarking.contenders import OPTIMISED, PLAIN, Emitted, Foreign
from inception_graph.benchmarking.torch_sessions import session, tensor
from inception_graph.checkpoints import tensors
from inception_graph.peers import PEERS, PeerMissing
from inception_graph.verification.against import NoPeerError, choose
from inception_graph.verification.carrying import carried, fit, scatter
from inception_graph.verification.outputs import images, network_of, relative

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from torch import nn

    from inception_graph.benchmarking.contenders import Candidate
    from inception_graph.benchmarking.settings import Settings
    from inception_graph.network import Network

_SAME = 1e-4
"""Largest difference of outputs in float32, in units of the largest, of two networks that are the same."""


class Preparation:
    """Networks with equal weights, written to a folder for the processes that will run them.

    Attributes:
        images: The batch, as numpy saves it.
        absent: Why networks of libraries that look alike do not take part, a sentence each.
    """

    def __init__(self, network: Network, settings: Settings, folder: Path) -> None:
        self.images = folder / "images.npy"
        self.absent: list[str] = []
        self._network = network.without_auxiliary()
        self._typed = self._network.typed
        self._settings = replace(settings, dtype="float32", device="cpu")
        self._folder = folder
        np.save(self.images, images(self._typed, settings.batch).numpy())

    def candidates(
        self, wanted: Callable[[str], bool], progress: Callable[[str], None]
    ) -> list[Candidate]:
        """Make the networks, ours first.

        Args:
            wanted: Whether a library is to be looked at.
            progress: Told what is being made.
        """
        module = hollow(network_of(self._typed))
        with torch.no_grad():
            scatter(module.state_dict(), ((kept, kept.name) for kept in tensors(self._typed)))
        peers: list[Candidate] = []
        for source in dict.fromkeys(peer.source for peer in PEERS):
            if wanted(source):
                progress(source)
                found = self._peer(source, module)
                peers += [] if found is None else [found]
        progress("ours")
        # Ours are measured with the weights of the last peer; those of any would do.
        return [*self._ours(module), *peers]

    def _ours(self, module: nn.Module) -> list[Candidate]:
        plain, training = self._network, self._settings.mode == "train"
        optimised = plain.optimised("train" if training else "inference")
        traced = optimised if training else plain.optimised("compile")
        made: list[Candidate] = [
            Emitted(
                name,
                f"{plain.name}, {name}",
                self._folder,
                run.emit(),
                compiled.emit(),
                network_class(run.program),
            )
            for name, run, compiled in ((PLAIN, plain, plain), (OPTIMISED, optimised, traced))
        ]
        for candidate in made:
            torch.save(module.state_dict(), candidate.weights)
        self._expect(made, module)
        return made

    def _peer(self, source: str, module: nn.Module) -> Candidate | None:
        """The network of a library that is ours, which ``module`` then has the weights of; None where it has none."""
        try:
            peer, rules = choose(self._typed, source)
            reference = peer.build(heads=False)
        except NoPeerError:
            return None
        except PeerMissing as error:
            self.absent.append(str(error))
            return None
        held = reference.tensors()
        found = fit(self._typed, rules, held)
        if found.strangers:
            count = len(found.strangers)
            self.absent.append(f"{peer.name} is another network: it lacks {count} of our tensors")
            return None
        with torch.inference_mode():
            scatter(held, ((entry.tensor, name) for entry, name in found.pairs if entry.kept))
            module.load_state_dict(carried(held, found))
            batch = tensor(np.load(self.images))
            try:
                theirs = reference.run(batch, training=False)["logits"]
            except (RuntimeError, ValueError) as error:
                why = str(error).strip().partition("\n")[0]
                self.absent.append(f"{peer.name} cannot be computed for these images: {why}")
                return None
            difference = relative(module.eval()(batch), theirs)
        if not difference <= _SAME:
            why = f"with equal weights outputs differ by {difference:.1e} of the largest"
            self.absent.append(f"{peer.name} is another network: {why}")
            return None
        title = f"{peer.name} ({peer.distribution} {peer.version})"
        made = Foreign(source, title, self._folder, peer)
        torch.save(dict(held), made.weights)
        self._expect([made], module)
        return made

    def _expect(self, candidates: list[Candidate], module: nn.Module) -> None:
        """Write down what a network must give: what our plain module gives, eager and in float32."""
        given = session(module, "eager", self._settings, np.load(self.images)).first()
        for candidate in candidates:
            np.save(candidate.expected, given)


def export(candidate: Candidate, images: Path) -> None:
    """Write a network as ONNX for one size of batch, as torch's exporter has it."""
    module = candidate.module(traced=True).eval()
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        exporter: Any = torch.onnx
        batch = tensor(np.load(images))
        exporter.export(module, (batch,), dynamo=True, verbose=False).save(candidate.onnx)
