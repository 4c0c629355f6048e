"""Instances of a graph as items of a drawing, repeats folded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inception_graph.analysis.costs import costs
from inception_graph.backends.pictures.drawing import Box, Frame, Item, Split, Stack, Wire
from inception_graph.backends.pictures.words import amount, crossed, plain, shortened, size
from inception_graph.ir.expressions import Expression
from inception_graph.ir.program import Chain, Fork, Leaf, Use

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inception_graph.ir.graph import Instance, TypedGraph

_LONGEST_NAME = 40
_LONGEST_LABEL = 40


class Part:
    """Turns instances into items and remembers which value comes from which box.

    Args:
        typed: The network.
        closed: Whether an instance at a depth below its section (0: directly in it) is drawn as one box.
        named: The id of the box of a node or use, from its full name.
        symbolic: Whether labels give arguments by name, as in a block.
        brief: Whether a use of a block says its block's name only.

    Attributes:
        places: For the id of each value the id of the box that gives it; values from outside are put in by the caller.
    """

    def __init__(
        self,
        typed: TypedGraph,
        *,
        closed: Callable[[Instance, int], bool],
        named: Callable[[str], str] = str,
        symbolic: bool = False,
        brief: bool = False,
    ) -> None:
        self.typed = typed
        self.places: dict[int, str] = {}
        self._closed, self._named = closed, named
        self._symbolic, self._brief = symbolic, brief
        self._drawn: dict[int, str] = {}  # nodes that a reader sees, with their boxes
        self._whole: set[str] = set()  # boxes that stand for several nodes
        self._dashed: set[str] = set()

    def stack(
        self, chain: Instance, *, scope: str = "", depth: int = 0, dashed: bool = False
    ) -> Stack:
        """The instances inside one, from top to bottom, folded where they repeat."""
        items: list[Item] = []
        for run in self._runs(chain):
            items.append(self._run(run, scope, depth, dashed))
            # What the others of a run give is what the one that is drawn gives.
            if len(run) > 1:
                self.places[run[-1].output] = self.places[run[0].output]
        return Stack(tuple(items))

    def item(
        self, instance: Instance, *, scope: str = "", depth: int = 0, dashed: bool = False
    ) -> Item:
        """One instance, open or as a box. Names are shown as seen from ``scope``."""
        if isinstance(instance.element, Leaf):
            return self._leaf(instance, scope, dashed)
        if self._closed(instance, depth):
            return self.box(
                (instance,),
                self._shown(instance.name, scope),
                self._labels(instance),
                dashed=dashed,
            )
        if isinstance(instance.element, Fork):
            branches = [
                self.item(c, scope=scope, depth=depth + 1, dashed=dashed) for c in instance.children
            ]
            join = self._leaf(instance, scope, dashed)
            return Split(tuple(branches), join) if branches else join
        if isinstance(instance.element, Chain):
            return self.stack(instance, scope=scope, depth=depth + 1, dashed=dashed)
        return self._frame((instance,), scope, depth, dashed)

    def box(
        self, run: Sequence[Instance], name: str, labels: tuple[str, ...], *, dashed: bool = False
    ) -> Box:
        """One box for all that is inside an instance, or inside equal ones that follow one another."""
        first = run[0]
        identity = self._named(first.name)
        for node in _nodes(first):
            self._drawn[node] = self.places[node] = identity
        self._whole.add(identity)
        self._mark(identity, dashed)
        times = len(run) * (len(first.children) if first.copies else 1)
        gives = size(self.typed.shape(first.output))
        tip = self._tooltip(name or first.name, labels, _all_nodes(run), gives)
        return Box(identity, "block", name, labels, gives, tip, times, dashed)

    def wires(self) -> tuple[Wire, ...]:
        """Every value that some box reads from another, a value once for a box that stands for several nodes."""
        found: list[Wire] = []
        seen: set[tuple[str, str]] = set()
        for node, target in sorted(self._drawn.items()):
            for value in self.typed.nodes[node].inputs:
                source = self.places[value]
                if source == target or (target in self._whole and (source, target) in seen):
                    continue
                seen.add((source, target))
                found.append(
                    Wire(source, target, size(self.typed.shape(value)), target in self._dashed)
                )
        return tuple(found)

    def _run(self, run: Sequence[Instance], scope: str, depth: int, dashed: bool) -> Item:
        first = run[0]
        if len(run) == 1:
            return self.item(first, scope=scope, depth=depth, dashed=dashed)
        if isinstance(first.element, Use) and self._closed(first, depth):
            name = self._together(run, scope)
            return self.box(run, name, self._labels(first), dashed=dashed)
        return self._frame(run, scope, depth, dashed)

    def _frame(self, run: Sequence[Instance], scope: str, depth: int, dashed: bool) -> Item:
        """An open use of a block, or equal ones that follow one another, drawn once."""
        first, name = run[0], self._together(run, scope)
        times, inner = len(run), depth + 1
        if not isinstance(first.element, Use):
            content = Stack((self.item(first, scope=first.name, depth=inner, dashed=dashed),))
        else:
            content = self.stack(first, scope=first.name, depth=inner, dashed=dashed)
            if name != first.element.block:
                name = " · ".join(filter(None, (name, first.element.block)))
            match content.items:
                case (Frame(times=inside) as copies,) if (
                    first.copies and inside == len(first.children) > 1
                ):
                    # All copies are equal: one border that says so, not two.
                    content, times = Stack((copies.content,)), times * inside
                case _:
                    pass
        tip = self._tooltip(name, (), _all_nodes(run), size(self.typed.shape(first.output)))
        return Frame(f"use-{self._named(first.name)}", name, content, "", tip, times, dashed)

    def _leaf(self, instance: Instance, scope: str, dashed: bool) -> Box:
        node = instance.node
        if node is None:
            raise AssertionError(instance.name)
        operation = self.typed.operation(node)
        label = plain(crossed(operation.label()), _LONGEST_LABEL)
        element: Any = instance.element
        symbols = _symbols(element, operation.argument) if self._symbolic else ""
        labels = (plain(f"{label} · {symbols}", 2 * _LONGEST_LABEL) if symbols else label,)
        identity = self._named(instance.name)
        self._drawn[node] = self.places[node] = identity
        self._mark(identity, dashed)
        gives = size(self.typed.shapes[node])
        tip = self._tooltip(instance.name, labels, (node,), gives)
        name = self._shown(instance.name, scope)
        said = () if labels == (name,) else labels
        return Box(identity, operation.family, name, said, gives, tip, 1, dashed)

    def _mark(self, identity: str, dashed: bool) -> None:
        if dashed:
            self._dashed.add(identity)

    def _labels(self, instance: Instance) -> tuple[str, ...]:
        """What is inside a box, in a few words: for a use its block and the widths of its branches."""
        element = instance.element
        if not isinstance(element, Use):
            joined = len(self.typed.nodes[instance.output].inputs)
            return (f"{crossed(self.typed.operation(instance.output).label())} of {joined}",)
        block = (element.block,) if element.block != element.name else ()
        if self._brief:
            return block
        summary = self._widths(instance) or self._arguments(instance, element)
        return (*block, summary) if summary else block

    def _widths(self, instance: Instance) -> str:
        """Channels of the branches that a use ends in, or empty where it does not end in a concat."""
        if instance.output not in _nodes(instance):
            return ""
        widths = [shape[0] for shape in self.typed.inputs(instance.output)]
        if len(widths) < 2 or sum(widths) != self.typed.shape(instance.output)[0]:
            return ""
        text = " + ".join(str(width) for width in widths)
        return text if len(text) <= _LONGEST_LABEL else f"{len(widths)} branches"

    @staticmethod
    def _arguments(instance: Instance, use: Use) -> str:
        inside = instance.children[0].environment
        return plain(", ".join(f"{name} {inside[name]}" for name in use.arguments), _LONGEST_LABEL)

    @staticmethod
    def _shown(name: str, scope: str) -> str:
        """A full name as it is seen from a scope; empty for the scope itself."""
        if name == scope:
            return ""
        return shortened(name.removeprefix(f"{scope}."), _LONGEST_NAME)

    def _together(self, run: Sequence[Instance], scope: str) -> str:
        """The name of the first, or names that say where a run starts and ends."""
        first, last = self._shown(run[0].name, scope), self._shown(run[-1].name, scope)
        return first if len(run) == 1 else f"{first}{', ' if len(run) == 2 else ' … '}{last}"

    def _tooltip(
        self, name: str, labels: tuple[str, ...], members: Sequence[int], gives: str
    ) -> str:
        found = [costs(self.typed).nodes[node] for node in members]
        parameters = sum(cost.parameters for cost in found)
        macs = sum(cost.macs for cost in found)
        said = [f"{name}: {', '.join(labels)}" if labels else name, f"gives {gives}"]
        said += [f"{parameters:,} parameters"] if parameters else []
        said += [f"{amount(macs)} multiply-accumulates"] if macs else []
        return " · ".join(said)

    def _runs(self, chain: Instance) -> list[list[Instance]]:
        """The children, those together that are equal and follow one another."""
        runs: list[list[Instance]] = []
        for child in chain.children:
            if runs and self._repeats(runs[-1][-1], child, copies=chain.copies):
                runs[-1].append(child)
            else:
                runs.append([child])
        return runs

    def _repeats(self, before: Instance, after: Instance, *, copies: bool) -> bool:
        """Whether an instance does again what the one before it does, to nothing but its output."""
        if after.reads != before.output:
            return False
        if not copies:
            one, two = before.element, after.element
            if not (isinstance(one, Use) and isinstance(two, Use) and one.block == two.block):
                return False
        earlier, later = _nodes(before), _nodes(after)
        if (
            not earlier
            or len(earlier) != len(later)
            or self._signature(before) != self._signature(after)
        ):
            return False
        readers, known = self.typed.graph.readers, {*earlier, *later}
        return all(reader in known for node in earlier for reader in readers[node])

    def _signature(self, instance: Instance) -> tuple[object, ...]:
        """All that two instances must share to be drawn as one."""
        typed, nodes = self.typed, _nodes(instance)
        local = {node: place for place, node in enumerate(nodes)}
        local[instance.reads] = -1
        done = tuple(
            (
                typed.operation(node),
                typed.shapes[node],
                tuple(local.get(value, ("outside", value)) for value in typed.nodes[node].inputs),
            )
            for node in nodes
        )
        return typed.shape(instance.reads), local[instance.output], done


def _nodes(instance: Instance) -> list[int]:
    return [inside.node for inside in instance.walk() if inside.node is not None]


def _all_nodes(run: Sequence[Instance]) -> list[int]:
    return [node for instance in run for node in _nodes(instance)]


def _symbols(element: Leaf | Fork, argument: str | None) -> str:
    """The attributes that are arithmetic, as written: ``b3_reduce``, ``stride s``."""
    found: list[str] = []
    for name, value in element.attributes.items():
        if isinstance(value, Expression):
            text = value.text.removeprefix("$")
            found.append(text if name == argument else f"{name} {text}")
    return ", ".join(found)
