"""Rules of names: what a pattern matches, what a template makes of it, and what cannot be read."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inception_graph.checkpoints.patterns import RuleFault, check_holes, pattern, template

RULES = [
    # ours, a name, theirs, what it is there
    ("conv1", "conv1", "features.0", "features.0"),
    ("conv1", "conv2", "features.0", None),
    ("conv1", "conv1.norm", "features.0", None),
    ("conv{i}", "conv12", "features.{i}", "features.12"),
    ("conv{i}", "conv", "features.{i}", None),
    ("conv{i}", "conv9", "features.{i+1}", "features.10"),
    ("conv{i}", "conv10", "features.{i-10}", "features.0"),
    ("mixed_{n}{l}", "mixed_3a", "Mixed_{n}{l+1}", "Mixed_3b"),
    ("mixed_{n}{l}", "mixed_10a", "{n}-{l}", "10-a"),
    ("mixed_{n}{l}", "mixed_3", "Mixed_{n}{l}", None),
    ("{a}_{b}", "one_two_three", "{b}/{a}", "three/one_two"),
    ("{a}x{b}x", "axbxcx", "{a} {b}", "axb c"),
    ("{m}.branch1", "mixed.branch1", "{m}_1x1", "mixed_1x1"),
    ("{m}.branch1", "body.mixed.branch1", "{m}_1x1", None),
    ("{m..}", "body.mixed.branch1", "{m}", "body.mixed.branch1"),
    ("{m..}.norm", "body.mixed.norm", "bn/{m}", "bn/body.mixed"),
    ("{m..}.norm", "norm", "bn/{m}", None),
    ("body.{m..}.b{i}.norm", "body.x.y.b1.norm", "{m}{i}", "x.y1"),
    ("{m..}.conv", "conv1.conv", "conv2d{#}", "conv2d{#}"),
    ("mixed_{l}", "mixed_Z", "{l-1}", "Y"),
    ("mixed_{n}{l}", "mixed_5b", "stage{n-4}.unit{l:0}", "stage1.unit1"),
    ("mixed_6{l}", "mixed_6c", "features.{l:10}", "features.12"),
    ("mixed_{l}", "mixed_c", "{l:-2}", "0"),
]


@pytest.mark.parametrize(("ours", "name", "theirs", "expected"), RULES)
def test_rule(ours: str, name: str, theirs: str, expected: str | None) -> None:
    check_holes(ours, theirs)
    path = tuple(name.split("."))
    rule = pattern(ours)
    found = rule.match(path) if rule.takes(len(path)) else None
    assert (None if found is None else template(theirs).fill(found, ".")) == expected


@pytest.mark.parametrize(
    ("ours", "name", "theirs"),
    [
        ("{m}", "one", "{m+1}"),
        ("{m}", "z", "{m+1}"),
        ("{m}", "a", "{m-1}"),
        ("{m}", "Z", "{m+1}"),
        ("{m}", "0", "{m-1}"),
        ("{m}", "a", "{m-9999}"),
        ("{m}", "Z", "{m+9999}"),
        ("{m}", "²", "{m+1}"),
        ("{m..}", "1.2", "{m+1}"),
    ],
)
def test_what_cannot_be_shifted(ours: str, name: str, theirs: str) -> None:
    found = pattern(ours).match(tuple(name.split(".")))
    assert found is not None
    with pytest.raises(RuleFault, match="cannot be shifted"):
        template(theirs).fill(found, ".")


@pytest.mark.parametrize(("name", "first"), [("1", 1), ("ab", 1), ("B", 1), ("é", 1), ("b", -2)])
def test_what_cannot_be_counted(name: str, first: int) -> None:
    with pytest.raises(RuleFault, match="cannot be counted"):
        template(f"{{m:{first}}}").fill({"m": name}, ".")


def test_several_segments_are_joined_as_their_layout_joins_them() -> None:
    found = pattern("{m..}").match(("body", "conv1"))
    assert found is not None
    assert template("net/{m}").fill(found, "/") == "net/body/conv1"


def test_many_holes_take_no_longer_than_their_number() -> None:
    """An expression that tries all ways to divide the name would not come to an end."""
    ours = "".join(f"{{h{index}}}" for index in range(40))
    assert len(pattern(ours + "b").match(("a" * 63 + "b",)) or {}) == 40
    assert pattern(ours + "b").match(("a" * 64,)) is None
    assert (
        pattern("a".join(f"{{h{index}}}" for index in range(30)) + "b").match(("a" * 64,)) is None
    )


texts = st.text(st.sampled_from("{}.#+-:1amM_ é"), max_size=24) | st.text(max_size=8)
words = st.text(st.sampled_from("ab1_"), max_size=3)
filled = st.text(st.sampled_from("ab1_"), min_size=1, max_size=3)


@settings(deadline=None, max_examples=500, derandomize=True)
@given(texts, texts, st.lists(texts, min_size=1, max_size=4))
def test_any_text_is_read_or_refused(ours: str, theirs: str, path: list[str]) -> None:
    with suppress(RuleFault):
        check_holes(ours, theirs)
        found = pattern(ours).match(tuple(path)) if pattern(ours).takes(len(path)) else None
        if found is not None:
            template(theirs).fill(found, "/")


@settings(deadline=None, max_examples=300, derandomize=True)
@given(st.lists(words, min_size=2, max_size=5), st.data())
def test_a_segment_matches_as_a_greedy_expression_does(
    around: list[str], data: st.DataObject
) -> None:
    holes = [f"h{index}" for index in range(len(around) - 1)]
    ours = around[0] + "".join(
        f"{{{hole}}}{word}" for hole, word in zip(holes, around[1:], strict=True)
    )
    name = data.draw(
        st.lists(filled, min_size=len(holes), max_size=len(holes)).map(
            lambda values: (
                around[0]
                + "".join(value + word for value, word in zip(values, around[1:], strict=True))
            )
        )
        | st.text(st.sampled_from("ab1_"), min_size=1, max_size=12)
    )
    greedy = re.fullmatch("(.+)".join(re.escape(word) for word in around), name)
    expected = dict(zip(holes, greedy.groups(), strict=True)) if greedy else None
    assert pattern(ours).match((name,)) == expected


@settings(deadline=None, max_examples=200, derandomize=True)
@given(st.lists(st.tuples(words, st.booleans(), words), min_size=1, max_size=4), st.data())
def test_what_a_pattern_takes_apart_its_text_puts_together(
    segments: list[tuple[str, bool, str]], data: st.DataObject
) -> None:
    parts: list[str] = []
    name: list[str] = []
    for index, (before, has_hole, after) in enumerate(segments):
        if not has_hole and not before + after:
            continue
        parts.append(f"{before}{{h{index}}}{after}" if has_hole else before + after)
        name.append(f"{before}{data.draw(filled) if has_hole else ''}{after}")
    if not parts:
        return
    found = pattern(".".join(parts)).match(tuple(name))
    assert found is not None
    assert template(".".join(parts)).fill(found, ".") == ".".join(name)
