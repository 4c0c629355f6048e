"""What a page says of one part of a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inception_graph.analysis.costs import costs
from inception_graph.backends.pictures.words import plain, size
from inception_graph.ir.program import Use

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inception_graph.backends.pictures.page.listing import Listing, SpecLines
    from inception_graph.ir.graph import Instance, TypedGraph

_LONGEST_DESCRIPTION = 300


@dataclass(frozen=True)
class Facts:
    """Collects facts, as values that JSON knows. Numbers are those of one image.

    Attributes:
        typed: The network.
        spec: Finds the lines of the spec.
        listing: The emitted source, where there is one.
    """

    typed: TypedGraph
    spec: SpecLines
    listing: Listing | None

    def node(self, instance: Instance) -> dict[str, Any]:
        """The facts of one operation."""
        if instance.node is None:
            raise AssertionError(instance.name)
        node, operation = self.typed.nodes[instance.node], self.typed.operation(instance.node)
        weights = [
            [weight.name, size(weight.shape) or "scalar", int(weight.trained)]
            for weight in self.typed.weights[instance.node]
        ]
        return {
            "name": instance.name,
            "kind": operation.key,
            "takes": [size(shape) for shape in self.typed.inputs(instance.node)],
            **self._costs([instance.node], instance.node),
            **({"weights": weights} if weights else {}),
            "spec": self.spec.own(node.element),
            "spec_around": self.spec.around(node.element, node.frames),
            **self._code(instance),
        }

    def group(self, run: Sequence[Instance], kind: str = "") -> dict[str, Any]:
        """The facts of all that is inside an instance, or inside equal ones that follow one another."""
        first, last = run[0], run[-1]
        element = first.element
        nodes = [inside.node for each in run for inside in each.walk() if inside.node is not None]
        facts: dict[str, Any] = {
            "name": first.name,
            "kind": element.block if isinstance(element, Use) else kind,
            "takes": [size(self.typed.shape(first.reads))],
            **self._costs(nodes, last.output),
            "spec": [span for each in run for span in self.spec.own(each.element)],
            "spec_around": self.spec.around(element, ()),
            **self._code(*run),
        }
        if last is not first:
            facts["last"] = last.name
        if isinstance(element, Use):
            about = self.typed.program.blocks[element.block].description
            facts |= {"about": plain(about, _LONGEST_DESCRIPTION)} if about else {}
        return facts

    def _costs(self, nodes: Sequence[int], output: int) -> dict[str, Any]:
        counted = costs(self.typed).nodes
        inside = [counted[node] for node in nodes]
        facts: dict[str, Any] = {
            "gives": size(self.typed.shape(output)),
            "parameters": sum(cost.parameters for cost in inside),
            "macs": sum(cost.macs for cost in inside),
            "activations": sum(cost.activations for cost in inside),
        }
        if output >= 0:
            facts |= {"field": counted[output].receptive_field, "stride": counted[output].stride}
        return facts

    def _code(self, first: Instance, *others: Instance) -> dict[str, Any]:
        """The lines of one instance, or of equal ones that follow one another."""
        if self.listing is None or first not in self.listing.lines:
            return {}
        found = [self.listing.lines[each] for each in (first, *others)]
        own = dict.fromkeys(span for each in found for span in each.own)
        return {"code": list(own), "code_around": found[0].around}
