"""How a file of weights fits a network: what is taken, and what is left over."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from pydantic import ValidationError

from inception_graph.ir.header import Preprocess

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from inception_graph.checkpoints import Expected, Tensor
    from inception_graph.ir.graph import TypedGraph
    from inception_graph.ops.window import Shape
    from inception_graph.weights.tensor_file import TensorFile

Change: TypeAlias = Literal["background", "channels"]
"""What is done to a tensor of another shape: it loses its row of class 0, or gets more or fewer input channels."""

WITH_BACKGROUND = 1001
"""ImageNet's classes with one before them for none of these, as TensorFlow's releases have it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A tensor of ours that gets values.

    Attributes:
        entry: Ours, and what the source makes of it.
        name: Its name in the file; None where the source has none and ``entry.fill`` takes its place.
        change: What is done to it where its shape is another.
    """

    entry: Expected
    name: str | None
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Misfit:
    """A tensor whose shape is another, so that it is not taken.

    Attributes:
        tensor: Ours.
        name: Its name in the file.
        shape: Its shape there.
        wanted: The shape it would have there to fit.
    """

    tensor: Tensor
    name: str
    shape: Shape
    wanted: Shape


@dataclass(frozen=True)
class Fit:
    """How a file of weights fits a network.

    Attributes:
        file: The file.
        typed: The network.
        source: Whose names the file has; None for our own.
        also: Other sources whose names are the same but whose images are prepared otherwise.
        pieces: What is taken, in the order of the network.
        ones: Scales in the file that the network lacks, so that they must all be one.
        renamed: Layers that are called otherwise in the file, and what they are called here.
        reshaped: What is there, in another shape that cannot be changed into ours.
        new: Ours that the file has not.
        unused: Names in the file that nothing asks for.
    """

    file: TensorFile
    typed: TypedGraph
    source: str | None
    also: tuple[str, ...]
    pieces: tuple[Piece, ...]
    ones: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    reshaped: tuple[Misfit, ...]
    new: tuple[Tensor, ...]
    unused: tuple[str, ...]

    def only(self, wanted: Container[str]) -> Fit:
        """The same for some tensors of ours only, as where the module lacks the heads of the network."""
        return replace(
            self,
            pieces=tuple(piece for piece in self.pieces if piece.entry.tensor.name in wanted),
            reshaped=tuple(misfit for misfit in self.reshaped if misfit.tensor.name in wanted),
            new=tuple(tensor for tensor in self.new if tensor.name in wanted),
        )

    def exact(self, wanted: Iterable[str] | None = None) -> bool:
        """Whether all is taken as it is; argument as for ``left``."""
        changed = any(piece.change for piece in self.pieces)
        return not (changed or self.renamed or self.left(wanted))

    def left(self, wanted: Iterable[str] | None = None) -> list[str]:
        """Names that are left over: of the network without values, and of the file without use.

        Args:
            wanted: Names of ours that are to have values; unless given, all but heads that the file has nothing of.
        """
        without = {tensor.name for tensor in self.new} | {one.tensor.name for one in self.reshaped}
        if wanted is not None:
            without &= set(wanted)
        elif not any(self.in_head(piece.entry.tensor) for piece in self.pieces):
            without -= {tensor.name for tensor in self.new if self.in_head(tensor)}
        return [*sorted(without), *self.unused]

    def in_head(self, tensor: Tensor) -> bool:
        """Whether a tensor of ours belongs to an auxiliary head."""
        return self.typed.nodes[tensor.node].section == "auxiliary"

    @property
    def background(self) -> bool:
        """Whether class 0 of what comes out is "background"."""
        rows = [
            piece.entry.tensor.shape[0]
            for piece in self.pieces
            if piece.entry.tensor.adapts == "classes" and not self.in_head(piece.entry.tensor)
        ]
        return WITH_BACKGROUND in rows

    @property
    def preprocess(self) -> Preprocess | None:
        """How images become inputs of these weights, where file or source say so; else as the spec says."""
        stated = self.file.metadata.get("preprocess")
        if stated is not None:
            try:
                return Preprocess.model_validate(json.loads(stated))
            except (ValidationError, ValueError, RecursionError) as error:
                message = "its metadata 'preprocess' cannot be read"
                raise self.file.error(message) from error
        facts = self.typed.program.checkpoints.get(self.source or "")
        return facts.preprocess if facts else None
