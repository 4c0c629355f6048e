"""Kernels as the library for CPUs reads them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from inception_graph.ir.program import Leaf
from inception_graph.ops.convolution import Conv
from inception_graph.ops.separable import SeparableConv
from inception_graph.passes.base import Pass, Record
from inception_graph.passes.rewriting import leaf, rewritten

if TYPE_CHECKING:
    from inception_graph.ir.expressions import Symbolic
    from inception_graph.ir.graph import TypedGraph
    from inception_graph.ir.program import Element, Program

_KINDS = (Conv, SeparableConv)


@dataclass(frozen=True)
class PackKernels(Pass):
    """Convolutions keep their kernels in oneDNN's own layout and apply ReLU in the same call.

    Otherwise torch brings every kernel into that layout in every call, which at batch 1 costs as much as a quarter of
    the time. On other devices, in training and under a compiler nothing changes.
    """

    name: ClassVar = "pack_kernels"
    exact: ClassVar = False
    preserves: ClassVar = "outputs in evaluation, up to rounding"
    sought: ClassVar = "convolution"

    def run(self, typed: TypedGraph, record: Record) -> Program:
        packed: set[str] = set()

        def change(element: Element, path: str) -> Element:
            del path
            if not isinstance(element, Leaf) or element.operation not in _KINDS:
                return element
            if "packed" in element.attributes:
                return element
            packed.add(element.operation.key)
            fields = {**element.attributes, "packed": True}
            return leaf(element.name, element.operation, fields, element, element.reads)

        program = rewritten(typed.program, change, record)
        if program is typed.program:
            return program
        record.did(f"kernels of every {' and '.join(sorted(packed))}")
        said: dict[str, Symbolic] = {"packed": True}
        defaults = {key: {**program.defaults.get(key, {}), **said} for key in sorted(packed)}
        return replace(program, defaults={**program.defaults, **defaults})
