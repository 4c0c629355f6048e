"""What holds for the difference of any two networks, and how the command tells it."""

from __future__ import annotations

import json
import re
from itertools import permutations
from pathlib import Path

import pytest

import inception_graph as ig
from inception_graph.comparison.alignment import Aligner, gaps, increasing
from inception_graph.comparison.edits import Added, Renamed, Setting
from inception_graph.comparison.folding import shown
from inception_graph.comparison.ledger import ledger
from inception_graph.resources import specs

NETWORKS = {name: ig.load(name) for name in ig.list_models()}
BASE = Path(__file__).parent / "cases" / "base.yaml"


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_does_not_differ_from_itself(name: str) -> None:
    assert ig.diff(name, NETWORKS[name]).equal


@pytest.mark.parametrize("name", NETWORKS)
def test_every_node_is_told_once_and_every_weight_credited(name: str) -> None:
    one, names = NETWORKS[name], list(NETWORKS)
    at = names.index(name)
    for other in (NETWORKS[other] for other in (*names[at + 1 : at + 5], names[0])):
        difference = one.diff(other)
        before = [pair.before.name for pair in difference.nodes if pair.before]
        after = [pair.after.name for pair in difference.nodes if pair.after]
        assert sorted(before) == sorted(node.name for node in one.nodes)
        assert after == [node.name for node in other.nodes]
        found = ledger(difference)
        costs = [one.costs, other.costs]
        for credited, total in (
            ("parameters", "parameters_with_auxiliary"),
            ("macs", "macs_with_auxiliary"),
            ("activations", "activations_with_auxiliary"),
        ):
            told = [entry.change for entry in found.entries] + [found.following]
            more = getattr(costs[1], total) - getattr(costs[0], total)
            assert sum(getattr(change, credited) for change in told) == more
            rows = [
                (getattr(pair.after.cost, credited) if pair.after else 0)
                - (getattr(pair.before.cost, credited) if pair.before else 0)
                for pair in difference.parts
            ]
            assert sum(rows) == more


@pytest.mark.parametrize(
    "name", [name for name in NETWORKS if "extends:" not in specs()[name].read_text("utf-8")]
)
def test_matching_survives_other_names_for_everything(name: str) -> None:
    head, _, body = specs()[name].read_text(encoding="utf-8").partition("\nstem:")
    body = body.split("\npreprocess:")[0]
    tops = set(re.findall(r"^  (\w+):", body, re.MULTILINE))
    for top in tops:
        body = re.sub(rf"(?<=from: ){top}\b|(?<=^  ){top}(?=:)", f"other_{top}", body, flags=re.M)
    text = f"{head.split('checkpoints:')[0]}\nstem:{body}"
    kinds = {type(edit) for edit in ig.diff(name, ig.load(text)).edits}
    assert kinds == {Renamed, Setting}, "settings: how images are prepared"


def test_matching_survives_insertions() -> None:
    text = specs()["googlenet"].read_text(encoding="utf-8").split("\ncheckpoints:")[0]
    use = "{inception: {b1: 8, b3_reduce: 8, b3: 8, b5_reduce: 8, b5: 8, pool: 8}}"
    more = re.sub(r"^( +)(pool\d): ", rf"\1inception_before_\2: {use}\n\1\2: ", text, flags=re.M)
    added = [
        edit.after.name
        for edit in ig.diff("googlenet", ig.load(more)).edits
        if isinstance(edit, Added)
    ]
    assert added == [f"inception_before_pool{number}" for number in (1, 2, 3, 4)]


BESIDE = [
    # before, after, the settings that differ
    (
        "body: {stem: {conv: 8}, a: {conv: 8, from: stem}, b: {conv: 8, from: stem}}",
        "body: {stem: {conv: 8}, b: {conv: 8, from: stem}, a: {conv: 8, from: stem}}",
        [Setting("output", "b", "a")],
    ),
    (
        "body: {a: {conv: 8}}\nauxiliary: {one: HEAD, two: HEAD}",
        "body: {a: {conv: 8}}\nauxiliary: {two: HEAD, one: HEAD}",
        [Setting("auxiliary", ["one", "two"], ["two", "one"])],
    ),
]


@pytest.mark.parametrize(("before", "after", "settings"), BESIDE)
def test_what_differs_beside_the_nodes(before: str, after: str, settings: list[Setting]) -> None:
    head = "{from: a, loss_weight: 0.3, nodes: {pool: {avg_pool: global}, out: {linear: 2}}}"
    start = "inception_graph: 1\nname: x\ninput: {channels: 3, height: 8, width: 8}\n"
    one, other = (ig.load(start + text.replace("HEAD", head)) for text in (before, after))
    assert list(one.diff(other).edits) == settings


def test_the_last_of_a_long_list_is_not_counted_when_it_can_be_shown() -> None:
    assert shown([*"abcdefg"]) == "a, b, c, d, e, f, g"
    assert shown([*"abcdefgh"]) == "a, b, c, d, e, f and 2 more"


REWIRED = """\
inception_graph: 1
name: rewired
extends: googlenet
variables: {unused: 1}
blocks: {inception: {nodes: {concat: {branch1: {after: branch3}}}}}
stem: {extra: {conv: 192, kernel: 1, from: conv1}}
body:
  inception_4c: null
  other: {inception: {b1: 8, b3_reduce: 8, b3: 8, b5_reduce: 8, b5: 8, pool: 8}, after: inception_4b}
"""


