"""What was inferred against what a live module has: parameters, multiply-accumulates, shapes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inception_graph.analysis.costs import costs
from inception_graph.analysis.notation import columns
from inception_graph.ops.base import size

if TYPE_CHECKING:
    from torch import Tensor, nn

    from inception_graph.ir.graph import TypedGraph
    from inception_graph.ops.window import Shape


@dataclass(frozen=True)
class Proof:
    """What was counted in a live module.

    Attributes:
        picture: What it was run on, in words.
        parameters: Trained weights, auxiliary heads included.
        macs: Multiply-accumulates of one image by torch's own counter, auxiliary heads left out.
        outputs: Shapes for one image by name, auxiliary heads included.
        finite: Whether every number of the outputs is finite.
        agrees: Whether all of it is what was inferred.
    """

    picture: str
    parameters: int
    macs: int
    outputs: dict[str, Shape]
    finite: bool
    agrees: bool


def prove(typed: TypedGraph, model: nn.Module, image: str | None) -> Proof:
    """Run a live module on a picture and count what it has and does.

    Args:
        typed: What was inferred.
        model: The live module; it is left in evaluation mode.
        image: A picture's path; a photograph that matplotlib ships, or noise, where it is None.
    """
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from inception_graph.backends.pytorch.photograph import picture

    words, pixels = picture(typed.program, image)
    counter = FlopCounterMode(display=False)
    model.eval()
    with torch.inference_mode():
        with counter:
            logits: Tensor = model(pixels)
        # Normalisation over a batch needs two images where a map is a single cell.
        trained: Any = model.train()(pixels.repeat(2, 1, 1, 1)) if typed.graph.heads else None
    model.eval()
    values = dict(trained._asdict()) if trained is not None else {"output": logits}
    outputs = {name: tuple(value.shape[1:]) for name, value in values.items()}
    parameters = sum(weight.numel() for weight in model.parameters())
    macs = counter.get_total_flops() // 2
    totals = costs(typed)
    found = (parameters, macs, outputs, tuple(logits.shape[1:]))
    wanted = (
        totals.parameters_with_auxiliary,
        totals.macs,
        inferred_outputs(typed),
        typed.shape(typed.graph.output),
    )
    finite = all(bool(value.isfinite().all()) for value in (logits, *values.values()))
    return Proof(words, parameters, macs, outputs, finite, finite and found == wanted)


def inferred_outputs(typed: TypedGraph) -> dict[str, Shape]:
    """Shapes of all outputs while training, by name."""
    main = "logits" if typed.graph.heads else "output"
    return {main: typed.shape(typed.graph.output)} | {
        h.name: typed.shape(h.output) for h in typed.graph.heads
    }


def table(
    typed: TypedGraph, proof: Proof | None, stages: list[tuple[str, float]], files: list[str]
) -> str:
    """The closing table of a build."""
    totals = costs(typed)
    outputs = inferred_outputs(typed)
    heads = " with auxiliary heads" if typed.graph.heads else ""
    rows = [
        (
            f"parameters{heads}",
            f"{totals.parameters_with_auxiliary:,}",
            f"{proof.parameters:,}" if proof else "-",
        ),
        ("MACs of one image", f"{totals.macs:,}", f"{proof.macs:,}" if proof else "-"),
        *(
            (f"shape of {name}", size(shape), size(proof.outputs.get(name, ())) if proof else "-")
            for name, shape in outputs.items()
        ),
    ]
    lines = [f"{typed.program.meta.title or typed.program.name}", ""]
    lines += columns([("", "inferred", "live module"), *rows], (1, 2))
    if proof is not None:
        lines.append(f"{'all agree' if proof.agrees else 'THEY DIFFER'}; run on {proof.picture}")
    lines += [
        "",
        *columns(
            [("stage", "seconds"), *((name, f"{seconds:.2f}") for name, seconds in stages)], (1,)
        ),
    ]
    return "\n".join([*lines, "", *(f"wrote {file}" for file in files), ""])
