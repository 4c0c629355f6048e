"""An evaluation as text and as plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inception_graph.analysis.notation import columns
from inception_graph.backends.figures.confusion import confusions, recall
from inception_graph.diagnostics.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inception_graph.training.evaluation import Result

_SHOWN = 5


def text(found: Result) -> str:
    """What each head costs and gives, and the worst of the classes and confusions."""
    main = next(one.macs for one in found.exits if one.name == "logits")
    rows: list[Sequence[str] | None] = [("head", "top-1", "top-5", "loss", "MACs", "share"), None]
    rows += [
        (
            one.name,
            f"{100 * one.top1:.2f} %",
            f"{100 * one.top5:.2f} %",
            f"{one.loss:.4f}",
            f"{one.macs:,}",
            f"{100 * one.macs / main:.1f} %" if main else "-",
        )
        for one in found.exits
    ]
    unread = f", {len(found.unreadable)} could not be read" if found.unreadable else ""
    lines = [
        f"{found.network}, {visible(found.weights)}: {found.images:,} images of {len(found.classes)} classes{unread}",
        "",
        *columns(rows, range(1, 6)),
        "",
        "MACs: all that a head needs for one image; share: of what the network's own output needs",
    ]
    names = [visible(name) for name in found.classes]
    wrong = confusions(found.confusion)[:_SHOWN]
    if wrong:
        said = [
            (f"{names[true]} taken for {names[answer]}", f"{count:,}")
            for true, answer, count in wrong
        ]
        least = [
            (names[true], f"{right:,} of {whole:,}")
            for true, right, whole in recall(found.confusion)[:_SHOWN]
        ]
        lines += ["", "most frequent confusions", *_indented(said)]
        lines += ["", "classes recognised least", *_indented(least)]
    return "\n".join(lines)


def values(found: Result) -> dict[str, Any]:
    """The evaluation in plain values; of the confusion matrix what is not 0, and not right."""
    names = found.classes
    return {
        "network": found.network,
        "weights": found.weights,
        "images": found.images,
        "unreadable": list(found.unreadable),
        "heads": [
            {
                "name": one.name,
                "top1": one.top1,
                "top5": one.top5,
                "loss": one.loss,
                "macs": one.macs,
            }
            for one in found.exits
        ],
        "classes": [
            {"name": names[index], "images": whole, "recognised": right}
            for index, right, whole in sorted(recall(found.confusion))
        ],
        "confusions": [
            {"class": names[true], "taken_for": names[answer], "images": count}
            for true, answer, count in confusions(found.confusion)
        ],
    }


def _indented(rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"  {line}" for line in columns(rows, (1,))]
