"""One file of HTML in which a network can be explored, without a server and without the net."""

from __future__ import annotations

import json
from base64 import b64encode
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

from inception_graph.backends.pictures.page.document import document
from inception_graph.backends.pictures.page.listing import Listing
from inception_graph.backends.pictures.theme import THEMES
from inception_graph.files import MAKER
from inception_graph.resources import folder

if TYPE_CHECKING:
    from jinja2 import Template

    from inception_graph.backends.pictures.options import View
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


def html_text(typed: TypedGraph, view: View, listing: Listing | None = None) -> str:
    """The page of a network, with all that it needs.

    Args:
        typed: The network.
        view: What is shown, and which of it is open at first; ``dark`` is dark at first whatever the reader's system.
        listing: The source that it is emitted as; without it a page shows the spec alone.

    Raises:
        PictureError: The view names what is not there, or there are more parts than a page can hold.
    """
    held = document(typed, view, listing)
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
        title=held["title"],
        caption=held["caption"][0],
        theme="dark" if view.theme == "dark" else "",
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
    light, dark = THEMES["light"], THEMES["dark"]
    names = {"ink": "ink", "quiet": "quiet", "wire": "wire", "stage": "stage", "inside": "paper"}
    colours = " ".join(
        f"--{name}: light-dark({getattr(light, field)}, {getattr(dark, field)});"
        for name, field in names.items()
    )
    families = [
        f".is-{style} {{ --own: light-dark({paint.fill}, {dark.paints[style].fill}); "
        f"--line: light-dark({paint.line}, {dark.paints[style].line}); }}"
        for style, paint in light.paints.items()
    ]
    return "\n".join([*(_asset(name) for name in _STYLES), f":root {{ {colours} }}", *families, ""])


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
