"""Variants: a spec that says only how it differs from another."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from inception_graph.diagnostics.codes import Code
from inception_graph.diagnostics.report import Related
from inception_graph.ir.program import SECTIONS
from inception_graph.ops.fields import show
from inception_graph.ops.registry import operations
from inception_graph.spec.allowances import ALLOW
from inception_graph.spec.blocks import KEYS as BLOCK_KEYS
from inception_graph.spec.tree import Mapping, Scalar, Sequence, Tree, is_null, place
from inception_graph.spec.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable

    from inception_graph.diagnostics.report import Report
    from inception_graph.diagnostics.source import Place

OWN = ("inception_graph", "name", "extends", "meta", "expect")
"""What a spec says of itself alone, so that a variant does not inherit it."""
_PLACEMENT = ("after", "before")
_Inner: TypeAlias = "Callable[[Mapping, Mapping], Mapping]"


def _names(tree: Tree) -> list[str]:
    """The names in a mapping or a list."""
    if isinstance(tree, Mapping):
        return list(tree)
    items = tree.items if isinstance(tree, Sequence) else []
    return [
        item.value for item in items if isinstance(item, Scalar) and isinstance(item.value, str)
    ]


def _same(one: Tree, other: Tree) -> bool:
    """Whether two values are written alike: the order of nodes counts, and 1 is not true."""
    return repr(one.plain()) == repr(other.plain())


def _lacks_nodes(tree: Tree) -> bool:
    return isinstance(tree, Mapping) and "nodes" not in tree


@dataclass
class Merge:
    """A parent and the difference that its variant states, merged by name.

    ``null`` removes, a new name is appended or placed with ``after``/``before``, another operation replaces a node,
    everything else is changed where it differs. A merged mapping has the place of the variant's.

    Attributes:
        parent: The whole of the parent.
        child: The variant's own text.
        report: Where patches are reported that match nothing.
        removed: Where a name was removed, by the name; what still needs it is told so.
    """

    parent: Mapping
    child: Mapping
    report: Report
    removed: dict[str, Place]
    vocabulary: Vocabulary = field(init=False)

    def __post_init__(self) -> None:
        blocks = {
            name
            for tree in (self.parent.get("blocks"), self.child.get("blocks"))
            if isinstance(tree, Mapping)
            for name in tree
        }
        self.vocabulary = Vocabulary(operations(), blocks)

    def document(self, *, replace_checkpoints: bool) -> Mapping:
        """The whole of the variant."""
        entries = {key: entry for key, entry in self.parent.entries.items() if key not in OWN}
        if replace_checkpoints:
            entries.pop("checkpoints", None)
        for key, (key_tree, patch) in self.child.entries.items():
            inherited = entries.get(key)
            if key not in OWN and is_null(patch):
                self._remove(entries, key, key_tree, "section")
            elif key in OWN or inherited is None:
                if key in SECTIONS and isinstance(patch, Mapping):
                    patch = self._new(patch)
                entries[key] = key_tree, patch
            else:
                merge = partial(self._section, key, inherited[1], patch)
                entries[key] = key_tree, self._effective(key_tree, inherited, merge)
        return self._over(self.child, entries)

    def _section(self, key: str, old: Tree, patch: Tree) -> Tree:
        if not isinstance(old, Mapping) or not isinstance(patch, Mapping):
            return patch
        if key in SECTIONS:
            return self._chain(old, patch)
        match key:
            case "blocks":
                return self._parts(old, patch, self._block, "block")
            case "auxiliary":
                return self._parts(old, patch, self._head, "auxiliary head")
            case "defaults":
                return self._parts(old, patch, self._fields, "operation")
            case _:
                return self._deep(old, patch)

    def _over(self, patch: Mapping, entries: dict[str, tuple[Scalar, Tree]]) -> Mapping:
        """A merged mapping, which stands where the patch stands."""
        return Mapping(patch.source, patch.start, patch.end, entries, patch.incomplete)

    def _block(self, old: Mapping, patch: Mapping) -> Mapping:
        return self._around(old, patch, self._element)

    def _head(self, old: Mapping, patch: Mapping) -> Mapping:
        return self._around(old, patch, self._section_or_patch)

    def _section_or_patch(self, old: Tree, patch: Tree) -> Tree:
        if isinstance(old, Mapping) and isinstance(patch, Mapping):
            return self._chain(old, patch)
        return patch

    def _around(self, old: Mapping, patch: Mapping, merge: Callable[[Tree, Tree], Tree]) -> Mapping:
        """A block or a head: its own fields, and the nodes in it."""
        nodes = "nodes" in patch and "nodes" in old
        rest = {
            key: entry for key, entry in patch.entries.items() if not (nodes and key == "nodes")
        }
        merged = self._deep(old, self._over(patch, rest))
        listed, anew = old.get("arguments"), patch.get("arguments")
        if listed is not None and anew is not None:
            kept = _names(anew)
            self._note_gone([name for name in _names(listed) if name not in kept], place(anew))
        if nodes:
            key, value = patch.entries["nodes"]
            merged.entries["nodes"] = key, merge(old.entries["nodes"][1], value)
        return merged

    def _chain(self, old: Mapping, patch: Mapping) -> Mapping:
        """Nodes or branches by name, in order."""
        entries = dict(old.entries)
        for name, (key, value) in patch.entries.items():
            if is_null(value):
                self._remove(entries, name, key, "node")
                continue
            stand, value = self._placement(value)
            before = entries.get(name)
            if before is not None:
                merge = partial(self._element, before[1], value)
                merged = merge() if stand else self._effective(key, before, merge)
                entries[name] = key, merged
            elif ":" not in name and not (isinstance(value, Mapping) and self._is_whole(value)):
                self._report_unknown("node", name, key, old)
                continue
            else:
                entries[name] = key, self._new(value) if isinstance(value, Mapping) else value
            if stand is not None:
                entries = self._moved(entries, name, *stand)
        return self._over(patch, entries)

    def _placement(self, tree: Tree) -> tuple[tuple[str, Scalar] | None, Tree]:
        """Where a node is to stand, if it says so, and the node without those words."""
        if not isinstance(tree, Mapping):
            return None, tree
        words = {word: at for word in _PLACEMENT if isinstance(at := tree.get(word), Scalar)}
        if not words:
            return None, tree
        if len(words) == 2:
            message = "a node stands after another or before it; this one has both"
            where, related = place(tree.key("before")), place(tree.key("after"))
            self.report.add(
                Code.PATCH,
                message,
                where,
                related=(Related("the other word", related),),
                hint="keep one",
            )
        rest = {key: entry for key, entry in tree.entries.items() if key not in words}
        return next(iter(words.items())), self._over(tree, rest)

    def _moved(
        self, entries: dict[str, tuple[Scalar, Tree]], name: str, word: str, anchor: Scalar
    ) -> dict[str, tuple[Scalar, Tree]]:
        """The entries with one behind or before another."""
        at = anchor.value
        if not isinstance(at, str) or at not in entries or at == name:
            others = [other for other in entries if other != name]
            shown = show(anchor.plain()) if at != name else "the node itself"
            hint = self.report.did_you_mean(str(at), others) or f"here are: {', '.join(others)}"
            self.report.add(
                Code.PATCH,
                f"'{word}' names no node of this chain: {shown}",
                place(anchor),
                hint=hint,
            )
            return entries
        moved = entries.pop(name)
        ordered: dict[str, tuple[Scalar, Tree]] = {}
        for other, entry in entries.items():
            if other == at and word == "before":
                ordered[name] = moved
            ordered[other] = entry
            if other == at and word == "after":
                ordered[name] = moved
        return ordered

    def _report_unknown(self, what: str, name: str, key: Scalar, old: Mapping) -> None:
        """Report a change of a node, block or head that the parent does not have."""
        known = ", ".join(old) or "nothing"
        hint = self.report.did_you_mean(name, old) or f"write a whole {what}; here are: {known}"
        message = f"there is no {what} '{name[:60]}' to change"
        gone = self.removed.get(name)
        related = (Related("removed here", gone),) if gone else ()
        self.report.add(Code.PATCH, message, place(key), related=related, hint=hint)

    def _is_whole(self, tree: Mapping) -> bool:
        """Whether it holds an operation, or nodes by name."""
        if self.vocabulary.operation_keys(tree):
            return True
        return all(
            isinstance(value, Mapping) and self._is_whole(value)
            for _, value in tree.entries.values()
        )

    def _new(self, tree: Mapping) -> Mapping:
        """A chain that the parent does not have; in it, nodes may be placed too."""
        if self.vocabulary.is_node(tree):
            return tree
        return self._chain(self._over(tree, {}), tree)

    def _element(self, old: Tree, patch: Tree) -> Tree:
        """A node, a branch or a chain."""
        if not isinstance(patch, Mapping):
            return patch
        if not isinstance(old, Mapping) or not old.entries:
            return self._new(patch)
        if not self.vocabulary.is_node(old):
            node = self.vocabulary.is_node(patch) and self.vocabulary.operation_keys(patch)
            return patch if node else self._chain(old, patch)
        return self._node(old, patch)

    def _node(self, old: Mapping, patch: Mapping) -> Tree:
        """A change of a node's fields, or another node in its stead."""
        keys = self.vocabulary.operation_keys(old)
        if len(keys) != 1:  # told where the parent is read
            return patch
        key = keys[0]
        operation = self.vocabulary.operations.get(key)
        fields = {*(operation.model_fields if operation else ()), "from", "repeat", ALLOW}
        others = [k for k in self.vocabulary.operation_keys(patch) if k != key and k not in fields]
        chain = not fields & patch.entries.keys() and not self.vocabulary.is_node(patch)
        if key not in patch and (others or chain):
            return self._new(patch)
        rest = {name: entry for name, entry in patch.entries.items() if name not in (key, ALLOW)}
        allow = {name: entry for name, entry in patch.entries.items() if name == ALLOW}
        merged = self._fields(old, self._over(patch, rest))
        merged = self._deep(merged, self._over(patch, allow))
        if key in patch:
            key_tree, main = patch.entries[key]
            merged.entries[key] = key_tree, self._main(key, old.entries[key][1], main)
        return merged

    def _main(self, key: str, old: Tree, patch: Tree) -> Tree:
        """What stands under a node's operation."""
        if is_null(patch):
            return old
        if not isinstance(old, Mapping) or not isinstance(patch, Mapping):
            return patch
        operation = self.vocabulary.operations.get(key)
        if operation is not None and operation.many:
            return self._chain(old, patch)
        return self._fields(old, patch)

    def _parts(self, old: Mapping, patch: Mapping, inner: _Inner, what: str) -> Mapping:
        """Blocks, heads or defaults by name; two of one name are merged by ``inner``."""
        entries = dict(old.entries)
        for name, (key, value) in patch.entries.items():
            before = entries.get(name)
            if is_null(value):
                self._remove(entries, name, key, what)
            elif before and isinstance(before[1], Mapping) and isinstance(value, Mapping):
                merge = partial(inner, before[1], value)
                entries[name] = key, self._effective(key, before, merge)
            elif before is None and what != "operation" and _lacks_nodes(value):
                self._report_unknown(what, name, key, old)
            else:
                entries[name] = key, value
        return self._over(patch, entries)

    def _by_name(
        self, old: Mapping, patch: Mapping, inner: _Inner, *, inert: bool = False
    ) -> Mapping:
        """Fields by name; two mappings of one name are merged by ``inner``, and inert ones told if asked for."""
        entries = dict(old.entries)
        for name, (key, value) in patch.entries.items():
            before = old.get(name)
            if is_null(value):
                self._remove(entries, name, key, "field")
                continue
            if isinstance(before, Mapping) and isinstance(value, Mapping):
                value = inner(before, value)
            elif inert and before is not None and _same(before, value):
                self._report_inert(place(value), before)
            entries[name] = key, value
        return self._over(patch, entries)

    def _deep(self, old: Mapping, patch: Mapping) -> Mapping:
        return self._by_name(old, patch, self._deep, inert=True)

    def _fields(self, old: Mapping, patch: Mapping) -> Mapping:
        """The fields of an operation; a mapping in one is a choice."""
        return self._by_name(old, patch, self._choice)

    def _choice(self, old: Mapping, patch: Mapping) -> Mapping:
        """A choice with its own fields, such as ``batch_norm: {eps: 0.001}``, or another one."""
        if len(old.entries) == len(patch.entries) == 1 and [*old] != [*patch]:
            return patch
        return self._by_name(old, patch, self._fields)

    def _remove(
        self, entries: dict[str, tuple[Scalar, Tree]], name: str, key: Scalar, what: str
    ) -> None:
        gone = entries.pop(name, None)
        if gone is not None:
            self.removed[name] = place(key)
            if name == "blocks" or not self._is_node(gone[1]):
                self._note_gone(_names(gone[1]), place(key))
            return
        known = list(entries)
        hint = self.report.did_you_mean(name, known) or (
            "an empty branch is written {}" if what == "node" else None
        )
        message = f"there is no {what} '{name[:60]}' to remove"
        self.report.add(Code.PATCH, message, place(key), hint=hint)

    def _is_node(self, tree: Tree) -> bool:
        return isinstance(tree, Mapping) and bool(self.vocabulary.operation_keys(tree))

    def _note_gone(self, names: list[str], where: Place) -> None:
        """Remember the names that went with what was removed."""
        for name in names:
            if name not in BLOCK_KEYS:
                self.removed.setdefault(name, where)

    def _effective(
        self, key: Scalar, before: tuple[Scalar, Tree], merge: Callable[[], Tree]
    ) -> Tree:
        """What a change makes of what was there before; that it changes nothing is told once, where it is."""
        told = len(self.report.found)
        merged = merge()
        if len(self.report.found) == told and _same(merged, before[1]):
            self._report_inert(place(key), before[0])
        return merged

    def _report_inert(self, where: Place, old: Tree) -> None:
        related = (Related("as inherited from here", place(old)),)
        self.report.add(
            Code.INERT_PATCH, "this changes nothing", where, related=related, hint="remove it"
        )
