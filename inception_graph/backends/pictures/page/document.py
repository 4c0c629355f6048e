"""A network as the one JSON document that a page is made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from inception_graph.analysis.costs import costs
from inception_graph.backends.pictures.drawing import Box, Frame, Split, Stack
from inception_graph.backends.pictures.page.facts import Facts
from inception_graph.backends.pictures.page.listing import SpecLines, shown_name
from inception_graph.backends.pictures.parts import Part
from inception_graph.backends.pictures.theme import LOOKS
from inception_graph.backends.pictures.words import size
from inception_graph.ir.program import Chain, Use

if TYPE_CHECKING:
    from inception_graph.backends.pictures.drawing import Drawing, Item
    from inception_graph.backends.pictures.page.listing import Listing
    from inception_graph.ir.graph import Instance, TypedGraph


def document(typed: TypedGraph, drawing: Drawing, listing: Listing | None) -> dict[str, Any]:
    """All that a page knows: what can be seen at every depth, with its facts, and the texts that it came from.

    Args:
        typed: The network.
        drawing: It at level ``op``.
        listing: The emitted source; without it a page shows the spec alone.
    """
    program, total = typed.program, costs(typed)
    spec = SpecLines(program)
    pages = _Items(typed, Facts(typed, spec, listing))
    strip = [pages.item(item) for item in drawing.strip]
    beside = [[beside.source, pages.item(beside.item)] for beside in drawing.beside]
    texts = [
        {"name": shown_name(source, program.name), "language": "yaml", "text": source.text}
        for source in spec.sources
    ]
    if listing is not None:
        texts.append({"name": listing.name, "language": "python", "text": listing.text})
    return {
        "name": drawing.name,
        "title": drawing.title,
        "input": size(typed.graph.input),
        "output": size(typed.shape(typed.graph.output)),
        "parameters": [total.parameters, total.parameters_with_auxiliary],
        "macs": [total.macs, total.macs_with_auxiliary],
        "activations": [total.activations, total.activations_with_auxiliary],
        "styles": {
            style: {"title": LOOKS[style].title, "form": LOOKS[style].form, "slant": LOOKS[style].slant}
            for style in (*drawing.styles, "block")
        },
        "strip": strip,
        "beside": beside,
        "wires": [[w.source, w.target, w.shape, int(w.dashed)] for w in drawing.wires],
        "texts": texts,
    }


@dataclass
class _Items:
    """Turns items of a drawing into what a page draws: what is open there can be closed here."""

    typed: TypedGraph
    facts: Facts
    _nodes: dict[str, Instance] = field(default_factory=dict[str, "Instance"])
    _holders: dict[str, Instance] = field(default_factory=dict[str, "Instance"])
    _beside: dict[Instance, list[Instance]] = field(
        default_factory=dict["Instance", "list[Instance]"]
    )

    def __post_init__(self) -> None:
        graph = self.typed.graph
        sections = zip(graph.program.sections, graph.root.children, strict=True)
        self._holders |= {f"section-{name}": section for name, section in sections}
        self._holders |= {f"head-{head.name}": head.instance for head in graph.heads}
        for tree in (graph.root, *(head.instance for head in graph.heads)):
            for instance in tree.walk():
                if instance.node is not None:
                    self._nodes[instance.name] = instance
                if isinstance(instance.element, Use) or not instance.element.name:
                    self._holders.setdefault(f"use-{instance.name}", instance)
                for child in instance.children:
                    self._beside[child] = instance.children
        self._closed = Part(self.typed, closed=lambda instance, depth: True)

    def item(self, item: Item, *, inside: bool = False, scope: str = "") -> dict[str, Any]:
        """An item with all that is inside it.

        Args:
            item: The item.
            inside: Whether it is in a block or head, with which it opens.
            scope: What names in it start with, and what a reader sees around them anyway.
        """
        match item:
            case Box():
                return self._box(item, scope)
            case Stack():
                return {"stack": [self.item(e, inside=inside, scope=scope) for e in item.items]}
            case Split():
                return self._split(item, inside, scope)
            case Frame():
                return self._frame(item)

    def _box(self, box: Box, scope: str) -> dict[str, Any]:
        instance = self._nodes.get(box.id)
        name = "" if box.name == scope else box.name.removeprefix(f"{scope}.")
        shown: dict[str, Any] = {"id": box.id, "style": box.style, "name": name}
        shown |= {"labels": box.labels} if box.labels else {}
        shown |= {"gives": box.gives} if box.gives else {}
        shown |= {"dashed": 1} if box.dashed else {}
        return shown | ({"facts": self.facts.node(instance)} if instance else {})

    def _split(self, split: Split, inside: bool, scope: str) -> dict[str, Any]:
        fork = self._nodes[split.join.id]
        name = split.join.name if fork.element.name else scope
        branches = [self.item(branch, inside=True, scope=name) for branch in split.branches]
        shown = {"branches": branches, "join": self._box(split.join, name)}
        if not fork.element.name:
            return shown
        return {
            "id": f"join-{fork.name}",
            "title": name.removeprefix(f"{scope}."),
            "labels": self._labels(fork),
            "content": shown,
            "facts": self.facts.group([fork], self.typed.operation(fork.output).key),
            **({"open": 1} if inside else {}),
            **({"dashed": 1} if split.join.dashed else {}),
        }

    def _frame(self, frame: Frame) -> dict[str, Any]:
        holder = self._holders[frame.id]
        copies = len(holder.children) if holder.copies else 1
        run = [holder]
        if frame.times > copies:
            siblings = self._beside[holder]
            start = siblings.index(holder)
            run = siblings[start : start + frame.times // copies]
        block = holder.element.block if isinstance(holder.element, Use) else ""
        title = frame.title.removesuffix(f" · {block}")
        kind = "stage" if frame.stage else "auxiliary head"
        shown: dict[str, Any] = {
            "id": frame.id,
            "title": title,
            "labels": [frame.note] if frame.note else self._labels(holder),
            "content": self.item(frame.content, inside=not frame.stage),
            "facts": self.facts.group(run, kind),
        }
        shown |= {"note": frame.note or block} if frame.note or block != title else {}
        shown |= {"times": frame.times} if frame.times > 1 else {}
        shown |= {"stage": 1, "open": 1} if frame.stage else {}
        return shown | ({"dashed": 1} if frame.dashed else {})

    def _labels(self, instance: Instance) -> list[str]:
        """What a part says of itself while it is closed."""
        if isinstance(instance.element, Chain):
            return [f"{len(instance.children)} steps"]
        box = self._closed.item(instance)
        return list(box.labels) if isinstance(box, Box) else []
