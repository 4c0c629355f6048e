"""The whole pipeline on one page: text, tree, program, graph, typed graph; and what went wrong on the way."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from inception_graph.analysis.expectations import check_expectations
from inception_graph.analysis.unread import report_unread
from inception_graph.checkpoints.checking import check_checkpoints
from inception_graph.diagnostics.codes import Code
from inception_graph.diagnostics.report import Report, did_you_mean
from inception_graph.diagnostics.source import Place, Source
from inception_graph.ir.elaborate import elaborate
from inception_graph.ir.infer import infer
from inception_graph.limits import DEFAULT_LIMITS, Limits
from inception_graph.resources import shipped
from inception_graph.spec.document import beside, read_document
from inception_graph.spec.lower import lower
from inception_graph.spec.reader import read_file

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from inception_graph.ir.expressions import Value
    from inception_graph.ir.graph import TypedGraph
    from inception_graph.ir.program import Program, Size
    from inception_graph.spec.document import Document


class SettingError(ValueError):
    """A value was given for a variable that the spec does not have."""


@dataclass(frozen=True)
class Compilation:
    """What came of a text.

    Attributes:
        name: What the user called it: a name, a path or ``<text>``.
        report: All that is wrong with it.
        sources: The text, then those that it extends; none where none could be read.
        document: All of it as one tree, or None where it cannot be read.
        files: The files that it was made of, as far as they were read.
        program: The network as written, or None.
        typed: The network with all its shapes, or None where the report has an error.
        limits: The bounds that it was held to.
        stripped: Whether its auxiliary heads were left out.
    """

    name: str
    report: Report
    sources: tuple[Source, ...]
    document: Document | None
    files: tuple[Path, ...]
    program: Program | None
    typed: TypedGraph | None
    limits: Limits
    stripped: bool = False
    passes: tuple[str, ...] = ()

    @property
    def parent(self) -> str | None:
        """What the text extends: a shipped network's name, a file's without its ending, or None."""
        return Path(self.sources[1].name.strip("<>")).stem if len(self.sources) > 1 else None


def compile_spec(
    spec: str | Path,
    settings: dict[str, Value] | None = None,
    limits: Limits = DEFAULT_LIMITS,
    *,
    size: Size | None = None,
) -> Compilation:
    """Compile a shipped network by its name, or a file by its path; for images of another size, if one is given.

    Raises:
        SettingError: There is no variable of a name in ``settings``.
    """
    report = Report()
    path = _path(spec)
    if path is None:
        folder = Path(spec).parent
        known = [*shipped(), *(str(folder / name) for name in beside(folder))]
        hint = (
            did_you_mean(str(spec), known)
            or did_you_mean(f"{spec}.yaml", known)
            or f"shipped: {', '.join(shipped())}; or name a YAML file"
        )
        nowhere = Place(Source(str(spec), ""), 0, 0)
        report.add(Code.UNREADABLE, f"there is no network and no file '{spec}'", nowhere, hint=hint)
        return Compilation(str(spec), report, (), None, (Path(spec),), None, None, limits)
    source = read_file(path, report, limits)
    if source is None:
        return Compilation(str(spec), report, (), None, (path,), None, None, limits)
    return _compile(str(spec), source, path.parent, settings or {}, report, limits, size)


def _path(spec: str | Path) -> Path | None:
    """The file that a name or a path stands for; a file that is there goes before a shipped network."""
    try:
        path, named = Path(spec), shipped().get(str(spec))
        return path if path.is_file() or (named is None and path.exists()) else named
    except (OSError, ValueError):
        return None


def compile_text(
    text: str,
    settings: dict[str, Value] | None = None,
    limits: Limits = DEFAULT_LIMITS,
    *,
    name: str = "<text>",
    folder: Path | None = None,
    size: Size | None = None,
) -> Compilation:
    """Compile a text; paths in it are relative to a folder, the working directory unless given.

    Raises:
        SettingError: There is no variable of a name in ``settings``.
    """
    source = Source(name, text)
    return _compile(name, source, folder or Path(), settings or {}, Report(), limits, size)


def _compile(
    name: str,
    source: Source,
    folder: Path,
    settings: dict[str, Value],
    report: Report,
    limits: Limits,
    size: Size | None,
) -> Compilation:
    _check_kinds(settings)
    with collector_paused():
        files: list[Path] = []
        document = read_document(source, folder, report, limits, files)
        made = _pipeline(name, source, document, settings, report, limits, size)
        return replace(made, files=(Path(source.name), *files))


def _pipeline(
    name: str,
    source: Source,
    document: Document | None,
    settings: dict[str, Value],
    report: Report,
    limits: Limits,
    size: Size | None,
) -> Compilation:
    program = lower(document, settings, report, limits) if document is not None else None
    if program is not None:
        _check_settings(settings, program)
        program = program.of_size(size) if size else program
    typed = _typed(program, report, limits)
    if typed is not None:
        report_unread(typed.graph, report)
        check_expectations(typed, report)
        check_checkpoints(typed, report)
    sources = document.sources if document else (source,)
    typed = None if report.failed else typed
    return Compilation(name, report, sources, document, (), program, typed, limits)


@contextmanager
def collector_paused() -> Generator[None]:
    """Spare the garbage collector the walk through trees that are all alive.

    A compilation makes no cycles worth collecting, but enough objects to set the collector off again and again; with
    torch loaded, one such walk takes as long as many compilations.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _typed(program: Program | None, report: Report, limits: Limits) -> TypedGraph | None:
    graph = elaborate(program, report, limits) if program is not None else None
    typed = infer(graph, report, limits) if graph is not None else None
    return None if report.failed else typed


def finish(program: Program, compilation: Compilation) -> Compilation:
    """Compile an edited program of a sound compilation, such as one without its auxiliary heads."""
    report = Report()
    typed = _typed(program, report, compilation.limits)
    stripped = not program.auxiliary
    return replace(compilation, report=report, program=program, typed=typed, stripped=stripped)


def _check_kinds(settings: Mapping[str, object]) -> None:
    for name, value in settings.items():
        if not isinstance(value, bool | int | float | str):
            message = f"the variable '{name}' must be a number or a text, not {value!r}"
            raise SettingError(message)


def _check_settings(settings: dict[str, Value], program: Program) -> None:
    known = list(program.variables)
    for name in settings:
        if name not in program.variables:
            hint = did_you_mean(name, known) or (
                f"it has {', '.join(known)}" if known else "it has none"
            )
            message = f"'{program.name}' has no variable '{name}': {hint}"
            raise SettingError(message)
