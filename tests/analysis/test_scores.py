"""What scores classes, and what does not."""

from __future__ import annotations

import pytest

import inception_graph as ig
from inception_graph.analysis.scores import NoScoresError, scores

SPEC = """\
inception_graph: 1
name: net
input: {{channels: 3, height: 8, width: 8}}
body:
  conv1: {{conv: 6, kernel: 3, activation: relu}}
{head}"""
POOLED = "  pool: {avg_pool: global}\n"


def network(head: str) -> ig.Network:
    return ig.load(SPEC.format(head=head))


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (POOLED + "  classifier: {linear: 10}\n", "logits"),
        (POOLED + "  classifier: {linear: 10, activation: softmax}\n", "probabilities"),
        (POOLED + "  classifier: {linear: 10}\n  last: {activation: sigmoid}\n", "probabilities"),
        ("  classifier: {conv: 10}\n" + POOLED, "logits"),
        ("  classifier: {conv: 10}\n  drop: {dropout: 0.1}\n" + POOLED, "logits"),
        (
            "  classifier: {conv: 10}\n" + POOLED + "  last: {activation: softmax}\n",
            "probabilities",
        ),
    ],
)
def test_scores(head: str, expected: str) -> None:
    assert scores(network(head).typed) == expected


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (POOLED, "'net' gives 6 features, not scores of classes (it ends in 'conv1')"),
        (POOLED + "  embedding: {linear: 4}\n  unit: {l2_normalize: }\n", "(it ends in 'unit')"),
        (POOLED + "  hidden: {linear: 4, activation: relu}\n", "(it ends in 'hidden')"),
        ("  conv2: {conv: 10, norm: batch_norm}\n" + POOLED, "(it ends in 'conv2')"),
        ("  conv2: {conv: 10}\n", "a map of 10x8x8, not scores of classes (it ends in 'conv2')"),
    ],
)
def test_features(head: str, words: str) -> None:
    with pytest.raises(NoScoresError) as refused:
        scores(network(head).typed)
    assert words in str(refused.value)


def test_pooled_pixels_are_no_scores() -> None:
    spec = SPEC.format(head="").replace(
        "conv1: {conv: 6, kernel: 3, activation: relu}", "pool: {avg_pool: global}"
    )
    with pytest.raises(NoScoresError, match="gives 3 features"):
        scores(ig.load(spec).typed)


@pytest.mark.parametrize("name", ig.list_models())
def test_shipped_networks_score_classes_unless_they_embed(name: str) -> None:
    made = ig.load(name)
    if "facenet" in name:
        with pytest.raises(NoScoresError, match="gives 512 features"):
            scores(made.typed)
    else:
        assert scores(made.typed) == "logits"
