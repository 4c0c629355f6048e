"""What became of a run, to look at: ``curves.svg`` and ``report.html``, made of the journal at any time."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from training.charts import STYLE, Chart, Heat, Line, plain
from training.checkpoints import write_whole
from training.heads import MAIN
from training.journal import METRICS, read
from training.progress import duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from training.config import Config

_MAKER = "made by inception-graph"
_WIDE, _PANEL, _GAP, _MARGIN = 940.0, 270.0, 36.0, 20.0
_LOSS = "Loss of each head, without its weight (dashed: validation)"
_ACCURACY = "Top-1 accuracy of each head (dashed: validation)"
_LINES = "Upright lines: dotted where the run was resumed, dashed where an alarm was given."
_MOST_CLASSES, _MOST_WORDS = 40, 200
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"

_SHEET = """\
:root { --paper: #ffffff; --ink: #1f2328; --quiet: #5b636d; --line: #d8dde3; --card: #f6f8fa; --accent: #c8500a; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #0f1419; --ink: #e8edf2; --quiet: #a3adb8; --line: #333d48; --card: #1b222a; --accent: #f0954f; } }
body { font: 15px/1.5 Helvetica, Arial, "DejaVu Sans", sans-serif; color: var(--ink); background: var(--paper);
  max-width: 980px; margin: 32px auto; padding: 0 20px; }
h1 { font-size: 24px; margin: 0; } h2 { font-size: 17px; margin: 36px 0 8px; } p { margin: 6px 0; }
.quiet { color: var(--quiet); }
.tiles { display: flex; flex-wrap: wrap; gap: 12px; margin: 20px 0; }
.tile { flex: 1; min-width: 130px; background: var(--card); border-radius: 6px; padding: 10px 14px; }
.tile b { display: block; font-size: 22px; white-space: nowrap; } .tile span { color: var(--quiet); font-size: 13px; }
.alarm { border-left: 4px solid var(--accent); padding: 4px 12px; margin: 8px 0; background: var(--card); }
.wide { overflow-x: auto; } svg { max-width: 100%; min-width: 720px; height: auto; }
table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 3px 22px 3px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th, td:first-child, .numbers td { white-space: nowrap; } td { overflow-wrap: anywhere; }
.numbers td + td, .numbers th + th { text-align: right; }
.columns { columns: 2 380px; column-gap: 32px; } .columns table { width: 100%; }
.columns .wide { overflow: visible; } .columns tr { break-inside: avoid; }"""


def write_report(folder: Path, config: Config) -> None:
    """Write ``curves.svg`` and ``report.html`` of a run, whatever it has recorded so far.

    Args:
        folder: The run's, with ``metrics.jsonl`` and, where it is known already, ``classes.txt``.
        config: The recipe as it is carried out.

    Raises:
        OSError: A file cannot be read or written.
    """
    metrics, classes = folder / METRICS, folder / "classes.txt"
    run = _Run(
        config,
        read(metrics) if metrics.exists() else [],
        classes.read_text(encoding="utf-8").splitlines() if classes.exists() else [],
    )
    body, high = _charts(run)
    for name, text in (
        ("curves.svg", _curves(run, body, high)),
        ("report.html", _page(run, body, high)),
    ):
        data = text.encode()
        write_whole(folder / name, lambda file, data=data: file.write(data))


@dataclass(frozen=True)
class _Run:
    """A run as it was told: its recipe, what was recorded, and its classes."""

    config: Config
    records: list[dict[str, Any]]
    classes: list[str]

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The records of a kind, in order. Steps that were done again after an interruption count once."""
        found = [record for record in self.records if record["kind"] == kind]
        if kind in ("train", "validation"):
            found = list({record["step"]: record for record in found}.values())
        return sorted(found, key=lambda record: record["step"])

    def epoch(self, step: int) -> float:
        """When a step was, in epochs."""
        known = [record for record in self.records if record.get("epoch") and record["step"]]
        return step * known[-1]["epoch"] / known[-1]["step"] if known else 0.0

    @property
    def best(self) -> dict[str, Any] | None:
        """The validation whose weights were kept: the highest top-1 of the main head, the lowest loss among equals."""
        return max(self.of("validation"), key=_merit, default=None)


def _merit(record: dict[str, Any]) -> tuple[float, float]:
    main = record["heads"][MAIN]
    return main["top1"], -math.inf if main["loss"] is None else -main["loss"]


def _curves(run: _Run, body: str, high: float) -> str:
    style = f"{STYLE}\n.chart > rect:first-of-type {{ fill: var(--paper); }}"
    box = f"{_WIDE + 2 * _MARGIN:g} {high + 2 * _MARGIN:g}"
    wide, tall = box.split()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" width="{wide}" height="{tall}" viewBox="0 0 {box}">\n'
        f"<!-- {_MAKER} -->\n<title>{_safe(run.config.name)}: how it learned</title>\n<style>\n{style}\n</style>\n"
        f'<rect width="{wide}" height="{tall}"/>\n'
        f'<g transform="translate({_MARGIN:g},{_MARGIN:g})">\n{body}</g>\n</svg>\n'
    )


