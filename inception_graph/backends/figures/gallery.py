"""A family in a folder: the poster, pictures and figures of each network, and a page that leads to them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from inception_graph.analysis.costs import costs
from inception_graph.backends.figures.costs import cost_figure
from inception_graph.backends.figures.fields import field_figure
from inception_graph.backends.figures.palette import PALETTES
from inception_graph.backends.figures.poster import poster
from inception_graph.backends.figures.writing import svg_text
from inception_graph.backends.pictures import View, svg
from inception_graph.backends.pictures.words import amount, plain, size
from inception_graph.files import MAKER
from inception_graph.resources import folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from inception_graph.backends.figures.poster import Entry
    from inception_graph.backends.pictures.options import Tone

POSTER = "poster.svg"
INDEX = "index.html"
_LONGEST = 120


@dataclass(frozen=True)
class _Card:
    name: str
    title: str
    facts: tuple[str, ...]
    links: tuple[tuple[str, str], ...]


def gallery(
    entries: Sequence[Entry], *, title: str, theme: Tone = "light", whole: bool = False
) -> Mapping[str, Callable[[], str]]:
    """The files of a gallery by name, and how the text of each is made.

    Args:
        entries: The networks, in the order in which they are shown; names must differ.
        title: The title of the poster and the page.
        theme: ``light``, ``dark`` or ``print``, for all pictures.
        whole: Whether the page leads to ``poster.pdf`` and to a ``NAME.html`` for each network, made elsewhere.
    """
    files: dict[str, Callable[[], str]] = {
        INDEX: partial(_index, entries, title, theme, whole=whole),
        POSTER: lambda: svg_text(poster(entries, theme=theme, title=title)),
    }
    for entry in entries:
        name, typed = entry.name, entry.typed
        files[f"{name}-network.svg"] = partial(svg, typed, view=View("network", theme=theme))
        files[f"{name}.svg"] = partial(svg, typed, view=View(theme=theme))
        files[f"{name}-costs.svg"] = partial(_costs, entry, theme)
        files[f"{name}-fields.svg"] = partial(_fields, entry, theme)
    return files


def _costs(entry: Entry, theme: Tone) -> str:
    return svg_text(cost_figure(entry.typed, theme=theme))


def _fields(entry: Entry, theme: Tone) -> str:
    return svg_text(field_figure(entry.typed, theme=theme))


def _index(entries: Sequence[Entry], title: str, theme: Tone, *, whole: bool) -> str:
    """The page: the poster, then a card for each network."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder("codegen")),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        keep_trailing_newline=True,
    )
    template = environment.get_template("gallery.html.jinja")
    cards = [_card(entry, whole=whole) for entry in entries]
    paper = PALETTES[theme].paper
    return template.render(title=title, cards=cards, whole=whole, paper=paper, maker=MAKER)


def _card(entry: Entry, *, whole: bool) -> _Card:
    typed = entry.typed
    meta, totals, name = typed.program.meta, costs(typed), entry.name
    origin = f"variant of {entry.parent}" if entry.parent else meta.paper or ""
    return _Card(
        name,
        plain(meta.title or name, _LONGEST),
        (
            " · ".join(
                filter(
                    None,
                    (
                        str(meta.year or ""),
                        plain(origin, _LONGEST),
                        f"input {size(typed.graph.input)}",
                    ),
                )
            ),
            f"{totals.parameters:,} parameters · {amount(totals.macs)} MACs",
        ),
        (
            ("network", f"{name}-network.svg"),
            ("blocks", f"{name}.svg"),
            ("costs", f"{name}-costs.svg"),
            ("receptive fields", f"{name}-fields.svg"),
            *([("explore", f"{name}.html")] if whole else []),
        ),
    )
