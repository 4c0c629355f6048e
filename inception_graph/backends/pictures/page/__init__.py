"""One file of HTML in which a network can be explored, without a server and without the net."""

from __future__ import annotations

import json
from base64 import b64encode
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

from inception_graph.backends.pictures.page.document import document
from inception_graph.backends.pictures.page.listing import Listing
from inception_graph.backends.pictures.plan import plan
from inception_graph.backends.pictures.theme import LOOKS
from inception_graph.files import MAKER
from inception_graph.resources import folder

if TYPE_CHECKING:
    from jinja2 import Template

    from inception_graph.ir.graph import TypedGraph

__all__ = ["Listing", "html_text"]

_STYLES = ("theme.css", "viewer.css")
_SCRIPTS = (
    "network.js",
    "shapes.js",
    "layout.js",
    "scene.js",
    "camera.js",
    "colours.js",
    "listing.js",
    "panel.js",
    "search.js",
    "viewer.js",
)
"""In the order in which they stand in the page: each uses what stands above it."""


def html_text(typed: TypedGraph, listing: Listing | None = None) -> str:
    """The page of a network, with all that it needs.

    Args:
        typed: The network.
        listing: The source that it is emitted as; without it a page shows the spec alone.
    """
    drawing = plan(typed, "op")
    held = document(typed, drawing, listing)
    scripts, style = [_asset(name) for name in _SCRIPTS], _style()
    policy = "; ".join(
        [
            "default-src 'none'",
            f"style-src {_hash(style)}",
            f"script-src {' '.join(_hash(script) for script in scripts)}",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    return _template().render(
        maker=MAKER,
        policy=policy,
        title=drawing.title,
        caption=drawing.caption[0],
        theme="",
        style=style,
        network=_embedded(held),
        scripts=scripts,
    )


def _embedded(value: object) -> str:
    """JSON that cannot end the element that it stands in, whatever texts are in it."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@cache
def _asset(name: str) -> str:
    return (folder("codegen") / "page" / name).read_text(encoding="utf-8")


@cache
def _style() -> str:
    """The style sheets, and the colours of each family of operations."""
    rules = [
        f".is-{style} {{ --own: light-dark({look.fill}, color-mix(in oklab, {look.line} 34%, #191d24)); "
        f"--line: light-dark({look.line}, color-mix(in oklab, {look.line} 70%, #ffffff)); }}"
        for style, look in LOOKS.items()
    ]
    return "\n".join([*(_asset(name) for name in _STYLES), *rules, ""])


@cache
def _template() -> Template:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder("codegen") / "page"),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("page.html.jinja")
