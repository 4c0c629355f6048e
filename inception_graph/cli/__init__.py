"""The command line: one short function a command. Nothing that a command does not need is imported before it runs."""

from __future__ import annotations

import importlib
from typing import Any

import click

_COMMANDS = {
    "list": "inspect",
    "show": "inspect",
    "new": "author",
    "fmt": "author",
    "resolve": "author",
    "check": "inspect",
    "explain": "inspect",
    "summary": "inspect",
    "sizes": "sizes",
    "diff": "diff",
    "table": "table",
    "advise": "advise",
    "render": "render",
    "gallery": "gallery",
    "emit": "produce",
    "optimize": "optimize",
    "schema": "produce",
    "build": "build",
    "data": "data",
    "train": "train",
    "predict": "predict",
    "evaluate": "evaluate",
    "gradients": "gradients",
    "weights": "weights",
    "verify": "verify",
    "export": "export",
    "bench": "bench",
    "doctor": "environment",
    "completion": "environment",
}
"""Every command, in the order of the help page, with the module that holds it."""


class _Lazy(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module: Any = importlib.import_module(f"{__name__}.{_COMMANDS[cmd_name]}")
        return getattr(module, "list_" if cmd_name == "list" else cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _COMMANDS:
            from inception_graph.diagnostics.report import did_you_mean

            hint = did_you_mean(args[0], list(_COMMANDS)) or f"known: {', '.join(_COMMANDS)}"
            message = f"there is no command '{args[0]}': {hint}"
            raise click.UsageError(message)
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="inception-graph", prog_name="inception-graph")
def group() -> None:
    """Compile declared network architectures.

    SPEC is a YAML file or the name of a shipped network (see 'list'). Exit status: 0 clean, 1 findings, 2 usage.
    """


def main() -> None:
    """Run the command line; expected failures become one line on stderr, never a traceback."""
    from inception_graph.cli.failures import guarded

    guarded(group)
