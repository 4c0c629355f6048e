"""What a pass is: from a typed network to a program that computes the same, with what was done and what was not."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from inception_graph.ir.graph import TypedGraph
    from inception_graph.ir.program import Program


@dataclass
class Record:
    """What a pass did.

    Attributes:
        done: What was rewritten, a line each.
        left: What looked as if it could be rewritten and was not, with the reason, a line each.
        scope: The block that is being looked at, or empty outside of blocks.
    """

    done: list[str] = field(default_factory=list[str])
    left: list[str] = field(default_factory=list[str])
    scope: str = ""

    def did(self, line: str) -> None:
        """Note what was rewritten."""
        self.done.append(f"{self.scope}: {line}" if self.scope else line)

    def leave(self, line: str) -> None:
        """Note what was not, and why."""
        self.left.append(f"{self.scope}: {line}" if self.scope else line)


@dataclass(frozen=True)
class Pass(ABC):
    """A rewriting of programs. Its fields are its options; blocks stay blocks.

    Attributes:
        name: What users call it.
        exact: Whether the network computes the same function of images and weights, up to rounding, in training too;
            a pass that is not exact does so in evaluation only.
        preserves: What stays the same, in a few words.
        sought: What it rewrites, in a few words.
    """

    name: ClassVar[str]
    exact: ClassVar[bool]
    preserves: ClassVar[str]
    sought: ClassVar[str]

    @abstractmethod
    def run(self, typed: TypedGraph, record: Record) -> Program:
        """The program rewritten; the very program of ``typed`` where there is nothing to do."""
