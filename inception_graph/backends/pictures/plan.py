"""From a typed graph to a drawing: what of the network is drawn, and what stands around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_graph.analysis.costs import costs
from inception_graph.backends.pictures.drawing import Beside, Box, Drawing, Frame, Stack, Wire
from inception_graph.backends.pictures.engine import PictureError
from inception_graph.backends.pictures.folding import nodes_of
from inception_graph.backends.pictures.marking import Marking
from inception_graph.backends.pictures.opening import Opening, trees
from inception_graph.backends.pictures.parts import Part
from inception_graph.backends.pictures.words import amount, plain, shortened, size
from inception_graph.diagnostics.report import did_you_mean
from inception_graph.ir.graph import INPUT, TypedGraph
from inception_graph.ir.program import Use

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inception_graph.backends.pictures.drawing import Item
    from inception_graph.backends.pictures.options import View
    from inception_graph.ir.graph import Head, Instance
    from inception_graph.ir.partial import PartialGraph

_LONGEST_TITLE = 90


def plan(typed: TypedGraph | PartialGraph, view: View, marking: Marking | None = None) -> Drawing:
    """What a picture of the network shows.

    Ids of nodes and of uses of blocks are their full names; all other ids hold a hyphen, which no name does.

    Raises:
        PictureError: The view names a part that the network does not have.
    """
    return _Plan(typed, view, marking or Marking()).drawing()


class _Plan:
    """Plans one drawing."""

    def __init__(self, typed: TypedGraph | PartialGraph, view: View, marking: Marking) -> None:
        self._typed, self._view, self._marking = typed, view, marking
        self._opening = Opening(typed, view)
        self._part = Part(
            typed,
            closed=self._opening.closed,
            brief=view.level == "network",
            terse=view.page is not None,
            marking=marking,
        )

    def drawing(self) -> Drawing:
        """The drawing."""
        view = self._view
        if view.only is not None:
            return self._only(view.only)
        if view.section is not None:
            return self._section(view.section)
        return self._whole()

    def _whole(self) -> Drawing:
        graph, part = self._typed.graph, self._part
        start = Box("network-input", "terminal", "input", gives=size(graph.input))
        end = Box("network-output", "terminal", "output", (self._size(graph.output),))
        part.places[INPUT] = start.id
        sections = [
            self._stage(name, section)
            for name, section in zip(graph.program.sections, graph.root.children, strict=True)
            if section.children
        ]
        beside = [self._beside(head) for head in graph.heads]
        wires = [*part.wires(), *self._last(graph.output, end.id)]
        for head, drawn in zip(graph.heads, beside, strict=True):
            if isinstance(drawn.item, Frame):
                wires += self._last(head.output, _end(head), dashed=True)
        return self._drawn((start, *sections, end), beside, wires, self._caption(), "")

    def _section(self, name: str) -> Drawing:
        """One section, or one head, between what it reads and what it gives."""
        graph, part = self._typed.graph, self._part
        heads = {head.name: head for head in graph.heads}
        sections = dict(zip(graph.program.sections, graph.root.children, strict=True))
        if name not in heads and not (name in sections and sections[name].children):
            known = [*(key for key, section in sections.items() if section.children), *heads]
            message = f"there is no section '{name}': use {', '.join(known)}"
            raise PictureError(message)
        instance = heads[name].instance if name in heads else sections[name]
        start = self._source(instance)
        if name in heads:
            beside = self._beside(heads[name])
            wires = [*part.wires(), *self._last(instance.output, _end(heads[name]), dashed=True)]
            return self._drawn((start, beside.item), [], wires, self._share(instance), name)
        end_name = "output" if instance.output == graph.output else "next"
        end = Box("network-output", "terminal", end_name, (self._size(instance.output),))
        stage = self._stage(name, instance)
        wires = [*part.wires(), *self._last(instance.output, end.id)]
        return self._drawn((start, stage, end), [], wires, self._share(instance), name)

    def _only(self, name: str) -> Drawing:
        """The inside of a block, with its arguments by name, or of one part as it is built."""
        blocks = _uses(self._typed)
        if name in blocks:
            frame, wires = self._panel(name, blocks[name])
            return self._drawn((frame,), [], list(wires), self._share(blocks[name]), name)
        parts = {i.name: i for tree in trees(self._typed) for i in tree.walk() if i.children}
        parts.pop("", None)
        if name not in parts:
            hint = did_you_mean(name, [*blocks, *parts])
            message = f"there is no block and no part '{name}'"
            raise PictureError(f"{message}; {hint}" if hint else message)
        # The last of that name is the innermost: what is inside a use of a block.
        instance, part = parts[name], self._part
        start = self._source(instance)
        end = Box("network-output", "terminal", "output", (self._size(instance.output),))
        item = part.item(instance, scope=instance.name, depth=1)
        wires = [*part.wires(), *self._last(instance.output, end.id)]
        return self._drawn((start, item, end), [], wires, self._share(instance), name)

    def _drawn(
        self,
        strip: tuple[Item, ...],
        beside: Sequence[Beside],
        wires: Sequence[Wire],
        caption: tuple[str, ...],
        where: str,
    ) -> Drawing:
        """The drawing, with the blocks that it refers to where the level asks for them."""
        panels: list[Frame] = []
        wires = list(wires)
        waiting = dict(self._part.used) if self._view.level == "block" else {}
        done: set[str] = {self._view.only} if self._view.only else set()
        while names := [name for name in waiting if name not in done]:
            # In the order of the first uses in the network, those inside blocks behind them.
            name = names[0]
            done.add(name)
            use = waiting[name]
            frame, inside = self._panel(name, use.children[0] if use.children else use, waiting)
            panels.append(frame)
            wires += inside
        program = self._typed.program
        title = self._view.title or program.meta.title or program.name
        shown = f"{title} · {where}" if where and not self._view.title else title
        return Drawing(
            program.name, plain(shown, _LONGEST_TITLE), caption,
            strip, tuple(beside), tuple(panels), tuple(wires),
        )  # fmt: skip

    def _stage(self, name: str, section: Instance) -> Item:
        if self._opening.collapsed(name):
            label = f"{len(section.children)} steps"
            return self._part.box((section,), name, (label,), identity=f"section-{name}")
        return Frame(f"section-{name}", name, self._part.stack(section), stage=True)

    def _source(self, instance: Instance) -> Box:
        """The box for what a part reads from outside."""
        graph, reads = self._typed.graph, instance.reads
        name = "input" if reads == INPUT else shortened(graph.nodes[reads].name, 40)
        start = Box("network-input", "terminal", name, gives=self._size(reads))
        self._part.places[reads] = self._part.outside = start.id
        return start

    def _beside(self, head: Head) -> Beside:
        part = self._part
        source = part.places.get(head.instance.reads, part.outside)
        loss = f"loss × {head.loss_weight:g}"
        brief = self._view.level == "network" and not self._opening.expanded(head.name)
        closed = brief or self._opening.collapsed(head.name)
        if closed and self._view.section != head.name:
            return Beside(source, part.box((head.instance,), head.name, (loss,), dashed=True))
        content = part.stack(head.instance, scope=head.name, dashed=True)
        end = Box(_end(head), "terminal", "output", (self._size(head.output),), dashed=True)
        items = Stack((*content.items, end))
        return Beside(source, Frame(f"head-{head.name}", head.name, items, loss, dashed=True))

    def _last(self, value: int, target: str, *, dashed: bool = False) -> tuple[Wire, ...]:
        """The wire to an end of the network; none where nothing gives the value."""
        source = self._part.places.get(value)
        return (self._part.wire(value, source, target, dashed=dashed),) if source else ()

    def _panel(
        self, name: str, body: Instance, waiting: dict[str, Instance] | None = None
    ) -> tuple[Frame, tuple[Wire, ...]]:
        """A block drawn from inside, with its arguments by name and the shapes of its first use."""
        block = self._typed.program.blocks[name]
        prefix = f"block-{block.name}"

        def named(name: str) -> str:
            inside = name.removeprefix(body.name).removeprefix(".")
            return f"{prefix}.{inside}" if inside else f"{prefix}-join"

        part = Part(
            self._typed,
            closed=lambda i, _: isinstance(i.element, Use) and self._opening.closed(i, 1),
            named=named,
            symbolic=True,
            terse=self._view.page is not None,
            marking=self._marking,
        )
        start = Box(f"{prefix}-input", "terminal", "input", gives=self._size(body.reads))
        part.places[body.reads] = part.outside = start.id
        content = part.item(body, scope=body.name, depth=1)
        for inner, use in part.used.items():
            (waiting if waiting is not None else self._part.used).setdefault(inner, use)
        arguments = ", ".join(block.arguments)
        title = f"{block.name}({shortened(arguments, 72)})" if arguments else block.name
        note = f"shapes as in {shortened(body.name, 48)}"
        about = plain(block.description or "", 300) or f"{block.name}({arguments})"
        return (
            Frame(prefix, title, Stack((start, content)), note, about, entered=False),
            part.wires(),
        )

    def _size(self, value: int) -> str:
        return size(self._typed.shape(value))

    def _caption(self) -> tuple[str, ...]:
        if self._marking.caption or not isinstance(self._typed, TypedGraph):
            return self._marking.caption
        graph, total = self._typed.graph, costs(self._typed)
        line = (
            f"{total.parameters:,} parameters · {amount(total.macs)} multiply-accumulates · "
            f"input {size(graph.input)} · output {self._size(graph.output)}"
        )
        if not graph.heads:
            return (line,)
        return line, (
            f"with auxiliary heads {total.parameters_with_auxiliary:,} parameters · "
            f"{amount(total.macs_with_auxiliary)} multiply-accumulates"
        )

    def _share(self, instance: Instance) -> tuple[str, ...]:
        """What a part costs, and what share of the network's cost that is."""
        if self._marking.caption or not isinstance(self._typed, TypedGraph):
            return self._marking.caption
        total = costs(self._typed)
        found = [total.nodes[node] for node in nodes_of(instance)]
        parameters, macs = sum(c.parameters for c in found), sum(c.macs for c in found)
        line = (
            f"{parameters:,} parameters, {_percent(parameters, total.parameters)} of the network's · "
            f"{amount(macs)} multiply-accumulates, {_percent(macs, total.macs)}"
        )
        return (line,)


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "none"


def _end(head: Head) -> str:
    return f"head-{head.name}-output"


def _uses(typed: TypedGraph | PartialGraph) -> dict[str, Instance]:
    """The first built body of each block."""
    found: dict[str, Instance] = {}
    for tree in trees(typed):
        for instance in tree.walk():
            if isinstance(instance.element, Use) and instance.children:
                found.setdefault(instance.element.block, instance.children[0])
    return found
