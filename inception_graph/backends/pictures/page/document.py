"""A network as the one JSON document that a page is made from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from inception_graph.analysis.costs import costs
from inception_graph.backends.pictures import drawn
from inception_graph.backends.pictures.drawing import Box, Frame, Split, Stack
from inception_graph.backends.pictures.opening import Opening, trees
from inception_graph.backends.pictures.page.facts import Facts
from inception_graph.backends.pictures.page.listing import SpecLines, shown_name
from inception_graph.backends.pictures.parts import Part
from inception_graph.backends.pictures.theme import LOOKS
from inception_graph.backends.pictures.words import size
from inception_graph.ir.program import Chain, Use

if TYPE_CHECKING:
    from inception_graph.backends.pictures.drawing import Item
    from inception_graph.backends.pictures.options import View
    from inception_graph.backends.pictures.page.listing import Listing
    from inception_graph.ir.graph import Instance, TypedGraph


def document(typed: TypedGraph, view: View, listing: Listing | None) -> dict[str, Any]:
    """All that a page knows: what can be seen at every depth, with its facts, and the texts that it came from.

    Args:
        typed: The network.
        view: What is shown, and which of it is open at first.
        listing: The emitted source; without it a page shows the spec alone.

    Raises:
        PictureError: As ``drawn``.
    """
    drawing = drawn(typed, _whole(typed, view))
    program, total = typed.program, costs(typed)
    spec = SpecLines(program)
    pages = _Items(typed, Facts(typed, spec, listing), view)
    strip = [pages.item(item) for item in drawing.strip]
    if view.only or view.section:
        strip = [item | {"open": 1} if "content" in item else item for item in strip]
    beside = [[beside.source, pages.item(beside.item)] for beside in drawing.beside]
    texts = [
        {"name": shown_name(source, program.name), "language": "yaml", "text": source.text}
        for source in spec.sources
    ]
    if listing is not None:
        texts.append({"name": listing.name, "language": "python", "text": listing.text})
    return {
        "title": drawing.title,
        "caption": drawing.caption,
        "input": size(typed.graph.input),
        "output": size(typed.shape(typed.graph.output)),
        "parameters": [total.parameters, total.parameters_with_auxiliary],
        "macs": [total.macs, total.macs_with_auxiliary],
        "activations": [total.activations, total.activations_with_auxiliary],
        "styles": {
            style: {
                "title": LOOKS[style].title,
                "form": LOOKS[style].form,
                "slant": LOOKS[style].slant,
            }
            for style in (*drawing.styles, "block")
        },
        "strip": strip,
        "beside": beside,
        "wires": [[w.source, w.target, w.shape, int(w.dashed)] for w in drawing.wires],
        "texts": texts,
    }


def _whole(typed: TypedGraph, view: View) -> View:
    """Everything that a reader may open. A block is shown as it is built for its first use."""
    only = view.only
    for instance in (inside for tree in trees(typed) for inside in tree.walk()):
        if isinstance(instance.element, Use) and instance.element.block == view.only:
            only = instance.name
            break
    return replace(view, level="op", expand=(), collapse=(), only=only)


@dataclass
class _Items:
    """Turns items of a drawing into what a page draws: what is open there can be closed here."""

    typed: TypedGraph
    facts: Facts
    view: View
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
        # What is open at first: all at level ``op``, else the stages, and what names ask for.
        start = self.view if self.view.level == "op" else replace(self.view, level="network")
        self._opening = Opening(self.typed, start)
        self._closed = Part(self.typed, closed=lambda instance, depth: True)

    def item(self, item: Item, depth: int = -1) -> dict[str, Any]:
        """An item with all that is inside it, at a depth below its section (0: directly in it)."""
        match item:
            case Box():
                return self._box(item)
            case Stack():
                shown: dict[str, Any] = {"stack": [self.item(each, depth) for each in item.items]}
                return shown | ({"name": item.name} if item.name else {})
            case Split():
                return self._split(item, depth)
            case Frame():
                return self._frame(item, depth)

    def _box(self, box: Box) -> dict[str, Any]:
        instance = self._nodes.get(box.id)
        shown: dict[str, Any] = {"id": box.id, "style": box.style, "name": box.name}
        shown |= {"labels": box.labels} if box.labels else {}
        shown |= {"gives": box.gives} if box.gives else {}
        shown |= {"dashed": 1} if box.dashed else {}
        return shown | ({"facts": self.facts.node(instance)} if instance else {})

    def _split(self, split: Split, depth: int) -> dict[str, Any]:
        """Branches with their join; where they have a name they are a part that can be closed."""
        fork, join = self._nodes[split.join.id], self._box(split.join)
        named = bool(fork.element.name)
        shown: dict[str, Any] = {
            "branches": [self.item(branch, depth + 1) for branch in split.branches],
            "join": join | {"name": ""} if named else join,
        }
        if split.entry is not None:
            shown["entry"] = self.item(split.entry, depth + 1)
            shown["entered"] = sorted(split.entered)
        if not named:
            return shown
        return {
            "id": f"join-{fork.name}",
            "title": split.join.name,
            "labels": self._labels(fork),
            "content": shown,
            "facts": self.facts.group([fork], self.typed.operation(fork.output).key),
            **({} if self._opening.closed(fork, depth) else {"open": 1}),
            **({"dashed": 1} if split.join.dashed else {}),
        }

    def _frame(self, frame: Frame, depth: int) -> dict[str, Any]:
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
            "content": self.item(frame.content, depth + 1),
            "facts": self.facts.group(run, kind),
        }
        shown |= {"note": frame.note or block} if frame.note or block != title else {}
        shown |= {"times": frame.times} if frame.times > 1 else {}
        shown |= {"stage": 1} if frame.stage else {}
        shown |= {"open": 1} if self._opens(frame, holder, depth) else {}
        return shown | ({"dashed": 1} if frame.dashed else {})

    def _opens(self, frame: Frame, holder: Instance, depth: int) -> bool:
        if frame.stage:
            return not self._opening.collapsed(frame.title)
        if not frame.id.startswith("head-"):
            return not self._opening.closed(holder, depth)
        every = self.view.level == "op" and not self._opening.collapsed(frame.title)
        return every or frame.title in self.view.expand

    def _labels(self, instance: Instance) -> list[str]:
        """What a part says of itself while it is closed."""
        if isinstance(instance.element, Chain):
            return [f"{len(instance.children)} steps"]
        box = self._closed.item(instance)
        return list(box.labels) if isinstance(box, Box) else []
