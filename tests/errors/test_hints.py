"""Hints are actions that work: each is applied to its spec, which must then be free of the fault."""

# ruff: noqa: E501 - a spec or a schema on one line is read more easily

from __future__ import annotations

import re

import pytest

from inception_graph.compiler import compile_text

HEAD = "inception_graph: 1\nname: example\ninput: {channels: 3, height: 33, width: 47}\nbody:\n  conv1: {conv: 16}\n"

# Each case holds HERE where its fault is to be mended.
BRANCHES = [
    "{conv: 8, kernel: 5, padding: 0 HERE}",
    "{conv: 8, kernel: [1, 7], padding: 0 HERE}",
    "{conv: 8, kernel: [7, 1], padding: 1 HERE}",
    "{conv: 8, kernel: 3, dilation: 4, padding: 1 HERE}",
    "{conv: 8, kernel: 4, padding: 1 HERE}",
    "{conv: 8, kernel: 1, padding: 1 HERE}",
    "{conv: 8, kernel: 3, stride: 2 HERE}",
    "{max_pool: 3 HERE}",
    "{max_pool: 3, stride: 1 HERE}",
    "{avg_pool: 2, stride: 1 HERE}",
    "{separable_conv: 8, kernel: 3, padding: valid HERE}",
]


def options(hint: str) -> dict[str, str]:
    """The options that a hint names: ``'padding: 2' on 'mix.b' makes this branch 32x32``."""
    edit = re.fullmatch(r"'(.*)' on '.*' makes this branch [0-9x]+", hint)
    assert edit, hint
    return dict(re.findall(r"(\w+): (\[[^]]*\]|[^,]+)", edit[1]))


def apply(text: str, hint: str) -> str:
    """The text with the options of a hint in the node that holds HERE."""
    (line,) = (line for line in text.splitlines() if "HERE" in line)
    node = line
    for name, value in options(hint).items():
        node, count = re.subn(rf"\b{name}: (\[[^]]*\]|[\w]+)", f"{name}: {value}", node)
        node = node if count else node.replace(" HERE", f", {name}: {value} HERE")
    return text.replace(line, node).replace(" HERE", "")


def only_fault(text: str) -> str:
    (found,) = compile_text(text.replace(" HERE", "")).report.found
    assert found.hint
    return found.hint


@pytest.mark.parametrize("branch", BRANCHES)
def test_branches_of_a_concat(branch: str) -> None:
    text = f"{HEAD}  mix:\n    concat:\n      a: {{conv: 8}}\n      b: {{conv: 8, kernel: 3}}\n      c:\n        odd: {branch}\n        last: {{conv: 4}}\n"
    assert not compile_text(apply(text, only_fault(text))).report.found


@pytest.mark.parametrize("node", ["{conv: 8 HERE}", "{separable_conv: 24, kernel: 3 HERE}"])
def test_channels_of_an_add(node: str) -> None:
    text = f"{HEAD}  sum:\n    add:\n      a: {{}}\n      b: {{conv: 16, kernel: 3}}\n      c: {node}\n"
    assert not compile_text(apply(text, only_fault(text))).report.found


@pytest.mark.parametrize(
    "main",
    [
        "{conv: 32, kernel: 3, stride: 2}",
        "{conv: 32, kernel: 3}",
        "{conv: 16, kernel: 3, stride: 3}",
    ],
)
def test_shortcut_of_an_add(main: str) -> None:
    text = f"{HEAD}  sum:\n    add:\n      a: {main}\n      b: {main}\n      c: {{ HERE}}\n"
    hint = only_fault(text)
    node = re.fullmatch(r"end branch 'c' with a node \{(.*)\}", hint)
    assert node, hint
    assert not compile_text(text.replace(" HERE", node[1])).report.found


@pytest.mark.parametrize("kernel", [40, 48, 100])
def test_smallest_input(kernel: int) -> None:
    text = f"{HEAD}  pool1: {{max_pool: 3, stride: 2}}\n  pool2: {{avg_pool: {kernel}}}\n"
    side = re.fullmatch(r"the smallest square input that works here is (\d+)x\1", only_fault(text))
    assert side

    def faults(size: int) -> int:
        sized = f"height: {size}, width: {size}"
        return len(compile_text(text.replace("height: 33, width: 47", sized)).report.found)

    assert faults(int(side[1])) == 0
    assert faults(int(side[1]) - 1) == 1


def test_groups() -> None:
    text = HEAD + "  conv2: {conv: 24, groups: 5}\n"
    hint = re.fullmatch(r"'(groups: \d+)' divides both", only_fault(text))
    assert hint
    assert not compile_text(text.replace("groups: 5", hint[1])).report.found


@pytest.mark.parametrize(
    "misspelt",
    ["kernal: 3", "strid: 1", "pading: same", "activaton: relu", "biass: true", "nrom: none"],
)
def test_did_you_mean(misspelt: str) -> None:
    text = HEAD + f"  conv2: {{conv: 24, {misspelt}}}\n"
    meant = re.fullmatch(r"did you mean '(\w+)'\?", only_fault(text))
    assert meant
    assert not compile_text(
        text.replace(misspelt.partition(":")[0] + ":", meant[1] + ":")
    ).report.found


@pytest.mark.parametrize(
    "name", ["3a", "class", "forward", "a.b", "x-y", "_private", "with space", "naïve"]
)
def test_names(name: str) -> None:
    text = HEAD + f'  "{name}": {{conv: 24}}\n'
    better = re.fullmatch(r"call it '(\w+)'", only_fault(text))
    assert better
    assert not compile_text(text.replace(f'"{name}"', better[1])).report.found