def _charts(run: _Run) -> tuple[str, float]:
    """All charts, two in a row, and their height."""
    train, validation, marks = run.of("train"), run.of("validation"), _marks(run)
    falls = run.config.schedule in ("exponential", "step")
    half = (_WIDE - _GAP) / 2
    charts = [
        Chart(_LOSS, _heads(train, validation, "loss"), marks=marks),
        Chart(
            _ACCURACY,
            _heads(train, validation, "top1"),
            logarithmic=False,
            unit="share",
            marks=marks,
        ),
        Chart("Learning rate", [_line(train, "learning_rate", noisy=False)], logarithmic=falls),
        Chart("Norm of the gradient, before clipping", [_line(train, "gradient_norm", 5)]),
    ]
    parts: list[str] = []
    for place, chart in enumerate(charts):
        x, y = place % 2 * (half + _GAP), place // 2 * (_PANEL + _GAP)
        parts.append(f'<g transform="translate({x:g},{y:g})">{chart.draw(half, _PANEL)}</g>\n')
    stages = list(dict.fromkeys(name for record in train for name in record.get("stages", {})))
    rows = [
        (name, [(record["epoch"], record.get("stages", {}).get(name)) for record in train])
        for name in stages
    ]
    heat = Heat("Norm of the gradient by stage, from input to output", rows)
    top = 2 * (_PANEL + _GAP)
    parts.append(f'<g transform="translate(0,{top:g})">{heat.draw(_WIDE)}</g>\n')
    return "".join(parts), top + heat.height


def _heads(
    train: Sequence[dict[str, Any]], validation: Sequence[dict[str, Any]], what: str
) -> list[Line]:
    """For each head what it did in training and, dotted, in validation."""
    lines: list[Line] = []
    names = dict.fromkeys(name for record in (*train, *validation) for name in record["heads"])
    for colour, name in enumerate(names):
        for records in (train, validation):
            points = [
                (record["epoch"], record["heads"].get(name, {}).get(what)) for record in records
            ]
            lines.append(Line(name, points, colour, few=records is validation))
    return lines


def _line(
    records: Iterable[dict[str, Any]], what: str, colour: int = 0, *, noisy: bool = True
) -> Line:
    return Line(
        "", [(record["epoch"], record.get(what)) for record in records], colour, noisy=noisy
    )


def _marks(run: _Run) -> list[tuple[float, str, str]]:
    resumed = [
        (run.epoch(at["step"]), "mark", f"resumed at step {at['step']}") for at in run.of("resumed")
    ]
    return resumed + [
        (run.epoch(at["step"]), "alarm", _safe(at["message"])) for at in run.of("alarm")
    ]


def _page(run: _Run, body: str, high: float) -> str:
    title = f"{_safe(run.config.name)}: training"
    charts = f'<svg class="chart" width="{_WIDE:g}" height="{high:g}" viewBox="0 0 {_WIDE:g} {high:g}">\n{body}</svg>'
    parts = [
        f"<h1>{title}</h1>",
        f'<p class="quiet">{_safe(_summary(run))}</p>',
        _tiles(run),
        *(f'<p class="alarm">{_safe(alarm["message"])}</p>' for alarm in run.of("alarm")),
        "<h2>Heads</h2>", _table(_results(run), "numbers"),
        f'<h2>Curves</h2><div class="wide">{charts}</div>',
        f'<p class="quiet">{_LINES if _marks(run) else ""}</p>',
        *_events(run),
        '<h2>Recipe</h2><div class="columns">', _table(_recipe(run.config)), "</div>",
        f"<h2>Classes</h2><p>{_safe(_classes(run.classes))}</p>",
    ]  # fmt: skip
    return (
        f'<!doctype html>\n<html lang="en">\n<!-- {_MAKER} -->\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{title}</title>\n<style>\n{_SHEET}\n{STYLE}\n</style>\n"
        + "\n".join(parts)
        + "\n</html>\n"
    )


