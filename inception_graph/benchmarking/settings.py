"""What is measured, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Mode: TypeAlias = Literal["inference", "train"]
Precision: TypeAlias = Literal["float32", "bfloat16"]

TURN = 0.25
"""Seconds for which a contender runs before the next one does, if a single call takes no longer."""


@dataclass(frozen=True)
class Settings:
    """What all contenders of a run have in common.

    Attributes:
        mode: One forward pass, or a whole step of training: forward, loss, backward, SGD.
        batch: Images in a call.
        dtype: What is computed in. Training in bfloat16 keeps its weights in float32 (autocast).
        device: A device of torch.
        threads: Threads of each contender on a CPU.
        rounds: Turns of each contender.
        seconds: Instead of a number of rounds, about how long all of them take together.
    """

    mode: Mode = "inference"
    batch: int = 1
    dtype: Precision = "float32"
    device: str = "cpu"
    threads: int = 1
    rounds: int = 15
    seconds: float | None = None

    @property
    def tolerance(self) -> float:
        """How far from that of the plain module in float32 a result may be, in units of the largest.

        Normalisation over a small batch makes rounding errors of gradients large.
        """
        if self.dtype == "bfloat16":
            return 0.25 if self.mode == "train" else 0.1
        return 1e-2 if self.mode == "train" else 1e-3
