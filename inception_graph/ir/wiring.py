"""Names of nodes and what they stand for, and an order in which nodes can be computed."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from inception_graph.diagnostics.codes import Code
from inception_graph.diagnostics.report import Related
from inception_graph.ir.faults import blame_removal
from inception_graph.ir.graph import UNKNOWN

if TYPE_CHECKING:
    from inception_graph.diagnostics.report import Report
    from inception_graph.diagnostics.source import Path
    from inception_graph.ir.graph import Node
    from inception_graph.ir.program import Program

_MOST_STEPS = 8
"""Nodes of a cycle that are shown."""
_MOST_NAMES = 500
"""Names among which a hint is looked for."""


@dataclass(slots=True)
class _Pending:
    """A name that was read before the node of that name was built."""

    name: str
    path: Path
    prefix: str
    boundary: str


@dataclass
class Wiring:
    """What names stand for.

    Attributes:
        outputs: Ids of the values built so far, by their full names, each with the scope that may read it.
        pending: Names that were read too early; each has a stand-in for an id, below ``UNKNOWN``.
    """

    program: Program
    report: Report
    outputs: dict[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])
    pending: list[_Pending] = field(default_factory=list[_Pending])

    def define(self, name: str, value: int, scope: str) -> None:
        """Name a value. What stands in a block or a head is read from inside of it only."""
        self.outputs[name] = value, scope

    def resolve(self, name: str, path: Path, prefix: str, boundary: str) -> int:
        """Id of a named value; a stand-in below ``UNKNOWN`` where it has not been built yet."""
        found = self._look_up(name, prefix, boundary)
        if found is not None:
            return found
        self.pending.append(_Pending(name, path, prefix, boundary))
        return UNKNOWN - len(self.pending)

    def _look_up(self, name: str, prefix: str, boundary: str) -> int | None:
        """The value of a name in a scope or in one around it."""
        reader = prefix
        while True:
            found = self.outputs.get(prefix + name)
            if found is not None and reader.startswith(found[1]):
                return found[0]
            if prefix == boundary:
                return None
            prefix = _outer(prefix)

    def settled(self) -> dict[int, int]:
        """Ids for the stand-ins; names of nothing and of themselves are reported."""
        direct: dict[int, int] = {}
        for index, pending in enumerate(self.pending):
            value = self._look_up(pending.name, pending.prefix, pending.boundary)
            if value is None:
                self._report_unknown(pending)
            direct[UNKNOWN - 1 - index] = UNKNOWN if value is None else value
        settled: dict[int, int] = {}
        for stand_in in direct:
            seen: set[int] = set()
            value = stand_in
            while value in direct and value not in seen:
                seen.add(value)
                value = direct[value]
            if value in seen:
                pending = self.pending[UNKNOWN - 1 - stand_in]
                where = self.program.places.value(pending.path)
                self.report.add(
                    Code.CYCLE,
                    f"'{pending.name}' stands for itself",
                    where,
                    hint="read an earlier node",
                )
                value = UNKNOWN
            settled[stand_in] = value
        return settled

    def _report_unknown(self, pending: _Pending) -> None:
        where = self.program.places.value(pending.path)
        if blame_removal(pending.name, self.program.removed, where, self.report):
            return
        prefix, visible = pending.prefix, list[str]()
        while len(visible) < _MOST_NAMES and not self.report.full:
            near = (
                name.removeprefix(prefix)
                for name, (_, scope) in self.outputs.items()
                if name.startswith(prefix) and pending.prefix.startswith(scope)
            )
            visible += islice(near, _MOST_NAMES)
            if prefix == pending.boundary:
                break
            prefix = _outer(prefix)
        # A node that reads itself would be no remedy.
        own = [str(step) for step in pending.path[:-1]]
        hint = self.report.did_you_mean(pending.name, [name for name in visible if name not in own])
        if pending.boundary and pending.name in self.outputs:
            hint = "a block sees its own nodes only; pass the value through its input"
        elif not pending.boundary and pending.name in self.outputs:
            hint = "what stands in a block or a head is read from inside of it only"
        self.report.add(
            Code.UNKNOWN_NODE, f"there is no node '{pending.name[:80]}' here", where, hint=hint
        )

    def name_of(self, stand_in: int) -> Path:
        """Where the name stands that a stand-in is for."""
        return self.pending[UNKNOWN - 1 - stand_in].path

    def order(self, nodes: list[Node], named: dict[tuple[int, int], Path]) -> list[int]:
        """Ids in an order in which they can be computed; cycles are reported and cut open.

        Args:
            nodes: All nodes, every name resolved.
            named: Where a node names a later one that it reads, by the two ids.
        """
        in_order = all(source < index for index, node in enumerate(nodes) for source in node.inputs)
        if in_order:
            return list(range(len(nodes)))
        import networkx

        view: networkx.DiGraph[int] = networkx.DiGraph()
        view.add_nodes_from(range(len(nodes)))
        view.add_edges_from(
            (source, index)
            for index, node in enumerate(nodes)
            for source in node.inputs
            if source >= 0
        )
        for component in sorted(networkx.strongly_connected_components(view), key=min):
            first = min(component)
            if len(component) > 1 or view.has_edge(first, first):
                find: Any = getattr(networkx, "find_cycle")  # noqa: B009 - its stub is untyped
                edges = find(view.subgraph(component), first)
                self._report_cycle(nodes, [edge[0] for edge in edges], named)
                for index in component:
                    nodes[index].inputs = (UNKNOWN,)
                view.remove_edges_from([*view.in_edges(component)])
        return list(networkx.lexicographical_topological_sort(view))

    def _report_cycle(
        self, nodes: list[Node], cycle: list[int], named: dict[tuple[int, int], Path]
    ) -> None:
        """Report a cycle at the name that closes it; the steps of it are shown beside."""
        places = self.program.places
        edges = [*zip(cycle, [*cycle[1:], cycle[0]], strict=True)]
        where = places.value(next(named[edge] for edge in edges if edge in named))
        names = [nodes[index].name for index in (*cycle, cycle[0])]
        shown = " -> ".join(names if len(names) <= _MOST_STEPS else [*names[:_MOST_STEPS], "..."])
        message, steps = f"these nodes wait for each other: {shown}", tuple[Related, ...]()
        if len(cycle) == 1:
            message = f"'{names[0]}' reads itself"
        else:
            steps = tuple(
                Related(f"'{name}' is read by '{reader}'", places.key(nodes[index].path))
                for index, name, reader in zip(cycle[:_MOST_STEPS], names, names[1:], strict=False)
            )
        hint = "read an earlier node"
        self.report.add(Code.CYCLE, message, where, related=steps, hint=hint)


def _outer(prefix: str) -> str:
    """The scope around a scope: ``a.b.`` for ``a.b.c.``."""
    outer = prefix[:-1].rpartition(".")[0]
    return f"{outer}." if outer else ""
