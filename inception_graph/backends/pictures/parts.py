"""Instances of a graph as items of a drawing, repeats folded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.analysis.costs import costs
from inception_graph.backends.pictures.drawing import Box, Frame, Item, Split, Stack, Wire
from inception_graph.backends.pictures.folding import Folding, nodes_of
from inception_graph.backends.pictures.marking import Marking
from inception_graph.backends.pictures.words import amount, crossed, plain, shortened, size
from inception_graph.ir.expressions import Expression
from inception_graph.ir.graph import TypedGraph
from inception_graph.ir.program import Chain, Fork, Leaf, Use

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inception_graph.backends.pictures.drawing import Mark
    from inception_graph.ir.graph import Instance
    from inception_graph.ir.partial import PartialGraph
    from inception_graph.ir.program import Element
    from inception_graph.ops.base import Operation

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
        terse: Whether a shape that differs from the one before it in its channels only is given as their number.
        marking: What sets nodes and wires off.

    Attributes:
        places: For the id of each value the id of the box that gives it; values from outside are put in by the caller.
        outside: Id of the box that stands for values from outside that have no place.
        used: Uses of blocks that are drawn as one box, each block once, by its name.
    """

    def __init__(
        self,
        typed: TypedGraph | PartialGraph,
        *,
        closed: Callable[[Instance, int], bool],
        named: Callable[[str], str] = str,
        symbolic: bool = False,
        brief: bool = False,
        terse: bool = False,
        marking: Marking | None = None,
    ) -> None:
        self.typed = typed
        self.places: dict[int, str] = {}
        self.outside = ""
        self.used: dict[str, Instance] = {}
        self._closed, self._named = closed, named
        self._symbolic, self._brief, self._terse = symbolic, brief, terse
        self._read: dict[int, int] = {}  # for a value, what was read to make it
        self._marking = marking or Marking()
        self._folding = Folding(typed, closed, self._marking)
        self._drawn: dict[int, str] = {}  # nodes that a reader sees, with their boxes
        self._whole: set[str] = set()  # boxes that stand for several nodes
        self._dashed: set[str] = set()

    def stack(
        self, chain: Instance, *, scope: str = "", depth: int = 0, dashed: bool = False
    ) -> Stack:
        """The instances inside one, from top to bottom, folded where they repeat."""
        items: list[Item] = []
        for run in self._folding.runs(chain, depth):
            items.append(self._run(run, scope, depth, dashed))
            # What the others of a run give is what the one that is drawn gives.
            if len(run) > 1:
                self.places[run[-1].output] = self.places[run[0].output]
        return Stack(tuple(items))

    def item(
        self, instance: Instance, *, scope: str = "", depth: int = 0, dashed: bool = False
    ) -> Item:
        """One instance, open or as a box. Names are shown as seen from ``scope``."""
        if instance.node is not None and not instance.children:
            return self._leaf(instance, scope, dashed)
        if self._closed(instance, depth):
            return self.box(
                (instance,),
                self._shown(instance.name, scope),
                self._labels(instance),
                dashed=dashed,
            )
        if isinstance(instance.element, Fork):
            return self._fork(instance, scope, depth, dashed)
        if isinstance(instance.element, Chain):
            return self.stack(instance, scope=scope, depth=depth + 1, dashed=dashed)
        return self._frame((instance,), scope, depth, dashed)

    def box(
        self,
        run: Sequence[Instance],
        name: str,
        labels: tuple[str, ...],
        *,
        identity: str = "",
        dashed: bool = False,
    ) -> Box:
        """One box for all that is inside an instance, or inside equal ones that follow one another."""
        first, nodes = run[0], nodes_of(run[0])
        identity = identity or self._named(first.name)
        for node in nodes:
            self._drawn[node] = self.places[node] = identity
        if isinstance(first.element, Use):
            self.used.setdefault(first.element.block, first)
        self._whole.add(identity)
        if dashed:
            self._dashed.add(identity)
        times = len(run) * (len(first.children) if first.copies else 1)
        self._read[first.output] = first.reads
        gives = self._shape(first.output)
        tip = self._tooltip(name or first.name, labels, _all_nodes(run), first.output)
        mark = self._marking.together(nodes)
        return Box(identity, "block", name, labels, gives, tip, times, dashed, mark)

    def wires(self) -> tuple[Wire, ...]:
        """Every value that some box reads from another, a value once for a box that stands for several nodes."""
        found: list[Wire] = []
        seen: set[tuple[str, str]] = set()
        for node, target in sorted(self._drawn.items()):
            for value in self.typed.nodes[node].inputs:
                source = self.places.get(value, self.outside)
                if not source or source == target:
                    continue
                if target in self._whole and (source, target) in seen:
                    continue
                seen.add((source, target))
                mark = self._marking.wires.get((value, node))
                found.append(
                    self.wire(value, source, target, dashed=target in self._dashed, mark=mark)
                )
        return tuple(found)

    def wire(
        self,
        value: int,
        source: str,
        target: str,
        *,
        dashed: bool = False,
        mark: Mark | None = None,
    ) -> Wire:
        """A value on its way between two boxes."""
        shape = self.typed.shape(value)
        return Wire(source, target, self._shape(value), dashed, shape[0] if shape else 0, mark)

    def _shape(self, value: int) -> str:
        shape = self.typed.shape(value)
        if self._terse and value in self._read:
            before = self.typed.shape(self._read[value])
            if shape and before and len(shape) > 1 and shape[1:] == before[1:]:
                return str(int(shape[0]))
        return size(shape)

    def _fork(self, instance: Instance, scope: str, depth: int, dashed: bool) -> Item:
        """Branches with their join; what is in them is named as seen from the join, each branch beside its wire."""
        inner = instance.name if instance.element.name else scope
        entry = instance.entry and self.item(
            instance.entry, scope=inner, depth=depth + 1, dashed=dashed
        )
        branches = [self._branch(child, inner, depth + 1, dashed) for child in instance.children]
        join = self._leaf(instance, scope, dashed)
        if not branches:
            return join
        read = instance.entry.output if instance.entry else None
        entered = [
            place
            for place, child in enumerate(instance.children)
            if read is not None and any(read in self.typed.nodes[n].inputs for n in nodes_of(child))
        ]
        return Split(tuple(branches), join, entry, frozenset(entered))

    def _branch(self, child: Instance, scope: str, depth: int, dashed: bool) -> Item:
        if not isinstance(child.element, Chain) or self._closed(child, depth):
            return self.item(child, scope=scope, depth=depth, dashed=dashed)
        stack = self.stack(child, scope=child.name, depth=depth + 1, dashed=dashed)
        return Stack(stack.items, self._shown(child.name, scope))

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
        tip = self._tooltip(name, (), _all_nodes(run), first.output)
        mark = self._marking.together(nodes_of(first))
        identity = f"use-{self._named(first.name)}"
        return Frame(identity, name, content, "", tip, times, dashed, mark=mark)

    def _leaf(self, instance: Instance, scope: str, dashed: bool) -> Box:
        node = instance.node
        if node is None:
            raise AssertionError(instance.name)
        operation = self.typed.operation(node)
        label = plain(crossed(operation.label()), _LONGEST_LABEL) if operation else "?"
        symbols = _symbols(instance.element, operation) if self._symbolic and operation else ""
        labels = (plain(f"{label} · {symbols}", 2 * _LONGEST_LABEL) if symbols else label,)
        identity = self._named(instance.name)
        self._drawn[node] = self.places[node] = identity
        if dashed:
            self._dashed.add(identity)
        self._read[node] = instance.reads
        gives = self._shape(node)
        tip = self._tooltip(instance.name, labels, (node,), node)
        name = self._shown(instance.name, scope)
        said = () if labels == (name,) else labels
        if words := self._marking.words.get(node):
            said = (*said, plain(words, 2 * _LONGEST_LABEL))
        mark = self._marking.nodes.get(node)
        family = operation.family if operation else "shape"
        return Box(identity, family, name, said, gives, tip, 1, dashed, mark)

    def _labels(self, instance: Instance) -> tuple[str, ...]:
        """What is inside a box, in a few words: for a use its block and the widths of its branches."""
        element = instance.element
        if isinstance(element, Chain):
            return (f"{len(instance.children)} steps",)
        if not isinstance(element, Use):
            operation = None if instance.node is None else self.typed.operation(instance.node)
            return (
                crossed(f"{operation.label()} of {len(instance.children)}") if operation else "?",
            )
        block = (element.block,) if element.block != element.name else ()
        if self._brief:
            return block
        summary = self._widths(instance) or self._arguments(instance, element)
        return (*block, summary) if summary else block

    def _widths(self, instance: Instance) -> str:
        """Channels of the branches that a use ends in, or empty where it does not end in a concat."""
        if instance.output not in nodes_of(instance):
            return ""
        whole = self.typed.shape(instance.output)
        widths = [shape[0] if shape else 0 for shape in self.typed.inputs(instance.output)]
        if len(widths) < 2 or not whole or sum(widths) != whole[0]:
            return ""
        text = " + ".join(str(width) for width in widths)
        return text if len(text) <= _LONGEST_LABEL else f"{len(widths)} branches"

    @staticmethod
    def _arguments(instance: Instance, use: Use) -> str:
        if not instance.children:
            return ""
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
        self, name: str, labels: tuple[str, ...], members: Sequence[int], output: int
    ) -> str:
        said = [f"{name}: {', '.join(labels)}" if labels else name]
        said += [f"gives {size(self.typed.shape(output))}"]
        if not isinstance(self.typed, TypedGraph):
            return " · ".join(said)
        found = [costs(self.typed).nodes[node] for node in members]
        parameters = sum(cost.parameters for cost in found)
        macs = sum(cost.macs for cost in found)
        said += [f"{parameters:,} parameters"] if parameters else []
        said += [f"{amount(macs)} multiply-accumulates"] if macs else []
        return " · ".join(said)


def _all_nodes(run: Sequence[Instance]) -> list[int]:
    return [node for instance in run for node in nodes_of(instance)]


def _symbols(element: Element, operation: Operation) -> str:
    """The attributes that are arithmetic, as written: ``b3_reduce``, ``stride s``."""
    found: list[str] = []
    for name, value in element.attributes.items() if isinstance(element, Leaf | Fork) else ():
        if isinstance(value, Expression):
            text = value.text.removeprefix("$")
            found.append(text if name == operation.argument else f"{name} {text}")
    return ", ".join(found)