def _summary(run: _Run) -> str:
    config, last = run.config, (run.of("train") or [None])[-1]
    size = "x".join(map(str, config.input))
    words = f"{config.network}, images of {size}, {config.classes} classes"
    if last is None:
        return f"{words}; no step recorded yet"
    return f"{words}; {last['step']} steps, {last['epoch']:.4g} of {config.epochs} epochs"


def _tiles(run: _Run) -> str:
    """The numbers that a reader looks for first."""
    tiles: list[tuple[str, str]] = []
    if run.best is not None:
        main = run.best["heads"][MAIN]
        when = f"epoch {run.best['epoch']:.4g}" + (
            ", averaged weights" if run.best["averaged"] else ""
        )
        tiles.append((_percent(main["top1"]), f"best validation top-1 ({when})"))
        tiles.append((_percent(main["top5"]), "top-5 then"))
    train = run.of("train")
    if train:
        speeds = sorted(record["images_per_second"] or 0.0 for record in train)
        tiles.append((f"{speeds[len(speeds) // 2]:,.0f}", "images/s in training (median)"))
        tiles.append((duration(sum(record["seconds"] for record in train)), "of training"))
    cells = (
        f'<div class="tile"><b>{_safe(b)}</b><span>{_safe(words)}</span></div>'
        for b, words in tiles
    )
    return f'<div class="tiles">{"".join(cells)}</div>'


def _results(run: _Run) -> list[Sequence[str]]:
    """A row for each head: the last record of training, and the best and the last of validation."""
    train, validation = run.of("train")[-1:], run.of("validation")[-1:]
    best = [run.best] if run.best else []
    rows: list[Sequence[str]] = [
        (
            "head",
            "training loss",
            "training top-1",
            "validation loss",
            "validation top-1",
            "top-5",
            "best epoch's top-1",
        )
    ]
    names = dict.fromkeys(name for record in (*train, *validation) for name in record["heads"])
    for name in names:
        cells = [name]
        for record, whats in (
            (train, ("loss", "top1")),
            (validation, ("loss", "top1", "top5")),
            (best, ("top1",)),
        ):
            meters = record[0]["heads"].get(name, {}) if record else {}
            cells += [_shown(what, meters.get(what)) for what in whats]
        rows.append(cells)
    return rows


def _events(run: _Run) -> Iterator[str]:
    events = [(record["step"], "resumed from its checkpoint") for record in run.of("resumed")]
    events += [
        (
            record["step"],
            f"{record['count']} of {record['of']} images could not be read (see unreadable.txt)",
        )
        for record in run.of("unreadable")
    ]
    rows = [(f"step {step}", words) for step, words in sorted(events)]
    if rows:
        yield "<h2>What happened</h2>" + _table([("when", "what"), *rows])
    places = run.of("environment")
    if places:
        facts = {name: value for name, value in places[-1]["facts"].items() if value is not None}
        since = f" (since step {places[-1]['step']})" if len(places) > 1 else ""
        yield f"<h2>Environment{since}</h2>" + _table(
            [("", ""), *((n, f"{v}") for n, v in facts.items())]
        )


def _recipe(config: Config) -> list[Sequence[str]]:
    rows = [(name, _setting(value)) for name, value in vars(config).items()]
    return [("setting", "value"), *rows]


def _setting(value: Any) -> str:
    if value is None:
        return "usual"
    return value if isinstance(value, str) else json.dumps(value)


def _classes(names: Sequence[str]) -> str:
    shown = ", ".join(plain(name, 40) for name in names[:_MOST_CLASSES])
    more = f" and {len(names) - _MOST_CLASSES} more" if len(names) > _MOST_CLASSES else ""
    return f"{len(names)}: {shown}{more}" if names else "not known yet"


def _table(rows: Sequence[Sequence[str]], look: str = "") -> str:
    head, *others = rows
    titles = "".join(f"<th>{_safe(cell)}</th>" for cell in head) if any(head) else ""
    lines = ("".join(f"<td>{_safe(cell)}</td>" for cell in row) for row in others)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f'<div class="wide"><table class="{look}">{f"<tr>{titles}</tr>" if titles else ""}{body}</table></div>'


def _safe(text: str) -> str:
    """A text from a file as a text of the page, whatever it holds."""
    return escape(plain(text, _MOST_WORDS))


def _shown(what: str, number: float | None) -> str:
    if number is None:
        return "–"
    return f"{number:.4f}" if what == "loss" else _percent(number)


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"
