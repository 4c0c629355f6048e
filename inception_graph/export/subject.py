"""What is exported: a network with its weights, optimised, and what a server has to know about it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from inception_graph.execution import Execution, Precision
from inception_graph.files import MAKER
from inception_graph.prediction.loading import loaded, preparation
from inception_graph.version import __version__

if TYPE_CHECKING:
    from torch import Tensor, nn

    from inception_graph.network import Network

INPUT, OUTPUT = "images", "output"
"""What a file calls the input and the output of a network."""


@dataclass(frozen=True)
class Subject:
    """A network that is about to become a file.

    Attributes:
        plain: Its module as written, in float32; what a file computes is held against it.
        model: Its module as it is exported, with the same weights.
        image: Channels, height and width of an image.
        dtype: Of weights, images and output.
        batch: Images at a time; None leaves that open.
        about: What a server has to know, as texts by name.
    """

    plain: nn.Module
    model: nn.Module
    image: tuple[int, int, int]
    dtype: Precision
    batch: int | None
    about: dict[str, str]

    def images(self, number: int) -> Tensor:
        """Images to try it on, in float32."""
        generator = torch.Generator().manual_seed(number)
        return torch.randn(number, *self.image, generator=generator)

    def trace(self) -> torch.export.ExportedProgram:
        """The graph of torch's operations. Where in our files an operation stood is not said."""
        # A batch of one would be taken for a constant.
        images = self.images(self.batch or 2).to(getattr(torch, self.dtype))
        shapes = None if self.batch else ({0: torch.export.Dim("batch", min=1)},)
        with torch.no_grad():
            program = torch.export.export(self.model, (images,), dynamic_shapes=shapes)
        for part in program.graph_module.modules():
            if isinstance(part, torch.fx.GraphModule):
                for node in part.graph.nodes:
                    node.meta.pop("stack_trace", None)
        return program


def subject(
    network: Network,
    *,
    weights: str | None = None,
    source: str | None = None,
    optimize: str | None = "compile",
    dtype: Precision = "float32",
    channels_last: bool = False,
    batch: int | None = None,
) -> Subject:
    """Make a network ready to be exported, without its auxiliary heads.

    Args:
        network: The network.
        weights: A file, or where to fetch one; random, but always the same, unless given.
        source: Whose names the file has; found out unless given.
        optimize: Passes to run, or None.
        dtype: Of weights and images.
        channels_last: Whether weights stand in memory with their channels last.
        batch: Images at a time, or None for any number.

    Raises:
        WeightsError: The weights cannot be read, or leave a part of the module random.
        PassError: There is no pass of a name.
    """
    written = network.without_auxiliary()
    network = written.optimised(optimize) if optimize else written
    random: Any = torch.random
    with random.fork_rng(devices=[]):
        random.manual_seed(0)
        if weights is None:
            plain, prepared = written.create_model().eval(), written.program.preprocess
        else:
            plain, fit = loaded(written, weights, source)
            prepared, _ = preparation(written.typed, fit)
        model = network.create_model()
    model.load_state_dict(plain.state_dict())
    model.eval().requires_grad_(False)
    about = {
        "producer": f"{MAKER} {__version__}",
        "network": network.name,
        "spec_sha256": network.provenance().digest,
        "passes": ",".join(step.applied.name for step in network.steps if step.record.done),
        "weights": Path(weights).name if weights else "random",
        "input": "x".join(map(str, (batch or "batch", *network.input))),
        "dtype": dtype,
        "preprocess": json.dumps(dict(prepared) if prepared else None),
    }
    Execution(dtype, channels_last).apply(model)
    return Subject(plain, model, network.input, dtype, batch, about)