def test_a_note_is_found_by_names_only_and_told_once(command_line, tmp_path: Path) -> None:
    """Neither by the words of a sentence ('of', 'reads') nor by one of all uses of a block (inception_4c)."""
    (tmp_path / "rewired.yaml").write_text(REWIRED, encoding="utf-8")
    found = ledger(ig.diff("googlenet", tmp_path / "rewired.yaml")).entries
    notes = {entry.fold.what: entry.notes for entry in found if entry.fold.kind == "rewired"}
    assert notes.pop("reads extra instead of pool2") == ()
    (others,) = notes.values()
    assert not [note.text for note in others if "inception_4c" in note.text]
    arguments = (str(tmp_path / "rewired.yaml"), "--set", "classes=3")
    assert command_line("diff", *arguments).err.count("warning[G307]") == 1


def test_the_ledger_of_a_library() -> None:
    """Each deviation once, with its cost and what the specs say of it."""
    found = ledger(ig.diff("googlenet", "googlenet_slim")).entries
    told = {entry.fold.where: entry for entry in found}
    kernel = told["branch5.expand in all 9 uses of block inception"]
    assert (kernel.fold.what, kernel.change.parameters) == ("kernel 5 -> 3", -380_928)
    assert any("branch5.expand" in note.text for note in kernel.notes)
    assert told["norm1, norm2"].fold.kind == "removed"
    assert "norm none -> {batch_norm:" in told["all 57 conv nodes"].fold.what


def test_longest_increasing_subsequence_and_gaps() -> None:
    for order in permutations(range(5)):
        found = increasing(list(enumerate(order)))
        assert found == sorted(found, key=lambda pair: pair[1])
        longest = max(
            sum(mask >> i & 1 for i in range(5))
            for mask in range(32)
            if (kept := [order[i] for i in range(5) if mask >> i & 1]) == sorted(kept)
        )
        assert len(found) == longest
    between = [(list(a), list(b)) for a, b in gaps([(1, 0), (3, 2)], (5, 5))]
    assert between == [([2], [1]), ([4], [3, 4])]


def test_alignment_is_bounded() -> None:
    def likeness(one: str, other: str) -> float:
        return 0.9 if one.lower() == other.lower() else 0.0

    assert Aligner(str, likeness).align("abXcd", "aBXd", 0.5) == [(0, 0), (1, 1), (2, 2), (4, 3)]
    assert Aligner(str, likeness, cells=1).align("abXcd", "aBXd", 0.5) == [
        (0, 0), (1, 1), (2, 2), (4, 3),
    ]  # fmt: skip
    spent = Aligner(str, likeness, cells=0)
    assert spent.align("abXcd", "aBXd", 0.5) == [(0, 0), (2, 2), (4, 3)]


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["googlenet", "googlenet"], 0, "googlenet -> googlenet: no differences\n"),
        (["googlenet", "--set", "classes=10"], 1, "googlenet with classes=10: 2 differences\n"),
        (["googlenet", "--input", "3x192x192"], 1, "input: [3, 224, 224] -> [3, 192, 192]\n"),
        (["googlenet", "--set", "classes=10", "--level", "op"], 1, "aux2.classifier"),
        (["googlenet"], 2, "name a second network"),
        (["googlenet", "--set", "width=10"], 2, "'googlenet' has no variable 'width'"),
        (["googlnet", "inceptionv3"], 1, "did you mean 'inception_v3'?"),
    ],
)
def test_command(arguments: list[str], status: int, words: str, command_line) -> None:
    left, out, err = command_line("diff", *arguments)
    assert left == status
    assert words in out + err


def test_json(command_line) -> None:
    _, out, _ = command_line(
        "diff", "googlenet", "--set", "classes=10", "--format", "json", "--level", "op"
    )
    document = json.loads(out)
    fields = [{"name": "features", "before": 1000, "after": 10}]
    head = {"kind": "changed", "before": "classifier", "after": "classifier", "fields": fields}
    assert head in document["edits"]
    assert document["differences"][1]["what"] == "features 1000 -> 10"
    row = next(row for row in document["nodes"] if row["after"]["name"] == "classifier")
    assert (row["before"]["parameters"], row["after"]["parameters"]) == (1_025_000, 10_250)


def test_markdown_is_ours_to_write_again(command_line, tmp_path: Path) -> None:
    noted = str(BASE.with_name("noted.yaml"))
    arguments = (str(BASE), noted, "--format", "markdown", "-o", str(tmp_path / "diff.md"))
    assert [command_line("diff", *arguments)[0] for _ in range(2)] == [1, 1]
    text = (tmp_path / "diff.md").read_text(encoding="utf-8")
    assert text.startswith("### ")
    rows = [line for line in text.splitlines() if line.startswith("| changed")]
    noted = "kernel 5 → 3 | -22,528 | -1,441,792 | branch5.expand is smaller in every module."
    assert noted in rows[1]


def test_texts_of_the_page_are_what_the_command_says() -> None:
    page = Path(__file__).parents[2] / "docs" / "how-to" / "diff.md"
    said = str(ig.diff("googlenet", "googlenet_slim"))
    blocks = re.findall(r"```text\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 2
    assert all(block in said for block in blocks)
