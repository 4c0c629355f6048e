"""Arguments that several commands share."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from inception_graph.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.shell_completion import CompletionItem

    from inception_graph.compiler import Compilation
    from inception_graph.ir.expressions import Value
    from inception_graph.network import Network


class SpecParameter(click.ParamType):  # pyright: ignore[reportMissingTypeArgument] - not generic before click 8.4
    """A shipped network or a YAML file; shells complete both."""

    name = "spec"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        del ctx, param
        from click.shell_completion import CompletionItem

        from inception_graph.resources import specs

        shipped = [CompletionItem(name) for name in specs() if name.startswith(incomplete)]
        return [*shipped, CompletionItem(incomplete, type="file")]


SPEC = SpecParameter()


_LIMIT_HELP = f"Raise a bound: {', '.join(Limits.names())}."

with_settings = click.option(
    "--set", "settings", metavar="NAME=VALUE", multiple=True, help="Set a variable of the spec."
)
with_limits = click.option(
    "--limit", "limits", metavar="NAME=NUMBER", multiple=True, help=_LIMIT_HELP
)


def spec_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The argument SPEC with the options that say how it is compiled."""
    return click.argument("spec", type=SPEC)(with_settings(with_limits(function)))


def parsed_settings(settings: tuple[str, ...]) -> dict[str, Value]:
    """Values for variables from ``name=value`` pairs, read as YAML reads a scalar."""
    from inception_graph.diagnostics.report import Report
    from inception_graph.diagnostics.source import Source
    from inception_graph.limits import DEFAULT_LIMITS
    from inception_graph.spec.reader import read_tree
    from inception_graph.spec.tree import Scalar

    values: dict[str, Value] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        report = Report()
        tree = read_tree(Source("--set", text), report, DEFAULT_LIMITS) if equals else None
        if not isinstance(tree, Scalar) or tree.value is None or report.found:
            message = f"'--set {setting}' is not of the form name=value, with a number or a word"
            raise click.UsageError(message)
        values[name.strip()] = tree.value
    return values


def parsed_limits(limits: tuple[str, ...]) -> Limits:
    """Bounds from ``name=number`` pairs."""
    from inception_graph.limits import DEFAULT_LIMITS

    bounds: dict[str, int] = {}
    for limit in limits:
        name, _, text = limit.partition("=")
        number = text.replace("_", "").replace(",", "")
        if (
            name not in Limits.names()
            or not (number.isascii() and number.isdigit())
            or len(number) > 15
        ):
            known = ", ".join(Limits.names())
            message = f"'--limit {limit}' is not of the form name=number, with one of {known}"
            raise click.UsageError(message)
        bounds[name] = int(number)
    try:
        return DEFAULT_LIMITS.raised(**bounds)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def compiled(spec: str, settings: tuple[str, ...], limits: tuple[str, ...]) -> Compilation:
    """The compilation of a spec; '-' stands for standard input."""
    from inception_graph.compiler import compile_spec, compile_text

    values, bounds = parsed_settings(settings), parsed_limits(limits)
    if spec == "-":
        raw = sys.stdin.buffer.read(bounds.bytes + 1)
        return compile_text(
            raw.decode("utf-8", errors="surrogateescape"), values, bounds, name="<stdin>"
        )
    return compile_spec(spec, values, bounds)


def network(
    spec: str, settings: tuple[str, ...], limits: tuple[str, ...], *, auxiliary: bool = True
) -> Network:
    """The network of a spec; its diagnostics go to stderr, and errors among them end the command."""
    from inception_graph.cli.failures import FINDINGS, tell
    from inception_graph.network import Network

    compilation = compiled(spec, settings, limits)
    tell(compilation.report)
    if compilation.typed is None:
        sys.exit(FINDINGS)
    made = Network(compilation, parsed_settings(settings))
    return made if auxiliary else made.without_auxiliary()
