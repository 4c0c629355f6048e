"""Whether a network can be trained on pictures of classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.analysis.scores import scores
from inception_graph.ops.base import size
from inception_graph.training.errors import TrainingError

if TYPE_CHECKING:
    from inception_graph.network import Network


def classes(network: Network) -> int:
    """The number of classes that the network and all of its auxiliary heads give scores for.

    Raises:
        NoScoresError: One of them scores no classes.
        TrainingError: They score other classes, or give probabilities; the network takes no pictures, or was optimised
            for evaluation.
    """
    if lossy := [step.applied.name for step in network.steps if not step.applied.exact]:
        message = (
            f"this is for evaluation only: {', '.join(lossy)}; '--optimize train' is for training"
        )
        raise TrainingError(message)
    typed = network.typed
    outputs = {"the network": typed.graph.output}
    outputs |= {f"the auxiliary head '{head.name}'": head.output for head in typed.graph.heads}
    for what, output in outputs.items():
        kind, shape = scores(typed, output), typed.shape(output)
        if shape != network.output:
            message = f"{what} gives {size(shape)}, the network {size(network.output)}: both must score the classes"
            raise TrainingError(message)
        if kind != "logits":
            message = f"{what} ends in probabilities, but the loss has a softmax of its own: remove the last activation"
            raise TrainingError(message)
    if network.input[0] not in (1, 3):
        message = (
            f"'{network.name}' takes images of {network.input[0]} channels; pictures have 1 or 3"
        )
        raise TrainingError(message)
    return network.output[0]
