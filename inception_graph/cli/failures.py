"""Failures that a user can cause, each as one message and an exit status."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from inception_graph.diagnostics.report import Report

FINDINGS, USAGE = 1, 2
"""Exit statuses; 0 is a clean run."""


def guarded(command: click.Command) -> None:
    """Run a command and leave the process with its status."""
    try:
        status = command.main(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(USAGE)
    except click.UsageError as error:
        error.show()
        sys.exit(USAGE)
    except click.ClickException as error:
        fail(error.format_message())
    except (click.Abort, KeyboardInterrupt):
        fail("interrupted", 130)
    except BrokenPipeError:
        # The reader of our output has left; what is buffered cannot be written any more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(USAGE)
    except Exception as error:
        expected = _expected(error)
        if expected is None:
            raise
        fail(expected)
    sys.exit(status if isinstance(status, int) else 0)


def _expected(error: Exception) -> str | None:
    """The message of a failure that is the user's to mend, or None for one that is ours."""
    from inception_graph.compiler import SettingError
    from inception_graph.files import FileConflictError
    from inception_graph.ops.registry import PluginError

    if isinstance(error, SettingError | PluginError | FileConflictError):
        return str(error)
    if isinstance(error, OSError):
        return f"{error.strerror or error}: {error.filename}" if error.filename else str(error)
    from inception_graph.analysis.scores import NoScoresError
    from inception_graph.backends.pictures import PictureError
    from inception_graph.export.errors import ExportError
    from inception_graph.images.errors import ImageError
    from inception_graph.passes import PassError
    from inception_graph.prediction.errors import PredictionError
    from inception_graph.training.errors import TrainingError
    from inception_graph.weights.errors import WeightsError

    expected = PictureError | ExportError | ImageError | NoScoresError | PassError
    expected |= PredictionError | TrainingError | WeightsError
    return str(error) if isinstance(error, expected) else None


def fail(message: str, status: int = USAGE) -> NoReturn:
    """Leave with a message on stderr."""
    click.echo(f"error: {message}", err=True)
    sys.exit(status)


def tell(report: Report) -> None:
    """Print what is wrong with a spec to stderr."""
    from inception_graph.diagnostics.render import render

    if report.found or report.dropped:
        click.echo(render([report], "text", colour=coloured(sys.stderr)), err=True, nl=False)


def coloured(stream: object) -> bool:
    """Whether colour is wanted on a stream: https://no-color.org, https://force-color.org."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    isatty = getattr(stream, "isatty", None)
    return bool(isatty and isatty()) and os.environ.get("TERM") != "dumb"
