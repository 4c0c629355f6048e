"""From a typed graph to a drawing: what is open, what is one box, and what is folded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from inception_graph.analysis.costs import costs
from inception_graph.backends.pictures.drawing import Beside, Box, Drawing, Frame, Stack, Wire
from inception_graph.backends.pictures.parts import Part
from inception_graph.backends.pictures.words import amount, plain, shortened, size
from inception_graph.ir.graph import INPUT
from inception_graph.ir.program import Use

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inception_graph.ir.graph import Head, Instance, TypedGraph

Level: TypeAlias = Literal["network", "block", "op"]
LEVELS: tuple[Level, ...] = ("network", "block", "op")
"""From the coarsest to the finest."""

_LONGEST_TITLE = 90


def plan(typed: TypedGraph, level: Level, title: str | None = None) -> Drawing:
    """What a picture of the network at a level shows.

    Ids of nodes and of uses of blocks are their full names; all other ids hold a hyphen, which no name does.
    """
    match level:
        case "network":
            part = Part(typed, closed=lambda instance, depth: depth == 0, brief=True)
        case "block":
            part = Part(typed, closed=lambda instance, depth: isinstance(instance.element, Use))
        case "op":
            part = Part(typed, closed=lambda instance, depth: False)
    graph = typed.graph
    start = Box("network-input", "terminal", "input", gives=size(graph.input))
    end = Box("network-output", "terminal", "output", (size(typed.shape(graph.output)),))
    part.places[INPUT] = start.id
    sections = [
        Frame(f"section-{name}", name, part.stack(section), stage=True)
        for name, section in zip(graph.program.sections, graph.root.children, strict=True)
        if section.children
    ]
    beside = [_beside(part, head, level) for head in graph.heads]
    wires = [
        *part.wires(),
        Wire(part.places[graph.output], end.id, size(typed.shape(graph.output))),
    ]
    if level != "network":
        wires += [
            Wire(part.places[head.output], _end(head), size(typed.shape(head.output)), dashed=True)
            for head in graph.heads
        ]
    panels = list[Frame]()
    for body, use in _uses(typed) if level == "block" else ():
        frame, inside = _panel(typed, body, use)
        panels.append(frame)
        wires += inside
    return Drawing(
        graph.program.name,
        plain(title or graph.program.meta.title or graph.program.name, _LONGEST_TITLE),
        _caption(typed),
        (start, *sections, end),
        tuple(beside),
        tuple(panels),
        tuple(wires),
    )


def _beside(part: Part, head: Head, level: Level) -> Beside:
    source = part.places[head.instance.reads]
    loss = f"loss × {head.loss_weight:g}"
    if level == "network":
        return Beside(source, part.box((head.instance,), head.name, (loss,), dashed=True))
    content = part.stack(head.instance, scope=head.name, dashed=True)
    end = Box(_end(head), "terminal", "output", (size(part.typed.shape(head.output)),), dashed=True)
    frame = Frame(f"head-{head.name}", head.name, Stack((*content.items, end)), loss, dashed=True)
    return Beside(source, frame)


def _end(head: Head) -> str:
    return f"head-{head.name}-output"


def _uses(typed: TypedGraph) -> Iterator[tuple[Instance, Use]]:
    """The first built body of each block, in the order in which a reader meets them."""
    seen: set[str] = set()
    for tree in (typed.graph.root, *(head.instance for head in typed.graph.heads)):
        for instance in tree.walk():
            use = instance.element
            if isinstance(use, Use) and use.block not in seen and instance.children:
                seen.add(use.block)
                yield instance.children[0], use


def _panel(typed: TypedGraph, body: Instance, use: Use) -> tuple[Frame, tuple[Wire, ...]]:
    """A block drawn from inside, with its arguments by name and the shapes of its first use."""
    block = typed.program.blocks[use.block]
    prefix = f"block-{block.name}"

    def named(name: str) -> str:
        inside = name.removeprefix(body.name).removeprefix(".")
        return f"{prefix}.{inside}" if inside else f"{prefix}-join"

    part = Part(
        typed,
        closed=lambda instance, depth: isinstance(instance.element, Use),
        named=named,
        symbolic=True,
    )
    start = Box(f"{prefix}-input", "terminal", "input", gives=size(typed.shape(body.reads)))
    part.places[body.reads] = start.id
    content = part.item(body, scope=body.name)
    arguments = ", ".join(block.arguments)
    title = f"{block.name}({shortened(arguments, 72)})" if arguments else block.name
    note = f"shapes as in {shortened(body.name, 48)}"
    about = plain(block.description or "", 300)
    about = about or f"{block.name}({arguments})"
    return Frame(prefix, title, Stack((start, content)), note, about, entered=False), part.wires()


def _caption(typed: TypedGraph) -> tuple[str, ...]:
    graph, total = typed.graph, costs(typed)
    line = (
        f"{total.parameters:,} parameters · {amount(total.macs)} multiply-accumulates · "
        f"input {size(graph.input)} · output {size(typed.shape(graph.output))}"
    )
    if not graph.heads:
        return (line,)
    return line, (
        f"with auxiliary heads {total.parameters_with_auxiliary:,} parameters · "
        f"{amount(total.macs_with_auxiliary)} multiply-accumulates"
    )
