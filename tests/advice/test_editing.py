"""Edits change what they are to change and nothing else, however a text is laid out."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inception_graph.advice.editing import (
    CannotEdit,
    Copy,
    Edit,
    Insert,
    Put,
    Remove,
    Rename,
    Wrap,
    edited,
    moved,
)
from inception_graph.diagnostics.report import Report
from inception_graph.diagnostics.source import Source
from inception_graph.limits import DEFAULT_LIMITS
from inception_graph.spec.reader import read_tree
from inception_graph.spec.yaml_text import Line, flow

NODE = Line(conv=8, kernel=3)
BLOCK = """\
# first
a:
    x: 1   # one
    y:     # nothing
    # behind y

b: {p: 1, q: , r: [1, 2],
    s: two}   # b
c: |
  text

d:
  e:
    - 1
    - 2
  # the end
"""
CASES: dict[str, tuple[Edit, str, str]] = {
    "replace a scalar": (Put(("a", "x"), 2), "    x: 1   # one", "    x: 2   # one"),
    "replace nothing": (Put(("a", "y"), 2), "    y:     # nothing", "    y: 2     # nothing"),
    "replace nothing in braces": (Put(("b", "q"), [1]), "q: ,", "q: [1],"),
    "replace braces": (Put(("b",), NODE), BLOCK[BLOCK.index("{") : BLOCK.index("}") + 1], "{conv: 8, kernel: 3}"),
    "append": (Put(("a", "z"), 3), "    y:     # nothing", "    y:     # nothing\n    z: 3"),
    "append in braces": (Put(("b", "t"), NODE), "s: two}", "s: two, t: {conv: 8, kernel: 3}}"),
    "append behind a list": (Put(("d", "f"), 1), "    - 2", "    - 2\n  f: 1"),
    "append at the top": (Put(("f",), NODE), "    - 2", "    - 2\nf: {conv: 8, kernel: 3}"),
    "insert": (Insert(("a", "z"), NODE, "y"), "    y: ", "    z: {conv: 8, kernel: 3}\n    y: "),
    "insert in braces": (Insert(("b", "z"), 0, "q"), "q: ,", "z: 0, q: ,"),
    "insert lines": (Insert(("z",), {"u": NODE}, "c"), "c: |", "z:\n  u: {conv: 8, kernel: 3}\nc: |"),
    "remove": (Remove(("a", "x")), "    x: 1   # one\n", ""),
    "remove the last in braces": (Remove(("b", "s")), ",\n    s: two}", "}"),
    "remove the first in braces": (Remove(("b", "p")), "{p: 1, q", "{q"),
    "remove a text of lines": (Remove(("c",)), "c: |\n  text\n", ""),
    "rename": (Rename(("d",), "z"), "d:\n", "z:\n"),
    "copy": (Copy(("a", "x"), "z"), "    x: 1   # one", "    x: 1   # one\n    z: 1   # one"),
    "copy in braces": (Copy(("b", "r"), "z"), "r: [1, 2]", "r: [1, 2], z: [1, 2]"),
    "wrap braces": (
        Wrap(("b",), "in", first=(("one", 1),), last=(("three", NODE),)),
        "b: {p: 1, q: , r: [1, 2],\n    s: two}   # b",
        "b:\n  one: 1\n  in: {p: 1, q: , r: [1, 2],\n    s: two}   # b\n  three: {conv: 8, kernel: 3}",
    ),
    "wrap lines": (
        Wrap(("a",), "in", first=(("one", 1),), join="concat"),
        "    x: 1   # one\n    y:     # nothing\n",
        "  concat:\n    one: 1\n    in:\n        x: 1   # one\n        y:     # nothing\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("name", CASES)
def test_edit(name: str, newline: str) -> None:
    edit, old, new = CASES[name]
    assert BLOCK.count(old) == 1
    text = BLOCK.replace("\n", newline)
    assert edited(text, [edit], DEFAULT_LIMITS) == BLOCK.replace(old, new).replace("\n", newline)


def test_a_text_without_a_last_line_end() -> None:
    assert edited("a:\n  b: 1", [Put(("a", "c"), 2)], DEFAULT_LIMITS) == "a:\n  b: 1\n  c: 2"
    assert edited("a: 1\nb: 2", [Remove(("b",))], DEFAULT_LIMITS) == "a: 1\n"


def test_what_holds_a_new_value_is_made() -> None:
    made = edited("a: {b: 1}\n", [Put(("a", "x", "z"), 2)], DEFAULT_LIMITS)
    assert made == "a: {b: 1, x: {z: 2}}\n"
    made = edited("name: n\nbody:\n  x: 1\n", [Put(("blocks", "b", "c", "z"), 2)], DEFAULT_LIMITS)
    assert made == "name: n\n\nblocks:\n  b:\n    c: {z: 2}\nbody:\n  x: 1\n"


def test_an_empty_mapping() -> None:
    assert edited("a: {}\n", [Put(("a", "c"), 2)], DEFAULT_LIMITS) == "a: {c: 2}\n"


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("a: {b: 1}\n", Put(("a", "b", "c"), 2)),
        ("a: {b: 1}\n", Remove(("a", "b"))),
        ("a: &x {b: 1}\nc: *x\n", Put(("a", "b"), 2)),
        ("a: &x {b: 1}\nc: *x\n", Put(("c", "b"), 2)),
        ("a: {b: 1}\nc: {d: {e: 1}, f: 2}\n", Wrap(("c", "f"), "in")),
        ("- {a: 1}\n", Put(("a",), 2)),
        ("a: &x 1\nb: *x\n", Put(("c",), 2)),
        ("a:\n- b: 1\n", Put(("a", 0, "b"), 2)),
    ],
)
def test_what_cannot_be_edited(text: str, edit: Edit) -> None:
    with pytest.raises(CannotEdit):
        edited(text, [edit], DEFAULT_LIMITS)


@pytest.mark.parametrize(
    ("edit", "paths"),
    [
        (Put(("a", "b", "x"), 1), [("a", "b", "c")]),
        (Remove(("a", "b")), []),
        (Remove(("a", "x")), [("a", "b", "c")]),
        (Rename(("a", "b"), "z"), [("a", "z", "c")]),
        (Copy(("a",), "z"), [("a", "b", "c"), ("z", "b", "c")]),
        (Wrap(("a", "b"), "in"), [("a", "b", "in", "c")]),
        (Wrap(("a", "b"), "in", join="concat"), [("a", "b", "concat", "in", "c")]),
    ],
)
def test_where_a_value_stands_afterwards(edit: Edit, paths: list[tuple[str, ...]]) -> None:
    assert list(moved(("a", "b", "c"), edit)) == paths


LEAF = st.sampled_from([1, "two", None, [1, 2], "$(a + 1)", "a, b", 0.001])
NAMES = st.sampled_from("abcdefg")
TREE: Any = st.recursive(
    st.dictionaries(NAMES, LEAF, min_size=1, max_size=3),
    lambda inner: st.dictionaries(NAMES, st.one_of(LEAF, inner), min_size=1, max_size=3),
    max_leaves=12,
)


def laid_out(tree: dict[str, Any], data: st.DataObject) -> str:
    """A mapping as some author might write it."""
    lines: list[str] = []
    for name, value in tree.items():
        if data.draw(st.booleans()):
            lines.append(data.draw(st.sampled_from(["# note", "", "    # {far: off}"])))
        comment = data.draw(st.sampled_from(["", "  # beside", " # {a: 1}"]))
        if isinstance(value, dict) and data.draw(st.booleans()):
            inner = textwrap.indent(
                laid_out(value, data), data.draw(st.sampled_from(["  ", "     "]))
            )
            lines.append(f"{name}:{comment}\n{inner}")
        else:
            written = "" if value is None and data.draw(st.booleans()) else flow(value)
            lines.append(f"{name}: {written}".rstrip() + comment)
    return "\n".join(lines)


def applied(tree: dict[str, Any], edit: Edit) -> dict[str, Any]:
    """What an edit does, said once more for bare values."""
    step, *rest = edit.path
    if rest:
        deeper: Any = type(edit)(**{**vars(edit), "path": tuple(rest)})
        return {**tree, step: applied(tree[step], deeper)}
    items = list(tree.items())
    at = next((index for index, (name, _) in enumerate(items) if name == step), len(items))
    match edit:
        case Put():
            items[at : at + 1] = [(step, edit.value)]
        case Insert():
            at = [name for name, _ in items].index(edit.before)
            items[at:at] = [(step, edit.value)]
        case Remove():
            del items[at]
        case Rename():
            items[at] = (edit.name, tree[step])
        case Copy():
            items[at + 1 : at + 1] = [(edit.name, tree[step])]
        case Wrap():
            new = {**dict(edit.first), edit.name: tree[step], **dict(edit.last)}
            items[at] = (step, {edit.join: new} if edit.join else new)
    return dict(items)


def plain(text: str) -> Any:
    report = Report()
    tree = read_tree(Source("", text), report, DEFAULT_LIMITS)
    assert tree is not None
    assert not report.found
    return tree.plain()


@settings(max_examples=300, deadline=None)
@given(TREE, st.data())
def test_edits_of_any_layout(tree: dict[str, Any], data: st.DataObject) -> None:
    text = laid_out(tree, data) + data.draw(st.sampled_from(["", "\n", "\n# end\n"]))
    assert plain(text) == tree
    path: tuple[str, ...] = ()
    holder: Any = tree
    while True:
        name = data.draw(st.sampled_from(list(holder)))
        path, holder = (*path, name), holder[name]
        if not isinstance(holder, dict) or data.draw(st.booleans()):
            break
    new, beside = (*path[:-1], "new"), Line(conv=1)
    edit = data.draw(
        st.sampled_from(
            [
                Put(new, beside),
                Insert(new, {"x": beside, "y": 1}, path[-1]),
                Rename(path, "new"),
                Copy(path, "new"),
                Remove(path),
                Wrap(path, "in", first=(("one", beside),), last=(("two", 2),)),
                Wrap(path, "in", first=(("one", beside),), join="concat"),
                Put(path, beside),
            ]
        )
    )
    try:
        after = edited(text, [edit], DEFAULT_LIMITS)
    except CannotEdit:
        assert isinstance(edit, Remove | Wrap | Put)
        return
    expected = applied(tree, edit)
    assert plain(after) == expected
    assert list(flow(plain(after))) == list(flow(expected))  # the order too
    for comment in () if isinstance(edit, Remove) else ("# note", "# beside"):
        assert after.count(comment) >= text.count(comment)
