"""Arguments that several commands share."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

import click

from inception_graph.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.shell_completion import CompletionItem

    from inception_graph.compiler import Compilation
    from inception_graph.ir.expressions import Value
    from inception_graph.ir.program import Size
    from inception_graph.network import Network
    from inception_graph.training.runs import Run


class SpecParameter(click.ParamType):  # pyright: ignore[reportMissingTypeArgument] - not generic before click 8.4
    """A shipped network or a YAML file; shells complete both."""

    name = "spec"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        del ctx, param
        from click.shell_completion import CompletionItem

        from inception_graph.resources import shipped

        names = [CompletionItem(name) for name in shipped() if name.startswith(incomplete)]
        return [*names, CompletionItem(incomplete, type="file")]


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


def parted_settings(settings: tuple[str, ...]) -> tuple[tuple[str, ...], dict[str, Any]]:
    """The settings of variables, and plain values for fields of the recipe from ``training.name=value`` pairs."""
    from inception_graph.diagnostics.report import Report
    from inception_graph.diagnostics.source import Source
    from inception_graph.limits import DEFAULT_LIMITS
    from inception_graph.spec.reader import read_tree

    recipe = "training."
    changes: dict[str, Any] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not name.startswith(recipe):
            continue
        report = Report()
        tree = read_tree(Source("--set", text), report, DEFAULT_LIMITS) if equals else None
        if tree is None or report.found:
            message = f"'--set {setting}' is not of the form training.name=value"
            raise click.UsageError(message)
        changes[name.removeprefix(recipe).strip()] = tree.plain()
    return tuple(setting for setting in settings if not setting.startswith(recipe)), changes


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


def parsed_size(size: str | None) -> Size | None:
    """Channels, height and width from ``3x160x160``."""
    extents = size.lower().split("x") if size is not None else []
    if size is None:
        return None
    if len(extents) != 3 or not all(re.fullmatch(r"0*[1-9][0-9]{0,8}", e) for e in extents):
        message = f"'--input {size}' is not of the form CHANNELSxHEIGHTxWIDTH, such as 3x160x160"
        raise click.UsageError(message)
    channels, height, width = (int(extent) for extent in extents)
    return channels, height, width


def run_in(spec: str) -> Run | None:
    """The run whose folder stands for a spec, if one does."""
    from pathlib import Path

    from inception_graph.training.runs import Run, is_run

    return Run(Path(spec)) if is_run(Path(spec)) else None


def standard_input(limits: Limits) -> str:
    """What is on standard input, read a little further than the bound where it is longer."""
    raw = sys.stdin.buffer.read(limits.bytes + 1)
    return raw.decode("utf-8", errors="surrogateescape")


def compiled(
    spec: str, settings: tuple[str, ...], limits: tuple[str, ...], size: str | None = None
) -> Compilation:
    """The compilation of a spec; '-' stands for standard input, the folder of a run for the spec in it."""
    from inception_graph.compiler import compile_spec, compile_text

    values, bounds, image = parsed_settings(settings), parsed_limits(limits), parsed_size(size)
    if spec == "-":
        return compile_text(standard_input(bounds), values, bounds, name="<stdin>", size=image)
    run = run_in(spec)
    return compile_spec(run.spec if run else spec, values, bounds, size=image)


def network(
    spec: str, settings: tuple[str, ...], limits: tuple[str, ...], *, auxiliary: bool = True
) -> Network:
    """The network of a spec; its diagnostics go to stderr, and errors among them end the command."""
    from inception_graph.cli.failures import FINDINGS

    made = network_of(compiled(spec, settings, limits), settings, auxiliary=auxiliary)
    if made is None:
        sys.exit(FINDINGS)
    return made


def network_of(
    compilation: Compilation, settings: tuple[str, ...], *, auxiliary: bool = True
) -> Network | None:
    """The network of a compilation, or None where it has errors; its diagnostics go to stderr."""
    from inception_graph.cli.failures import tell
    from inception_graph.network import Network

    tell(compilation.report)
    if compilation.typed is None:
        return None
    made = Network(compilation, parsed_settings(settings))
    return made if auxiliary else made.without_auxiliary()
